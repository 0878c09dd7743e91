//! MongoDB: addresses, read preferences, authentication.

use super::{Check, EntryCx, address::Address, document, entry, parts::shown};
use nexflow_syntax::TextEdit;

use crate::{Fix, cx::Cx, sink::Sink, view::Val};

pub const CHECKS: &[Check] = &[
    entry("lookups", "mongodb-srv-port", srv_port),
    entry("streams", "mongodb-srv-port", srv_port),
    document("mongodb-srv-port", toolchain_srv_port),
    entry("lookups", "mongodb-staleness-primary", staleness_primary),
    entry("lookups", "mongodb-linearizable", linearizable),
    entry("lookups", "mongodb-auth-contradiction", auth_contradiction),
];

fn srv_port(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    srv(&at.view.get("uri"), sink);
    srv(&at.view.get("global.uri"), sink);
}

fn toolchain_srv_port(cx: &Cx<'_>, sink: &mut Sink) {
    srv(&cx.root.get("mongodb.uri"), sink);
}

fn srv(uri: &Val<'_>, sink: &mut Sink) {
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
    sink.at("mongodb-srv-port", uri).say(format!(
        "`mongodb+srv://` finds hosts and ports in the DNS and takes one name without a port; here are {found}"
    ));
}

/// The read preference in whichever form it is given.
fn preference<'a>(at: &EntryCx<'_, 'a>) -> Val<'a> {
    let long = at.view.get("read.preference");
    if long.is_present() {
        long
    } else {
        at.view.get("read_preference")
    }
}

fn staleness_primary(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let staleness = at.view.get("read.max_staleness");
    let preference = preference(at);
    if staleness.is_present() && preference.is("primary") {
        sink.at("mongodb-staleness-primary", &staleness)
            .with(&preference, "the read preference is `primary`")
            .say("`max_staleness` says how far behind a secondary may be, and drivers refuse it together with `primary`");
    }
}

fn linearizable(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let preference = preference(at);
    let Some(chosen) = preference.text().filter(|text| text != "primary") else {
        return;
    };
    for path in ["read.concern", "read_concern"] {
        let concern = at.view.get(path);
        if concern.is("linearizable") {
            sink.at("mongodb-linearizable", &concern)
                .with(&preference, format!("the read preference is `{chosen}`"))
                .fix(|| prefer_primary(&preference))
                .say(format!(
                    "only the primary can answer `linearizable` reads, and the preference is `{chosen}`"
                ));
        }
    }
}

/// Makes the preference, in whichever form it is given, fit the concern.
fn prefer_primary(preference: &Val<'_>) -> Option<Fix> {
    let range = preference.range().filter(|_| preference.is_own())?;
    Some(Fix {
        title: "Prefer `primary`".to_owned(),
        edits: vec![TextEdit {
            range,
            insert: "primary".to_owned(),
        }],
        preferred: true,
        safe: false,
    })
}

fn auth_contradiction(at: &EntryCx<'_, '_>, sink: &mut Sink) {
    let mechanism = at.view.get("auth.mechanism");
    if mechanism.is("MONGODB-X509") {
        let password = at.view.get("auth.password");
        if password.is_present() {
            sink.at_key("mongodb-auth-contradiction", &password)
                .with(&mechanism, "the mechanism is `MONGODB-X509`")
                .say("`MONGODB-X509` logs in by certificate, and drivers refuse a password beside it");
        }
        let source = at.view.get("auth.source");
        if let Some(text) = source.text().filter(|text| text != "$external") {
            sink.at("mongodb-auth-contradiction", &source)
                .with(&mechanism, "the mechanism is `MONGODB-X509`")
                .say(format!(
                    "`MONGODB-X509` knows its users in `$external` only, and drivers refuse `{text}`"
                ));
        }
    }
    let (concern, journal) = (at.view.get("write.concern"), at.view.get("write.journal"));
    if concern.is("0") && journal.is_true() {
        let value = shown(&concern);
        sink.at("mongodb-auth-contradiction", &journal)
            .with(&concern, format!("the write concern is {value}"))
            .say("write concern 0 waits for no answer, so it cannot wait for the journal; drivers refuse the two together");
    }
}
