//! Bounds for the allocator of the system, where it has none that suit a server that runs all day.
//!
//! glibc gives every thread an arena of its own, and lets each keep twice the largest block that was ever given back: some tens of
//! megabytes around four that are in use, more with every processor. The bounds can only be set before the process begins, so that
//! the server, before it does anything else, replaces itself by itself in an environment that holds them. Figures: ADR 0009.

/// Says that the environment was set here.
const MARK: &str = "NEXFLOW_LSP_ALLOCATOR";

/// Where glibc looks for bounds.
const TUNABLES: &str = "GLIBC_TUNABLES";

/// Four arenas, of which each keeps a megabyte; blocks above four megabytes are given back at once. Smaller bounds save little more
/// and are felt in large documents, whose memory is asked for again at every stroke.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const BOUNDS: &str = "glibc.malloc.arena_max=4:glibc.malloc.trim_threshold=1048576:glibc.malloc.mmap_threshold=4194304";

/// Begins the process again within bounds, with the same id, arguments, input and output. Returns when that was done before, when
/// somebody has set bounds already, and when it is not possible: the server runs without them as well.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub fn begin_within_bounds() {
    use std::{env, os::unix::process::CommandExt, process::Command};

    let set_by_somebody = |(name, _): (std::ffi::OsString, _)| {
        let name = name.to_string_lossy();
        name == MARK || name == TUNABLES || name.starts_with("MALLOC_")
    };
    if env::vars_os().any(set_by_somebody) {
        return;
    }
    let mut arguments = env::args_os();
    let (Some(name), Ok(program)) = (arguments.next(), env::current_exe()) else {
        return;
    };
    let error = Command::new(program)
        .arg0(name)
        .args(arguments)
        .env(TUNABLES, BOUNDS)
        .env(MARK, "bounded")
        .exec();
    tracing::debug!("the allocator has no bounds: {error}");
}

/// Other systems need none.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn begin_within_bounds() {}

/// Whether a variable of the environment was set here and is none of the person's.
pub fn has_set(name: &str) -> bool {
    (name == MARK || name == TUNABLES) && std::env::var_os(MARK).is_some()
}
