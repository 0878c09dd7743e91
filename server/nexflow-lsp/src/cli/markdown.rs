//! The pages of the catalog on a terminal: headings, wrapped text, tables and highlighted examples instead of Markdown. It reads the
//! Markdown that `nexflow_catalog::docs` writes, no more.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use textwrap::core::display_width;

use crate::cli::terminal::Terminal;

const HEADING: Style = Style::new().bold().underline();
const BOLD: Style = Style::new().bold();
const ITALIC: Style = Style::new().italic();
const CODE: Style = AnsiColor::Cyan.on_default();
const COMMENT: Style = Style::new().dimmed();

/// A page as the terminal shows it.
pub(crate) fn render(page: &str, terminal: Terminal) -> String {
    let mut out = String::new();
    let mut lines = page.lines().peekable();
    while let Some(line) = lines.next() {
        if line.starts_with("<!--") {
            continue;
        }
        if let Some(language) = line.strip_prefix("```") {
            let is_yaml = language == "yaml";
            for line in lines.by_ref().take_while(|line| *line != "```") {
                let shown = if is_yaml {
                    yaml(line, terminal)
                } else {
                    line.to_owned()
                };
                let _ = writeln!(out, "{}", format!("    {shown}").trim_end());
            }
        } else if line.starts_with('|') {
            let mut rows = vec![line];
            while let Some(row) = lines.next_if(|line| line.starts_with('|')) {
                rows.push(row);
            }
            table(&rows, terminal, &mut out);
        } else if line.starts_with('#') {
            let words = line.trim_start_matches('#').trim_start();
            let style = terminal.style(if line.starts_with("# ") {
                HEADING
            } else {
                BOLD
            });
            let _ = writeln!(out, "{style}{}{style:#}", plain(words));
        } else if let Some(item) = line.strip_prefix("- ") {
            wrap(&inline(item, terminal), "- ", "  ", terminal, &mut out);
        } else {
            wrap(&inline(line, terminal), "", "", terminal, &mut out);
        }
    }
    let mut text = out.trim().to_owned();
    text.push('\n');
    text
}

fn wrap(text: &str, first: &str, others: &str, terminal: Terminal, out: &mut String) {
    let options = textwrap::Options::new(terminal.width)
        .initial_indent(first)
        .subsequent_indent(others)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    let _ = writeln!(out, "{}", textwrap::fill(text, options).trim_end());
}

/// Text with code, bold and italic words. Without colours the marks of code stay.
fn inline(text: &str, terminal: Terminal) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some((inner, after)) = between(rest, "`") {
            let style = terminal.style(CODE);
            let mark = if terminal.colours { "" } else { "`" };
            // Each word has the style of its own, so that it survives the wrapping.
            let words = inner
                .split(' ')
                .map(|word| format!("{style}{word}{style:#}"));
            let _ = write!(out, "{mark}{}{mark}", words.collect::<Vec<_>>().join(" "));
            rest = after;
        } else if let Some((inner, after)) = between(rest, "**") {
            let style = terminal.style(BOLD);
            let _ = write!(out, "{style}{}{style:#}", plain(inner));
            rest = after;
        } else if let Some((inner, after)) = between(rest, "*") {
            let style = terminal.style(ITALIC);
            let _ = write!(out, "{style}{}{style:#}", plain(inner));
            rest = after;
        } else if let Some((label, after)) = link(rest) {
            out.push_str(&plain(label));
            rest = after;
        } else {
            let mut letters = rest.chars();
            letters.next();
            let next = letters.clone().next();
            if c == '\\' && next.is_some_and(|next| next.is_ascii_punctuation()) {
                out.extend(letters.next());
            } else {
                out.push(c);
            }
            rest = letters.as_str();
        }
    }
    out
}

/// What stands between two marks at the beginning of a text, and what follows.
fn between<'a>(text: &'a str, mark: &str) -> Option<(&'a str, &'a str)> {
    let (inner, after) = text.strip_prefix(mark)?.split_once(mark)?;
    (!inner.is_empty()).then_some((inner, after))
}

/// The words of a link at the beginning of a text, and what follows.
fn link(text: &str) -> Option<(&str, &str)> {
    let (label, after) = text.strip_prefix('[')?.split_once("](")?;
    let (_, after) = after.split_once(')')?;
    Some((label, after))
}

/// Text without marks.
fn plain(text: &str) -> String {
    let bare = Terminal {
        colours: false,
        ..Terminal::WIDE
    };
    inline(text, bare).replace('`', "")
}

/// The least room for the last column of a table.
const LEAST: usize = 24;

/// Columns side by side, the last one wrapped.
fn table(rows: &[&str], terminal: Terminal, out: &mut String) {
    let cells = |row: &&str| -> Vec<String> {
        let row = row.replace("\\|", "\u{1}");
        let inner = row.trim_matches('|').split('|');
        inner
            .map(|cell| inline(&cell.trim().replace('\u{1}', "|"), terminal))
            .collect()
    };
    let is_rule = |row: &&&str| row.starts_with("|---");
    let rows: Vec<Vec<String>> = rows.iter().filter(|row| !is_rule(row)).map(cells).collect();
    let Some((head, body)) = rows.split_first() else {
        return;
    };
    let bold = terminal.style(BOLD);
    let all_but_last = |row: &Vec<String>| -> usize {
        let cells = row.iter().rev().skip(1);
        cells.map(|cell| display_width(cell) + 2).sum()
    };
    if rows.iter().map(all_but_last).max().unwrap_or(0) + LEAST > terminal.width {
        // There is no room for the last column: each row becomes a list.
        for row in body {
            for (at, (name, cell)) in head.iter().zip(row).enumerate() {
                let mark = if at == 0 { "- " } else { "  " };
                let text = format!("{name}: {cell}");
                if !cell.is_empty() {
                    wrap(&text, mark, "    ", terminal, out);
                }
            }
        }
        return;
    }
    let head = head.iter().map(|cell| format!("{bold}{cell}{bold:#}"));
    let mut all = vec![head.collect::<Vec<_>>()];
    all.extend_from_slice(body);
    out.push_str(&columns(&all, terminal.width));
}

/// Rows of cells as columns: the last cell of a row is wrapped within what is left of the width, and a first cell that takes more than
/// half of it, and more than the other cells leave, has a line of its own.
pub(crate) fn columns(rows: &[Vec<String>], width: usize) -> String {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widest = |at: usize| {
        let cells = rows.iter().filter_map(|row| row.get(at));
        cells.map(|cell| display_width(cell)).max().unwrap_or(0)
    };
    let others: usize = (1..count).map(|at| widest(at) + 2).sum();
    let first = usize::max(width / 2, width.saturating_sub(others));
    let is_long = |at: usize, cell: &str| at == 0 && display_width(cell) > first;
    let widths: Vec<usize> = (0..count.saturating_sub(1))
        .map(|at| {
            let cells = rows.iter().filter_map(|row| row.get(at));
            let cells = cells.filter(|cell| !is_long(at, cell));
            cells.map(|cell| display_width(cell)).max().unwrap_or(0)
        })
        .collect();
    let indent: usize = widths.iter().map(|width| width + 2).sum();
    let mut out = String::new();
    for row in rows {
        let Some((last, others)) = row.split_last() else {
            continue;
        };
        let mut line = String::new();
        for (at, (cell, width)) in others.iter().zip(&widths).enumerate() {
            if is_long(at, cell) {
                let _ = writeln!(out, "{cell}");
                line = " ".repeat(width + 2);
                continue;
            }
            let padding = width.saturating_sub(display_width(cell)) + 2;
            let _ = write!(line, "{cell}{}", " ".repeat(padding));
        }
        let room = width.saturating_sub(indent).max(1);
        let wrapping =
            textwrap::Options::new(room).word_splitter(textwrap::WordSplitter::NoHyphenation);
        for (at, part) in textwrap::wrap(last, wrapping).iter().enumerate() {
            if at > 0 {
                line = " ".repeat(indent);
            }
            line.push_str(part);
            if !line.trim().is_empty() {
                let _ = writeln!(out, "{}", line.trim_end());
            }
        }
    }
    out
}

/// A line of an example, with its key and its comment in colour.
fn yaml(line: &str, terminal: Terminal) -> String {
    let (key_style, comment_style) = (terminal.style(CODE), terminal.style(COMMENT));
    let text = line.trim_start_matches([' ', '-']);
    let indent = &line[..line.len() - text.len()];
    if text.starts_with('#') {
        return format!("{indent}{comment_style}{text}{comment_style:#}");
    }
    let (text, comment) = match text.split_once(" #") {
        Some((text, comment)) => (text, format!(" {comment_style}#{comment}{comment_style:#}")),
        None => (text, String::new()),
    };
    let is_key = |key: &&str| !key.contains(['"', '\'', '{', '[']);
    match text.split_once(':').filter(|(key, _)| is_key(key)) {
        Some((key, value)) if value.is_empty() || value.starts_with(' ') => {
            format!("{indent}{key_style}{key}{key_style:#}:{value}{comment}")
        }
        _ => format!("{indent}{text}{comment}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(page: &str, width: usize) -> String {
        let terminal = Terminal {
            width,
            colours: false,
            ..Terminal::WIDE
        };
        render(page, terminal)
    }

    #[test]
    fn no_markdown_is_left() {
        let page = "<!-- made -->\n\n# `a.<name>`\n\n**Old.** Use \\<x\\> and [b](c.md).\n\n- **Kind**: *map*\n\n```yaml\na: 1\n```\n";
        assert_eq!(
            shown(page, 80),
            "a.<name>\n\nOld. Use <x> and b.\n\n- Kind: map\n\n    a: 1\n"
        );
    }

    #[test]
    fn text_is_wrapped_and_tables_are_aligned() {
        let page = "- one two three four\n\n| V | M |\n|---|---|\n| `aa` | long words \\| more words here that go on |\n| `b` | short |\n";
        assert_eq!(
            shown(page, 40),
            "- one two three four\n\nV     M\n`aa`  long words | more words here that\n      go on\n`b`   short\n"
        );
        assert_eq!(shown("- one two", 6), "- one\n  two\n");
    }

    #[test]
    fn every_page_fits_the_width_and_has_no_marks() {
        let terminal = |colours| Terminal {
            width: 80,
            colours,
            ..Terminal::WIDE
        };
        for page in nexflow_catalog::docs::pages() {
            for line in render(&page.text, terminal(true)).lines() {
                let is_example = line.starts_with("    ");
                let has_long_word = line.split_whitespace().any(|word| display_width(word) > 40);
                let fits = display_width(line) <= 80 || is_example || has_long_word;
                assert!(fits, "{}: {line}", page.path);
                let is_plain = is_example || !line.contains("**") && !line.starts_with('#');
                assert!(is_plain, "{}: {line}", page.path);
            }
        }
    }
}
