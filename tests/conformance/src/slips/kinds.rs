//! Slips of the hand in one line of a valid document.

use crate::corpus::Random;

/// A kind of slip: what it is called, and what it makes of a line.
pub struct Kind {
    /// As it stands in the table.
    pub name: &'static str,
    /// The line without its ending becomes another one, or nothing where the slip is not possible.
    pub make: fn(&str, &mut Random) -> Option<String>,
}

/// All kinds.
pub const KINDS: &[Kind] = &[
    kind("colon missing between key and value", |line, _| {
        replaced(line, ": ", " ")
    }),
    kind("colon missing after the key of a block", |line, _| {
        line.strip_suffix(':').map(str::to_owned)
    }),
    kind("space missing after the colon", |line, _| {
        replaced(line, ": ", ":")
    }),
    kind("colon and space swapped", |line, _| {
        replaced(line, ": ", " :")
    }),
    kind("`=` for the colon", |line, _| replaced(line, ": ", "= ")),
    kind("`;` for the colon", |line, _| replaced(line, ": ", "; ")),
    kind("one tab for the indentation", |line, _| {
        let (indent, body) = parts(line)?;
        (!indent.is_empty()).then(|| format!("\t{body}"))
    }),
    kind("a tab for each level", |line, _| {
        let (indent, body) = parts(line)?;
        let tabs = "\t".repeat(indent.len() / 2);
        (!tabs.is_empty()).then(|| format!("{tabs}{body}"))
    }),
    kind("a tab for two of the blanks", |line, _| {
        let (indent, body) = parts(line)?;
        let rest = indent.get(2..)?;
        Some(format!("\t{rest}{body}"))
    }),
    kind("one blank more", |line, _| {
        parts(line).map(|_| format!(" {line}"))
    }),
    kind("one blank less", |line, _| {
        parts(line)?;
        line.strip_prefix(' ').map(str::to_owned)
    }),
    kind("one level deeper", |line, _| {
        parts(line).map(|_| format!("  {line}"))
    }),
    kind("closing quote missing", |line, random| {
        let at = quotes(line).into_iter().map(|(_, close)| close);
        without_one(line, at.collect(), random)
    }),
    kind("opening quote missing", |line, random| {
        let at = quotes(line).into_iter().map(|(open, _)| open);
        without_one(line, at.collect(), random)
    }),
    kind("quote doubled", |line, random| {
        let at = quotes(line)
            .into_iter()
            .flat_map(|(open, close)| [open, close]);
        let at = one(&at.collect::<Vec<_>>(), random)?;
        Some(format!("{}{}", &line[..=at], &line[at..]))
    }),
    kind("closing bracket missing", |line, random| {
        without_one(line, places(line, &[']', '}']), random)
    }),
    kind("opening bracket missing", |line, random| {
        without_one(line, places(line, &['[', '{']), random)
    }),
    kind("wrong closing bracket", |line, random| {
        let at = one(&places(line, &[']', '}']), random)?;
        let other = if line[at..].starts_with(']') {
            '}'
        } else {
            ']'
        };
        Some(format!("{}{other}{}", &line[..at], &line[at + 1..]))
    }),
    kind("comma missing", |line, random| {
        let commas = places(line, &[',']);
        without_one(line, commas, random)
    }),
    kind("comma doubled", |line, random| {
        let at = one(&places(line, &[',']), random)?;
        Some(format!("{},{}", &line[..at], &line[at..]))
    }),
    kind("dash missing", |line, _| {
        let (indent, body) = parts(line)?;
        let rest = body.strip_prefix("- ")?;
        Some(format!("{indent}{rest}"))
    }),
    kind("space missing after the dash", |line, _| {
        let (indent, body) = parts(line)?;
        let rest = body.strip_prefix("- ")?;
        Some(format!("{indent}-{rest}"))
    }),
    kind("space missing before the comment", |line, _| {
        replaced(line.trim_end(), " # ", "# ")
    }),
    kind("line twice", |line, _| {
        let (_, body) = parts(line)?;
        let is_entry = body.contains(": ") && !body.starts_with('-');
        is_entry.then(|| format!("{line}\n{line}"))
    }),
    kind("letter left out of a key", |line, random| {
        in_key(line, random, |key, at| {
            format!("{}{}", &key[..at], &key[at + 1..])
        })
    }),
    kind("letter of a key doubled", |line, random| {
        in_key(line, random, |key, at| {
            format!("{}{}", &key[..=at], &key[at..])
        })
    }),
    kind("two letters of a key swapped", |line, random| {
        in_key(line, random, |key, at| {
            let (one, two) = (&key[at..=at], &key[at + 1..at + 2]);
            format!("{}{two}{one}{}", &key[..at], &key[at + 2..])
        })
    }),
    kind("another letter in a key", |line, random| {
        let letter = char::from(b'a' + u8::try_from(random.below(26)).ok()?);
        in_key(line, random, |key, at| {
            format!("{}{letter}{}", &key[..at], &key[at + 1..])
        })
    }),
    kind("letter left out of a value", |line, random| {
        in_word(line, random, |word, at| {
            format!("{}{}", &word[..at], &word[at + 1..])
        })
    }),
    kind("two letters of a value swapped", |line, random| {
        in_word(line, random, |word, at| {
            let (one, two) = (&word[at..=at], &word[at + 1..at + 2]);
            format!("{}{two}{one}{}", &word[..at], &word[at + 2..])
        })
    }),
    kind("a value in the other case", |line, random| {
        in_word(line, random, |word, _| {
            match word.chars().any(|c| c.is_ascii_lowercase()) {
                true => word.to_ascii_uppercase(),
                false => word.to_ascii_lowercase(),
            }
        })
    }),
    kind("a blank between number and unit", |line, _| {
        let (head, value) = line.split_once(": ")?;
        let digits = value.chars().take_while(char::is_ascii_digit).count();
        let fragment = &value[digits..];
        let is_amount =
            digits > 0 && !fragment.is_empty() && fragment.chars().all(|c| c.is_ascii_lowercase());
        is_amount.then(|| format!("{head}: {} {fragment}", &value[..digits]))
    }),
];

const fn kind(name: &'static str, make: fn(&str, &mut Random) -> Option<String>) -> Kind {
    Kind { name, make }
}

/// The indentation and the rest of a line that says something.
fn parts(line: &str) -> Option<(&str, &str)> {
    let body = line.trim_start_matches(' ');
    let says = !body.is_empty() && !body.starts_with(['#', '\t']) && !body.starts_with("---");
    says.then(|| line.split_at(line.len() - body.len()))
}

fn replaced(line: &str, from: &str, to: &str) -> Option<String> {
    parts(line)?;
    line.contains(from).then(|| line.replacen(from, to, 1))
}

fn one<T: Copy>(of: &[T], random: &mut Random) -> Option<T> {
    (!of.is_empty()).then(|| of[random.below(of.len())])
}

fn without_one(line: &str, at: Vec<usize>, random: &mut Random) -> Option<String> {
    let at = one(&at, random)?;
    Some(format!("{}{}", &line[..at], &line[at + 1..]))
}

/// The part of a line before its comment.
fn before_comment(line: &str) -> &str {
    line.find(" #").map_or(line, |at| &line[..at])
}

fn places(line: &str, of: &[char]) -> Vec<usize> {
    if parts(line).is_none() {
        return Vec::new();
    }
    let code = before_comment(line);
    let found = code.char_indices().filter(|(_, c)| of.contains(c));
    found.map(|(at, _)| at).collect()
}

/// Pairs of quotes on a line.
fn quotes(line: &str) -> Vec<(usize, usize)> {
    let double = places(line, &['"']);
    let single = places(line, &['\'']);
    let pairs = |at: Vec<usize>| -> Vec<(usize, usize)> {
        let pairs = at.chunks_exact(2).map(|pair| (pair[0], pair[1]));
        pairs.collect()
    };
    let mut found = pairs(double);
    found.extend(pairs(single));
    found
}

fn in_key(
    line: &str,
    random: &mut Random,
    change: impl Fn(&str, usize) -> String,
) -> Option<String> {
    let (indent, body) = parts(line)?;
    let (dash, body) = match body.strip_prefix("- ") {
        Some(rest) => ("- ", rest),
        None => ("", body),
    };
    let (key, rest) = body.split_once(':')?;
    let plain = key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    if !plain || key.len() < 4 {
        return None;
    }
    let changed = change(key, random.below(key.len() - 1));
    Some(format!("{indent}{dash}{changed}:{rest}"))
}

fn in_word(
    line: &str,
    random: &mut Random,
    change: impl Fn(&str, usize) -> String,
) -> Option<String> {
    parts(line)?;
    let (head, value) = line.split_once(": ")?;
    let word: String = value
        .chars()
        .take_while(|c| c.is_ascii_alphabetic() || *c == '_')
        .collect();
    let rest = &value[word.len()..];
    if word.len() < 4 || !(rest.is_empty() || rest.starts_with(" #")) {
        return None;
    }
    let changed = change(&word, random.below(word.len() - 1));
    Some(format!("{head}: {changed}{rest}"))
}
