//! Requests for the project's own tests, known only when the environment variable `NEXFLOW_LSP_TEST` is set.

use std::{
    sync::{Mutex, MutexGuard, OnceLock, PoisonError},
    thread,
    time::Duration,
};

use serde::{Deserialize, Serialize};
use tower_lsp_server::{
    jsonrpc,
    ls_types::{TextDocumentIdentifier, request::Request},
};

use crate::server::{documents::OpenDocument, router::Call};

/// Whether the tests' requests are known.
pub fn is_enabled() -> bool {
    static ENABLED: OnceLock<bool> = OnceLock::new();
    *ENABLED.get_or_init(|| std::env::var_os("NEXFLOW_LSP_TEST").is_some())
}

/// Panics in a worker.
pub enum Panic {}

impl Request for Panic {
    type Params = ();
    type Result = ();
    const METHOD: &'static str = "$/nexflow/test/panic";
}

/// See [`Panic`].
#[allow(clippy::panic)]
pub fn panic(_: &Call, (): ()) -> jsonrpc::Result<()> {
    panic!("asked to by a test")
}

/// Makes the next work under a name panic: the method of a request or notification, or what the main loop calls it.
pub enum PanicIn {}

impl Request for PanicIn {
    type Params = String;
    type Result = ();
    const METHOD: &'static str = "$/nexflow/test/panicIn";
}

static NEXT_PANIC: Mutex<Option<String>> = Mutex::new(None);

fn next_panic() -> MutexGuard<'static, Option<String>> {
    NEXT_PANIC.lock().unwrap_or_else(PoisonError::into_inner)
}

/// See [`PanicIn`].
pub fn panic_in(_: &Call, name: String) -> jsonrpc::Result<()> {
    *next_panic() = Some(name);
    Ok(())
}

/// Panics once if a test wants work of this name to do so.
#[allow(clippy::panic)]
pub fn panic_if_asked(name: &str) {
    if is_enabled() && next_panic().take_if(|wanted| *wanted == name).is_some() {
        panic!("asked to by a test");
    }
}

/// Tells version and text of a document as a worker sees them.
pub enum Version {}

impl Request for Version {
    type Params = TextDocumentIdentifier;
    type Result = VersionResult;
    const METHOD: &'static str = "$/nexflow/test/version";
}

/// Answer of [`Version`].
#[derive(Serialize, Deserialize)]
pub struct VersionResult {
    version: i32,
    text: String,
}

/// See [`Version`].
pub fn version(
    _: &Call,
    document: &OpenDocument,
    _: TextDocumentIdentifier,
) -> jsonrpc::Result<VersionResult> {
    Ok(VersionResult {
        version: document.version,
        text: document.document.rope().to_string(),
    })
}

/// Works until it is cancelled, for at most a minute.
pub enum Sleep {}

impl Request for Sleep {
    type Params = ();
    type Result = ();
    const METHOD: &'static str = "$/nexflow/test/sleep";
}

/// See [`Sleep`].
pub fn sleep(call: &Call, (): ()) -> jsonrpc::Result<()> {
    for _ in 0..6000 {
        call.check()?;
        thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}
