//! Text becomes words, texts and signs. Comments and SQL blocks are left out.
//!
//! Nothing is ever looked for twice: where the end of something is not found, that is remembered until there may be one again.
//! So the time is linear in the text, whatever stands in it.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// A keyword or a name.
    Word,
    /// A text in quotes.
    Text,
    /// `${…}`.
    Config,
    /// A number, with its unit.
    Number,
    /// Any other character.
    Sign(u8),
}

/// A token with its place in the text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// The tokens of a text.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let mut lexer = Lexer {
        bytes: text.as_bytes(),
        at: 0,
        no_comment_end: false,
        no_sql_end: false,
        open_quote_until: 0,
        plain_text_until: 0,
    };
    let mut tokens = Vec::with_capacity(text.len() / 6);
    while lexer.at < lexer.bytes.len() {
        let start = lexer.at;
        if let Some(kind) = lexer.next() {
            let end = lexer.at;
            tokens.push(Token { kind, start, end });
        }
    }
    tokens
}

struct Lexer<'t> {
    bytes: &'t [u8],
    at: usize,
    /// No block comment that begins from here on has an end.
    no_comment_end: bool,
    /// No SQL block that begins from here on has an end.
    no_sql_end: bool,
    /// Before this place no text in single quotes has an end.
    open_quote_until: usize,
    /// Before this place no text has an end when `${…}` in it is read as one piece.
    plain_text_until: usize,
}

impl Lexer<'_> {
    /// The next token; `None` for what is left out.
    fn next(&mut self) -> Option<TokenKind> {
        let rest = &self.bytes[self.at..];
        match rest[0] {
            b' ' | b'\t' | b'\r' | b'\n' => {
                self.at += 1;
                None
            }
            b'/' if rest.starts_with(b"//") => {
                self.at = self.line_end();
                None
            }
            b'/' if rest.starts_with(b"/*") && !self.no_comment_end => self.block(b"*/", 2),
            b'`' if rest.starts_with(b"```") && !self.no_sql_end => self.block(b"```", 3),
            b'"' => {
                self.double_quoted();
                Some(TokenKind::Text)
            }
            b'\'' if self.at >= self.open_quote_until => Some(self.single_quoted()),
            b'$' if rest.starts_with(b"${") => {
                self.config();
                Some(TokenKind::Config)
            }
            b'A'..=b'Z' | b'a'..=b'z' | b'_' => {
                self.skip(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
                Some(TokenKind::Word)
            }
            b'0'..=b'9' => {
                self.skip(|byte| byte.is_ascii_alphanumeric());
                Some(TokenKind::Number)
            }
            sign => {
                self.at += 1;
                self.skip(|byte| byte & 0xc0 == 0x80);
                Some(TokenKind::Sign(sign))
            }
        }
    }

    fn skip(&mut self, part: impl Fn(u8) -> bool) {
        let rest = &self.bytes[self.at..];
        let length = rest.iter().position(|byte| !part(*byte));
        self.at += length.unwrap_or(rest.len());
    }

    fn line_end(&self) -> usize {
        let rest = &self.bytes[self.at..];
        let length = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
        self.at + length.unwrap_or(rest.len())
    }

    /// A block comment or a block of SQL. One without an end is only begun: its sign counts for nothing.
    fn block(&mut self, close: &[u8], open: usize) -> Option<TokenKind> {
        let inside = self.at + open;
        let rest = &self.bytes[inside..];
        match rest.windows(close.len()).position(|part| part == close) {
            Some(length) => {
                self.at = inside + length + close.len();
                None
            }
            None => {
                match close {
                    b"*/" => self.no_comment_end = true,
                    _ => self.no_sql_end = true,
                }
                let sign = self.bytes[self.at];
                self.at += 1;
                Some(TokenKind::Sign(sign))
            }
        }
    }

    /// A text in double quotes. One that is not closed ends with its line, as it will when it is.
    fn double_quoted(&mut self) {
        if self.at >= self.plain_text_until {
            let (end, closed) = self.quoted(b'"', true);
            if closed {
                self.at = end;
                return;
            }
            self.plain_text_until = end;
        }
        self.at = self.quoted(b'"', false).0;
    }

    /// A text in single quotes. One that is not closed is an apostrophe.
    fn single_quoted(&mut self) -> TokenKind {
        let (end, closed) = self.quoted(b'\'', false);
        if closed {
            self.at = end;
            return TokenKind::Text;
        }
        self.open_quote_until = end;
        self.at += 1;
        TokenKind::Sign(b'\'')
    }

    /// Where the text that begins here ends, and whether it is closed. With `pieces`, a quote inside of `${…}` does not close it.
    fn quoted(&self, quote: u8, pieces: bool) -> (usize, bool) {
        let mut at = self.at + 1;
        let mut in_piece = false;
        while let Some(byte) = self.bytes.get(at) {
            match *byte {
                b'\n' | b'\r' => break,
                b'\\'
                    if self
                        .bytes
                        .get(at + 1)
                        .is_some_and(|next| !matches!(next, b'\n' | b'\r')) =>
                {
                    at += 1;
                }
                b'$' if pieces && self.bytes.get(at + 1) == Some(&b'{') => in_piece = true,
                b'}' => in_piece = false,
                byte if byte == quote && !in_piece => return (at + 1, true),
                _ => {}
            }
            at += 1;
        }
        (at, false)
    }

    /// `${…}`. One that is not closed on its line is only begun, and ends with its path.
    fn config(&mut self) {
        self.at += 2;
        self.skip(|byte| {
            !matches!(
                byte,
                b'}' | b'\n' | b'\r' | b'"' | b'\'' | b' ' | b'\t' | b'$'
            )
        });
        if self.bytes.get(self.at) == Some(&b'}') {
            self.at += 1;
        }
    }
}
