//! Comments that suppress rules, as text: `# nexflow: ignore[rule-id, other] reason`, `# nexflow: ignore-file[rule-id]`.

use std::ops::Range;

/// What makes a comment one of ours.
pub(crate) const MARK: &str = "nexflow:";
/// About a line or an entry.
pub(crate) const IGNORE: &str = "ignore";
/// About the whole document.
pub(crate) const IGNORE_FILE: &str = "ignore-file";

/// A comment that suppresses rules. Its ranges are bytes of the comment's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Directive {
    /// It is about the whole document.
    pub whole_file: bool,
    /// Where the word stands.
    pub word: Range<usize>,
    /// Between the brackets; `None` when there are none. An open end reaches to the end of the comment.
    pub list: Option<Range<usize>>,
}

impl Directive {
    /// Reads a comment, which begins with `#`; `None` for one that is about something else.
    pub fn parse(comment: &str) -> Option<Directive> {
        let skip = |at: usize| at + comment[at..].len() - comment[at..].trim_start().len();
        let mark = skip(comment.find(|c| c != '#')?);
        let word = skip(mark + comment[mark..].strip_prefix(MARK).map(|_| MARK.len())?);
        let length = comment[word..]
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_')
            .unwrap_or(comment.len() - word);
        let whole_file = match &comment[word..word + length] {
            IGNORE => false,
            IGNORE_FILE => true,
            _ => return None,
        };
        let open = skip(word + length);
        let list = comment[open..].starts_with('[').then(|| {
            let start = open + 1;
            start
                ..comment[start..]
                    .find(']')
                    .map_or(comment.len(), |end| start + end)
        });
        Some(Directive {
            whole_file,
            word: word..word + length,
            list,
        })
    }

    /// The ids in the brackets, each with its place.
    pub fn rules<'c>(
        &self,
        comment: &'c str,
    ) -> impl Iterator<Item = (&'c str, Range<usize>)> + use<'c> {
        let list = self.list.clone().unwrap_or_default();
        let mut at = list.start;
        comment[list].split(',').filter_map(move |part| {
            let start = at + part.len() - part.trim_start().len();
            at += part.len() + 1;
            let id = part.trim();
            (!id.is_empty()).then_some((id, start..start + id.len()))
        })
    }
}

/// Whether a text could be the id of a rule: small letters in words that hyphens join.
pub(crate) fn looks_like_id(text: &str) -> bool {
    let is_word =
        |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
    text.contains('-') && text.split('-').all(is_word)
}

#[cfg(test)]
mod tests {
    use super::Directive;

    fn read(comment: &str) -> Option<(bool, Vec<&str>)> {
        let directive = Directive::parse(comment)?;
        for (id, at) in directive.rules(comment) {
            assert_eq!(&comment[at], id);
        }
        Some((
            directive.whole_file,
            directive.rules(comment).map(|(id, _)| id).collect(),
        ))
    }

    #[test]
    fn ids_stand_in_brackets_and_a_reason_behind_them() {
        assert_eq!(
            read("# nexflow: ignore[a-b] because"),
            Some((false, vec!["a-b"]))
        );
        assert_eq!(
            read("#nexflow:ignore[a , b,c]"),
            Some((false, vec!["a", "b", "c"]))
        );
        assert_eq!(
            read("## nexflow: ignore-file [a,]"),
            Some((true, vec!["a"]))
        );
        assert_eq!(
            read("# nexflow: ignore[a, b"),
            Some((false, vec!["a", "b"]))
        );
        assert_eq!(read("# nexflow: ignore everything"), Some((false, vec![])));
    }

    #[test]
    fn other_comments_are_none_of_ours() {
        for comment in [
            "#",
            "# ignore[a]",
            "# nexflow is great",
            "# nexflow: ignored[a]",
            "# nexflow:",
            "# see nexflow: ignore[a]",
        ] {
            assert_eq!(read(comment), None, "{comment}");
        }
    }
}
