//! Keys that Flink itself does not know.

/// Prefixes of keys that are passed on to a plug-in or client, which Flink does not check.
pub const PASSED_ON: [&str; 13] = [
    "s3.",
    "s3a.",
    "fs.s3a.",
    "presto.s3.",
    "gs.",
    "fs.gs.",
    "azure.",
    "fs.azure.",
    "fs.oss.",
    "flink.hadoop.",
    "containerized.master.env.",
    "containerized.taskmanager.env.",
    "metrics.reporter.",
];
