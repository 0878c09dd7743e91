//! How a check reports: at a token of the document itself, with the other fields that are involved.

use nexflow_catalog::{Rule, RuleTag, Severity};
use nexflow_syntax::{TextEdit, TextRange};

use crate::{
    Diagnostic, Fix, Related, Tag,
    view::{Item, Val, View},
};

/// Collects findings.
pub struct Sink {
    /// What was found, ranges absolute.
    pub found: Vec<Diagnostic>,
    /// Whether fixes are worked out; they cost time and are asked for at one place only.
    pub want_fixes: bool,
    /// Only findings inside this range are kept, when there is one.
    pub within: Option<TextRange>,
}

/// A finding that is being worded.
#[must_use = "a finding counts once it says something"]
pub struct Report<'s> {
    sink: &'s mut Sink,
    code: &'static str,
    severity: Option<Severity>,
    range: Option<TextRange>,
    /// Whether the reported token is what the finding is about, and not only the nearest one around something inherited.
    exact: bool,
    /// Whether something that the document itself says is involved.
    own: bool,
    related: Vec<Related>,
    fixes: Vec<Fix>,
    tag: Option<Tag>,
}

/// Something that can be pointed at in a report.
pub trait Place {
    /// The token in the document itself.
    fn place(&self) -> Option<TextRange>;
    /// Whether the document itself says it.
    fn own(&self) -> bool;
}

impl Place for Val<'_> {
    fn place(&self) -> Option<TextRange> {
        self.range()
    }
    fn own(&self) -> bool {
        self.is_own()
    }
}

impl Place for Item<'_> {
    fn place(&self) -> Option<TextRange> {
        self.range()
    }
    fn own(&self) -> bool {
        self.is_own()
    }
}

/// A mapping as a whole is reported at its key; its absence counts as the document's own saying.
impl Place for View<'_> {
    fn place(&self) -> Option<TextRange> {
        self.anchor()
    }
    fn own(&self) -> bool {
        self.anchor().is_some()
    }
}

impl Place for TextRange {
    fn place(&self) -> Option<TextRange> {
        Some(*self)
    }
    fn own(&self) -> bool {
        true
    }
}

impl Sink {
    /// A sink for the findings of a whole document.
    pub fn new(want_fixes: bool) -> Sink {
        Sink {
            found: Vec::new(),
            want_fixes,
            within: None,
        }
    }

    /// Begins a finding of rule `code` at a value (or, where it is missing or inherited, at the nearest token around it).
    pub fn at(&mut self, code: &'static str, place: &impl Place) -> Report<'_> {
        let (range, own) = (place.place(), place.own());
        self.report(code, range, own, false)
    }

    /// Begins a finding at the key of a value.
    pub fn at_key(&mut self, code: &'static str, val: &Val<'_>) -> Report<'_> {
        let range = val.key_range().or(val.around());
        let own = val.is_own();
        self.report(code, range, own, false)
    }

    /// Begins a finding about something that is absent: reported at the nearest token around it.
    pub fn missing(&mut self, code: &'static str, val: &Val<'_>) -> Report<'_> {
        let range = val.key_range().or(val.around());
        self.report(code, range, true, true)
    }

    fn report(
        &mut self,
        code: &'static str,
        range: Option<TextRange>,
        own: bool,
        missing: bool,
    ) -> Report<'_> {
        Report {
            sink: self,
            code,
            severity: None,
            range,
            exact: own && !missing,
            own,
            related: Vec::new(),
            fixes: Vec::new(),
            tag: None,
        }
    }
}

impl Report<'_> {
    /// Names another place that is involved, with what matters about it. A finding in which nothing is the document's own is
    /// dropped: the base document reports it. Where only the reported value is inherited, the first of the others that the
    /// document itself says is reported in its place, for that is what its author can change.
    pub fn with(mut self, other: &impl Place, message: impl Into<String>) -> Self {
        if other.own()
            && let Some(range) = other.place()
        {
            if !self.own {
                self.own = true;
                self.range = Some(range);
                return self;
            }
            self.related.push(Related {
                file: None,
                range,
                message: message.into(),
            });
        }
        self
    }

    /// Names a place in a document that this one extends.
    pub fn with_base(mut self, uri: &str, range: TextRange, message: impl Into<String>) -> Self {
        self.related.push(Related {
            file: Some(uri.to_owned()),
            range,
            message: message.into(),
        });
        self
    }

    /// Replaces the severity of the rule table, for rules that have two.
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = Some(severity);
        self
    }

    /// Marks the token as deprecated or without effect.
    pub fn tag(mut self, tag: Tag) -> Self {
        self.tag = Some(tag);
        self
    }

    /// Offers an edit; it is worked out only when somebody asks.
    pub fn fix(mut self, fix: impl FnOnce() -> Option<Fix>) -> Self {
        if self.sink.want_fixes {
            self.fixes.extend(fix());
        }
        self
    }

    /// Offers to replace the reported token by `text`: the likely edit, which changes what the document does and so wants a look.
    pub fn replace(self, title: impl Into<String>, text: impl Into<String>) -> Self {
        self.put(title.into(), text.into(), false)
    }

    /// Offers to replace the reported token by `text`, which says the same rightly: certain enough to be applied without a look.
    pub fn rewrite(self, title: impl Into<String>, text: impl Into<String>) -> Self {
        self.put(title.into(), text.into(), true)
    }

    fn put(self, title: String, insert: String, safe: bool) -> Self {
        let Some(range) = self.range.filter(|_| self.exact) else {
            return self;
        };
        self.fix(|| {
            Some(Fix {
                title,
                edits: vec![TextEdit { range, insert }],
                preferred: true,
                safe,
            })
        })
    }

    /// Ends the finding with its words.
    pub fn say(self, message: impl Into<String>) {
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
        self.sink.found.push(Diagnostic {
            code: self.code,
            severity,
            range,
            message: message.into(),
            related: self.related,
            tag: self.tag.or_else(|| declared.and_then(drawn)),
            fixes: self.fixes,
        });
    }
}

/// How the catalog wants a rule's findings to be drawn.
fn drawn(rule: &Rule) -> Option<Tag> {
    rule.tag.map(|tag| match tag {
        RuleTag::Deprecated => Tag::Deprecated,
        RuleTag::Unnecessary => Tag::Unnecessary,
    })
}
