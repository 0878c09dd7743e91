//! Prints the tree of a YAML text from standard input: `cargo run -p nexflow-syntax --example dump < file`.
#![allow(clippy::print_stdout)]

use std::io::Read;

use nexflow_syntax::{Document, Node, NodeKind};

fn main() -> std::io::Result<()> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    let document = Document::parse(&text);
    for unit in document.units() {
        println!(
            "unit {:?} line {} {:?}",
            unit.range(),
            unit.line(),
            unit.path()
        );
    }
    for root in document.roots() {
        show(root, 0);
    }
    for error in document.errors() {
        println!(
            "error {:?} {}: {}",
            error.range,
            error.code.as_str(),
            error.message
        );
        if let Some(fix) = &error.fix {
            println!("  fix: {} {:?}", fix.title, fix.edits);
        }
    }
    for comment in document.comments() {
        println!(
            "comment {:?} {:?} own line: {}",
            comment.range, comment.text, comment.own_line
        );
    }
    Ok(())
}

fn show(node: Node<'_>, depth: usize) {
    let indent = "  ".repeat(depth);
    let anchor = node
        .anchor()
        .map_or(String::new(), |(name, _)| format!(" &{name}"));
    let tag = node
        .tag()
        .map_or(String::new(), |(name, _)| format!(" {name}"));
    match node.kind() {
        NodeKind::Mapping => {
            println!("{indent}Mapping {:?}{anchor}{tag}", node.range());
            for entry in node.entries() {
                println!("{indent}- {:?} colon: {}", entry.key(), entry.has_colon());
                show(entry.key(), depth + 2);
                show(entry.value(), depth + 1);
            }
        }
        NodeKind::Sequence => {
            println!("{indent}Sequence {:?}{anchor}{tag}", node.range());
            for item in node.items() {
                show(item, depth + 1);
            }
        }
        kind => println!(
            "{indent}{kind:?} {:?} {:?} {:?}{anchor}{tag}",
            node.range(),
            node.style(),
            node.value()
        ),
    }
}
