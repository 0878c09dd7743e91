//! What a line may have been before one slip of the hand: a character too few or too many, two that changed places, one for
//! another, or another indentation.

/// What went wrong, the likeliest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Slip {
    /// A quote, or the blank before a comment.
    LostMark,
    Missing,
    Indentation,
    Other,
    TooMuch,
    Order,
}

/// A line as it may have been meant.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Reading {
    /// What went wrong.
    pub slip: Slip,
    /// The line without its ending.
    pub line: String,
    /// What makes it of the line at hand, imperative.
    pub title: String,
}

/// What stands in the lines of a collection in braces, besides words.
const BRACKETS: [(char, char); 2] = [('[', ']'), ('{', '}')];

/// Characters that mean something in YAML.
fn is_mark(c: char) -> bool {
    matches!(
        c,
        ' ' | '\t'
            | ':'
            | '"'
            | '\''
            | '['
            | ']'
            | '{'
            | '}'
            | ','
            | '-'
            | '#'
            | '|'
            | '>'
            | '%'
            | '@'
            | '`'
            | '='
            | ';'
    )
}

/// The word that a text ends with, as far as it can be shown between marks.
fn word_before(text: &str) -> Option<&str> {
    let is_end = |c: char| matches!(c, ' ' | '\t' | '[' | ']' | '{' | '}' | ',');
    let word = text.rsplit(is_end).next()?.trim_matches(['"', '\'']);
    (!word.is_empty() && !word.contains('`')).then_some(word)
}

/// Every line that is one slip away from this one, with these columns to choose from for its indentation. `in_flow` says whether
/// commas separate anything here.
pub(super) fn readings(line: &str, columns: &[usize], in_flow: bool) -> Vec<Reading> {
    let body = line.trim_start_matches([' ', '\t']);
    let indent = &line[..line.len() - body.len()];
    let mut found = Found {
        line,
        indent,
        body,
        readings: Vec::new(),
    };
    if body.is_empty() || body.starts_with('#') {
        return Vec::new();
    }
    found.indentation(columns);
    found.missing(in_flow);
    found.dashes();
    found.others();
    found.readings
}

/// The line with each of these columns for its indentation.
pub(super) fn indented(line: &str, columns: &[usize]) -> Vec<Reading> {
    let body = line.trim_start_matches([' ', '\t']);
    let mut found = Found {
        line,
        indent: &line[..line.len() - body.len()],
        body,
        readings: Vec::new(),
    };
    found.indentation(columns);
    found.readings
}

struct Found<'l> {
    line: &'l str,
    indent: &'l str,
    body: &'l str,
    readings: Vec<Reading>,
}

impl Found<'_> {
    fn push(&mut self, slip: Slip, line: String, title: impl Into<String>) {
        if line != self.line && !self.readings.iter().any(|known| known.line == line) {
            let title = title.into();
            self.readings.push(Reading { slip, line, title });
        }
    }

    fn indentation(&mut self, columns: &[usize]) {
        for column in columns {
            let line = format!("{}{}", " ".repeat(*column), self.body);
            self.push(
                Slip::Indentation,
                line,
                format!("Indent with {column} spaces"),
            );
        }
    }

    /// One character is missing.
    fn missing(&mut self, in_flow: bool) {
        let count = |wanted: char| self.body.chars().filter(|c| *c == wanted).count();
        let mut inserts: Vec<(usize, char)> = Vec::new();
        let odd_quotes: Vec<char> = ['"', '\'']
            .into_iter()
            .filter(|quote| count(*quote) % 2 == 1)
            .collect();
        let uneven: Vec<char> = BRACKETS
            .into_iter()
            .filter(|(open, close)| count(*open) != count(*close))
            .flat_map(|(open, close)| [open, close])
            .collect();
        let places = self.body.char_indices().map(|(at, _)| at);
        for at in places.chain([self.body.len()]) {
            let before = self.body[..at].chars().next_back();
            let after = self.body[at..].chars().next();
            let is_blank = |c: Option<char>| c.is_none_or(|c| matches!(c, ' ' | '\t'));
            if at > 0 && is_blank(after) && before.is_some_and(|c| !matches!(c, ' ' | '\t' | ':')) {
                inserts.push((at, ':'));
            }
            if before == Some(':') && !is_blank(after) || after == Some('#') && !is_blank(before) {
                inserts.push((at, ' '));
            }
            if in_flow && !is_blank(before) {
                inserts.push((at, ','));
            }
            inserts.extend(odd_quotes.iter().map(|quote| (at, *quote)));
            let fits = |bracket: char| match bracket {
                ']' | '}' => after.is_none_or(|c| matches!(c, ' ' | ',' | ']' | '}')),
                _ => before.is_none_or(|c| matches!(c, ' ' | '[' | '{')),
            };
            let brackets = uneven.iter().filter(|bracket| fits(**bracket));
            inserts.extend(brackets.map(|bracket| (at, *bracket)));
        }
        for (at, c) in inserts {
            let (front, back) = self.body.split_at(at);
            let title = match c {
                ' ' => "Insert a space".to_owned(),
                ',' => "Insert a comma".to_owned(),
                ':' => match word_before(front) {
                    Some(key) => format!("Insert `:` after `{key}`"),
                    None => "Insert `:`".to_owned(),
                },
                c => format!("Insert `{c}`"),
            };
            let slip = match c {
                '"' | '\'' => Slip::LostMark,
                ' ' if back.starts_with('#') => Slip::LostMark,
                _ => Slip::Missing,
            };
            self.push(slip, format!("{}{front}{c}{back}", self.indent), title);
        }
    }

    /// A dash is missing, or the blank behind it.
    fn dashes(&mut self) {
        let (indent, body) = (self.indent, self.body);
        self.push(Slip::Missing, format!("{indent}- {body}"), "Insert `- `");
        for blanks in 1..=2 {
            if let Some(start) = indent.len().checked_sub(blanks)
                && indent.is_char_boundary(start)
            {
                self.push(
                    Slip::Missing,
                    format!("{}- {body}", &indent[..start]),
                    "Insert `- `",
                );
            }
        }
        if let Some(rest) = body.strip_prefix('-')
            && !rest.starts_with(' ')
            // Not the mark between documents.
            && rest != "--"
            && !rest.starts_with("-- ")
        {
            self.push(Slip::Missing, format!("{indent}- {rest}"), "Insert a space");
        }
    }

    /// A character too many, one for another, two in the wrong order.
    fn others(&mut self) {
        let places: Vec<(usize, char)> = self.body.char_indices().collect();
        for (index, (at, c)) in places.iter().copied().enumerate() {
            let (front, back) = (&self.body[..at], &self.body[at + c.len_utf8()..]);
            if is_mark(c) {
                let title = match c {
                    ' ' => "Remove a space".to_owned(),
                    '\t' => "Remove a tab".to_owned(),
                    '`' => "Remove a backtick".to_owned(),
                    c => format!("Remove `{c}`"),
                };
                self.push(
                    Slip::TooMuch,
                    format!("{}{front}{back}", self.indent),
                    title,
                );
            }
            let instead: &[char] = match c {
                '=' | ';' => &[':', ','],
                '.' => &[','],
                '\'' => &['"'],
                '"' => &['\''],
                ']' | ')' => &['}', ']'],
                '}' => &[']'],
                '[' | '(' => &['{', '['],
                '{' => &['['],
                _ => &[],
            };
            for right in instead {
                let line = format!("{}{front}{right}{back}", self.indent);
                self.push(Slip::Other, line, format!("Replace `{c}` by `{right}`"));
            }
            if let Some((_, next)) = places.get(index + 1)
                && (is_mark(c) || is_mark(*next))
                && c != *next
            {
                let rest = &back[next.len_utf8()..];
                let line = format!("{}{front}{next}{c}{rest}", self.indent);
                self.push(Slip::Order, line, "Swap two characters");
            }
        }
    }
}
