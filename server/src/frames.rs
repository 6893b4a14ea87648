//! Messages in a stream of bytes: `Content-Length: 12`, a blank line, twelve bytes of JSON. What is wrong there must not
//! end the conversation, so everything that isn't a message is told and skipped up to the next header.

use std::io::{self, Read, Write};

/// Longer bodies are no messages of an editor.
const LONGEST_BODY: usize = 1 << 30;
/// Longer header lines neither.
const LONGEST_LINE: usize = 64 << 10;
const HEADER: &[u8] = b"content-length:";

/// One thing that came.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Frame {
    /// The bytes of a message, hopefully JSON.
    Body(Vec<u8>),
    /// Bytes that are none, skipped; what is wrong with them.
    Garbage(&'static str),
}

/// Reads messages.
#[derive(Debug)]
pub(crate) struct Frames<R> {
    input: R,
    /// Read, and not yet looked at from `at` on.
    buffer: Vec<u8>,
    at: usize,
}

impl<R: Read> Frames<R> {
    pub(crate) fn new(input: R) -> Frames<R> {
        Frames {
            input,
            buffer: Vec::new(),
            at: 0,
        }
    }

    /// The next thing that comes; `None` when nothing will.
    pub(crate) fn next(&mut self) -> io::Result<Option<Frame>> {
        let mut skipped = false;
        loop {
            let Some(line) = self.line()? else {
                return Ok(skipped.then_some(Frame::Garbage("bytes without a Content-Length header")));
            };
            let Some(start) = header_start(&line) else {
                skipped |= !is_harmless(&line);
                continue;
            };
            if start > 0 || skipped {
                // Told first; the header is read again.
                self.back(line.get(start..).unwrap_or_default());
                return Ok(Some(Frame::Garbage("bytes before a Content-Length header")));
            }
            return self.body(&line).map(Some);
        }
    }

    /// Puts bytes back that turned out to belong to later messages.
    pub(crate) fn back(&mut self, bytes: &[u8]) {
        let rest = self.buffer.split_off(self.at);
        self.buffer.clear();
        self.buffer.extend_from_slice(bytes);
        self.buffer.extend(rest);
        self.at = 0;
    }

    /// What follows the header with the length: other headers, which say nothing new, a blank line, and the body.
    fn body(&mut self, header: &[u8]) -> io::Result<Frame> {
        let value = header.get(HEADER.len()..).unwrap_or_default();
        let length = std::str::from_utf8(value).ok().map(str::trim);
        let length = length.and_then(|digits| digits.parse::<usize>().ok());
        let Some(length) = length.filter(|length| *length <= LONGEST_BODY) else {
            return Ok(Frame::Garbage("a Content-Length that is no length"));
        };
        loop {
            match self.line()? {
                None => return Ok(Frame::Garbage("a header without a message")),
                Some(line) if line == b"\n" || line == b"\r\n" => break,
                Some(line) if header_start(&line).is_some() => {
                    self.back(&line);
                    return Ok(Frame::Garbage("a header without a message"));
                }
                Some(_) => {}
            }
        }
        while self.buffer.len() - self.at < length {
            if !self.fill()? {
                self.at = self.buffer.len();
                return Ok(Frame::Garbage("a message shorter than its Content-Length"));
            }
        }
        let body = self.take(length);
        Ok(Frame::Body(body))
    }

    /// The next line with its end; a very long one in parts.
    fn line(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut looked = 0;
        loop {
            let fresh = self.buffer.get(self.at + looked..).unwrap_or_default();
            if let Some(end) = fresh.iter().position(|byte| *byte == b'\n') {
                return Ok(Some(self.take(looked + end + 1)));
            }
            looked = self.buffer.len() - self.at;
            if looked >= LONGEST_LINE {
                // A header may begin in the last bytes.
                return Ok(Some(self.take(looked - HEADER.len())));
            }
            if !self.fill()? {
                return Ok((looked > 0).then(|| self.take(looked)));
            }
        }
    }

    fn take(&mut self, length: usize) -> Vec<u8> {
        let end = (self.at + length).min(self.buffer.len());
        let taken = self.buffer.get(self.at..end).unwrap_or_default().to_vec();
        self.at = end;
        taken
    }

    /// Reads more; whether there was any.
    fn fill(&mut self) -> io::Result<bool> {
        self.buffer.drain(..self.at);
        self.at = 0;
        let mut chunk = [0; 16 << 10];
        loop {
            match self.input.read(&mut chunk) {
                Ok(0) => return Ok(false),
                Ok(count) => {
                    self.buffer
                        .extend_from_slice(chunk.get(..count).unwrap_or_default());
                    return Ok(true);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// Where a header with a length begins in some bytes.
pub(crate) fn header_start(bytes: &[u8]) -> Option<usize> {
    bytes
        .windows(HEADER.len())
        .position(|window| window.eq_ignore_ascii_case(HEADER))
}

/// Blank lines between messages, and headers that come before the one with the length.
fn is_harmless(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    const OTHER: &[u8] = b"content-type:";
    line.is_empty()
        || line
            .get(..OTHER.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(OTHER))
}

/// Writes a message.
pub(crate) fn write(output: &mut impl Write, body: &[u8]) -> io::Result<()> {
    write!(output, "Content-Length: {}\r\n\r\n", body.len())?;
    output.write_all(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What comes of some bytes, bodies as text.
    fn read(bytes: &[u8]) -> Vec<String> {
        let mut frames = Frames::new(bytes);
        let mut out = Vec::new();
        while let Some(frame) = frames.next().expect("memory can be read") {
            out.push(match frame {
                Frame::Body(body) => String::from_utf8_lossy(&body).into_owned(),
                Frame::Garbage(what) => format!("({what})"),
            });
        }
        out
    }

    #[test]
    fn messages_follow_each_other() {
        assert_eq!(
            read(b"Content-Length: 2\r\n\r\n{}Content-Type: x\r\ncontent-length:3\r\n\r\n[1]"),
            ["{}", "[1]"]
        );
    }

    #[test]
    fn garbage_is_told_once_and_skipped() {
        assert_eq!(
            read(b"hello\nworld\n{}Content-Length: 2\r\n\r\n{}"),
            ["(bytes before a Content-Length header)", "{}"]
        );
        assert_eq!(
            read(b"Content-Length: many\r\n\r\nContent-Length: 2\r\n\r\n{}"),
            ["(a Content-Length that is no length)", "{}"]
        );
        assert_eq!(
            read(b"Content-Length: 5\r\nContent-Length: 2\r\n\r\n{}"),
            ["(a header without a message)", "{}"]
        );
        assert_eq!(read(b"nothing"), ["(bytes without a Content-Length header)"]);
        assert_eq!(
            read(b"Content-Length: 9\r\n\r\n{}"),
            ["(a message shorter than its Content-Length)"]
        );
    }

    proptest::proptest! {
        #[test]
        fn a_message_behind_any_bytes_is_found(garbage in proptest::collection::vec(0u8..=255, 0..200)) {
            let mut bytes = garbage;
            bytes.push(b'\n');
            bytes.extend_from_slice(b"Content-Length: 4\r\n\r\nlast");
            let found = read(&bytes);
            proptest::prop_assert_eq!(found.last().map(String::as_str), Some("last"));
        }
    }
}
