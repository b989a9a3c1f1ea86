//! What was found, written in the form that is asked for, one item after the other, so that any number takes no memory.

mod github;
mod json;
mod junit;
mod sarif;
mod text;

use std::io::{self, Write};

use crate::terminal::Styles;

/// How findings are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// FILE:LINE:COLUMN: MESSAGE
    Text,
    /// One JSON object a line
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// JUnit XML, for test reports
    Junit,
    /// Annotations of GitHub Actions
    Github,
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub(crate) enum Level {
    /// Nothing to mend.
    #[value(skip)]
    Note,
    Warning,
    Error,
}

impl Level {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// The line that an item is about, for people who read.
#[derive(Clone, Copy)]
pub(crate) struct Excerpt<'i> {
    /// The line as it may be shown, each character in its column.
    pub(crate) line: &'i str,
    /// How to mend it.
    pub(crate) help: &'i str,
}

/// One thing that was found.
#[derive(Clone, Copy)]
pub(crate) struct Item<'i> {
    pub(crate) rule: &'i str,
    pub(crate) level: Level,
    /// One sentence, without the value.
    pub(crate) message: &'i str,
    pub(crate) file: &'i str,
    /// Counted from 1.
    pub(crate) line: u64,
    /// In characters, counted from 1.
    pub(crate) column: u64,
    /// The column behind the last character.
    pub(crate) end_column: Option<u64>,
    /// Equal for equal findings.
    pub(crate) fingerprint: Option<&'i str>,
    /// What else is known, by name.
    pub(crate) facts: &'i [(&'static str, &'i str)],
    /// What the text form shows besides.
    pub(crate) excerpt: Option<Excerpt<'i>>,
}

/// Items on their way to a writer.
pub(crate) struct Report<W> {
    form: Box<dyn Form>,
    to: W,
}

/// One form of report.
trait Form {
    fn begin(&mut self, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    fn add(&mut self, item: &Item<'_>, to: &mut dyn Write) -> io::Result<()>;

    fn end(&mut self, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }
}

impl<W: Write> Report<W> {
    /// Begins a report of what that command found.
    pub(crate) fn new(format: Format, command: &'static str, to: W) -> io::Result<Self> {
        let form: Box<dyn Form> = match format {
            Format::Text => Box::new(text::Text { styles: Styles::of_stdout() }),
            Format::Json => Box::new(json::Json),
            Format::Sarif => Box::new(sarif::Sarif::default()),
            Format::Junit => Box::new(junit::Junit::new(command)?),
            Format::Github => Box::new(github::Github),
        };
        let mut report = Self { form, to };
        report.form.begin(&mut report.to)?;
        Ok(report)
    }

    pub(crate) fn add(&mut self, item: &Item<'_>) -> io::Result<()> {
        self.form.add(item, &mut self.to)
    }

    /// Adds a text as it is, for forms that are read by people.
    pub(crate) fn text(&mut self, text: &str) -> io::Result<()> {
        self.to.write_all(text.as_bytes())
    }

    /// Lets out what was added so far.
    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }

    /// Ends the report; without it, the form may be broken.
    pub(crate) fn finish(&mut self) -> io::Result<()> {
        self.form.end(&mut self.to)?;
        self.to.flush()
    }
}

/// A text on one line, without control characters and what turns the direction of text: a name of a file cannot forge a line of a
/// report.
pub(crate) fn one_line(text: &str) -> String {
    let forges = |c: char| c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.chars().map(|c| if forges(c) { c.escape_default().to_string() } else { c.to_string() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const AWKWARD: Item<'_> = Item {
        rule: "email",
        level: Level::Error,
        message: "email <\"&'> 100%, \u{1} it:\nsays",
        file: "logs/a b%,:\"<&>\u{fffd}é\n.log",
        line: 12,
        column: 5,
        end_column: Some(9),
        fingerprint: Some("value:00ff"),
        facts: &[("class", "confidential"), ("category", "contact")],
        excerpt: None,
    };

    pub(super) fn written(format: Format, items: &[Item<'_>]) -> String {
        let mut out = Vec::new();
        let mut report = Report::new(format, "scan", &mut out).unwrap();
        items.iter().for_each(|item| report.add(item).unwrap());
        report.finish().unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn text_stays_on_its_line() {
        let text = written(Format::Text, &[AWKWARD]);
        assert_eq!(text.lines().count(), 1);
        assert!(text.starts_with("logs/a b%,:\"<&>\u{fffd}é\\n.log:12:5: email <"), "{text}");
    }

    #[test]
    fn text_with_an_excerpt_points_at_its_place() {
        let excerpt = Some(Excerpt { line: "    info!(\tä = %mail); // \u{1b}", help: "name it `email`" });
        let text = written(Format::Text, &[Item { column: 17, end_column: Some(21), excerpt, ..AWKWARD }]);
        let lines: Vec<_> = text.lines().collect();
        assert!(lines[0].starts_with("error[email]: email <"), "{text}");
        assert_eq!(lines[1].trim(), "--> logs/a b%,:\"<&>\u{fffd}é\\n.log:12:17");
        let (line, carets) = (lines[3], lines[4]);
        let from = line.chars().position(|c| c == 'm').unwrap();
        assert_eq!(carets.chars().filter(|c| *c == '^').count(), 4, "{text}");
        assert_eq!(carets.chars().position(|c| c == '^'), Some(from), "{text}");
        assert!(text.contains("help: name it `email`") && !text.contains('\u{1b}'), "{text}");
    }

    #[test]
    fn warnings_are_told_as_such() {
        let warning = [Item { level: Level::Warning, ..AWKWARD }];
        assert!(written(Format::Github, &warning).starts_with("::warning file="));
        assert!(written(Format::Sarif, &warning).contains("\"level\":\"warning\""));
        let note = [Item { level: Level::Note, ..AWKWARD }];
        assert!(written(Format::Github, &note).starts_with("::notice file="));
        assert!(written(Format::Junit, &note).contains("<system-out>note: "));
        for format in [Format::Sarif, Format::Json] {
            assert!(written(format, &note).contains("\"level\":\"note\""));
        }
    }

    #[test]
    fn json_is_one_object_a_line() {
        let json = written(Format::Json, &[AWKWARD, AWKWARD]);
        let objects: Vec<serde_json::Value> = json.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(objects.len(), 2);
        assert_eq!(objects[0]["file"], AWKWARD.file);
        assert_eq!((&objects[0]["line"], &objects[0]["class"]), (&12.into(), &"confidential".into()));
    }

    #[test]
    fn sarif_is_a_document_however_many_results_it_has() {
        for items in [&[][..], &[AWKWARD], &[AWKWARD, AWKWARD]] {
            let sarif: serde_json::Value = serde_json::from_str(&written(Format::Sarif, items)).unwrap();
            let results = sarif["runs"][0]["results"].as_array().unwrap();
            assert_eq!(results.len(), items.len());
            if let Some(result) = results.first() {
                let place = &result["locations"][0]["physicalLocation"];
                assert_eq!(place["artifactLocation"]["uri"], "logs/a%20b%25%2C%3A%22%3C%26%3E%EF%BF%BD%C3%A9%0A.log");
                assert_eq!(place["region"]["startColumn"], 5);
            }
        }
    }

    #[test]
    fn junit_counts_its_cases_and_escapes_them() {
        let junit = written(Format::Junit, &[AWKWARD, AWKWARD]);
        assert!(junit.contains("tests=\"2\" failures=\"2\""), "{junit}");
        assert!(junit.contains("&lt;&quot;&amp;&apos;&gt;") && !junit.contains('\u{1}'), "{junit}");
        assert!(written(Format::Junit, &[]).contains("tests=\"1\" failures=\"0\""));
    }

    #[test]
    fn annotations_escape_what_ends_them() {
        let line = written(Format::Github, &[AWKWARD]);
        assert_eq!(line.lines().count(), 1);
        assert!(
            line.starts_with("::error file=logs/a b%25%2C%3A\"<&>\u{fffd}é%0A.log,line=12,col=5,endColumn=9,"),
            "{line}"
        );
        assert!(line.contains("100%25, \u{1} it:%0Asays"), "{line}");
    }
}
