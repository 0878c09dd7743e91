//! The sequences of words in which a process names something outside of itself.

use text_size::{TextRange, TextSize};

use crate::{
    Form, Kind, MAX_BYTES, MAX_REFERENCES, Process, Reference, Scan,
    lexer::{Token, TokenKind, tokens},
    words::{begins_statement, is_connector, is_name, is_sink_name},
};

/// Tokens of `checkpoint every 100 events or 30 seconds` before its `to`.
const MAX_INTERVAL: usize = 10;

/// Finds what the processes of a text refer to.
pub fn scan(text: &str) -> Scan {
    let (text, whole) = match text.len() > MAX_BYTES {
        true => (&text[..text.floor_char_boundary(MAX_BYTES)], false),
        false => (text, true),
    };
    let tokens = tokens(text);
    let mut scanner = Scanner {
        text,
        tokens: &tokens,
        at: 0,
        scan: Scan {
            references: Vec::new(),
            processes: Vec::new(),
            complete: whole,
        },
    };
    while scanner.at < tokens.len() {
        if scanner.scan.references.len() >= MAX_REFERENCES {
            scanner.scan.complete = false;
            break;
        }
        scanner.statement();
    }
    let end = size(text.len());
    let mut scan = scanner.scan;
    // A process ends where the next one begins.
    let mut until = end;
    for process in scan.processes.iter_mut().rev() {
        process.range = TextRange::new(process.range.start(), until);
        until = process.range.start();
    }
    scan.references.sort_by_key(|found| found.range.start());
    // Broken clauses may be read twice.
    scan.references.dedup_by_key(|found| found.range);
    scan
}

struct Scanner<'t> {
    text: &'t str,
    tokens: &'t [Token],
    at: usize,
    scan: Scan,
}

impl<'t> Scanner<'t> {
    fn token(&self, at: usize) -> Option<&'t Token> {
        self.tokens.get(at)
    }

    fn kind(&self, at: usize) -> Option<TokenKind> {
        self.token(at).map(|token| token.kind)
    }

    fn word(&self, at: usize) -> Option<&'t str> {
        let token = self.token(at)?;
        (token.kind == TokenKind::Word).then(|| &self.text[token.start..token.end])
    }

    fn is(&self, at: usize, word: &str) -> bool {
        self.word(at) == Some(word)
    }

    fn is_text(&self, at: usize) -> bool {
        self.kind(at) == Some(TokenKind::Text)
    }

    fn is_sign(&self, at: usize, signs: &[u8]) -> bool {
        matches!(self.kind(at), Some(TokenKind::Sign(sign)) if signs.contains(&sign))
    }

    /// Whether a word stands where a statement or a clause can begin: neither a part of a path, nor a key, a target or a function.
    fn is_plain(&self, at: usize) -> bool {
        let behind_dot = at > 0 && self.is_sign(at - 1, b".");
        !behind_dot && !self.is_sign(at + 1, b":.=(")
    }

    /// Whether the clause that is being read ends before this token.
    fn ends_clause(&self, at: usize) -> bool {
        self.word(at)
            .is_some_and(|word| begins_statement(word) && self.is_plain(at))
    }

    /// Reads what begins at the token at hand, at least that token.
    fn statement(&mut self) {
        let at = self.at;
        self.at += 1;
        let Some(word) = self.word(at).filter(|_| self.is_plain(at)) else {
            return;
        };
        match word {
            "import" => self.import(),
            "process" => self.process(at),
            "receive" => self.receive(at),
            "emit" if self.is(at + 1, "completion") && self.is(at + 2, "to") => {
                self.name(Kind::Completion, at + 3);
            }
            "emit" | "send" if self.is(at + 1, "to") => self.emit(at + 2),
            "late" if self.is(at + 1, "data") && self.is(at + 2, "to") => {
                self.name(Kind::LateData, at + 3);
            }
            "persist" if self.is(at + 1, "to") => self.name(Kind::Persistence, at + 2),
            "enrich" if self.is(at + 1, "using") => self.name(Kind::Lookup, at + 2),
            "lookup" => self.lookup(at),
            "checkpoint" if self.is(at + 1, "every") => self.checkpoint(at + 2),
            "dead_letter" => self.name(Kind::DeadLetter, at + 1),
            "business_date" if self.is(at + 1, "from") => self.name(Kind::Calendar, at + 2),
            "local" | "buffer" if self.is(at + 2, "keyed") => self.name(Kind::State, at + 1),
            "hold" if self.is(at + 2, "in") => self.name(Kind::StateUse, at + 3),
            "store" if self.is(at + 1, "in") => self.name(Kind::StateUse, at + 2),
            "match" if self.is(at + 1, "from") => self.name(Kind::StateUse, at + 2),
            "state_machine" => self.name(Kind::StateUse, at + 1),
            "state" if at == 0 || !self.is(at - 1, "to") => self.states(at + 1),
            "uses" => self.name(Kind::SharedState, at + 1),
            "persistence" => self.name(Kind::StateBackend, at + 1),
            "route" => self.route(at + 1),
            _ => {}
        }
    }

    /// The path behind `import` is one piece; words in it mean nothing.
    fn import(&mut self) {
        self.at += 1;
        while let (Some(last), Some(next)) = (self.token(self.at - 1), self.token(self.at))
            && last.end == next.start
        {
            self.at += 1;
        }
    }

    fn process(&mut self, at: usize) {
        if at > 0 && self.is(at - 1, "using") {
            return;
        }
        let (Some(begin), Some(name)) = (self.token(at), self.token(at + 1)) else {
            return;
        };
        if self.word(at + 1).is_some_and(is_name) && !self.is_sign(at + 2, b".") {
            self.scan.processes.push(Process {
                name: range(name),
                range: range(begin),
            });
            self.name(Kind::Process, at + 1);
        }
    }

    /// `receive a from x`, `receive a: T from x`, `receive from x`, `receive x`; or a connector anywhere in the clause.
    fn receive(&mut self, at: usize) {
        let has_alias = self.word(at + 1).is_some_and(|word| {
            let begins_next = begins_statement(word) && self.is_plain(at + 1);
            word != "from" && (!begins_next || self.is(at + 2, "from"))
        });
        let mut next = at + 1 + usize::from(has_alias);
        if has_alias && self.is_sign(next, b":") && self.word(next + 1).is_some() {
            next += 2;
        }
        // What the process calls its source may be a word that begins a statement elsewhere.
        self.at = next;
        let from_at = self.token(next - 1).map(|token| size(token.end));
        let mut named = None;
        let mut is_named = false;
        let mut clause = next;
        while clause < self.tokens.len() && !self.ends_clause(clause) {
            let is_from =
                self.is(clause, "from") && self.is_plain(clause) && !self.is(clause - 1, "match");
            clause += 1;
            if !is_from || self.is(clause, "timestamp") {
                continue;
            }
            if let Some(physical) = self.connector(clause) {
                return self.add(Kind::Source, Form::Physical, physical, None);
            }
            if !is_named && !self.ends_clause(clause) && self.token(clause).is_some() {
                is_named = true;
                named = Some(clause);
            }
        }
        match named {
            Some(named) => self.name(Kind::Source, named),
            None if has_alias && self.word(at + 1).is_some_and(is_name) => {
                let from_at = from_at.filter(|_| !self.is_sign(at + 2, b"."));
                self.add(Kind::Source, Form::Logical, at + 1, from_at);
            }
            None => {}
        }
    }

    /// The token that names something in an outer system: behind a connector, or a text.
    fn connector(&self, at: usize) -> Option<usize> {
        if self.is_text(at) {
            return Some(at);
        }
        let word = self.word(at)?;
        let next = self.kind(at + 1);
        let is_connector = is_connector(word);
        if next == Some(TokenKind::Text) || is_connector && next == Some(TokenKind::Config) {
            return Some(at + 1);
        }
        (is_connector && self.word(at + 1).is_some_and(is_name)).then_some(at + 1)
    }

    /// `emit to x`, with a connector in the same place or later in the clause.
    fn emit(&mut self, at: usize) {
        // Behind a line that is still being written the next statement begins.
        if self.ends_clause(at) && !self.word(at).is_some_and(is_sink_name) {
            return;
        }
        if let Some(physical) = self.connector(at) {
            // The word behind the sink begins a clause, and a text follows that one.
            let is_direct = self.is_text(at) || self.word(at).is_some_and(is_connector);
            if is_direct {
                return self.add(Kind::Sink, Form::Physical, physical, None);
            }
        }
        let mut clause = at + 1;
        while clause < self.tokens.len() && !self.ends_clause(clause) {
            let is_to =
                self.is(clause, "to") && self.is_plain(clause) && !self.is(clause - 1, "persist");
            clause += 1;
            if is_to
                && !self.is(clause, "timestamp")
                && let Some(physical) = self.connector(clause)
            {
                return self.add(Kind::Sink, Form::Physical, physical, None);
            }
        }
        self.name(Kind::Sink, at);
    }

    /// `lookup x`, `lookup a … from x`, or a store that is named in the process.
    fn lookup(&mut self, at: usize) {
        let is_name = self.word(at + 1).is_some_and(is_name);
        if !is_name {
            return self.name(Kind::Lookup, at + 1);
        }
        let mut clause = at + 2;
        while clause < self.tokens.len() && !self.ends_clause(clause) {
            let is_from = self.is(clause, "from") && self.is_plain(clause);
            clause += 1;
            if is_from {
                return match self.connector(clause) {
                    Some(physical) => self.add(Kind::Lookup, Form::Physical, physical, None),
                    None => self.name(Kind::Lookup, clause),
                };
            }
        }
        self.name(Kind::Lookup, at + 1);
    }

    /// `state a, b` of a window or a transform.
    fn states(&mut self, mut at: usize) {
        self.name(Kind::StateUse, at);
        while self.is_sign(at + 1, b",") && self.word(at + 2).is_some_and(is_name) {
            at += 2;
            self.name(Kind::StateUse, at);
            self.at = at + 1;
        }
    }

    fn checkpoint(&mut self, at: usize) {
        for next in at..at + MAX_INTERVAL {
            if self.ends_clause(next) {
                return;
            }
            if self.is(next, "to") || self.is(next, "using") {
                return self.name(Kind::Checkpoint, next + 1);
            }
        }
    }

    /// Where the records of a route go. What is named may be a branch of the process as well as a sink.
    fn route(&mut self, at: usize) {
        let mut clause = at;
        while clause < self.tokens.len()
            && (!self.ends_clause(clause) || self.is(clause, "otherwise"))
        {
            if self.is(clause, "to") && self.is_plain(clause) {
                self.name(Kind::Route, clause + 1);
            }
            clause += 1;
        }
    }

    /// Notes the name at a token, if one can stand there.
    fn name(&mut self, kind: Kind, at: usize) {
        let form = match self.kind(at) {
            Some(TokenKind::Config) => Form::Config,
            Some(TokenKind::Text) => Form::Physical,
            Some(TokenKind::Word) => {
                let word = self.word(at).unwrap_or_default();
                let is_name = match kind {
                    Kind::Sink => is_sink_name(word),
                    _ => is_name(word),
                };
                // A path is an expression, not a name.
                if !is_name || self.is_sign(at + 1, b".") {
                    return;
                }
                Form::Logical
            }
            _ => return,
        };
        self.add(kind, form, at, None);
    }

    fn add(&mut self, kind: Kind, form: Form, at: usize, from_at: Option<TextSize>) {
        let Some(token) = self.token(at) else { return };
        let form = match token.kind {
            TokenKind::Config => Form::Config,
            _ => form,
        };
        let range = match token.kind {
            TokenKind::Text => {
                let text = &self.text[token.start..token.end];
                let quote = &text[..1];
                let closed = text.len() > 1 && text.ends_with(quote);
                TextRange::new(size(token.start + 1), size(token.end - usize::from(closed)))
            }
            _ => range(token),
        };
        let process = self.scan.processes.len().checked_sub(1);
        self.scan.references.push(Reference {
            kind,
            form,
            range,
            process: process.and_then(|index| u32::try_from(index).ok()),
            from_at,
        });
    }
}

/// Offsets fit: no text is longer than [`MAX_BYTES`].
fn size(offset: usize) -> TextSize {
    TextSize::try_from(offset).unwrap_or_default()
}

fn range(token: &Token) -> TextRange {
    TextRange::new(size(token.start), size(token.end))
}
