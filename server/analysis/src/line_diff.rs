//! What differs between two texts, line by line.

use std::fmt::Write;

use similar::{
    DiffOp, DiffTag,
    algorithms::{Capture, Compact, Replace, myers},
    group_diff_ops,
    udiff::UnifiedHunkHeader,
};

/// Two texts in lines, and how the lines of one become those of the other.
pub struct LineDiff<'t> {
    old: Vec<&'t str>,
    new: Vec<&'t str>,
    /// Runs of lines that stay and of lines that change.
    ops: Vec<DiffOp>,
}

impl<'t> LineDiff<'t> {
    /// Compares two texts. One algorithm is named here: a choice at run time has all of them in the program, for each type of line
    /// that is compared anywhere, which are 700 KB of it.
    pub fn new(before: &'t str, after: &'t str) -> LineDiff<'t> {
        let (old, new) = (lines(before), lines(after));
        let mut found = Compact::new(Replace::new(Capture::new()), old.as_slice(), new.as_slice());
        let Ok(()) = myers::diff(
            &mut found,
            old.as_slice(),
            0..old.len(),
            new.as_slice(),
            0..new.len(),
        );
        let ops = found.into_inner().into_inner().into_ops();
        LineDiff { old, new, ops }
    }

    /// The runs of old lines that go, by their numbers, each with the lines that come in their place.
    pub fn changes(&self) -> impl Iterator<Item = (std::ops::Range<usize>, &[&'t str])> {
        let changed = self.ops.iter().filter(|op| op.tag() != DiffTag::Equal);
        changed.map(|op| (op.old_range(), &self.new[op.new_range()]))
    }

    /// The lines of the first text.
    pub fn old(&self) -> &[&'t str] {
        &self.old
    }

    /// What differs, each with `around` lines before and behind it, as `patch` and `git apply` take it; the names of the two files
    /// in front. Empty when the texts are equal. A line that stays and begins with `::` is written as one that goes and comes again.
    pub fn unified(&self, around: usize, before: &str, after: &str) -> String {
        self.unified_as(around, before, after, (&self.old, &self.new))
    }

    /// As [`LineDiff::unified`], with other texts for the lines: as they may be shown.
    pub fn unified_shown(
        &self,
        around: usize,
        (before, shown_before): (&str, &str),
        (after, shown_after): (&str, &str),
    ) -> String {
        let shown = (lines(shown_before), lines(shown_after));
        self.unified_as(around, before, after, (&shown.0, &shown.1))
    }

    fn unified_as(
        &self,
        around: usize,
        before: &str,
        after: &str,
        (old_lines, new_lines): (&[&str], &[&str]),
    ) -> String {
        let mut out = String::new();
        for group in group_diff_ops(self.ops.clone(), around) {
            if out.is_empty() {
                let _ = writeln!(out, "--- {before}\n+++ {after}");
            }
            let _ = writeln!(out, "{}", UnifiedHunkHeader::new(&group));
            for op in group {
                let (old, new) = (
                    old_lines.get(op.old_range()).unwrap_or_default(),
                    new_lines.get(op.new_range()).unwrap_or_default(),
                );
                match op.tag() {
                    DiffTag::Equal => {
                        for line in old.iter().map(std::slice::from_ref) {
                            // Printed in a pipeline such a line would be a command to its runner, which passes over blanks.
                            if line[0].trim_start().starts_with("::") {
                                marked(&mut out, '-', line);
                                marked(&mut out, '+', line);
                            } else {
                                marked(&mut out, ' ', line);
                            }
                        }
                    }
                    DiffTag::Delete | DiffTag::Insert | DiffTag::Replace => {
                        marked(&mut out, '-', old);
                        marked(&mut out, '+', new);
                    }
                }
            }
        }
        out
    }
}

fn marked(out: &mut String, mark: char, lines: &[&str]) {
    for line in lines {
        out.push(mark);
        out.push_str(line);
        if !line.ends_with('\n') {
            out.push_str("\n\\ No newline at end of file\n");
        }
    }
}

/// The lines of a text with their ends.
fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unified(before: &str, after: &str) -> String {
        LineDiff::new(before, after).unified(1, "a", "b")
    }

    #[test]
    fn equal_texts_have_no_difference() {
        assert_eq!(unified("a\nb\n", "a\nb\n"), "");
        assert_eq!(LineDiff::new("a", "a").changes().count(), 0);
    }

    /// The expected texts are what `diff -U1` of the GNU diffutils writes.
    #[test]
    fn a_difference_has_the_form_of_patch() {
        assert_eq!(
            unified(
                "1\n2\n3\n4\n5\n6\n7\n8\n",
                "1\n2\nthree\n4\n5\n6\n7\n8\n9\n"
            ),
            "--- a\n+++ b\n@@ -2,3 +2,3 @@\n 2\n-3\n+three\n 4\n@@ -8 +8,2 @@\n 8\n+9\n"
        );
        assert_eq!(
            unified("1\n2", "1\n2\n"),
            "--- a\n+++ b\n@@ -1,2 +1,2 @@\n 1\n-2\n\\ No newline at end of file\n+2\n"
        );
        assert_eq!(unified("", "1\n"), "--- a\n+++ b\n@@ -0,0 +1 @@\n+1\n");
    }

    #[test]
    fn no_line_of_a_difference_begins_a_command() {
        assert_eq!(
            unified("  ::a\n1\n::b", "  ::a\n2\n::b"),
            "--- a\n+++ b\n@@ -1,3 +1,3 @@\n-  ::a\n+  ::a\n-1\n+2\n-::b\n\\ No newline at end of file\n+::b\n\\ No newline at end of file\n"
        );
    }
}
