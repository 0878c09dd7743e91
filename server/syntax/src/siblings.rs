//! Where a node stands among its siblings, of which there may be thousands.
//!
//! Siblings are linked from left to right. These answers come from the order of all nodes in the table instead: a parent before its
//! children, siblings from left to right.

use crate::tree::{NONE, NodeData, Tree};

/// The sibling to the left of a node; `None` for the first child.
pub(crate) fn before(nodes: &[NodeData], node: u32) -> Option<u32> {
    let parent = nodes[node as usize].parent;
    // What stands before the node in the table is the sibling, or the last one below it.
    let mut at = node.checked_sub(1)?;
    while nodes[at as usize].next != node {
        at = nodes[at as usize].parent;
        if at == NONE || at == parent {
            return None;
        }
    }
    Some(at)
}

impl Tree {
    /// The sibling to the left; `None` for the first child.
    pub fn before(&self, node: u32) -> Option<u32> {
        before(&self.nodes, node)
    }

    /// The number of the first node behind a node and all below it.
    fn end_of(&self, node: u32) -> u32 {
        let mut at = node;
        while at != NONE {
            let node = &self.nodes[at as usize];
            if node.next != NONE {
                return node.next;
            }
            at = node.parent;
        }
        let roots = &self.roots[self.roots.partition_point(|root| *root <= node)..];
        let all = || u32::try_from(self.nodes.len()).unwrap_or(NONE);
        roots.first().copied().unwrap_or_else(all)
    }

    /// The leftmost child that ends at the offset or behind it, if one begins there or before; else another child or none. Asked only
    /// of a tree whose nodes are ordered.
    pub fn child_near(&self, parent: u32, offset: u32) -> Option<u32> {
        let first = parent + 1;
        let below = &self.nodes[first as usize..self.end_of(parent) as usize];
        let count = below.partition_point(|node| node.start <= offset);
        let mut at = first + u32::try_from(count).ok()?.checked_sub(1)?;
        while self.nodes[at as usize].parent != parent {
            at = self.nodes[at as usize].parent;
        }
        while let Some(before) = self.before(at)
            && self.nodes[before as usize].end >= offset
        {
            at = before;
        }
        Some(at)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::{
        Document, corpus_files,
        error::RawError,
        tree::{COLON, NONE, NodeKind},
    };

    /// Compares all answers with those that walking along the siblings gives.
    fn check(text: &str) {
        let document = Document::parse(text);
        for fragment in document.fragments() {
            let tree = &fragment.data().tree;
            for (number, node) in tree.nodes.iter().enumerate() {
                let touches = |error: &RawError| error.start <= node.end && error.end >= node.start;
                assert_eq!(
                    tree.has_error_in(node.start, node.end),
                    tree.errors.iter().any(touches),
                    "{text:?}"
                );
                let is = |at: u32| (at != NONE).then_some(at);
                let children: Vec<u32> =
                    std::iter::successors(is(node.first), |at| is(tree.nodes[*at as usize].next))
                        .collect();
                for (place, child) in children.iter().enumerate() {
                    let left = place.checked_sub(1).map(|place| children[place]);
                    assert_eq!(tree.before(*child), left, "{text:?}");
                    // What has a colon is a key, and keys and values take turns.
                    let is_key = node.kind == NodeKind::Mapping && place % 2 == 0;
                    assert!(!tree.nodes[*child as usize].has(COLON) || is_key);
                }
                if children.is_empty() || !tree.is_ordered {
                    continue;
                }
                for offset in node.start..=node.end {
                    let fits = |child: &&u32| {
                        let child = &tree.nodes[**child as usize];
                        child.start <= offset && offset <= child.end
                    };
                    let expected = children.iter().find(fits).copied();
                    let found = tree
                        .child_near(u32::try_from(number).expect("few nodes"), offset)
                        .filter(|child| fits(&child));
                    assert_eq!(found, expected, "at {offset} of {text:?}");
                }
            }
        }
    }

    #[test]
    fn siblings_of_documents() {
        let mut count = 0;
        for (_, text) in corpus_files::documents() {
            // Every offset is asked about.
            if text.len() < 20_000 {
                check(&text);
                count += 1;
            }
        }
        assert!(count > 70, "{count} documents");
    }

    #[test]
    fn siblings_that_touch() {
        for text in [
            "{a\"b\"}",
            "[a\"b\"'c'[d]{e}]",
            "{a: {b}c: d}",
            "a:\nb:\n",
            "? a\n: b\n? c\n",
            "a: |\n  x\nb: *c\n",
            "- - a\n  -\n-\n- {}\n",
            "a\nb\n c: d\n",
            "{,,a,,}",
            "[,]",
            "a: [\nb: {\n",
            "\"a\": b\n'c' : d\n",
            "&x a: &y b\n!t c: !u\n",
        ] {
            check(text);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn siblings_of_any_text(text in "([ab:\\-?,\"'\\[\\]{}#&*!|<\n ]|: |- |  |\n  |a: b\n|x){0,40}") {
            check(&text);
        }
    }
}
