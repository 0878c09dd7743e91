//! Reads the standard input of the server: only complete, well-formed messages go on to the main loop.
//!
//! A frame that cannot be decoded, a length that makes no sense, half a surrogate pair: none of them ends the session. What can be
//! mended is mended, what cannot becomes [`Received::Malformed`], which is answered as JSON-RPC wants it, and reading goes on.

use std::{
    borrow::Cow,
    io::{self, BufRead, BufReader, Read},
};

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use tower_lsp_server::jsonrpc::{Error, Id, Response};

/// What the client sent.
#[derive(Debug)]
pub enum Received {
    /// It wants an answer.
    Request {
        /// What the answer is to carry.
        id: Id,
        /// What is wanted.
        method: Box<str>,
        /// With what, not yet looked at.
        params: Option<Box<RawValue>>,
    },
    /// It says something.
    Notification {
        /// What.
        method: Box<str>,
        /// With what, not yet looked at.
        params: Option<Box<RawValue>>,
    },
    /// It answers.
    Response(Response),
    /// Something that is no message, and what JSON-RPC has to say about it.
    Malformed(Error),
}

/// Largest message body that is read. What is longer is skipped without being held in memory.
pub const MAX_BODY: usize = 256 << 20;

/// Longest header line. Longer ones are cut off, so that a stream without line breaks cannot fill the memory.
const MAX_HEADER_LINE: u64 = 8 << 10;

/// What stood in the input.
#[derive(Debug, PartialEq)]
pub enum Frame {
    /// The body of a message, not yet looked at.
    Body(Vec<u8>),
    /// A header or a length that makes no sense; reading goes on at the next header.
    Malformed(String),
    /// The end of the input.
    End,
}

/// Reads one frame. Bytes that belong to no frame are skipped up to the next `Content-Length`.
pub fn read_frame(input: &mut impl BufRead) -> io::Result<Frame> {
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
                Some(problem) if seen => Frame::Malformed(problem),
                _ => Frame::End,
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
                    None => problem = Some("the value of Content-Length is no number".into()),
                }
            }
            Some((name, _)) if name.eq_ignore_ascii_case(b"content-type") => {}
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
                Frame::Body(body)
            } else {
                Frame::End
            })
        }
        (Some(length), None) => {
            io::copy(&mut input.take(length as u64), &mut io::sink())?;
            Ok(Frame::Malformed(format!(
                "a message of {length} bytes is larger than {MAX_BODY}"
            )))
        }
        (_, Some(problem)) => Ok(Frame::Malformed(problem)),
        (None, None) => Ok(Frame::Malformed("a message has no Content-Length".into())),
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

/// Reads the body of a frame; `None` for an answer that makes no sense, about which nobody waits to hear.
pub fn read_body(body: Vec<u8>) -> Option<Received> {
    // Only escaped surrogates can be unpaired, since the bytes must be UTF-8.
    let body = if memchr::memmem::find(&body, b"\\u").is_some() {
        mend_surrogates(&body).unwrap_or(body)
    } else {
        body
    };
    if nests_too_deep(&body) {
        return Some(Received::Malformed(Error::parse_error()));
    }
    match envelope(&body) {
        Ok(received) => received,
        // Valid JSON of another form (a batch, a number) is no request; anything else is no JSON.
        Err(error) if error.is_data() => Some(Received::Malformed(Error::invalid_request())),
        Err(_) => Some(Received::Malformed(Error::parse_error())),
    }
}

#[derive(Deserialize)]
struct Envelope<'a> {
    jsonrpc: Cow<'a, str>,
    #[serde(default)]
    method: Option<Cow<'a, str>>,
    #[serde(default, deserialize_with = "present")]
    id: Option<Id>,
    // What is `null` is there as well, and parameters are read by those who know their type.
    #[serde(borrow, default, deserialize_with = "present")]
    params: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    result: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "present")]
    error: Option<&'a RawValue>,
}

fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

fn envelope(body: &[u8]) -> Result<Option<Received>, serde_json::Error> {
    let Envelope {
        jsonrpc,
        method,
        id,
        params,
        result,
        error,
    } = serde_json::from_slice(body)?;
    let params = params.map(RawValue::to_owned);
    Ok(Some(match (method, id) {
        _ if jsonrpc != "2.0" => Received::Malformed(Error::invalid_request()),
        (Some(method), Some(id)) => Received::Request {
            id,
            method: method.into(),
            params,
        },
        (Some(method), None) => Received::Notification {
            method: method.into(),
            params,
        },
        (None, _) if result.is_some() || error.is_some() => {
            return Ok(serde_json::from_slice(body).ok().map(Received::Response));
        }
        (None, _) => Received::Malformed(Error::invalid_request()),
    }))
}

/// How deep JSON may nest for it to be read.
const MAX_DEPTH: usize = 127;

/// What nests deeper would fail later, where nobody could say any more that it is the message that is wrong.
fn nests_too_deep(body: &[u8]) -> bool {
    if memchr::memchr2_iter(b'[', b'{', body)
        .nth(MAX_DEPTH)
        .is_none()
    {
        return false;
    }
    let (mut depth, mut in_string, mut escaped) = (0usize, false, false);
    for byte in body {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => {
                depth += 1;
                if depth > MAX_DEPTH {
                    return true;
                }
            }
            b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    false
}

/// JavaScript clients write half an emoji as `\ud83d`, which is no character. It becomes U+FFFD, of the same UTF-16 length.
fn mend_surrogates(body: &[u8]) -> Option<Vec<u8>> {
    let mut mended = body.to_vec();
    let mut changed = false;
    let unit = |at: usize, text: &[u8]| -> Option<u16> {
        let digits = std::str::from_utf8(text.get(at + 2..at + 6)?).ok()?;
        (text[at] == b'\\' && text[at + 1] == b'u').then(|| u16::from_str_radix(digits, 16).ok())?
    };
    let mut at = 0;
    while at < mended.len() {
        if mended[at] != b'\\' {
            at += 1;
            continue;
        }
        match unit(at, &mended) {
            Some(0xD800..=0xDBFF) if matches!(unit(at + 6, &mended), Some(0xDC00..=0xDFFF)) => {
                at += 12
            }
            Some(0xD800..=0xDFFF) => {
                mended[at + 2..at + 6].copy_from_slice(b"FFFD");
                changed = true;
                at += 6;
            }
            Some(_) => at += 6,
            None => at += 2,
        }
    }
    changed.then_some(mended)
}

/// Reads `input` to its end on the calling thread and hands every message to `deliver` with the length of its body, until that
/// returns false.
pub fn pump(input: impl Read, mut deliver: impl FnMut(Received, usize) -> bool) {
    let mut input = BufReader::with_capacity(64 << 10, input);
    loop {
        let mut bytes = 0;
        let received = match read_frame(&mut input) {
            Ok(Frame::Body(body)) => {
                bytes = body.len();
                read_body(body)
            }
            Ok(Frame::Malformed(problem)) => {
                tracing::warn!("malformed message: {problem}");
                Some(Received::Malformed(Error::parse_error()))
            }
            Ok(Frame::End) => return,
            Err(error) => {
                tracing::warn!("the input cannot be read: {error}");
                return;
            }
        };
        if received.is_some_and(|received| !deliver(received, bytes)) {
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
        pump(input, |received, _| {
            let json =
                |params: Option<Box<RawValue>>| params.map_or(String::new(), |p| p.to_string());
            found.push(match received {
                Received::Request { id, method, params } => {
                    format!("{method} {id} {}", json(params))
                }
                Received::Notification { method, params } => format!("{method} {}", json(params)),
                Received::Response(response) => format!("answer {}", response.id()),
                Received::Malformed(error) => error.code.to_string(),
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
                "m \"x\" {\"a\":[1, null]}",
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
            [r#"m ["a\uFFFDb \ud83d\ude00 \\ud83d \uFFFD"]"#]
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
        assert!(matches!(frame, Frame::Malformed(_)), "{frame:?}");
    }
}
