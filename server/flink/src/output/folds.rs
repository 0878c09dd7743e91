//! What of an output can be folded away.

use super::Text;

impl Text {
    /// Pairs of first and last line, counted from 0: what stands under a heading, and what is indented more than the line above.
    #[must_use]
    pub fn folds(&self) -> Vec<(usize, usize)> {
        let mut folds = Vec::new();
        // The lines that something may fold into, with their depths, the deepest at the end.
        let mut open: Vec<(usize, usize)> = Vec::new();
        let mut last = 0;
        for (number, line) in self.lines().enumerate() {
            let text = line.text.trim_start();
            if text.is_empty() {
                continue;
            }
            // A heading is about everything up to the next one, so it stands above what is not indented at all.
            let depth = match line.text.len() - text.len() {
                0 if line.is_heading => 0,
                indent => indent + 1,
            };
            while let Some((first, _)) = open.pop_if(|(_, above)| *above >= depth) {
                if last > first {
                    folds.push((first, last));
                }
            }
            open.push((number, depth));
            last = number;
        }
        for (first, _) in open {
            if last > first {
                folds.push((first, last));
            }
        }
        folds.sort_unstable();
        folds
    }
}

#[cfg(test)]
mod tests {
    use super::super::Text;

    #[test]
    fn headings_and_indentation() {
        let lines = "# One\na: 1\n  from b\n  from c\n\n# Two\nd: 1\n# Three\nx:\n  y:\n    - z\n\n  u: 1\nw: 1";
        let mut text = Text::default();
        for line in lines.split('\n') {
            match line.starts_with("# ") {
                true => text.heading(line),
                false => text.push(line, None),
            }
        }
        assert_eq!(
            text.folds(),
            [(0, 3), (1, 3), (5, 6), (7, 13), (8, 12), (9, 10)]
        );
    }
}
