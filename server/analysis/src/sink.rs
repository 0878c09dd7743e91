//! How a check reports: at a token of the document itself, with the other fields that are involved.

use nexflow_catalog::{Applicability, Rule, RuleTag, Severity};
use nexflow_syntax::{TextEdit, TextRange};

use crate::{
    Diagnostic, Fix, Related, Tag,
    merged::{MergedItem, MergedMapping, MergedValue},
};

/// Collects diagnostics.
pub struct DiagnosticSink {
    /// What was found, ranges absolute.
    pub diagnostics: Vec<Diagnostic>,
    /// Of which diagnostics fixes are worked out, by their ranges: they cost time and are asked for at one place only.
    pub want_fixes: Option<TextRange>,
    /// Only diagnostics inside this range are kept, when there is one.
    pub within: Option<TextRange>,
}

/// A diagnostic that is being worded.
#[must_use = "a finding counts once it says something"]
pub struct DiagnosticBuilder<'s> {
    sink: &'s mut DiagnosticSink,
    code: &'static str,
    severity: Option<Severity>,
    range: Option<TextRange>,
    /// Whether the reported token is what the diagnostic is about, and not only the nearest one around something inherited.
    exact: bool,
    /// Whether something that the document itself says is involved.
    own: bool,
    related: Vec<Related>,
    fixes: Vec<Fix>,
    tag: Option<Tag>,
    missing: Vec<String>,
    advises: bool,
    absent: Option<&'static str>,
}

/// Something that can be pointed at in a report.
pub trait Reportable {
    /// The token in the document itself.
    fn report_range(&self) -> Option<TextRange>;
    /// Whether the document itself says it.
    fn own(&self) -> bool;
    /// The field that the document does not say itself, by its path in the catalog.
    fn absent(&self) -> Option<&'static str> {
        None
    }
    /// The lines of other files that give the values of the variables in it.
    fn given_by(&self) -> Vec<Related> {
        Vec::new()
    }
}

impl Reportable for MergedValue<'_> {
    fn report_range(&self) -> Option<TextRange> {
        self.range()
    }
    fn own(&self) -> bool {
        self.is_own()
    }
    fn absent(&self) -> Option<&'static str> {
        absent(self)
    }
    fn given_by(&self) -> Vec<Related> {
        MergedValue::given_by(self)
    }
}

impl Reportable for MergedItem<'_> {
    fn report_range(&self) -> Option<TextRange> {
        self.range()
    }
    fn own(&self) -> bool {
        self.is_own()
    }
    fn given_by(&self) -> Vec<Related> {
        MergedItem::given_by(self)
    }
}

/// A mapping as a whole is reported at its key; its absence counts as the document's own saying.
impl Reportable for MergedMapping<'_> {
    fn report_range(&self) -> Option<TextRange> {
        self.anchor()
    }
    fn own(&self) -> bool {
        self.anchor().is_some()
    }
    fn absent(&self) -> Option<&'static str> {
        let schema = self.schema.filter(|_| self.anchor().is_none())?;
        schema.fields().next().map(|field| field.path)
    }
}

/// The path in the catalog of what the document does not say itself.
fn absent(val: &MergedValue<'_>) -> Option<&'static str> {
    (!val.is_own())
        .then(|| val.fields().next().map(|field| field.path))
        .flatten()
}

impl Reportable for TextRange {
    fn report_range(&self) -> Option<TextRange> {
        Some(*self)
    }
    fn own(&self) -> bool {
        true
    }
}

impl DiagnosticSink {
    /// A sink for the diagnostics of a whole document, with the fixes of those that touch a range.
    pub fn new(want_fixes: Option<TextRange>) -> DiagnosticSink {
        DiagnosticSink {
            diagnostics: Vec::new(),
            want_fixes,
            within: None,
        }
    }

    /// Begins a diagnostic of rule `code` at a value (or, where it is missing or inherited, at the nearest token around it).
    pub fn report(&mut self, code: &'static str, place: &impl Reportable) -> DiagnosticBuilder<'_> {
        let (range, own) = (place.report_range(), place.own());
        let mut report = self.begin(code, range, own, false);
        report.related = place.given_by();
        report.absent = place.absent();
        report
    }

    /// Begins a diagnostic at the key of a value.
    pub fn report_key(
        &mut self,
        code: &'static str,
        val: &MergedValue<'_>,
    ) -> DiagnosticBuilder<'_> {
        let range = val.key_range().or(val.around());
        let own = val.is_own();
        let mut report = self.begin(code, range, own, false);
        report.absent = absent(val);
        report
    }

    /// Begins a diagnostic about something that is absent: reported at the nearest token around it.
    pub fn report_missing(
        &mut self,
        code: &'static str,
        val: &MergedValue<'_>,
    ) -> DiagnosticBuilder<'_> {
        let range = val.key_range().or(val.around());
        let mut report = self.begin(code, range, true, true);
        report.absent = val.fields().next().map(|field| field.path);
        report
    }

    fn begin(
        &mut self,
        code: &'static str,
        range: Option<TextRange>,
        own: bool,
        missing: bool,
    ) -> DiagnosticBuilder<'_> {
        DiagnosticBuilder {
            sink: self,
            code,
            severity: None,
            range,
            exact: own && !missing,
            own,
            related: Vec::new(),
            fixes: Vec::new(),
            tag: None,
            missing: Vec::new(),
            advises: false,
            absent: None,
        }
    }
}

impl DiagnosticBuilder<'_> {
    /// Names another place that is involved, with what matters about it. A diagnostic in which nothing is the document's own is
    /// dropped: the base document reports it. Where only the reported value is inherited, the first of the others that the
    /// document itself says is reported in its place, for that is what its author can change.
    pub fn related(mut self, other: &impl Reportable, message: impl Into<String>) -> Self {
        if other.own()
            && let Some(range) = other.report_range()
        {
            if !self.own {
                self.own = true;
                self.range = Some(range);
                return self;
            }
            self.related.push(Related {
                line: None,
                file: None,
                range,
                message: message.into(),
            });
        }
        self
    }

    /// Names a place in a document that this one extends.
    pub fn related_in_base(
        mut self,
        uri: &str,
        range: TextRange,
        message: impl Into<String>,
    ) -> Self {
        self.related.push(Related {
            line: None,
            file: Some(uri.to_owned()),
            range,
            message: message.into(),
        });
        self
    }

    /// Names a line of another file that gives a value.
    pub fn with_line(mut self, line: Related) -> Self {
        self.related.push(line);
        self
    }

    /// Replaces the severity of the rule table, for rules that have two.
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = Some(severity);
        self
    }

    /// Names the field that is absent, where the reported token does not.
    pub fn absent(mut self, path: &'static str) -> Self {
        self.absent = Some(path);
        self
    }

    /// Marks the token as deprecated or without effect.
    pub fn tag(mut self, tag: Tag) -> Self {
        self.tag = Some(tag);
        self
    }

    /// Names the fields whose absence is reported, by their paths from the block that lacks them.
    pub fn missing(mut self, paths: impl IntoIterator<Item: Into<String>>) -> Self {
        self.missing.extend(paths.into_iter().map(Into::into));
        self
    }

    /// Marks that the message says what to do, where not all messages of the rule do.
    pub fn advises(mut self, does: bool) -> Self {
        self.advises = does;
        self
    }

    /// Whether somebody asks for edits.
    pub fn wants_fixes(&self) -> bool {
        self.sink.want_fixes.is_some_and(|wanted| {
            let touches = |range: TextRange| range.intersect(wanted).is_some();
            self.range.is_none_or(touches)
        })
    }

    /// Offers an edit; it is worked out only when somebody asks.
    pub fn fix(mut self, fix: impl FnOnce() -> Option<Fix>) -> Self {
        if self.wants_fixes() {
            self.fixes.extend(fix());
        }
        self
    }

    /// Offers to replace the reported token by `text`: the likely edit, which changes what the document does and so wants a look.
    pub fn replace(self, title: impl Into<String>, text: impl Into<String>) -> Self {
        self.put(title.into(), text.into(), Applicability::Unsafe)
    }

    /// Offers to replace the reported token by `text`, which says the same rightly: certain enough to be applied without a look.
    pub fn rewrite(self, title: impl Into<String>, text: impl Into<String>) -> Self {
        self.put(title.into(), text.into(), Applicability::Safe)
    }

    fn put(self, title: String, insert: String, applicability: Applicability) -> Self {
        let Some(range) = self.range.filter(|_| self.exact) else {
            return self;
        };
        self.fix(|| {
            Some(Fix {
                title,
                edits: vec![TextEdit { range, insert }],
                preferred: true,
                applicability,
            })
        })
    }

    /// Ends the diagnostic with its words.
    pub fn emit(self, message: impl Into<String>) {
        if !self.own {
            return;
        }
        let range = self.range.or_else(|| {
            let own = self.related.iter().find(|related| related.file.is_none());
            own.map(|related| related.range)
        });
        let Some(range) = range else { return };
        if let Some(within) = self.sink.within
            && !within.contains_range(range)
        {
            return;
        }
        let declared = nexflow_catalog::rule(self.code);
        let severity = self
            .severity
            .or_else(|| declared.map(|rule| rule.severity))
            .unwrap_or(Severity::Error);
        self.sink.diagnostics.push(Diagnostic {
            code: self.code,
            severity,
            range,
            message: message.into(),
            related: self.related,
            tag: self.tag.or_else(|| declared.and_then(drawn)),
            missing: self.missing,
            advises: self.advises,
            versions: Vec::new(),
            absent: self.absent,
            recorded: false,
            fixes: self.fixes,
        });
    }
}

/// How the catalog wants a rule's diagnostics to be drawn.
fn drawn(rule: &Rule) -> Option<Tag> {
    rule.tag.map(|tag| match tag {
        RuleTag::Deprecated => Tag::Deprecated,
        RuleTag::Unnecessary => Tag::Unnecessary,
    })
}
