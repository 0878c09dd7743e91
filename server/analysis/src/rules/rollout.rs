//! How new versions come into operation: strategies, savepoints, pipelines.

use nexflow_catalog::Severity;
use nexflow_syntax::NodeKind;

use super::{
    Check, document,
    parts::{deployments, did_you_mean, near_name, offer_name},
};
use crate::{
    Tag,
    cx::Cx,
    sink::Sink,
    view::{Item, Val},
};

pub const CHECKS: &[Check] = &[
    document("canary-weights", canary_weights),
    document("strategy-block-mismatch", strategy_block),
    document("savepoint-directory", savepoint_directory),
    document("ci-reference-unknown", ci_reference),
];

fn canary_weights(cx: &Cx<'_>, sink: &mut Sink) {
    let steps = cx.root.get("deployment.strategy.canary.steps");
    let weights: Vec<Val<'_>> = steps
        .items()
        .iter()
        .map(|step| step.view().get("weight"))
        .collect();
    for pair in weights.windows(2) {
        if let (Some(before), Some(now)) = (pair[0].int(), pair[1].int())
            && now <= before
        {
            sink.at("canary-weights", &pair[1])
                .with(&pair[0], format!("the step before has {before}"))
                .say(format!(
                    "the share must rise from step to step, and goes from {before} to {now}: the roll-out would go back or stand still"
                ));
            return;
        }
    }
    if let Some(last) = weights.last()
        && let Some(share) = last.int().filter(|share| *share != 100)
    {
        sink.at("canary-weights", last)
            .severity(Severity::Warning)
            .say(format!(
                "the last step stops at {share}%, so the roll-out never ends: it must reach 100"
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

fn strategy_block(cx: &Cx<'_>, sink: &mut Sink) {
    let strategy = cx.root.get("deployment.strategy").view();
    let kind = strategy.get("type");
    if let Some(chosen) = kind.text()
        && BLOCKS.iter().any(|(_, of)| *of == chosen)
    {
        for (block, of) in BLOCKS {
            let val = strategy.get(block);
            if of != chosen && val.is_present() {
                sink.at_key("strategy-block-mismatch", &val)
                    .tag(Tag::Unnecessary)
                    .with(&kind, format!("the strategy is `{chosen}`"))
                    .say(format!(
                        "`{block}` belongs to the strategy `{of}`; with `{chosen}` it has no effect"
                    ));
            }
        }
    }
    let (down, up) = (
        strategy.get("rolling.max_unavailable"),
        strategy.get("rolling.max_surge"),
    );
    let is_zero = |val: &Val<'_>| val.is_any(&["0", "0%"]);
    if is_zero(&down) && is_zero(&up) {
        sink.at("strategy-block-mismatch", &down)
            .severity(Severity::Error)
            .with(&up, "`max_surge` is 0 as well")
            .say("with `max_unavailable` and `max_surge` both 0 no pod may stop and none may be added, so nothing can move");
    }
}

/// The first setting that asks for a savepoint.
fn asks_for_savepoint<'a>(cx: &Cx<'a>) -> Option<Val<'a>> {
    let savepoint = cx.root.get("deployment.savepoint").view();
    let switch = ["auto_savepoint", "periodic.enabled"]
        .into_iter()
        .map(|path| savepoint.get(path))
        .find(Val::is_true);
    switch.or_else(|| {
        let hooks = cx.root.get("deployment.strategy.hooks").view();
        hooks
            .entries()
            .into_iter()
            .flat_map(|(_, hook)| hook.items())
            .map(|step| step.view().get("action"))
            .find(|action| action.is("savepoint"))
    })
}

fn savepoint_directory(cx: &Cx<'_>, sink: &mut Sink) {
    if !cx.whole || !cx.judges_absence() {
        return;
    }
    let directory = cx.root.get("deployment.savepoint.directory");
    if directory.is_present() || cx.root.get("deployment").view().has_errors() {
        return;
    }
    let Some(asks) = asks_for_savepoint(cx) else {
        return;
    };
    let elsewhere = cx.entries("checkpoints").iter().any(|(_, checkpoint)| {
        super::parts::with_regions(&checkpoint.view())
            .iter()
            .any(|(_, view)| view.get("savepoint.directory").is_present())
    });
    if !elsewhere {
        sink.at("savepoint-directory", &asks).say(
            "a savepoint is asked for, and nothing says where to write it: Flink refuses one without a target; set `deployment.savepoint.directory`",
        );
    }
}

fn ci_reference(cx: &Cx<'_>, sink: &mut Sink) {
    let deployments = deployments(cx);
    let Some(deployment) = deployments.first() else {
        return;
    };
    let pipeline = deployment.get("ci_cd").view();
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
            let stage = job.view().get("stage");
            let Some(name) = stage.text() else { continue };
            // GitLab has these two without being told.
            if known.iter().any(|known| *known == name) || matches!(name.as_ref(), ".pre" | ".post")
            {
                continue;
            }
            let near = near_name(&name, &known);
            let report = sink
                .at("ci-reference-unknown", &stage)
                .with(&stages, "the stages");
            offer_name(report, stage.range(), near).say(format!(
                "`stages` has no `{name}`, so GitLab refuses the pipeline{}",
                did_you_mean(near)
            ));
        }
    } else if kind.is("github_actions") {
        let jobs = pipeline.get("jobs").view().entries();
        let known: Vec<String> = jobs.iter().map(|(name, _)| name.to_string()).collect();
        for (job, settings) in &jobs {
            let needs = settings.view().get("needs");
            for item in needs.items() {
                needed(job, &known, &item, sink);
            }
            if let Some(name) = needs.text() {
                let problem = need_problem(job, &known, &name);
                if let Some(problem) = problem {
                    sink.at("ci-reference-unknown", &needs).say(problem);
                }
            }
        }
    }
}

fn need_problem(job: &str, known: &[String], name: &str) -> Option<String> {
    if name == job {
        return Some(format!(
            "the job `{job}` waits for itself, so GitHub refuses the pipeline"
        ));
    }
    if known.iter().any(|known| known == name) {
        return None;
    }
    let near = did_you_mean(near_name(name, known));
    Some(format!(
        "there is no job `{name}` to wait for, so GitHub refuses the pipeline{near}"
    ))
}

fn needed(job: &str, known: &[String], item: &Item<'_>, sink: &mut Sink) {
    let Some(name) = item.text() else { return };
    if let Some(problem) = need_problem(job, known, &name) {
        let near = if name == job {
            None
        } else {
            near_name(&name, known)
        };
        let report = sink.at("ci-reference-unknown", item);
        offer_name(report, item.range(), near).say(problem);
    }
}
