//! Files that every process of a cluster opens by itself.

use super::{Check, EntryContext, entry, paths::is_absolute_path};
use crate::sink::DiagnosticSink;

pub const CHECKS: &[Check] = &[
    entry("checkpoints", "file-path-relative", relative_in_checkpoints),
    entry("state_backends", "file-path-relative", relative_in_backends),
];

fn relative_in_checkpoints(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    relative(
        at,
        &["kerberos.keytab", "auth.key_file", "hdfs.config_path"],
        sink,
    );
}

fn relative_in_backends(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    relative(at, &["ignite.config_path"], sink);
}

fn relative(at: &EntryContext<'_, '_>, paths: &[&str], sink: &mut DiagnosticSink) {
    for path in paths {
        let file = at.mapping.get(path);
        let Some(text) = file.text() else { continue };
        if !text.is_empty() && !is_absolute_path(&text) {
            let name = path.rsplit('.').next().unwrap_or(path);
            sink.report("file-path-relative", &file).emit(format!(
                "`{name}` is a relative path: `{text}` depends on the working directory of each process."
            ));
        }
    }
}
