//! Requests for the project's own tests, known only when the environment variable `NEXFLOW_LSP_TEST` is set.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use serde::{Deserialize, Serialize};
use tower_lsp_server::{
    jsonrpc,
    ls_types::{TextDocumentIdentifier, request::Request},
};

use crate::{
    panics::{are_tests_enabled, next_panic},
    session::context::RequestContext,
    workspace::document::DocumentSnapshot,
};

/// Panics in a worker.
pub(crate) enum Panic {}

impl Request for Panic {
    type Params = ();
    type Result = ();
    const METHOD: &'static str = "$/nexflow/test/panic";
}

/// See [`Panic`].
#[allow(clippy::panic)]
pub(crate) fn panic(_: &RequestContext, (): ()) -> jsonrpc::Result<()> {
    panic!("asked to by a test")
}

/// Makes the next work under a name panic: the method of a request or notification, or what the main loop calls it.
pub(crate) enum PanicIn {}

impl Request for PanicIn {
    type Params = String;
    type Result = ();
    const METHOD: &'static str = "$/nexflow/test/panicIn";
}

/// See [`PanicIn`].
pub(crate) fn panic_in(_: &RequestContext, name: String) -> jsonrpc::Result<()> {
    *next_panic() = Some(name);
    Ok(())
}

/// Tells version and text of a document as a worker sees them.
pub(crate) enum Version {}

impl Request for Version {
    type Params = TextDocumentIdentifier;
    type Result = VersionResult;
    const METHOD: &'static str = "$/nexflow/test/version";
}

/// Answer of [`Version`].
#[derive(Serialize, Deserialize)]
pub(crate) struct VersionResult {
    version: i32,
    text: String,
}

/// See [`Version`].
pub(crate) fn version(
    _: &RequestContext,
    document: &DocumentSnapshot,
    _: TextDocumentIdentifier,
) -> jsonrpc::Result<VersionResult> {
    Ok(VersionResult {
        version: document.version,
        text: document.document.rope().to_string(),
    })
}

/// Works until it is cancelled, for at most a minute.
pub(crate) enum Sleep {}

impl Request for Sleep {
    type Params = ();
    type Result = ();
    const METHOD: &'static str = "$/nexflow/test/sleep";
}

/// See [`Sleep`].
pub(crate) fn sleep(context: &RequestContext, (): ()) -> jsonrpc::Result<()> {
    for _ in 0..6000 {
        context.check()?;
        thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}

/// Makes the requests of these methods work until they are cancelled, as [`Sleep`] does.
pub(crate) enum Hold {}

impl Request for Hold {
    type Params = Vec<String>;
    type Result = ();
    const METHOD: &'static str = "$/nexflow/test/hold";
}

static HELD: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn held() -> MutexGuard<'static, Vec<String>> {
    HELD.lock().unwrap_or_else(PoisonError::into_inner)
}

/// See [`Hold`].
pub(crate) fn hold(_: &RequestContext, methods: Vec<String>) -> jsonrpc::Result<()> {
    *held() = methods;
    Ok(())
}

/// Waits where a test wants requests of this method to.
pub(crate) fn wait_if_held(context: &RequestContext, method: &str) -> jsonrpc::Result<()> {
    let is_held = are_tests_enabled() && held().iter().any(|held| held == method);
    if is_held { sleep(context, ()) } else { Ok(()) }
}
