//! Syntax errors in words for people.

use text_size::TextRange;

use crate::TextEdit;

/// A place where the text is no YAML, in words for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// What kind of error it is.
    pub code: SyntaxCode,
    /// The token that is wrong.
    pub range: TextRange,
    /// What is wrong and what would be right.
    pub message: String,
    /// The piece of the text that the message repeats, as it stands in the message. The text may be a secret.
    pub quotes: Option<String>,
    /// A second place that matters (where the quote was opened, the first merge conflict marker …).
    pub related: Option<(TextRange, String)>,
    /// The edits that fix it, where there is one right way.
    pub fix: Option<SyntaxFix>,
}

/// Edits that fix a syntax error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxFix {
    /// What the edits do, as an editor shows it.
    pub title: String,
    /// The edits, in the order of the text, all in terms of the text as it is.
    pub edits: Vec<TextEdit>,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// Stable kebab-case codes of syntax errors.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum SyntaxCode {
            $($(#[$doc])* $name,)*
        }

        impl SyntaxCode {
            /// Every code.
            pub const ALL: &'static [SyntaxCode] = &[$(SyntaxCode::$name,)*];

            /// The code as it is shown and configured.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(SyntaxCode::$name => $text,)*
                }
            }
        }
    };
}

codes! {
    /// A key has no colon behind it.
    MissingColon = "missing-colon",
    /// `key:value`.
    MissingSpaceAfterColon = "missing-space-after-colon",
    /// `"` or `'` without its partner.
    UnclosedQuote = "unclosed-quote",
    /// `[` or `{` without its partner.
    UnclosedBracket = "unclosed-bracket",
    /// `]` or `}` that closes nothing, or the other kind.
    UnexpectedBracket = "unexpected-bracket",
    /// Two entries of a flow collection without a comma between them.
    MissingComma = "missing-comma",
    /// `${NAME}` bare inside `{ }` or `[ ]`.
    UnquotedVariable = "unquoted-variable",
    /// A tab where only spaces can indent.
    TabIndentation = "tab-indentation",
    /// A line that is deeper or less deep than its neighbours allow.
    BadIndentation = "bad-indentation",
    /// `<<<<<<<` and its like.
    MergeConflict = "merge-conflict",
    /// A value that begins with `@` or a backtick.
    ReservedCharacter = "reserved-character",
    /// A value that begins with `%`, `|`, `>`, `,`, … where that has a meaning which does not fit.
    UnexpectedCharacter = "unexpected-character",
    /// `key: a: b`.
    NestedColon = "nested-colon",
    /// `key: - item`.
    ListOnKeyLine = "list-on-key-line",
    /// A `-` among the keys of a mapping.
    ItemAmongKeys = "item-among-keys",
    /// A key among the `-` items of a list.
    KeyAmongItems = "key-among-items",
    /// Text where nothing can stand: behind a closed quote, a closed bracket, a list.
    UnexpectedText = "unexpected-text",
    /// An escape sequence that YAML does not know.
    BadEscape = "bad-escape",
    /// A wrong header or body of `|` or `>`.
    BadBlockScalar = "bad-block-scalar",
    /// `#` directly behind a token.
    CommentNeedsSpace = "comment-needs-space",
    /// `*name` without `&name` before it.
    UndefinedAlias = "undefined-alias",
    /// `&` or `*` without a name, an anchor where none can be.
    BadAnchor = "bad-anchor",
    /// A tag that is no tag, or whose handle is not declared.
    BadTag = "bad-tag",
    /// A wrong `%` line, or one in the wrong place.
    BadDirective = "bad-directive",
    /// Text behind `...`, a marker inside a quoted text.
    BadDocumentMarker = "bad-document-marker",
    /// Collections nested deeper than the limit.
    TooDeep = "too-deep",
    /// A text longer than the limit.
    TooLarge = "too-large",
    /// A key longer than YAML allows.
    KeyTooLong = "key-too-long",
    /// A control character that YAML does not allow.
    ControlCharacter = "control-character",
    /// Any other violation of the grammar.
    Other = "invalid-yaml",
}

/// A [`SyntaxError`] whose positions are relative to its fragment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RawError {
    pub code: SyntaxCode,
    pub start: u32,
    pub end: u32,
    pub message: String,
    pub quotes: Option<String>,
    pub fix: Option<RawFix>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RawFix {
    pub title: String,
    pub edits: Vec<(u32, u32, String)>,
}

impl RawError {
    pub fn new(code: SyntaxCode, start: usize, end: usize, message: impl Into<String>) -> RawError {
        RawError {
            code,
            start: start as u32,
            end: end.max(start) as u32,
            message: message.into(),
            quotes: None,
            fix: None,
        }
    }

    /// The error whose message repeats this piece of the text.
    pub fn quoting(mut self, piece: &str) -> RawError {
        self.quotes = (!piece.is_empty()).then(|| piece.to_owned());
        self
    }

    pub fn with_fix(
        mut self,
        title: impl Into<String>,
        edits: Vec<(usize, usize, String)>,
    ) -> RawError {
        let edits = edits
            .into_iter()
            .map(|(start, end, text)| (start as u32, end as u32, text))
            .collect();
        self.fix = Some(RawFix {
            title: title.into(),
            edits,
        });
        self
    }

    /// The error with absolute positions, for a fragment that begins at `base`.
    pub fn at(&self, base: u32) -> SyntaxError {
        let range =
            |start: u32, end: u32| TextRange::new((base + start).into(), (base + end).into());
        SyntaxError {
            code: self.code,
            range: range(self.start, self.end),
            message: self.message.clone(),
            quotes: self.quotes.clone(),
            related: None,
            fix: self.fix.as_ref().map(|fix| SyntaxFix {
                title: fix.title.clone(),
                edits: fix
                    .edits
                    .iter()
                    .map(|(start, end, text)| TextEdit {
                        range: range(*start, *end),
                        insert: text.clone(),
                    })
                    .collect(),
            }),
        }
    }
}
