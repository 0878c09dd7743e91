//! Files that every process of a cluster opens by itself.

use super::{Check, EntryCx, entry, paths::is_absolute_path};
use crate::sink::Sink;

pub const CHECKS: &[Check] = &[
    entry("checkpoints", "file-path-relative", relative_in_checkpoints),
    entry("state_backends", "file-path-relative", relative_in_backends),
];

fn relative_in_checkpoints(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    relative(
        at,
        &["kerberos.keytab", "auth.key_file", "hdfs.config_path"],
        sink,
    );
}

fn relative_in_backends(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    relative(at, &["ignite.config_path"], sink);
}

fn relative(at: &EntryCx<'_, '_>, paths: &[&str], sink: &mut Sink) {
    for path in paths {
        let file = at.view.get(path);
        let Some(text) = file.text() else { continue };
        if !text.is_empty() && !is_absolute_path(&text) {
            let name = path.rsplit('.').next().unwrap_or(path);
            sink.at("file-path-relative", &file).say(format!(
                "`{name}` is read by every process from its own working directory, where `{text}` will hardly be; write an absolute path"
            ));
        }
    }
}
