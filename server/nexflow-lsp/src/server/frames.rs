//! Guards the standard input of the server: only complete, well-formed messages reach the transport.
//!
//! The transport of tower-lsp-server ends a session at the first message that it cannot decode, waits for ever for a body that
//! is shorter than announced, and buffers whatever length a header names. So a thread of its own reads the frames, checks
//! them, mends what can be mended and passes on whole frames. A frame that is no message is replaced by a request with the
//! method [`MALFORMED`] and the id `null`, which the main loop answers as JSON-RPC wants it.

use std::io::{self, BufRead, BufReader, Read};

use bytes::Bytes;
use serde::Deserialize;
use serde_json::value::RawValue;
use tower_lsp_server::jsonrpc::{Request, Response};

/// Method of the request that stands for a frame which was no message. Its parameter is `"parse"` or `"request"`.
pub const MALFORMED: &str = "$/nexflow/malformedMessage";

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

/// Whether a body is a message that the transport will take; the body to pass on.
pub fn checked_body(body: Vec<u8>) -> Vec<u8> {
    match check(&body) {
        Ok(Verdict::Message) => body,
        Ok(Verdict::Drop) => Vec::new(),
        Ok(Verdict::NoRequest) => malformed("request"),
        Err(_) => match mend_surrogates(&body) {
            Some(mended) if matches!(check(&mended), Ok(Verdict::Message)) => mended,
            _ => malformed("parse"),
        },
    }
}

enum Verdict {
    Message,
    /// An answer to a request of ours that cannot be understood: nobody waits for an error about it.
    Drop,
    NoRequest,
}

fn check(body: &[u8]) -> Result<Verdict, serde_json::Error> {
    #[derive(Deserialize)]
    struct Envelope<'a> {
        #[serde(borrow, default)]
        method: Option<&'a RawValue>,
        #[serde(borrow, default)]
        result: Option<&'a RawValue>,
        #[serde(borrow, default)]
        error: Option<&'a RawValue>,
    }
    let envelope: Envelope = match serde_json::from_slice(body) {
        Ok(envelope) => envelope,
        // Valid JSON of another form (a batch, a number) is no request; anything else is no JSON.
        Err(error) if error.is_data() => return Ok(Verdict::NoRequest),
        Err(error) => return Err(error),
    };
    if envelope.method.is_some() {
        return match serde_json::from_slice::<Request>(body) {
            Ok(_) => Ok(Verdict::Message),
            Err(error) if error.is_data() => Ok(Verdict::NoRequest),
            Err(error) => Err(error),
        };
    }
    if envelope.result.is_some() || envelope.error.is_some() || is_null_result(body) {
        return Ok(match serde_json::from_slice::<Response>(body) {
            Ok(_) => Verdict::Message,
            Err(_) => Verdict::Drop,
        });
    }
    Ok(Verdict::NoRequest)
}

/// `"result": null` is a fine answer, and an `Option` cannot tell it from a missing one.
fn is_null_result(body: &[u8]) -> bool {
    serde_json::from_slice::<Response>(body).is_ok()
}

fn malformed(kind: &str) -> Vec<u8> {
    format!(r#"{{"jsonrpc":"2.0","id":null,"method":"{MALFORMED}","params":["{kind}"]}}"#)
        .into_bytes()
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

/// Reads `input` to its end on the calling thread and hands every frame to `deliver`, until that returns false.
pub fn pump(input: impl Read, mut deliver: impl FnMut(Bytes) -> bool) {
    let mut input = BufReader::with_capacity(64 << 10, input);
    loop {
        let body = match read_frame(&mut input) {
            Ok(Frame::Body(body)) => checked_body(body),
            Ok(Frame::Malformed(problem)) => {
                tracing::warn!("malformed message: {problem}");
                malformed("parse")
            }
            Ok(Frame::End) => return,
            Err(error) => {
                tracing::warn!("the input cannot be read: {error}");
                return;
            }
        };
        if body.is_empty() {
            continue;
        }
        let mut frame = format!("Content-Length: {}\r\n\r\n", body.len()).into_bytes();
        frame.extend_from_slice(&body);
        if !deliver(frame.into()) {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bodies(input: &[u8]) -> Vec<String> {
        let mut found = Vec::new();
        pump(input, |frame| {
            let text = String::from_utf8(frame.to_vec()).expect("frames are UTF-8");
            found.push(
                text.split_once("\r\n\r\n")
                    .expect("a frame has a header")
                    .1
                    .to_string(),
            );
            true
        });
        found
    }

    fn framed(body: &str) -> String {
        format!("Content-Length: {}\r\n\r\n{body}", body.len())
    }

    const EXIT: &str = r#"{"jsonrpc":"2.0","method":"exit"}"#;

    #[test]
    fn messages_pass_unchanged() {
        let null = r#"{"jsonrpc":"2.0","id":3,"result":null}"#;
        assert_eq!(
            bodies((framed(EXIT) + &framed(null)).as_bytes()),
            [EXIT, null]
        );
    }

    #[test]
    fn header_names_are_case_insensitive_and_others_are_ignored() {
        let input = format!(
            "content-length: {}\r\nContent-Type: application/vscode-jsonrpc; charset=utf-8\r\nX-A: b\r\nX-C: d\r\n\r\n{EXIT}",
            EXIT.len()
        );
        assert_eq!(bodies(input.as_bytes()), [EXIT]);
    }

    #[test]
    fn reading_goes_on_after_every_kind_of_nonsense() {
        let parse = String::from_utf8(malformed("parse")).expect("ASCII");
        let request = String::from_utf8(malformed("request")).expect("ASCII");
        for (nonsense, answer) in [
            ("Content-Length: foo\r\n\r\n".to_string(), &parse),
            ("X-Other: 1\r\n\r\n".to_string(), &parse),
            ("garbage without end\r\n\r\n".to_string(), &parse),
            (framed("{"), &parse),
            (framed("\u{0}\u{1}"), &parse),
            (framed("[1,2]"), &request),
            (framed("7"), &request),
            (framed(r#"{"jsonrpc":"2.0"}"#), &request),
            (framed(r#"{"jsonrpc":"1.0","method":"exit"}"#), &request),
            (framed(r#"{"jsonrpc":"2.0","method":7}"#), &request),
            (
                framed(r#"{"jsonrpc":"2.0","method":"x","id":1.5}"#),
                &request,
            ),
        ] {
            assert_eq!(
                bodies((nonsense.clone() + &framed(EXIT)).as_bytes()),
                [answer, EXIT],
                "{nonsense:?}"
            );
        }
        assert_eq!(bodies(format!("foobar{}", framed(EXIT)).as_bytes()), [EXIT]);
    }

    #[test]
    fn bodies_that_are_not_utf8_are_answered() {
        let mut input = b"Content-Length: 4\r\n\r\n\xff\xfe\xff\xff".to_vec();
        input.extend_from_slice(framed(EXIT).as_bytes());
        assert_eq!(
            bodies(&input),
            [
                String::from_utf8(malformed("parse"))
                    .expect("ASCII")
                    .as_str(),
                EXIT
            ]
        );
    }

    #[test]
    fn a_deeply_nested_message_is_answered() {
        let deep = format!(
            r#"{{"jsonrpc":"2.0","method":"x","params":{}{}}}"#,
            "[".repeat(5000),
            "]".repeat(5000)
        );
        assert_eq!(bodies((framed(&deep) + &framed(EXIT)).as_bytes()).len(), 2);
    }

    #[test]
    fn answers_that_make_no_sense_are_dropped() {
        let answer = r#"{"jsonrpc":"2.0","id":1,"error":{"code":"x"}}"#;
        assert_eq!(bodies((framed(answer) + &framed(EXIT)).as_bytes()), [EXIT]);
    }

    #[test]
    fn half_an_emoji_becomes_a_replacement_character() {
        let message =
            r#"{"jsonrpc":"2.0","method":"m","params":["a\ud83db \ud83d\ude00 \\ud83d \ude00"]}"#;
        let mended =
            r#"{"jsonrpc":"2.0","method":"m","params":["a\uFFFDb \ud83d\ude00 \\ud83d \uFFFD"]}"#;
        assert_eq!(bodies(framed(message).as_bytes()), [mended]);
    }

    #[test]
    fn a_cut_off_body_ends_the_input() {
        assert!(bodies(b"Content-Length: 100\r\n\r\n{}").is_empty());
    }

    #[test]
    fn an_announced_length_reserves_no_memory() {
        let frame = read_frame(&mut &b"Content-Length: 18446744073709551615\r\n\r\n{}"[..])
            .expect("memory does not fail");
        assert!(matches!(frame, Frame::Malformed(_)), "{frame:?}");
    }
}
