//! Two texts that differ in white space only, as edits of the one that give the other.

use nexflow_syntax::{TextEdit, TextRange, TextSize};

/// One edit for each run of white space that differs, no larger than the difference.
pub fn difference(before: &str, after: &str) -> Vec<TextEdit> {
    let mut edits = Vec::new();
    let (mut old, mut new) = (0, 0);
    loop {
        let (old_blanks, new_blanks) = (blanks(&before[old..]), blanks(&after[new..]));
        if old_blanks != new_blanks {
            edits.push(smallest(old, old_blanks, new_blanks));
        }
        old += old_blanks.len();
        new += new_blanks.len();
        let (Some(a), Some(b)) = (before[old..].chars().next(), after[new..].chars().next()) else {
            return edits;
        };
        debug_assert_eq!(a, b, "only white space differs");
        old += a.len_utf8();
        new += b.len_utf8();
    }
}

/// The white space that a text begins with.
fn blanks(text: &str) -> &str {
    let end = text.find(|c| !matches!(c, ' ' | '\t' | '\n' | '\r'));
    &text[..end.unwrap_or(text.len())]
}

/// The replacement of `old`, which begins at `start`, without what both begin and end with.
fn smallest(start: usize, old: &str, new: &str) -> TextEdit {
    let same = |a: &mut dyn Iterator<Item = u8>, b: &mut dyn Iterator<Item = u8>| {
        a.zip(b).take_while(|(a, b)| a == b).count()
    };
    let front = same(&mut old.bytes(), &mut new.bytes());
    let (old, new) = (&old[front..], &new[front..]);
    let back = same(&mut old.bytes().rev(), &mut new.bytes().rev());
    let size = |at: usize| TextSize::new(u32::try_from(at).unwrap_or(u32::MAX));
    let start = start + front;
    TextEdit {
        range: TextRange::new(size(start), size(start + old.len() - back)),
        insert: new[..new.len() - back].to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::difference;

    fn check(before: &str, after: &str, expected: &[(u32, u32, &str)]) {
        let found: Vec<_> = difference(before, after)
            .into_iter()
            .map(|edit| {
                (
                    edit.range.start().into(),
                    edit.range.end().into(),
                    edit.insert,
                )
            })
            .collect();
        let expected: Vec<_> = expected
            .iter()
            .map(|(from, to, insert)| (*from, *to, (*insert).to_owned()))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn edits_are_no_larger_than_the_difference() {
        check("a:  b\n", "a: b\n", &[(3, 4, "")]);
        check("a:\n    b: 1\n", "a:\n  b: 1\n", &[(5, 7, "")]);
        check("a\r\n\r\n\r\nb", "a\r\n\r\nb", &[(5, 7, "")]);
        check("a  \r\n", "a\r\n", &[(1, 3, "")]);
        check("a", "a\n", &[(1, 1, "\n")]);
        check("a: \u{e9} \n", "a: \u{e9}\n", &[(5, 6, "")]);
        check("a", "a", &[]);
    }
}
