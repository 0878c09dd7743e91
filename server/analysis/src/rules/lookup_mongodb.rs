//! MongoDB: addresses, read preferences, authentication.

use super::{Check, EntryContext, address::Address, document, entry, shared::shown};
use nexflow_catalog::Applicability;
use nexflow_syntax::TextEdit;

use crate::{Fix, document_context::DocumentContext, merged::MergedValue, sink::DiagnosticSink};

pub const CHECKS: &[Check] = &[
    entry("lookups", "mongodb-srv-port", srv_port),
    entry("streams", "mongodb-srv-port", srv_port),
    document("mongodb-srv-port", toolchain_srv_port),
    entry("lookups", "mongodb-staleness-primary", staleness_primary),
    entry("lookups", "mongodb-linearizable", linearizable),
    entry("lookups", "mongodb-auth-contradiction", auth_contradiction),
];

fn srv_port(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    srv(&at.mapping.get("uri"), sink);
    srv(&at.mapping.get("global.uri"), sink);
}

fn toolchain_srv_port(cx: &DocumentContext<'_>, sink: &mut DiagnosticSink) {
    srv(&cx.root.get("mongodb.uri"), sink);
}

fn srv(uri: &MergedValue<'_>, sink: &mut DiagnosticSink) {
    let Some(text) = uri.text() else { return };
    let address = Address::parse(&text);
    if address.scheme != Some("mongodb+srv") {
        return;
    }
    let found = if address.hosts.len() > 1 {
        format!("{} hosts", address.hosts.len())
    } else if let Some(port) = address.hosts.first().and_then(|host| host.port) {
        format!("the port {port}")
    } else {
        return;
    };
    sink.report("mongodb-srv-port", uri).emit(format!(
        "`mongodb+srv://` takes one host name without a port, not {found}."
    ));
}

/// The read preference in whichever form it is given.
fn preference<'a>(at: &EntryContext<'_, 'a>) -> MergedValue<'a> {
    let long = at.mapping.get("read.preference");
    if long.is_present() {
        long
    } else {
        at.mapping.get("read_preference")
    }
}

fn staleness_primary(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let staleness = at.mapping.get("read.max_staleness");
    let preference = preference(at);
    if staleness.is_present() && preference.is("primary") {
        sink.report("mongodb-staleness-primary", &staleness)
            .related(&preference, "the read preference is `primary`")
            .emit("`max_staleness` cannot be combined with read preference `primary`.");
    }
}

fn linearizable(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let preference = preference(at);
    let Some(chosen) = preference.text().filter(|text| text != "primary") else {
        return;
    };
    for path in ["read.concern", "read_concern"] {
        let concern = at.mapping.get(path);
        if concern.is("linearizable") {
            sink.report("mongodb-linearizable", &concern)
                .related(&preference, format!("the read preference is `{chosen}`"))
                .fix(|| prefer_primary(&preference))
                .emit(format!(
                    "`linearizable` reads require read preference `primary`, not `{chosen}`."
                ));
        }
    }
}

/// Makes the preference, in whichever form it is given, fit the concern.
fn prefer_primary(preference: &MergedValue<'_>) -> Option<Fix> {
    let range = preference.range().filter(|_| preference.is_own())?;
    Some(Fix {
        title: "Set the read preference to `primary`".to_owned(),
        edits: vec![TextEdit {
            range,
            insert: "primary".to_owned(),
        }],
        preferred: true,
        applicability: Applicability::Unsafe,
    })
}

fn auth_contradiction(at: &EntryContext<'_, '_>, sink: &mut DiagnosticSink) {
    let mechanism = at.mapping.get("auth.mechanism");
    if mechanism.is("MONGODB-X509") {
        let password = at.mapping.get("auth.password");
        if password.is_present() {
            sink.report_key("mongodb-auth-contradiction", &password)
                .related(&mechanism, "the mechanism is `MONGODB-X509`")
                .emit("`MONGODB-X509` uses a certificate and cannot be combined with a password.");
        }
        let source = at.mapping.get("auth.source");
        if let Some(text) = source.text().filter(|text| text != "$external") {
            sink.report("mongodb-auth-contradiction", &source)
                .related(&mechanism, "the mechanism is `MONGODB-X509`")
                .emit(format!(
                    "`MONGODB-X509` requires the source `$external`, not `{text}`."
                ));
        }
    }
    let (concern, journal) = (
        at.mapping.get("write.concern"),
        at.mapping.get("write.journal"),
    );
    if concern.is("0") && journal.is_true() {
        let value = shown(&concern);
        sink.report("mongodb-auth-contradiction", &journal)
            .related(&concern, format!("the write concern is {value}"))
            .emit("Write concern 0 cannot be combined with waiting for the journal.");
    }
}
