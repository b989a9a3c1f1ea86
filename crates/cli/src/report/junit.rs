//! JUnit's XML: a failed test case for each finding, or one that passed.

use std::fs::File;
use std::io::{self, Seek as _, Write};

use super::{Form, Item, Level};

pub(super) struct Junit {
    command: &'static str,
    /// The cases. How many there are stands before them, so they wait in a file without a name.
    cases: io::BufWriter<File>,
    tests: u64,
    failures: u64,
}

impl Junit {
    pub(super) fn new(command: &'static str) -> io::Result<Self> {
        Ok(Self { command, cases: io::BufWriter::new(tempfile::tempfile()?), tests: 0, failures: 0 })
    }
}

impl Form for Junit {
    fn add(&mut self, item: &Item<'_>, _: &mut dyn Write) -> io::Result<()> {
        let (file, message, rule) = (escaped(item.file), escaped(item.message), escaped(item.rule));
        let Item { line, column, .. } = item;
        self.tests += 1;
        // JUnit knows no warnings and notes: a case that passes, and says something.
        let says = match item.level {
            Level::Error => {
                self.failures += 1;
                format!("<failure type=\"{rule}\" message=\"{message}\">{file}:{line}:{column}</failure>")
            }
            level => format!("<system-out>{}: {message}</system-out>", level.as_str()),
        };
        writeln!(
            self.cases,
            "    <testcase classname=\"{file}\" name=\"{rule} at {line}:{column}\" file=\"{file}\" line=\"{line}\">\n      \
             {says}\n    </testcase>"
        )
    }

    fn end(&mut self, to: &mut dyn Write) -> io::Result<()> {
        let (command, failures) = (self.command, self.failures);
        let tests = self.tests.max(1);
        let counts =
            format!("name=\"tracing-privacy {command}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\"");
        writeln!(to, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites {counts}>\n  <testsuite {counts}>")?;
        if self.tests == 0 {
            writeln!(to, "    <testcase classname=\"tracing-privacy\" name=\"{command} found nothing\"/>")?;
        }
        self.cases.flush()?;
        let cases = self.cases.get_mut();
        cases.rewind()?;
        io::copy(cases, to)?;
        writeln!(to, "  </testsuite>\n</testsuites>")
    }
}

/// A text as it may stand in an attribute. What XML 1.0 (§2.2) has no character for becomes U+FFFD.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            '\t' | '\n' | '\r' => escaped.push_str(&format!("&#{};", u32::from(c))),
            '\0'..='\x1f' | '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}
