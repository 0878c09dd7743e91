//! How new versions come into operation: strategies, savepoints, pipelines.

use nexflow_catalog::Severity;
use nexflow_syntax::NodeKind;

use super::{
    Check, document,
    shared::{deployments, did_you_mean, near_name, offer_name},
};
use crate::{
    Tag,
    document_context::DocumentContext,
    merged::{MergedItem, MergedValue},
    sink::DiagnosticSink,
};

pub const CHECKS: &[Check] = &[
    document("canary-weights", canary_weights),
    document("strategy-block-mismatch", strategy_block),
    document("savepoint-directory", savepoint_directory),
    document("ci-reference-unknown", ci_reference),
];

fn canary_weights(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let steps = cx.root.get("deployment.strategy.canary.steps");
    let weights: Vec<MergedValue<'_>> = steps
        .items()
        .iter()
        .map(|step| step.mapping().get("weight"))
        .collect();
    for pair in weights.windows(2) {
        if let (Some(before), Some(now)) = (pair[0].int(), pair[1].int())
            && now <= before
        {
            sink.report("canary-weights", &pair[1])
                .related(&pair[0], format!("the step before has {before}"))
                .emit(format!(
                    "Weights must increase from step to step, not go from {before} to {now}."
                ));
            return;
        }
    }
    if let Some(last) = weights.last()
        && let Some(share) = last.int().filter(|share| *share != 100)
    {
        sink.report("canary-weights", last)
            .severity(Severity::Warning)
            .emit(format!(
                "The last step must have weight 100, not {share}; the rollout never completes."
            ));
    }
}

/// Which type of strategy each block belongs to.
const BLOCKS: [(&str, &str); 4] = [
    ("rolling", "rolling_update"),
    ("blue_green", "blue_green"),
    ("canary", "canary"),
    ("regional_rollout", "rolling_regional"),
];

fn strategy_block(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let strategy = cx.root.get("deployment.strategy").mapping();
    let kind = strategy.get("type");
    if let Some(chosen) = kind.text()
        && BLOCKS.iter().any(|(_, of)| *of == chosen)
    {
        for (block, of) in BLOCKS {
            let val = strategy.get(block);
            if of != chosen && val.is_present() {
                sink.report_key("strategy-block-mismatch", &val)
                    .tag(Tag::Unnecessary)
                    .related(&kind, format!("the strategy is `{chosen}`"))
                    .emit(format!(
                        "`{block}` is ignored: it applies to strategy `{of}`, but this is `{chosen}`."
                    ));
            }
        }
    }
    let (down, up) = (
        strategy.get("rolling.max_unavailable"),
        strategy.get("rolling.max_surge"),
    );
    let is_zero = |val: &MergedValue<'_>| val.is_any(&["0", "0%"]);
    if is_zero(&down) && is_zero(&up) {
        sink.report("strategy-block-mismatch", &down)
            .severity(Severity::Error)
            .related(&up, "`max_surge` is 0 as well")
            .emit("`max_unavailable` and `max_surge` are both 0, so no pod can be replaced.");
    }
}

/// The first setting that asks for a savepoint.
fn asks_for_savepoint<'a>(cx: &DocumentContext<'a>) -> Option<MergedValue<'a>> {
    let savepoint = cx.root.get("deployment.savepoint").mapping();
    let switch = ["auto_savepoint", "periodic.enabled"]
        .into_iter()
        .map(|path| savepoint.get(path))
        .find(MergedValue::is_true);
    switch.or_else(|| {
        let hooks = cx.root.get("deployment.strategy.hooks").mapping();
        hooks
            .entries()
            .into_iter()
            .flat_map(|(_, hook)| hook.items())
            .map(|step| step.mapping().get("action"))
            .find(|action| action.is("savepoint"))
    })
}

fn savepoint_directory(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    if !cx.whole || !cx.checks_absence() {
        return;
    }
    let directory = cx.root.get("deployment.savepoint.directory");
    if directory.is_present() || cx.root.get("deployment").mapping().has_errors() {
        return;
    }
    let Some(asks) = asks_for_savepoint(cx) else {
        return;
    };
    let elsewhere = cx.entries("checkpoints").iter().any(|(_, checkpoint)| {
        super::shared::with_regions(&checkpoint.mapping())
            .iter()
            .any(|(_, mapping)| mapping.get("savepoint.directory").is_present())
    });
    if !elsewhere {
        sink.report("savepoint-directory", &asks).missing(["deployment.savepoint.directory"]).emit(
            "Missing `deployment.savepoint.directory`: a savepoint is taken and needs a target.",
        );
    }
}

fn ci_reference(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    let deployments = deployments(cx);
    let Some(deployment) = deployments.first() else {
        return;
    };
    let pipeline = deployment.get("ci_cd").mapping();
    if pipeline.has_errors() || !cx.complete {
        return;
    }
    let kind = pipeline.get("type");
    if kind.is("gitlab_ci") {
        let stages = pipeline.get("stages");
        let known: Option<Vec<String>> = stages
            .items()
            .iter()
            .map(|stage| stage.text().map(|text| text.into_owned()))
            .collect();
        let Some(known) = known.filter(|_| stages.kind() == NodeKind::Sequence) else {
            return;
        };
        for (_, job) in pipeline.entries() {
            let stage = job.mapping().get("stage");
            let Some(name) = stage.text() else { continue };
            // GitLab has these two without being told.
            if known.iter().any(|known| *known == name) || matches!(name.as_ref(), ".pre" | ".post")
            {
                continue;
            }
            let near = near_name(&name, &known);
            let report = sink
                .report("ci-reference-unknown", &stage)
                .related(&stages, "the stages");
            offer_name(report, stage.range(), near)
                .emit(format!("Unknown stage `{name}`.{}", did_you_mean(near)));
        }
    } else if kind.is("github_actions") {
        let jobs = pipeline.get("jobs").mapping().entries();
        let known: Vec<String> = jobs.iter().map(|(name, _)| name.to_string()).collect();
        for (job, settings) in &jobs {
            let needs = settings.mapping().get("needs");
            for item in needs.items() {
                needed(job, &known, &item, sink);
            }
            if let Some(name) = needs.text() {
                let problem = need_problem(job, &known, &name);
                if let Some(problem) = problem {
                    sink.report("ci-reference-unknown", &needs).emit(problem);
                }
            }
        }
    }
}

fn need_problem(job: &str, known: &[String], name: &str) -> Option<String> {
    if name == job {
        return Some(format!(
            "Job `{job}` needs itself; GitHub rejects the pipeline."
        ));
    }
    if known.iter().any(|known| known == name) {
        return None;
    }
    let near = did_you_mean(near_name(name, known));
    Some(format!("Unknown job `{name}`.{near}"))
}

fn needed(job: &str, known: &[String], item: &MergedItem<'_>, sink: &mut DiagnosticSink) {
    let Some(name) = item.text() else { return };
    if let Some(problem) = need_problem(job, known, &name) {
        let near = if name == job {
            None
        } else {
            near_name(&name, known)
        };
        let report = sink.report("ci-reference-unknown", item);
        offer_name(report, item.range(), near).emit(problem);
    }
}
