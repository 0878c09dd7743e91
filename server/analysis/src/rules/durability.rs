//! What survives a failure: high availability, retained checkpoints, restarts that end, places that outlive a machine.

use nexflow_catalog::{Severity, value::uri::Uri};

use super::{
    Check, EntryContext,
    absence::shown,
    backends::BACKENDS,
    document, entry,
    paths::{is_below, is_temporary, segments},
    retention::DELETED,
    shared::{deployments, in_production, lacks_in, placed_deployments},
};
use crate::{
    document_context::DocumentContext,
    merged::{MergedMapping, MergedValue},
    sink::DiagnosticSink,
};

pub const CHECKS: &[Check] = &[
    document("ha-storage-missing", ha_storage_missing),
    document("production-without-ha", production_without_ha),
    entry(
        "checkpoints",
        "restart-ends-without-retention",
        restart_ends_without_retention,
    ),
    entry("checkpoints", "restart-attempts-few", restart_attempts_few),
    document("local-checkpoints-on-pods", local_checkpoints_on_pods),
    entry("checkpoints", "savepoint-in-tmp", savepoint_in_tmp),
    entry(
        BACKENDS,
        "local-directory-unsuitable",
        local_directory_unsuitable,
    ),
    document("pod-role-not-used", pod_role_not_used),
    document("full-snapshots-in-production", full_snapshots),
];

/// Environments in which nothing is lost with the state.
const THROWAWAY: [&str; 3] = ["development", "test", "local"];

/// True where losing state hurts: the environment is known, and is none of a developer's or of tests.
fn matters(cx: &DocumentContext<'_>) -> bool {
    cx.environment
        .text()
        .is_some_and(|name| !THROWAWAY.contains(&name.as_ref()) && name != "base")
}

fn ha_storage_missing(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    // The one of the JobManager is required there.
    if cx.root.get("resources._job_manager.ha").is_present() {
        return;
    }
    let blocks = deployments(cx)
        .into_iter()
        .map(|deployment| deployment.get("ha").mapping());
    for ha in blocks {
        let kind = ha.get("type");
        if ha.get("enabled").is_false()
            || !kind.is_any(&["kubernetes", "zookeeper"])
            || !lacks_in(cx, &ha, "storage_dir")
        {
            continue;
        }
        // The specification's example with Kubernetes has none, and a cluster's configuration may add it.
        let severity = if kind.is("zookeeper") {
            Severity::Error
        } else {
            Severity::Hint
        };
        let by = shown(&kind);
        sink.report("ha-storage-missing", &kind).missing(["storage_dir"])
            .severity(severity)
            .emit(format!(
                "Missing `storage_dir`. Flink needs it for high availability by `{by}` and does not start without it."
            ));
    }
}

fn production_without_ha(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    if !in_production(cx)
        || !cx.checks_absence()
        || cx.entries("checkpoints").is_empty()
        || cx.root.get("resources._job_manager.ha").is_present()
    {
        return;
    }
    for (_, deployment) in placed_deployments(cx) {
        let manager = deployment.get("job_manager");
        let kind = deployment.get("type");
        // Who says nothing of the JobManager leaves it to the cluster.
        if kind.is_any(&["kubernetes", "standalone"])
            && manager.is_present()
            && !deployment.has_errors()
            && deployment.get("ha").is_missing()
        {
            sink.report_key("production-without-ha", &manager)
                .related(&cx.environment, "the environment is `production`")
                .emit("No high availability: a restarted JobManager does not find the last checkpoint. Add `ha` with a `storage_dir`.");
        }
    }
}

/// The strategy of an entry, where its attempts come to an end, with what bounds them.
fn ending_strategy<'a>(at: &EntryContext<'_, 'a>) -> Option<MergedValue<'a>> {
    let restart = at.mapping.get("recovery.restart").mapping();
    let strategy = restart.get("strategy");
    let attempts = restart.get("max_attempts");
    let ends = match strategy.text()?.as_ref() {
        "fixed_delay" | "failure_rate" => true,
        // Without a number Flink goes on for ever.
        "exponential_delay" => attempts.int().is_some(),
        _ => false,
    };
    let endless = attempts
        .int()
        .is_some_and(|number| number >= i64::from(i32::MAX));
    (ends && !endless).then_some(strategy)
}

/// Whether Flink certainly deletes the checkpoints when the job ends.
fn is_not_retained(at: &EntryContext<'_, '_>) -> bool {
    let externalized = at.mapping.get("retention.externalized");
    let cleanup = at.mapping.get("retention.cleanup_on_cancel");
    if externalized.is_present() {
        return externalized.is_any(&DELETED);
    }
    at.lacks("retention.externalized").is_some()
        && (cleanup.is("delete") || at.lacks("retention.cleanup_on_cancel").is_some())
}

/// Whether the job comes to an end that takes its checkpoints along.
fn ends_and_is_lost(at: &EntryContext<'_, '_>) -> bool {
    at.cx.whole
        && matters(at.cx)
        && at.mapping.get("type").is_present()
        && is_not_retained(at)
        && ending_strategy(at).is_some()
}

fn restart_ends_without_retention(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    if !ends_and_is_lost(at) {
        return;
    }
    let Some(strategy) = ending_strategy(at) else {
        return;
    };
    let name = shown(&strategy);
    sink.report("restart-ends-without-retention", &strategy)
        .related(
            &at.mapping.get("retention.externalized"),
            "checkpoints are deleted with the job",
        )
        .emit(format!(
            "When `{name}` gives up, the job fails and Flink deletes its checkpoints. Set `retention.externalized: retain_on_cancellation`."
        ));
}

/// Fewer restarts than a long-running job sees.
const FEW: i64 = 10;

fn restart_attempts_few(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let restart = at.mapping.get("recovery.restart").mapping();
    let strategy = restart.get("strategy");
    let attempts = restart.get("max_attempts");
    if !at.cx.in_environment(&["production"]) || !strategy.is("fixed_delay") || ends_and_is_lost(at)
    {
        return;
    }
    if let Some(number) = attempts.int().filter(|number| (1..FEW).contains(number)) {
        sink.report("restart-attempts-few", &attempts)
            .related(&strategy, "attempts are never given back")
            .emit(format!(
                "`fixed_delay` counts restarts over the whole life of the job; failure {} ends it. Use `exponential_delay` or more attempts.",
                number + 1
            ));
    }
}

/// Whether more than one worker certainly runs.
fn has_several_workers(deployment: &MergedMapping<'_>) -> bool {
    ["task_manager.replicas", "scaling.min_replicas"]
        .iter()
        .any(|path| deployment.get(path).int().is_some_and(|count| count > 1))
}

/// Whether a volume may be mounted at a directory, or above it.
fn may_be_mounted(deployment: &MergedMapping<'_>, directory: &str) -> bool {
    let template = deployment.get("pod_template");
    if template.is_unknown() || deployment.get("volumes").is_present() {
        return true;
    }
    let mounts = template.mapping().get("spec.volume_mounts");
    if mounts.is_unknown() {
        return true;
    }
    mounts.items().iter().any(|mount| {
        let path = mount.mapping().get("mount_path");
        // A template may give its containers what the catalog does not know.
        path.text().is_none_or(|path| is_below(directory, &path))
    })
}

fn local_checkpoints_on_pods(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    if !cx.checks_absence() {
        return;
    }
    for (_, deployment) in placed_deployments(cx) {
        if !deployment.get("type").is("kubernetes")
            || deployment.has_errors()
            || !has_several_workers(&deployment)
        {
            continue;
        }
        for (_, checkpoint) in cx.entries("checkpoints").iter() {
            let mapping = checkpoint.mapping();
            let path = mapping.get("path");
            let Some(text) = path.text().filter(|_| mapping.get("type").is("filesystem")) else {
                continue;
            };
            let uri = Uri::parse(&text);
            if uri.has_scheme(&["file"]) && !may_be_mounted(&deployment, uri.path()) {
                let directory = uri.path();
                sink.report("local-checkpoints-on-pods", &path)
                    .related(&deployment.get("type"), "several workers, each in a pod")
                    .emit(format!(
                        "No volume is mounted at `{directory}`, so each pod writes checkpoints to its own disk and none can be restored."
                    ));
            }
        }
    }
}

fn savepoint_in_tmp(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    // With a remote store the general rule about savepoints says it.
    if !matters(at.cx) || !at.mapping.get("type").is("filesystem") {
        return;
    }
    let directory = at.mapping.get("savepoint.directory");
    let Some(text) = directory.text() else { return };
    let uri = Uri::parse(&text);
    if uri.has_scheme(&["file"]) && is_temporary(uri.path()) {
        sink.report("savepoint-in-tmp", &directory)
            .related(&at.cx.environment, "not a developer's machine")
            .emit(format!(
                "`{}` is a temporary directory of each machine; savepoints there are lost with it.",
                uri.path()
            ));
    }
}

/// Words in paths that name network file systems.
const NETWORK: [&str; 8] = [
    "efs",
    "nfs",
    "cephfs",
    "ceph",
    "glusterfs",
    "gluster",
    "azurefile",
    "filestore",
];

fn local_directory_unsuitable(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    if !at.cx.in_environment(&["production"]) || !at.mapping.get("type").is("rocksdb") {
        return;
    }
    for path in ["storage.local_directories", "local_directories"] {
        for item in at.mapping.get(path).items() {
            let Some(text) = item.text() else { continue };
            let is_network = segments(&text).any(|name| {
                name.split(['-', '_', '.'])
                    .any(|word| NETWORK.contains(&word.to_ascii_lowercase().as_str()))
            });
            let why = if is_network {
                "looks like a network file system, where each access of RocksDB goes over the network"
            } else if is_below(&text, "/dev/shm") {
                "is memory, which counts against the limit of the container"
            } else if is_temporary(&text) {
                "is usually small, and may be memory"
            } else {
                continue;
            };
            sink.report("local-directory-unsuitable", &item)
                .related(&at.cx.environment, "the environment is `production`")
                .emit(format!("`{text}` {why}. Use a local disk."));
        }
    }
}

fn pod_role_not_used(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let Some(deployment) = deployments(cx).into_iter().find(|deployment| {
        deployment.get("type").is("kubernetes") && deployment.get("service_account").is_present()
    }) else {
        return;
    };
    let account = deployment.get("service_account");
    for (_, checkpoint) in cx.entries("checkpoints").iter() {
        let mapping = checkpoint.mapping();
        let auth = mapping.get("auth.type");
        if mapping.get("type").is("s3") && auth.is("instance_profile") {
            sink.report("pod-role-not-used", &auth)
                .related(&account, "the pods have a service account of their own")
                .emit("With `instance_profile`, S3 access uses the node's role, not that of the `service_account`, unless a web-identity provider is configured.");
        }
    }
}

/// Whether something says how the snapshots of an entry are taken.
fn says_incremental(cx: &DocumentContext<'_>) -> bool {
    cx.entries("checkpoints").iter().any(|(_, checkpoint)| {
        checkpoint
            .mapping()
            .get("checkpoint.incremental")
            .is_present()
    })
}

fn full_snapshots(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    if !in_production(cx) || !cx.checks_absence() || says_incremental(cx) {
        return;
    }
    for (name, backend) in cx.entries(BACKENDS).iter() {
        let mapping = backend.mapping();
        let kind = mapping.get("type");
        if kind.is("rocksdb") && lacks_in(cx, &mapping, "incremental") {
            sink.report("full-snapshots-in-production", &kind)
                .related(&cx.environment, "the environment is `production`")
                .emit(format!(
                    "Each checkpoint copies the whole state of `{name}`. Set `incremental: true` if the state is large."
                ));
        }
    }
}
