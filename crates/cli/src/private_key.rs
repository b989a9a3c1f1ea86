//! Private keys that span lines.
//!
//! Line by line, the body of a PEM file is base64 like any other: nothing in it says that it is a key. So the line that
//! begins a key is remembered, and what looks like key material in the lines after it is masked until the key ends.

use std::ops::Range;

use memchr::memmem;

use crate::blocks;

/// No private key has more lines; past them a key without an end is given up.
const LONGEST_KEY: usize = 1024;
/// How many lines in a row may be something else (other writers of the same log) before a key is given up.
const LONGEST_GAP: usize = 16;
/// Base64 of this length is key material wherever in the line it stands. Encoders wrap at 64, 70 or 76.
const LONG_RUN: usize = 40;
/// The longest marker: `-----BEGIN ENCRYPTED PRIVATE KEY-----` and the like.
const LONGEST_MARKER: usize = 80;
/// What the labels of keys hold: those of PEM, and of the static keys of OpenVPN, whose lines are hexadecimal.
const LABELS: [&[u8]; 2] = [b"PRIVATE KEY", b"OpenVPN Static key V1"];
/// What the marker that begins a key begins with.
const BEGIN: &[u8] = b"-----BEGIN ";

/// The state from line to line.
#[derive(Clone, Default)]
pub(crate) struct PrivateKeys {
    open: Option<OpenKey>,
}

/// A key that was begun and has not ended.
#[derive(Clone)]
struct OpenKey {
    /// What stood before the marker in its line: a timestamp, indentation, a JSON envelope.
    before: Vec<u8>,
    /// What came right after the marker: nothing, a quote, a backslash.
    after: Option<u8>,
    lines_left: usize,
    gap_left: usize,
}

impl PrivateKeys {
    /// Where in the next line the material of a key stands that other lines belong to.
    pub(crate) fn find(&mut self, line: &[u8]) -> Vec<Range<usize>> {
        let begin = last_marker(line, BEGIN);
        let end = last_marker(line, b"-----END ");
        let begun = match (begin, &end) {
            (Some(begin), Some(end)) if end.start > begin.start => None,
            (begin, _) => begin,
        };
        if let Some(marker) = begun {
            let from = if self.open.is_some() { 0 } else { marker.end };
            self.open = Some(OpenKey::after(line, &marker));
            return long_runs(line, from..line.len());
        }
        let Some(key) = &mut self.open else { return Vec::new() };
        if let Some(marker) = end {
            self.open = None;
            return long_runs(line, 0..marker.start);
        }
        let material = key.material(line);
        if !key.goes_on(!material.is_empty()) {
            self.open = None;
        }
        material
    }

    /// Whether a key was begun and has not ended, so that every line concerns it.
    pub(crate) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Goes on to the state behind a block of lines, of which those over `limit` are not looked at. Reads little more than
    /// the lines of keys.
    pub(crate) fn pass(&mut self, block: &[u8], limit: usize) {
        let (mut at, mut markers) = (0, Markers::new(block));
        while at < block.len() {
            if !self.is_open() {
                let Some(marker) = markers.next_from(at) else { return };
                at = memchr::memrchr(b'\n', &block[at..marker]).map_or(at, |newline| at + newline + 1);
            }
            let end = memchr::memchr(b'\n', &block[at..]).map_or(block.len(), |newline| at + newline + 1);
            if let Some(text) = blocks::line(block, at..end, limit).text {
                self.find(text);
            }
            at = end;
        }
    }
}

/// Where in a block a key may begin. To be asked from its start to its end.
pub(crate) struct Markers<'b> {
    block: &'b [u8],
    /// None stands before this; one stands here, unless it is the end.
    next: usize,
}

impl<'b> Markers<'b> {
    pub(crate) fn new(block: &'b [u8]) -> Self {
        let mut markers = Self { block, next: 0 };
        markers.find(0);
        markers
    }

    /// The next one at or behind `at`.
    pub(crate) fn next_from(&mut self, at: usize) -> Option<usize> {
        if self.next < at {
            self.find(at);
        }
        (self.next < self.block.len()).then_some(self.next)
    }

    fn find(&mut self, from: usize) {
        self.next = memmem::find(&self.block[from..], BEGIN).map_or(self.block.len(), |at| from + at);
    }
}

impl OpenKey {
    fn after(line: &[u8], marker: &Range<usize>) -> Self {
        Self {
            before: line[..marker.start].to_vec(),
            after: line.trim_ascii_end().get(marker.end).copied(),
            lines_left: LONGEST_KEY,
            gap_left: LONGEST_GAP,
        }
    }

    /// Where in a line that follows the marker key material stands.
    fn material(&self, line: &[u8]) -> Vec<Range<usize>> {
        let long = long_runs(line, 0..line.len());
        if !long.is_empty() {
            return long;
        }
        self.in_place_of_the_marker(line).or_else(|| only_word(line)).into_iter().collect()
    }

    /// The last line of a key may be short; but it stands where the marker stood, and ends as it ended.
    fn in_place_of_the_marker(&self, line: &[u8]) -> Option<Range<usize>> {
        let line = line.trim_ascii_end();
        let start = self.before.len();
        let alike = |(a, b): (&u8, &u8)| a == b || (a.is_ascii_digit() && b.is_ascii_digit());
        if line.len() <= start || !line.iter().zip(&self.before).all(alike) {
            return None;
        }
        let end = start + run_len(&line[start..]);
        (end > start && line.get(end).copied() == self.after).then_some(start..end)
    }

    /// Counts one more line; `false` when the key is given up.
    fn goes_on(&mut self, had_material: bool) -> bool {
        self.lines_left -= 1;
        self.gap_left = if had_material { LONGEST_GAP } else { self.gap_left - 1 };
        self.lines_left > 0 && self.gap_left > 0
    }
}

/// Where the last marker of a private key that starts with `start` stands.
fn last_marker(line: &[u8], start: &[u8]) -> Option<Range<usize>> {
    memmem::rfind_iter(line, start).find_map(|at| {
        let rest = &line[at + start.len()..];
        let rest = &rest[..rest.len().min(LONGEST_MARKER)];
        let label = &rest[..memmem::find(rest, b"-----")?];
        LABELS.iter().find(|known| memmem::find(label, known).is_some())?;
        Some(at..at + start.len() + label.len() + b"-----".len())
    })
}

/// The long runs of base64 that begin in `within`.
fn long_runs(line: &[u8], within: Range<usize>) -> Vec<Range<usize>> {
    let mut runs = Vec::new();
    let mut at = within.start;
    while at < within.end {
        let len = run_len(&line[at..within.end]);
        if len >= LONG_RUN {
            runs.push(at..at + len);
        }
        at += len.max(1);
    }
    runs
}

/// A line that is one word of base64, in quotes or not.
fn only_word(line: &[u8]) -> Option<Range<usize>> {
    let around = |byte: &u8| byte.is_ascii_whitespace() || b"\"',;\\".contains(byte);
    let start = line.iter().position(|byte| !around(byte))?;
    let end = line.iter().rposition(|byte| !around(byte))? + 1;
    (run_len(&line[start..end]) == end - start).then_some(start..end)
}

/// The length of the base64 that `bytes` begins with, as JSON encoders may have escaped it.
fn run_len(bytes: &[u8]) -> usize {
    let mut len = 0;
    while let Some(step) = base64_char(&bytes[len..]) {
        len += step;
    }
    len
}

/// The length of the one base64 character that `bytes` begins with.
fn base64_char(bytes: &[u8]) -> Option<usize> {
    match *bytes {
        [byte, ..] if byte.is_ascii_alphanumeric() || b"+/=".contains(&byte) => Some(1),
        [b'\\', b'/', ..] => Some(2),
        // `+`, `/` and `=` as some encoders write them.
        [b'\\', b'u', b'0', b'0', b'2', b'b' | b'B' | b'f' | b'F', ..] => Some(6),
        [b'\\', b'u', b'0', b'0', b'3', b'd' | b'D', ..] => Some(6),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use tracing_privacy::Category;

    use super::*;
    use crate::mask::cover;

    const FULL: &str = "MIIBOgIBAAJBAKj34GkxFhD90vcNLYLInFEX6Ppy1tPf9Cnzj4p4WGeKLs1Pt8Qu";
    const SHORT: &str = "Qw==";

    fn mask_all(lines: &[String]) -> Vec<String> {
        let mut keys = PrivateKeys::default();
        let mut mask = |line: &String| {
            let mut out = Vec::new();
            cover(line.as_bytes(), 0, &keys.find(line.as_bytes()), &Category::CREDENTIAL, &mut out);
            String::from_utf8(out).expect("UTF-8 in, UTF-8 out")
        };
        lines.iter().map(&mut mask).collect()
    }

    /// A key whose every line stands between what `around` gives for its number.
    fn key_in(around: impl Fn(usize) -> (String, String)) -> Vec<String> {
        ["-----BEGIN RSA PRIVATE KEY-----", FULL, FULL, SHORT, "-----END RSA PRIVATE KEY-----", "harmless"]
            .iter()
            .enumerate()
            .map(|(number, text)| {
                let (before, after) = around(number);
                format!("{before}{text}{after}")
            })
            .collect()
    }

    #[track_caller]
    fn assert_body_masked(lines: &[String]) {
        let masked = mask_all(lines);
        for (number, (line, masked)) in lines.iter().zip(&masked).enumerate() {
            if (1..=3).contains(&number) {
                let body = if number == 3 { SHORT } else { FULL };
                assert_eq!(*masked, line.replace(body, "[redacted:credential]"));
            } else {
                assert_eq!(masked, line);
            }
        }
    }

    #[test]
    fn passing_over_a_block_leaves_the_state_that_masking_it_leaves() {
        let mut lines = key_in(|n| (format!("{n} "), String::new()));
        lines.splice(0..0, ["harmless -----BEGIN CERTIFICATE-----".to_owned(), FULL.to_owned()]);
        lines.extend(key_in(|_| (String::new(), String::new())));
        for cut in 0..=lines.len() {
            let block: String = lines[..cut].iter().map(|line| format!("{line}\r\n")).collect();
            let (mut masking, mut passing) = (PrivateKeys::default(), PrivateKeys::default());
            for line in &lines[..cut] {
                masking.find(line.as_bytes());
            }
            passing.pass(block.as_bytes(), 1024);
            let (masked, passed) = (masking.open, passing.open);
            assert_eq!(masked.is_some(), passed.is_some(), "after {cut} lines");
            if let (Some(masked), Some(passed)) = (masked, passed) {
                assert_eq!(masked.before, passed.before);
                assert_eq!((masked.lines_left, masked.gap_left), (passed.lines_left, passed.gap_left));
            }
        }
    }

    #[test]
    fn a_key_on_lines_of_its_own() {
        assert_body_masked(&key_in(|_| (String::new(), String::new())));
    }

    #[test]
    fn a_static_key_of_openvpn() {
        let line = "6acef03f62675b4b1bbd03e53b187727";
        let key = [
            "<tls-auth>",
            "-----BEGIN OpenVPN Static key V1-----",
            line,
            line,
            "-----END OpenVPN Static key V1-----",
            line,
        ];
        let masked = mask_all(&key.map(str::to_owned));
        let mark = "[redacted:credential]";
        assert_eq!(masked, [key[0], key[1], mark, mark, key[4], line]);
    }

    #[test]
    fn an_indented_key_in_quotes() {
        assert_body_masked(&key_in(|_| ("    \"".into(), "\",".into())));
    }

    #[test]
    fn a_key_behind_timestamps() {
        assert_body_masked(&key_in(|n| (format!("2024-05-0{n}T10:00:1{n}.5Z stdout F "), String::new())));
    }

    #[test]
    fn a_key_in_a_json_envelope_for_each_line() {
        assert_body_masked(&key_in(|n| {
            ("{\"log\":\"".into(), format!("\\n\",\"stream\":\"stdout\",\"time\":\"10:00:0{n}\"}}"))
        }));
    }

    #[test]
    fn base64_that_json_escaped_is_one_run() {
        let escaped = FULL.replace('9', r"\/").replace('8', r"\u002B");
        let masked = mask_all(&["-----BEGIN PRIVATE KEY-----".into(), format!("x \"{escaped}\"")]);
        assert_eq!(masked[1], "x \"[redacted:credential]\"");
    }

    #[test]
    fn lines_of_others_in_between_stay() {
        let other = "2024-05-01 INFO listening on 192.0.2.1:8080".to_owned();
        let mut lines = key_in(|_| (String::new(), String::new()));
        lines.insert(2, other.clone());
        let masked = mask_all(&lines);
        assert_eq!(masked[2], other);
        assert_eq!(masked[3], "[redacted:credential]");
    }

    #[test]
    fn a_marker_without_a_key_is_soon_forgotten() {
        let mut lines = vec!["error: expected -----BEGIN PRIVATE KEY-----".to_owned()];
        lines.extend((0..LONGEST_GAP).map(|n| format!("attempt {n} of many")));
        lines.push(FULL.to_owned());
        assert_eq!(mask_all(&lines), lines);
    }

    #[test]
    fn a_key_without_end_is_bounded() {
        let mut lines = vec!["-----BEGIN PRIVATE KEY-----".to_owned()];
        lines.extend((0..LONGEST_KEY + 1).map(|_| FULL.to_owned()));
        let masked = mask_all(&lines);
        assert_eq!(masked[LONGEST_KEY], "[redacted:credential]");
        assert_eq!(masked[LONGEST_KEY + 1], FULL);
    }

    #[test]
    fn material_beside_the_markers() {
        let masked =
            mask_all(&[format!("-----BEGIN PRIVATE KEY-----{FULL}"), format!("{FULL}-----END PRIVATE KEY-----")]);
        assert_eq!(masked[0], "-----BEGIN PRIVATE KEY-----[redacted:credential]");
        assert_eq!(masked[1], "[redacted:credential]-----END PRIVATE KEY-----");
    }

    #[test]
    fn a_key_in_one_line_and_public_keys_are_left_to_the_policy() {
        let lines = [
            format!("-----BEGIN PRIVATE KEY-----\\n{FULL}\\n-----END PRIVATE KEY-----"),
            FULL.to_owned(),
            "-----BEGIN PUBLIC KEY-----".to_owned(),
            FULL.to_owned(),
        ];
        assert_eq!(mask_all(&lines), lines);
    }
}
