//! Panics end one piece of work and nothing else.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Mutex, MutexGuard, OnceLock, PoisonError},
};

/// Runs `work` so that a panic in it ends nothing else; `None` after a panic, which the hook has logged.
pub(crate) fn fence<T>(name: &str, work: impl FnOnce() -> T) -> Option<T> {
    let work = || {
        panic_if_requested(name);
        work()
    };
    catch_unwind(AssertUnwindSafe(work))
        .map_err(|_: Box<dyn Any + Send>| tracing::error!("`{name}` panicked"))
        .ok()
}

/// Logs where a panic happened. Its message is left out unless it is fixed text, for it may quote the document.
pub(crate) fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map(ToString::to_string)
            .unwrap_or_default();
        let message = panic
            .payload()
            .downcast_ref::<&'static str>()
            .copied()
            .unwrap_or("a message that may quote the document");
        let thread = std::thread::current();
        tracing::error!(
            "panic in thread `{}` at {place}: {message}",
            thread.name().unwrap_or("?")
        );
        let backtrace = std::backtrace::Backtrace::capture();
        if backtrace.status() == std::backtrace::BacktraceStatus::Captured {
            tracing::error!("{backtrace}");
        }
    }));
}

/// Whether the tests' requests are known.
pub(crate) fn are_tests_enabled() -> bool {
    static ENABLED: OnceLock<bool> = OnceLock::new();
    *ENABLED.get_or_init(|| std::env::var_os("NEXFLOW_LSP_TEST").is_some())
}

static NEXT_PANIC: Mutex<Option<String>> = Mutex::new(None);

pub(crate) fn next_panic() -> MutexGuard<'static, Option<String>> {
    NEXT_PANIC.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Panics once if a test wants work of this name to do so.
#[allow(clippy::panic)]
pub(crate) fn panic_if_requested(name: &str) {
    if are_tests_enabled() && next_panic().take_if(|wanted| *wanted == name).is_some() {
        panic!("asked to by a test");
    }
}
