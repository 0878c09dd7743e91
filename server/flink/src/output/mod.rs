//! What a document becomes, as text.

mod conf;
mod deployment;
mod folds;
mod json;
mod l5;
mod table;
mod text;
pub(crate) mod yaml;

pub use conf::{args, conf};
pub use deployment::flink_deployment;
pub use json::json;
pub use l5::l5;
pub use table::table;
pub use text::{Line, Text};

use crate::{
    effective::{Origin, Via},
    secrets::HIDDEN,
};

/// Whether a value holds a credential that is not shown.
#[must_use]
pub fn is_hidden(value: &str) -> bool {
    value.contains(HIDDEN)
}

/// An origin for people: `base.infra:12, inherited`.
#[must_use]
pub fn origin_text(origin: &Origin) -> String {
    let mut text = String::new();
    push_origin(origin, &mut text);
    text
}

fn push_origin(origin: &Origin, text: &mut String) {
    if let Some(uri) = origin.uri.as_deref() {
        let slash = uri.bytes().rposition(|byte| byte == b'/');
        text.push_str(slash.map_or(uri, |slash| &uri[slash + 1..]));
        if let Some(line) = origin.line {
            text.push(':');
            push_number(line, text);
        }
        if origin.via == Via::Document && origin.variable.is_none() {
            return;
        }
        text.push_str(", ");
    }
    text.push_str(origin.via.word());
    if let Some(variable) = &origin.variable {
        text.push(' ');
        text.push_str(variable);
    }
}

/// The digits of a number. Tens of thousands of lines have one, for which the ways of formatting take their time.
fn push_number(number: u32, text: &mut String) {
    let mut digits = [0; 10];
    let mut first = digits.len();
    let mut rest = number;
    loop {
        first -= 1;
        digits[first] = b"0123456789"[(rest % 10) as usize];
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    text.push_str(str::from_utf8(&digits[first..]).unwrap_or_default());
}

/// Adds so many blanks.
fn pad(columns: usize, text: &mut String) {
    const BLANKS: &str = "                                                                ";
    let mut rest = columns;
    while rest > 0 {
        let some = rest.min(BLANKS.len());
        text.push_str(&BLANKS[..some]);
        rest -= some;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_blanks() {
        for number in [0, 7, 10, 409, 4_294_967_295] {
            let mut text = String::new();
            push_number(number, &mut text);
            assert_eq!(text, number.to_string());
        }
        for columns in [0, 1, 64, 65, 200] {
            let mut text = String::new();
            pad(columns, &mut text);
            assert_eq!(text, " ".repeat(columns));
        }
    }
}
