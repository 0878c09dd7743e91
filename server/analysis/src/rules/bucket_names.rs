//! Names of buckets, containers and storage accounts: what AWS, Google and Azure take as one.

use super::{Check, EntryContext, absence::shown, entry};
use crate::{
    merged::MergedValue,
    secret,
    sink::{DiagnosticBuilder, DiagnosticSink},
};

pub const CHECKS: &[Check] = &[
    entry("checkpoints", "bucket-not-a-name", bucket_not_a_name),
    entry("checkpoints", "s3-bucket-name", s3_bucket_name),
    entry("checkpoints", "s3-bucket-java-host", s3_bucket_java_host),
    entry("checkpoints", "s3-bucket-dots-tls", s3_bucket_dots_tls),
    entry("checkpoints", "gcs-bucket-name", gcs_bucket_name),
    entry("checkpoints", "azure-container-name", azure_container_name),
    entry("checkpoints", "azure-account-name", azure_account_name),
];

/// What is wrong with a name.
struct NameProblem {
    text: String,
    /// The text says what to use instead.
    advises: bool,
}

impl<T: Into<String>> From<T> for NameProblem {
    fn from(text: T) -> NameProblem {
        NameProblem {
            text: text.into(),
            advises: false,
        }
    }
}

impl NameProblem {
    /// Reports it behind the name.
    fn emit(self, report: DiagnosticBuilder<'_>, name: String) {
        let NameProblem { text, advises } = self;
        report.advises(advises).emit(format!("{name}: {text}."));
    }
}

/// The bucket of a store of this type with its name, where the name is known and no address.
fn bucket<'a>(at: &EntryContext<'_, 'a>, kind: &str) -> Option<(MergedValue<'a>, String)> {
    let bucket = at.mapping.get("bucket");
    let name = bucket.text()?.into_owned();
    (at.mapping.get("type").is(kind) && !name.contains('/')).then_some((bucket, name))
}

fn bucket_not_a_name(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let bucket = at.mapping.get("bucket");
    if let Some(text) = bucket.text().filter(|text| text.contains('/')) {
        let what = if text.contains("://") {
            "an address"
        } else {
            "a path"
        };
        sink.report("bucket-not-a-name", &bucket).emit(format!(
            "`{text}` is {what}, not a bucket name; put the path into `prefix`."
        ));
    }
}

fn s3_bucket_name(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let Some((bucket, name)) = bucket(at, "s3") else {
        return;
    };
    // Other vendors have rules of their own.
    if at.absent("s3.endpoint").is_none() {
        return;
    }
    if let Some(problem) = s3_name_problem(&name) {
        let meant = name.to_ascii_lowercase().replace('_', "-");
        let report = sink.report("s3-bucket-name", &bucket);
        let report = match s3_name_problem(&meant) {
            // A credential that was put here is not repeated in another spelling.
            None if secret::parts(&name).is_empty() => {
                report.replace(format!("Change to `{meant}`"), meant)
            }
            _ => report,
        };
        problem.emit(report, format!("Invalid S3 bucket name `{name}`"));
    }
}

/// What AWS has against a name for a general purpose bucket.
fn s3_name_problem(name: &str) -> Option<NameProblem> {
    const PREFIXES: [&str; 3] = ["xn--", "sthree-", "amzn-s3-demo-"];
    // `-s3alias` ends the alias of an access point, which stands wherever a bucket's name does.
    const SUFFIXES: [&str; 4] = ["--ol-s3", ".mrap", "--x-s3", "--table-s3"];
    if let Some(problem) = length_problem(name, 63)
        .or_else(|| character_problem(name, ".-", "lower-case letters, digits, dots and hyphens"))
        .or_else(|| ends_problem(name))
    {
        return Some(problem);
    }
    if name.contains("..") {
        return Some("it must not have two dots in a row".into());
    }
    if is_ipv4(name) {
        return Some("it must not look like an IP address".into());
    }
    let reserved = PREFIXES
        .iter()
        .find(|prefix| name.starts_with(**prefix))
        .map(|prefix| format!("names that begin with `{prefix}` are reserved").into());
    reserved.or_else(|| {
        SUFFIXES
            .iter()
            .find(|suffix| name.ends_with(**suffix))
            .map(|suffix| format!("names that end with `{suffix}` are reserved").into())
    })
}

/// True when Java finds no host in `s3://name/`: a host with dots must end in a label that begins with a letter, and no
/// label may end with a hyphen.
fn java_finds_no_host(name: &str) -> bool {
    let last = name.rsplit_once('.').map(|(_, last)| last);
    last.is_some_and(|last| last.starts_with(|first: char| first.is_ascii_digit()))
        || name.split('.').any(|label| label.ends_with('-'))
}

fn s3_bucket_java_host(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let Some((bucket, name)) = bucket(at, "s3") else {
        return;
    };
    if s3_name_problem(&name).is_none() && java_finds_no_host(&name) {
        sink.report("s3-bucket-java-host", &bucket).emit(format!(
            "Java finds no host name in `s3://{name}/`, so Hadoop's S3A finds no bucket."
        ));
    }
}

fn s3_bucket_dots_tls(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let Some((bucket, name)) = bucket(at, "s3") else {
        return;
    };
    let sound = s3_name_problem(&name).is_none() && !java_finds_no_host(&name);
    if sound && name.contains('.') && at.is_off("s3.path_style_access") {
        sink.report("s3-bucket-dots-tls", &bucket).emit(format!(
            "HTTPS to `{name}.s3.amazonaws.com` fails: the certificate covers one label only."
        ));
    }
}

fn gcs_bucket_name(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let Some((bucket, name)) = bucket(at, "gcs") else {
        return;
    };
    if let Some(problem) = gcs_name_problem(&name) {
        let report = sink.report("gcs-bucket-name", &bucket);
        problem.emit(report, format!("Invalid GCS bucket name `{name}`"));
    }
}

fn gcs_name_problem(name: &str) -> Option<NameProblem> {
    let longest = if name.contains('.') { 222 } else { 63 };
    if let Some(problem) = length_problem(name, longest)
        .or_else(|| {
            character_problem(
                name,
                "-_.",
                "lower-case letters, digits, hyphens, underscores and dots",
            )
        })
        .or_else(|| ends_problem(name))
    {
        return Some(problem);
    }
    if name.split('.').any(|label| label.len() > 63) {
        return Some("no part between dots may be longer than 63 characters".into());
    }
    if is_ipv4(name) {
        return Some("it must not be an IP address".into());
    }
    if name.starts_with("goog") {
        return Some("it must not begin with `goog`".into());
    }
    ["google", "g00gle"]
        .iter()
        .find(|word| name.contains(**word))
        .map(|word| format!("it must not contain `{word}`").into())
}

fn azure_container_name(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let container = at.mapping.get("container");
    let Some(name) = container.text() else { return };
    let problem = length_problem(&name, 63)
        .or_else(|| character_problem(&name, "-", "lower-case letters, digits and hyphens"))
        .or_else(|| ends_problem(&name))
        .or_else(|| {
            name.contains("--")
                .then(|| "it must not have two hyphens in a row".into())
        });
    if let Some(problem) = problem {
        let report = sink.report("azure-container-name", &container);
        problem.emit(report, format!("Invalid Azure container name `{name}`"));
    }
}

fn azure_account_name(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let account = at.mapping.get("azure.account_name");
    let Some(name) = account.text() else { return };
    let problem = length_problem(&name, 24)
        .or_else(|| character_problem(&name, "", "lower-case letters and digits"));
    if let Some(problem) = problem {
        let name = shown(&account);
        let report = sink.report("azure-account-name", &account);
        problem.emit(
            report,
            format!("Invalid Azure storage account name `{name}`"),
        );
    }
}

fn length_problem(name: &str, longest: usize) -> Option<NameProblem> {
    let length = name.chars().count();
    (!(3..=longest).contains(&length))
        .then(|| format!("it must have 3 to {longest} characters, not {length}").into())
}

fn character_problem(name: &str, others: &str, allowed: &str) -> Option<NameProblem> {
    name.chars()
        .find(|c| !(c.is_ascii_lowercase() || c.is_ascii_digit() || others.contains(*c)))
        .map(|c| match c {
            ' ' => format!("it contains a space. Use {allowed}"),
            c if c.is_ascii_uppercase() => {
                format!("upper-case letters are not allowed. Use {allowed}")
            }
            c => format!("`{c}` is not allowed. Use {allowed}"),
        })
        .map(|text| NameProblem {
            text,
            advises: true,
        })
}

fn ends_problem(name: &str) -> Option<NameProblem> {
    let sound = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    (!name.starts_with(sound) || !name.ends_with(sound))
        .then(|| "it must begin and end with a letter or digit".into())
}

fn is_ipv4(name: &str) -> bool {
    let labels: Vec<_> = name.split('.').collect();
    labels.len() == 4
        && labels.iter().all(|label| {
            (1..=3).contains(&label.len()) && label.bytes().all(|byte| byte.is_ascii_digit())
        })
}
