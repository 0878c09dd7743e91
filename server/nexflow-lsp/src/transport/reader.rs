//! A lenient reader in front of the library, whose session ends at the first message that it cannot decode.
//!
//! A header that makes no sense, a length beyond all bounds, a body that is no message, half a surrogate pair: none of them ends the
//! session. What can be repaired is repaired. What cannot is replaced by a request that stands for it ([`Malformed`]) and is answered
//! as JSON-RPC wants it, and reading goes on.

use std::io::{self, BufRead, BufReader, Read};

use serde::{Deserialize, de::IgnoredAny};
use serde_json::{Value, json};
use tower_lsp_server::jsonrpc::{Error, Request, Response};

/// Largest message body that is read. What is longer is skipped without being held in memory.
const MAX_BODY: usize = 256 << 20;

/// Longest header line. Longer ones are cut off, so that a stream without line breaks cannot fill the memory.
const MAX_HEADER_LINE: u64 = 8 << 10;

/// The body of a message that the library can decode.
pub(crate) struct Frame {
    body: Vec<u8>,
    kind: Kind,
}

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Request,
    Notification,
    Response,
    Malformed(Malformed),
}

/// Why something is no message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Malformed {
    /// It is no JSON.
    Parse,
    /// It is JSON, and no message.
    Invalid,
}

impl Malformed {
    const METHOD: &str = "$/nexflow/malformed";

    /// The request that stands for what could not be read.
    fn stand_in(self) -> Vec<u8> {
        let invalid = self == Malformed::Invalid;
        let request =
            json!({"jsonrpc": "2.0", "id": null, "method": Malformed::METHOD, "params": invalid});
        request.to_string().into_bytes()
    }

    /// What a request stands for, if it is one of those.
    pub(super) fn from_stand_in(method: &str, params: Option<&Value>) -> Option<Malformed> {
        (method == Malformed::METHOD).then_some(match params {
            Some(Value::Bool(true)) => Malformed::Invalid,
            _ => Malformed::Parse,
        })
    }

    pub(super) fn into_error(self) -> Error {
        match self {
            Malformed::Parse => Error::parse_error(),
            Malformed::Invalid => Error::invalid_request(),
        }
    }
}

impl Frame {
    /// Reads a body; `None` for a response that makes no sense, about which nobody waits to hear.
    fn new(mut body: Vec<u8>) -> Option<Frame> {
        repair_surrogates(&mut body);
        match kind(&body)? {
            Kind::Malformed(malformed) => Some(Frame::malformed(malformed)),
            kind => Some(Frame { body, kind }),
        }
    }

    fn malformed(malformed: Malformed) -> Frame {
        Frame {
            body: malformed.stand_in(),
            kind: Kind::Malformed(malformed),
        }
    }

    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    pub(crate) fn body(&self) -> &[u8] {
        &self.body
    }

    pub(crate) fn len(&self) -> usize {
        self.body.len()
    }

    /// Header and body.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        let mut bytes = format!("Content-Length: {}\r\n\r\n", self.body.len()).into_bytes();
        bytes.extend_from_slice(&self.body);
        bytes
    }
}

/// A message as the library decodes it.
#[derive(Deserialize)]
#[serde(untagged)]
enum Message {
    Response(#[allow(dead_code)] Response),
    Request(Request),
}

/// What makes a message one about a request of the server.
#[derive(Deserialize)]
struct Outcome {
    #[serde(default)]
    result: Option<IgnoredAny>,
    #[serde(default)]
    error: Option<IgnoredAny>,
}

fn kind(body: &[u8]) -> Option<Kind> {
    let answers = || {
        let outcome = serde_json::from_slice::<Outcome>(body);
        outcome.is_ok_and(|outcome| outcome.result.is_some() || outcome.error.is_some())
    };
    Some(match serde_json::from_slice(body) {
        Ok(Message::Response(_)) => Kind::Response,
        Ok(Message::Request(request)) if request.method().is_empty() => {
            if answers() {
                return None;
            }
            Kind::Malformed(Malformed::Invalid)
        }
        Ok(Message::Request(request)) if request.id().is_some() => Kind::Request,
        Ok(Message::Request(_)) => Kind::Notification,
        // Valid JSON of another form (a batch, a number) is no request; anything else is no JSON.
        Err(error) if error.is_data() => Kind::Malformed(Malformed::Invalid),
        Err(_) => Kind::Malformed(Malformed::Parse),
    })
}

/// What stands in the input.
enum Raw {
    /// The body of a message, not yet looked at.
    Body(Vec<u8>),
    /// A header or a length that makes no sense; reading goes on at the next header.
    Malformed(String),
    /// The end of the input.
    End,
}

/// Reads one frame. Bytes that belong to no frame are skipped up to the next `Content-Length`.
fn read_frame(input: &mut impl BufRead) -> io::Result<Raw> {
    let mut length: Option<usize> = None;
    let mut problem: Option<String> = None;
    let mut line = Vec::new();
    let mut seen = false;
    loop {
        line.clear();
        let read = (&mut *input)
            .take(MAX_HEADER_LINE)
            .read_until(b'\n', &mut line)?;
        if read == 0 {
            return Ok(match problem {
                Some(problem) if seen => Raw::Malformed(problem),
                _ => Raw::End,
            });
        }
        let text = line.trim_ascii();
        if text.is_empty() {
            if !seen {
                continue; // Blank lines between messages are harmless.
            }
            break;
        }
        seen = true;
        match header(text) {
            Some((name, value)) if name.eq_ignore_ascii_case(b"content-length") => {
                match std::str::from_utf8(value).ok().and_then(|v| v.parse().ok()) {
                    Some(value) => {
                        // A length after garbage begins a new frame.
                        problem = None;
                        length = Some(value);
                    }
                    None => problem = Some("the value of Content-Length is not a number".into()),
                }
            }
            Some(_) => {}
            None => problem = Some("a header line has no colon".into()),
        }
    }
    match (length, problem) {
        (Some(length), None) if length <= MAX_BODY => {
            // The buffer grows with what arrives and not with what is announced.
            let mut body = Vec::with_capacity(length.min(1 << 20));
            let read = input.take(length as u64).read_to_end(&mut body)?;
            Ok(if read == length {
                Raw::Body(body)
            } else {
                Raw::End
            })
        }
        (Some(length), None) => {
            io::copy(&mut input.take(length as u64), &mut io::sink())?;
            Ok(Raw::Malformed(format!(
                "a message of {length} bytes is larger than {MAX_BODY}"
            )))
        }
        (_, Some(problem)) => Ok(Raw::Malformed(problem)),
        (None, None) => Ok(Raw::Malformed("a message has no Content-Length".into())),
    }
}

/// Splits a header line; garbage in front of `Content-Length` is dropped, so that a client finds its way back.
fn header(line: &[u8]) -> Option<(&[u8], &[u8])> {
    const LENGTH: &[u8] = b"content-length:";
    let start = line
        .windows(LENGTH.len())
        .position(|w| w.eq_ignore_ascii_case(LENGTH))
        .unwrap_or(0);
    let line = &line[start..];
    let colon = line.iter().position(|b| *b == b':')?;
    Some((line[..colon].trim_ascii(), line[colon + 1..].trim_ascii()))
}

/// JavaScript clients write half an emoji as `\ud83d`, which is no character. It becomes U+FFFD, of the same UTF-16 length.
fn repair_surrogates(body: &mut [u8]) {
    // Only escaped surrogates can be unpaired, since the bytes must be UTF-8.
    if memchr::memmem::find(body, b"\\u").is_none() {
        return;
    }
    let unit = |at: usize, text: &[u8]| -> Option<u16> {
        let digits = std::str::from_utf8(text.get(at + 2..at + 6)?).ok()?;
        (text[at] == b'\\' && text[at + 1] == b'u').then(|| u16::from_str_radix(digits, 16).ok())?
    };
    let mut at = 0;
    while at < body.len() {
        if body[at] != b'\\' {
            at += 1;
            continue;
        }
        match unit(at, body) {
            Some(0xD800..=0xDBFF) if matches!(unit(at + 6, body), Some(0xDC00..=0xDFFF)) => {
                at += 12
            }
            Some(0xD800..=0xDFFF) => {
                body[at + 2..at + 6].copy_from_slice(b"FFFD");
                at += 6;
            }
            Some(_) => at += 6,
            None => at += 2,
        }
    }
}

/// Reads `input` to its end on the calling thread and hands every message to `deliver`, until that returns false.
pub(crate) fn read_all(input: impl Read, mut deliver: impl FnMut(Frame) -> bool) {
    let mut input = BufReader::with_capacity(64 << 10, input);
    loop {
        let frame = match read_frame(&mut input) {
            Ok(Raw::Body(body)) => Frame::new(body),
            Ok(Raw::Malformed(problem)) => {
                tracing::warn!("malformed message: {problem}");
                Some(Frame::malformed(Malformed::Parse))
            }
            Ok(Raw::End) => return,
            Err(error) => {
                tracing::warn!("the input cannot be read: {error}");
                return;
            }
        };
        if frame.is_some_and(|frame| !deliver(frame)) {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What arrives, in a line each.
    fn received(input: &[u8]) -> Vec<String> {
        let mut found = Vec::new();
        read_all(input, |frame| {
            let body = frame.body();
            found.push(match frame.kind() {
                Kind::Malformed(malformed) => malformed.into_error().code.to_string(),
                Kind::Response => {
                    let response: Response = serde_json::from_slice(body).expect("a response");
                    format!("answer {}", response.id())
                }
                Kind::Request | Kind::Notification => {
                    let request: Request = serde_json::from_slice(body).expect("a request");
                    let id = request.id().map(|id| format!("{id} "));
                    let params = request.params().map(Value::to_string);
                    let (id, params) = (id.unwrap_or_default(), params.unwrap_or_default());
                    format!("{} {id}{params}", request.method())
                }
            });
            true
        });
        found
    }

    fn framed(body: &str) -> String {
        format!("Content-Length: {}\r\n\r\n{body}", body.len())
    }

    const EXIT: &str = r#"{"jsonrpc":"2.0","method":"exit"}"#;
    const EXITED: &str = "exit ";

    #[test]
    fn every_kind_of_message_is_understood() {
        let input = framed(EXIT)
            + &framed(r#"{"jsonrpc":"2.0","id":3,"result":null}"#)
            + &framed(r#"{"jsonrpc":"2.0","id":"x","method":"m","params":{"a":[1, null]}}"#)
            + &framed(r#"{"id":null,"method":"m","jsonrpc":"2.0","params":null}"#);
        assert_eq!(
            received(input.as_bytes()),
            [
                EXITED,
                "answer 3",
                "m \"x\" {\"a\":[1,null]}",
                "m null null"
            ]
        );
    }

    #[test]
    fn header_names_are_case_insensitive_and_others_are_ignored() {
        let input = format!(
            "content-length: {}\r\nContent-Type: application/vscode-jsonrpc; charset=utf-8\r\nX-A: b\r\nX-C: d\r\n\r\n{EXIT}",
            EXIT.len()
        );
        assert_eq!(received(input.as_bytes()), [EXITED]);
    }

    #[test]
    fn reading_goes_on_after_every_kind_of_nonsense() {
        let (parse, request) = ("-32700", "-32600");
        for (nonsense, answer) in [
            ("Content-Length: foo\r\n\r\n".to_string(), parse),
            ("X-Other: 1\r\n\r\n".to_string(), parse),
            ("garbage without end\r\n\r\n".to_string(), parse),
            (framed("{"), parse),
            (framed(""), parse),
            (framed("\u{0}\u{1}"), parse),
            (framed("[1,2]"), request),
            (framed("7"), request),
            (framed(r#"{"jsonrpc":"2.0"}"#), request),
            (framed(r#"{"jsonrpc":"1.0","method":"exit"}"#), request),
            (framed(r#"{"method":"exit"}"#), request),
            (framed(r#"{"jsonrpc":"2.0","method":7}"#), request),
            (
                framed(r#"{"jsonrpc":"2.0","method":"x","id":1.5}"#),
                request,
            ),
            (
                framed(r#"{"jsonrpc":"2.0","method":"x","params":{"a":"b}"#),
                parse,
            ),
        ] {
            assert_eq!(
                received((nonsense.clone() + &framed(EXIT)).as_bytes()),
                [answer, EXITED],
                "{nonsense:?}"
            );
        }
        assert_eq!(
            received(format!("foobar{}", framed(EXIT)).as_bytes()),
            [EXITED]
        );
    }

    #[test]
    fn bodies_that_are_not_utf8_are_answered() {
        for bad in [
            &b"\xff\xfe"[..],
            br#"{"jsonrpc":"2.0","method":"x","params":[""#,
        ] {
            let mut body = bad.to_vec();
            if bad.starts_with(b"{") {
                body.extend_from_slice(b"\xff\"]}");
            }
            let mut input = format!("Content-Length: {}\r\n\r\n", body.len()).into_bytes();
            input.extend_from_slice(&body);
            input.extend_from_slice(framed(EXIT).as_bytes());
            assert_eq!(received(&input), ["-32700", EXITED]);
        }
    }

    #[test]
    fn a_deeply_nested_message_is_answered() {
        let nested = |depth: usize, text: &str| {
            format!(
                r#"{{"jsonrpc":"2.0","method":"x","params":{}{}{}}}"#,
                "[".repeat(depth),
                text,
                "]".repeat(depth)
            )
        };
        let answers = |body: String| received((framed(&body) + &framed(EXIT)).as_bytes());
        assert_eq!(answers(nested(5000, "")), ["-32700", EXITED]);
        let text = format!("\"\\\"{}\"", "[".repeat(500));
        assert_ne!(answers(nested(100, &text))[0], "-32700");
    }

    #[test]
    fn answers_that_make_no_sense_are_dropped() {
        let answer = r#"{"jsonrpc":"2.0","id":1,"error":{"code":"x"}}"#;
        assert_eq!(
            received((framed(answer) + &framed(EXIT)).as_bytes()),
            [EXITED]
        );
    }

    #[test]
    fn half_an_emoji_becomes_a_replacement_character() {
        let message =
            r#"{"jsonrpc":"2.0","method":"m","params":["a\ud83db \ud83d\ude00 \\ud83d \ude00"]}"#;
        assert_eq!(
            received(framed(message).as_bytes()),
            ["m [\"a\u{fffd}b \u{1f600} \\\\ud83d \u{fffd}\"]"]
        );
    }

    #[test]
    fn numbers_that_the_library_cannot_read_end_nothing() {
        let message = r#"{"jsonrpc":"2.0","id":1,"method":"m","params":[1e999]}"#;
        assert_eq!(
            received((framed(message) + &framed(EXIT)).as_bytes()),
            ["-32700", EXITED]
        );
    }

    #[test]
    fn a_cut_off_body_ends_the_input() {
        assert!(received(b"Content-Length: 100\r\n\r\n{}").is_empty());
    }

    #[test]
    fn an_announced_length_reserves_no_memory() {
        let frame = read_frame(&mut &b"Content-Length: 18446744073709551615\r\n\r\n{}"[..])
            .expect("memory does not fail");
        assert!(matches!(frame, Raw::Malformed(_)));
    }
}
