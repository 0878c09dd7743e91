//! The schema tree: the paths of the fields, joined.

use std::collections::BTreeMap;

use crate::fields::{Checked, parent};
use crate::load::Problems;

/// A node of the tree.
#[derive(Default)]
pub struct Node {
    pub path: String,
    pub fields: Vec<usize>,
    pub children: BTreeMap<String, usize>,
    pub named: Option<(String, usize)>,
    pub region: Option<(String, usize)>,
    pub item: Option<usize>,
    pub inherits: Option<usize>,
}

/// All nodes; the first one is the document.
pub fn build(fields: &[Checked], problems: &mut Problems) -> Vec<Node> {
    let mut nodes = vec![Node::default()];
    let mut by_path: BTreeMap<String, usize> = BTreeMap::from([(String::new(), 0)]);
    let mut order: Vec<usize> = (0..fields.len()).collect();
    // A block may stand after its fields in the data.
    order.sort_by_key(|i| fields[*i].path().matches(['.', '[']).count());
    for i in order {
        let field = &fields[i];
        let path = field.path();
        let at = match by_path.get(path) {
            Some(at) => *at,
            None => {
                let at = nodes.len();
                nodes.push(Node {
                    path: path.to_owned(),
                    ..Node::default()
                });
                by_path.insert(path.to_owned(), at);
                // A missing parent is reported already.
                if let Some(&above) = by_path.get(parent(path).unwrap_or_default()) {
                    attach(&mut nodes, above, at, field, problems);
                }
                at
            }
        };
        nodes[at].fields.push(i);
    }
    for field in fields {
        if let (Some(base), Some(&at)) = (&field.entry.inherits, by_path.get(field.path())) {
            nodes[at].inherits = by_path.get(base.as_str()).copied();
        }
    }
    inherit_below(&mut nodes);
    for node in &mut nodes {
        node.fields.sort_unstable();
    }
    nodes
}

/// A block that inherits and repeats a nested block inherits below it as well: `<region>.job_manager` has what
/// `job_manager` has, whatever of it the region block names itself.
fn inherit_below(nodes: &mut [Node]) {
    let mut pending: Vec<(usize, usize)> = nodes
        .iter()
        .enumerate()
        .filter_map(|(at, node)| Some((at, node.inherits?)))
        .collect();
    while let Some((at, base)) = pending.pop() {
        let mut pairs: Vec<(usize, usize)> = nodes[at]
            .children
            .iter()
            .filter_map(|(name, child)| Some((*child, *nodes[base].children.get(name)?)))
            .collect();
        pairs.extend(nodes[at].item.zip(nodes[base].item));
        for (child, of_base) in pairs {
            if child != of_base && nodes[child].inherits.is_none() {
                nodes[child].inherits = Some(of_base);
                pending.push((child, of_base));
            }
        }
    }
}

fn attach(nodes: &mut [Node], above: usize, at: usize, field: &Checked, problems: &mut Problems) {
    let path = field.path();
    let name = path.rsplit('.').next().unwrap_or(path);
    let node = &mut nodes[above];
    if path.ends_with("[]") {
        node.item = Some(at);
    } else if name == "<region>" {
        node.region = field.entry.declared_by.clone().map(|by| (by, at));
    } else if let Some(word) = name.strip_prefix('<').and_then(|n| n.strip_suffix('>')) {
        if let Some((other, _)) = &node.named {
            problems.add(
                &field.place,
                format!("the block has user-chosen keys already: <{other}>"),
            );
        }
        node.named = Some((word.to_owned(), at));
    } else {
        node.children.insert(name.to_owned(), at);
    }
}
