//! Linear time: what each byte costs in texts of 1 KB, 100 KB and 10 MB that are made to be expensive.
//!
//! `cargo bench --bench floods`; with `--quick`, the largest is 1 MB, and with a word behind it, only floods with
//! that word in their names. There are floods for each kind of document and disguise, of what values begin with, and for each pack: one of all its
//! examples, of what must not be found, of context words, of halves. Each rule has such floods of its own, up to 100 KB, and on
//! to the largest where a byte of those costs much more than one of 1 KB; only those that grow are printed. Last come values of
//! digits, of `@`, of `{`, of `"password":`, and output that a test searches for canaries. The run fails if a byte of the
//! largest text costs more than [`MOST_GROWTH`] times what one of 100 KB costs, or of 10 KB for the last two: quadratic time
//! would make that a hundred, or a thousand.

use std::hint::black_box;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use serde::Deserialize;
use tracing_privacy::Policy;
use tracing_privacy::testing::Canaries;

use crate::clock::processor_time;

#[path = "events/clock.rs"]
mod clock;

const SMALL: usize = 1 << 10;
const MEDIUM: usize = 100 << 10;
const LARGE: usize = 10 << 20;
const LARGE_WHEN_QUICK: usize = 1 << 20;

/// So much more may a byte of the largest text cost than one of 100 KB. From 1 KB on there are steps: regexes have faster
/// engines for short texts.
const MOST_GROWTH: f64 = 3.0;
/// Shorter times are measured again and again, until they add up to so much.
const LEAST_TIME: Duration = Duration::from_millis(4);
/// What looks like growth is measured so many times, for other programs run, too.
const MOST_TRIES: usize = 8;

/// A text of any length: `head`, then `unit` as often as fits, then `tail`.
struct Flood {
    name: String,
    head: String,
    unit: String,
    tail: String,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let quick = arguments.iter().any(|argument| argument == "--quick");
    let only = arguments.iter().find(|argument| !argument.starts_with("--"));
    let wanted = |flood: &Flood| only.is_none_or(|word| flood.name.contains(word.as_str()));
    let policy = Policy::builder().include_all().build().expect("all packs compile");
    let packs = packs();
    let large = if quick { LARGE_WHEN_QUICK } else { LARGE };

    let documents = DOCUMENTS.iter().map(Flood::document);
    let beginnings =
        BEGINNINGS.iter().filter_map(|unit| Flood::of(format!("beginnings: {unit:?}"), (*unit).to_owned()));
    let of_packs = packs.iter().flat_map(Pack::floods);
    let floods: Vec<Flood> = documents.chain(beginnings).chain(of_packs).filter(wanted).collect();
    println!("nanoseconds per byte");
    println!("{:<52} {:>8} {:>8} {:>5} MB {:>14}", "flood", "1 KB", "100 KB", large >> 20, "largest : 1 KB");
    let mut growing: Vec<&str> = Vec::new();
    for flood in &floods {
        let mut costs = Costs::default();
        costs.measure(&policy, flood, large);
        costs.print(flood);
        growing.extend(costs.grow().then_some(flood.name.as_str()));
    }
    let rules: Vec<Flood> = packs.iter().flat_map(Pack::rule_floods).filter(wanted).collect();
    println!("\n{} floods of single rules; those that grow:", rules.len());
    for flood in &rules {
        let mut costs = Costs::default();
        costs.measure_while_growing(&policy, flood, large);
        if costs.grow() {
            costs.print(flood);
            growing.push(&flood.name);
        }
    }
    let values: Vec<Flood> = VALUES.iter().map(|unit| Flood::of_value(unit)).filter(wanted).collect();
    println!("\nvalues that are one thing again and again, by each byte in nanoseconds");
    println!("{:<52} {:>8} {:>5} MB {:>15}", "value", "10 KB", large >> 20, "largest : 10 KB");
    let grown = values.iter().filter(|flood| growth(flood, large, |text| time_per_byte(&policy, text)) > MOST_GROWTH);
    growing.extend(grown.map(|flood| flood.name.as_str()));
    let outputs: Vec<Flood> = OUTPUTS.iter().map(Flood::document).filter(wanted).collect();
    println!("\nwhat canaries are searched for in");
    let canaries = Canaries::new(["hunter2-canary"]);
    let search = |text: &str| nanoseconds(|| drop(black_box(canaries.find(text.as_bytes())))) / text.len() as f64;
    growing.extend(
        outputs.iter().filter(|flood| growth(flood, large, search) > MOST_GROWTH).map(|flood| flood.name.as_str()),
    );
    let all = floods.len() + rules.len() + values.len() + outputs.len();
    println!("\n{} of {all} floods grow", growing.len());
    for name in &growing {
        println!("    {name}");
    }
    if growing.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What a byte costs in a small, a middle and a large text, in nanoseconds.
#[derive(Default)]
struct Costs {
    small: f64,
    medium: f64,
    large: f64,
}

impl Costs {
    fn measure(&mut self, policy: &Policy, flood: &Flood, large: usize) {
        self.small = time_per_byte(policy, &flood.text(SMALL));
        self.medium = time_per_byte(policy, &flood.text(MEDIUM));
        let large = flood.text(large);
        self.large = time_per_byte(policy, &large);
        for _ in 1..MOST_TRIES {
            if !self.grow() {
                return;
            }
            // Both again, one right after the other: a machine that is shared may have become slower between the two.
            self.medium = time_per_byte(policy, &flood.text(MEDIUM));
            self.large = time_per_byte(policy, &large);
        }
    }

    /// Measures large texts only where the middle one costs more than the small one.
    fn measure_while_growing(&mut self, policy: &Policy, flood: &Flood, large: usize) {
        self.small = time_per_byte(policy, &flood.text(SMALL));
        self.medium = time_per_byte(policy, &flood.text(MEDIUM));
        if self.medium > self.small * MOST_GROWTH / 2.0 {
            self.measure(policy, flood, large);
        }
    }

    fn grow(&self) -> bool {
        self.large > self.medium * MOST_GROWTH
    }

    fn print(&self, flood: &Flood) {
        let Self { small, medium, large } = self;
        let (ratio, mark) = (large / small, if self.grow() { "  grows" } else { "" });
        println!("{:<52} {small:>8.1} {medium:>8.1} {large:>8.1} {ratio:>14.2}{mark}", flood.name);
    }
}

/// Nanoseconds that masking takes.
fn time_per_byte(policy: &Policy, text: &str) -> f64 {
    let mut out = Vec::with_capacity(2 * text.len());
    let mut mask = || {
        out.clear();
        policy.sanitize_line(black_box(text.as_bytes()), &mut out);
        black_box(&out);
    };
    if text.len() <= LARGE_WHEN_QUICK {
        // What a thread learns of the automata when it first needs it is not a cost of the text, nor what the system takes to give memory.
        mask();
    }
    nanoseconds(mask) / text.len() as f64
}

/// How long that takes.
fn nanoseconds(mut work: impl FnMut()) -> f64 {
    let start = processor_time();
    let mut runs = 0;
    while runs == 0 || processor_time() - start < LEAST_TIME {
        work();
        runs += 1;
    }
    (processor_time() - start).as_secs_f64() * 1e9 / f64::from(runs)
}

/// Prints what a byte costs in a text of 10 KB and in the largest; gives how much more in the second.
fn growth(flood: &Flood, large: usize, time_per_byte: impl Fn(&str) -> f64) -> f64 {
    let (small, large) = (flood.text(10 << 10), flood.text(large));
    let mut ratio = f64::INFINITY;
    for _ in 0..MOST_TRIES {
        let [small, large] = [&small, &large].map(|text| time_per_byte(text));
        ratio = large / small;
        if ratio <= MOST_GROWTH {
            println!("{:<52} {small:>8.1} {large:>8.1} {ratio:>15.2}", flood.name);
            return ratio;
        }
    }
    println!("{:<52} grows {ratio:.2} times", flood.name);
    ratio
}

impl Flood {
    fn of_value(unit: &str) -> Self {
        Self { name: format!("value of {unit}"), head: String::new(), unit: unit.to_owned(), tail: String::new() }
    }

    fn document([kind, name, head, unit, tail]: &[&str; 5]) -> Self {
        let [head, unit, tail] = [head, unit, tail].map(|text| (*text).to_owned());
        Self { name: format!("{kind}: {name}"), head, unit, tail }
    }

    fn of(name: String, unit: String) -> Option<Self> {
        (!unit.trim().is_empty()).then_some(Self { name, head: String::new(), unit, tail: String::new() })
    }

    /// A text of about that size, of whole units, so that all sizes end alike: what is broken at its end may cost three times
    /// as much. Only a unit that is longer than the text is cut.
    fn text(&self, size: usize) -> String {
        let units = size.saturating_sub(self.head.len()) / self.unit.len();
        let middle = if units == 0 { cut(&self.unit, size).to_owned() } else { self.unit.repeat(units) };
        format!("{}{middle}{}", self.head, self.tail)
    }
}

/// A pack's file, as far as it is of interest here.
#[derive(Deserialize)]
struct Pack {
    #[serde(skip)]
    name: String,
    #[serde(default)]
    field: Vec<Field>,
    #[serde(default)]
    pattern: Vec<Pattern>,
}

#[derive(Deserialize)]
struct Field {
    keys: Vec<String>,
}

#[derive(Deserialize)]
struct Pattern {
    name: String,
    #[serde(default)]
    context: Vec<String>,
    #[serde(default)]
    examples: Vec<String>,
    #[serde(default)]
    counterexamples: Vec<String>,
}

impl Pack {
    /// Floods of all its rules.
    fn floods(&self) -> Vec<Flood> {
        let keys = || self.field.iter().flat_map(|field| field.keys.iter().map(|key| key.replace('*', "x")));
        let all = |texts: fn(&Pattern) -> Vec<String>| self.pattern.iter().flat_map(texts).collect::<Vec<_>>();
        let floods = [
            ("keys", keys().map(|key| format!("{key}=")).collect()),
            ("keys and values", keys().map(|key| format!("{key}: \"x\",")).collect()),
            ("examples", all(|pattern| pattern.examples.clone())),
            ("counterexamples", all(|pattern| pattern.counterexamples.clone())),
            ("context words", all(|pattern| pattern.context.clone())),
            ("halves", all(|pattern| pattern.examples.iter().map(|example| half(example).to_owned()).collect())),
        ];
        let joined =
            |(what, texts): (&str, Vec<String>)| Flood::of(format!("{}: {what}", self.name), texts.join(" ") + " ");
        let mut floods: Vec<Flood> = floods.into_iter().filter_map(joined).collect();
        let glued = all(|pattern| pattern.examples.clone()).concat();
        floods.extend(Flood::of(format!("{}: examples without blanks", self.name), glued));
        floods
    }

    /// Floods of each rule by itself.
    fn rule_floods(&self) -> Vec<Flood> {
        let mut floods = Vec::new();
        for pattern in &self.pattern {
            let context = pattern.context.join(" ");
            for text in pattern.examples.iter().chain(&pattern.counterexamples) {
                let units = [
                    ("with blanks", format!("{text} ")),
                    ("without blanks", text.clone()),
                    ("half", half(text).to_owned()),
                    ("half, with context", format!("{context} {} ", half(text))),
                    ("last character again", text.chars().last().map(String::from).unwrap_or_default()),
                ];
                for (what, unit) in units {
                    let head = if what == "last character again" { text.clone() } else { String::new() };
                    let name = format!("{}: {}, {what}", self.name, pattern.name);
                    floods.extend(Flood::of(name, unit).map(|flood| Flood { head, ..flood }));
                }
            }
        }
        floods
    }
}

fn half(text: &str) -> &str {
    cut(text, text.len() / 2)
}

/// At most so many bytes of it, from its start.
fn cut(text: &str, length: usize) -> &str {
    let end = (0..=length.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
    &text[..end.unwrap_or(0)]
}

/// The packs of the library, one for each file.
fn packs() -> Vec<Pack> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules/packs");
    let mut files = Vec::new();
    for folder in [folder.clone(), folder.join("secrets")] {
        let entries = std::fs::read_dir(folder).expect("the packs are there");
        files.extend(entries.map(|entry| entry.expect("the packs can be listed").path()));
    }
    files.retain(|file| file.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    let read = |file: &std::path::PathBuf| {
        let text = std::fs::read_to_string(file).expect("a pack can be read");
        let mut pack: Pack = toml::from_str(&text).expect("a pack is TOML");
        let name = file.strip_prefix(&folder).expect("it stands in that folder").with_extension("");
        pack.name = format!("pack {}", name.display());
        pack
    };
    files.iter().map(read).collect()
}

/// What a value may consist of.
const VALUES: &[&str] = &["4", "1234567890", "@", "{", "\"password\":"];

/// What values and what stands before them begin with, or have too little of.
#[rustfmt::skip]
const BEGINNINGS: &[&str] = &[
    "@", "a@", "@a", "a@b.", "\"@", "%40",
    "a%40", "1", "1 ", "12 ", "4111 ", "4111-",
    "4111111111111111 ", "1.", "1.1.1.1 ", "%20", ":", "::",
    "a:", "a::", "::a", "1::2:", "eyJ", "eyJ.",
    "-eyJ", "eyJhbGciOiJub25lIn0.", "-----BEGIN ", "-----BEGIN PRIVATE KEY-----", "-----BEGIN PRIVATE KEY-----\n", "Bearer ",
    "Bearer+", "basic:", "://", "a://b:c", "a://b:c@d", "a://b:c/",
    "+", "+1", "+1 ", "+49 (", "tel:1", "DE89",
    "DE89 ", "123-45-6789", "00:11:", "00-0a-", "0a1b.", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfN",
    " 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", "123 45 6789 ", "password ", "password is ", "password for '", "password from \\\"",
    "password \"é", "password x1y2z3, got ", "é1 as password ", "\u{200b}", "\u{200b}1",
];

/// What a test may have captured. Kind, name, head, unit, tail.
#[rustfmt::skip]
const OUTPUTS: &[[&str; 5]] = &[
    ["output", "JSON with JSON in it", "", r#"{"msg":"GET /a/b%20c?id=6f1d2c","body":"{\"ok\":true,\"n\":[1,2,3]}"} "#, ""],
    ["output", "base64", "", "amFuZUBleGFtcGxlLmNvbQ== ", ""],
    ["output", "starts of a canary", "", "hunter2-", ""],
    ["output", "percent-encoding", "", "%2525", ""],
];

/// Kind, name, head, unit, tail.
#[rustfmt::skip]
const DOCUMENTS: &[[&str; 5]] = &[
    ["pairs", "quotes within quotes", "", r"password='a'\''", ""],
    ["pairs", "changes", "", r#"password="a" -> ""#, ""],
    ["pairs", "changes that are closed", "", r#"password="a" -> "b" "#, ""],
    ["pairs", "ranges", "", r#"password="a".."#, ""],
    ["pairs", "changes to what is no string", "", r#"password="a" -> ("#, ""],
    ["pairs", "companions", "", "user=a pass=b ", ""],
    ["pairs", "options of one dash", "", " -password", ""],
    ["pairs", "options of one dash with values", "", " -password x", ""],
    ["pairs", "ends of paths", "", "a/token: b", ""],
    ["pairs", "ARNs", "", "arn:token:", ""],
    ["pairs", "tags", "", "passwd[99]: a b", ""],
    ["pairs", "modules", "", "a::token: b", ""],
    ["pairs", "octal", "", "#012password=", ""],
    ["pairs", "arguments of a shell", "", "'Cookie: a ", ""],
    ["pairs", "placeholders", "", "'--token <TOKEN>'", ""],
    ["pairs", "masked", "", "token: *** ", ""],
    ["pairs", "masked types", "", "token: Some(", ""],
    ["JSON", "members", r#"{"a":["#, r#"{"password":"x","b":[1,"y"]},"#, "0]}"],
    ["JSON", "companions", "{", r#""user":"a","pass":"b","#, r#""n":1}"#],
    ["JSON", "clean members", r#"{"a":["#, r#"{"name":"x","b":[1,"y"]},"#, "0]}"],
    ["JSON", "many documents", "", r#"x={"password":"y","b":1} "#, ""],
    ["JSON", "nesting", "", r#"{"a":["#, ""],
    ["JSON", "nesting under a key", "", r#"{"password":{"#, ""],
    ["JSON", "broken", "", r#"{"a":1,,"#, ""],
    ["JSON", "broken, at its end", r#"{"a":["#, r#"{"password":"y"},"#, "}"],
    ["JSON", "strings never closed", "", r#"{"a":"b"#, ""],
    ["JSON", "strings in strings", r#"{"a":""#, r#"{\"password\":\"x\"},"#, r#""}"#],
    ["JSON", "pairs in arrays", "[", r#"["password","x"],"#, "0]"],
    ["JSON", "pairs in arrays, broken at the end", "[", r#"["password","x"],"#, r#"["password","x"0]"#],
    ["JSON", "pairs within pairs", "[", r#"["password","#, ""],
    ["JSON", "broken pairs", "[", r#"["password","#, "}"],
    ["JSON", "arrays that might be pairs", "[", r#"["a","#, ""],
    ["JSON", "keys that tell", "{", r#""acmeToken":"x","#, r#""a":1}"#],
    ["JSON", "strings below a key that tells", r#"{"acmeTokens":["#, r#""k3jD8sLq0Zx7Wm2P4n","#, "0]}"],
    ["JSON", "documents that matches reach into", "", "password = ? -- binds: [\"x\", {\"password\":\"y\"}]\n", ""],
    ["JSON", "documents between findings", "", r#"joe@example.com {"password":"x"} [redacted:credential] "#, ""],
    ["JSON", "marks in strings beside findings", "[", r#""password=[redacted:credential] password=x","#, "0]"],
    ["JSON", "escapes", r#"{"a":""#, r"\u0070\u0061", r#""}"#],
    ["JSON", "keys with escapes", "{", r#""pass\u0077ord":"x","#, r#""a":1}"#],
    ["JSON", "small documents before an address", "", r#"{"a":1} a@b.co "#, ""],
    ["JSON", "values of Debug", "", r#"{"password": Some("x"), "#, ""],
    ["Debug", "structs", "", r#"User { password: "x", n: Some(1) }, "#, ""],
    ["Debug", "wrappers never closed", "", "password: Some(", ""],
    ["Debug", "brackets never closed", "", "a: A { password: ", ""],
    ["Debug", "types named as keys", "", r#"ApiKey { key: "x" }, "#, ""],
    ["Debug", "types named as keys, never closed", "", "ApiKey { ", ""],
    ["Debug", "types within types", "", "Password(Some(", ""],
    ["Debug", "types of Go", "", r#"Password:[]string{"x"}, "#, ""],
    ["Debug", "brackets of Go", "password=a.b", "{}", ""],
    ["Debug", "lifetimes", "", "Token<'a>", ""],
    ["Debug", "properties of PHP", "", "[password:private] ", ""],
    ["Debug", "errors that quote", "", "password: invalid ", ""],
    ["Debug", "words with a capital", "full_name=", "Jane ", ""],
    ["Debug", "lines of keys", "cookie=", "x=y ", ""],
    ["Debug", "strings never closed", "", r#"password: ""#, ""],
    ["sentences", "names of passwords", "", "password ", ""],
    ["sentences", "verbs", "password ", "is ", ""],
    ["sentences", "names without values", "", "password for joe is ", ""],
    ["sentences", "quotes never closed", "", "password is \"x", ""],
    ["sentences", "escapes", "password is ", "\\", "\"x1y2z3"],
    ["sentences", "values beside one another", "password x1y2z3", ", got x1y2z3", ""],
    ["sentences", "arrows", "", "password->", ""],
    ["sentences", "calls", "", "password(\"\\\"", ""],
    ["sentences", "names before values", "", "password for joe smith ", ""],
    ["sentences", "quotes that are cut off", "", "password is \\\"x1", ""],
    ["sentences", "values before", "", "x1y2z3 as a valid password ", ""],
    ["arguments", "in JSON", "[", r#""--password","x","#, r#""-v"]"#],
    ["arguments", "many lists", "", r#"["--password","x"] "#, ""],
    ["arguments", "lists never closed", "", r#"["--password","x","#, ""],
    ["arguments", "with escapes", "[", r#""--password","\"x","#, r#""-v"]"#],
    ["arguments", "of a command", "", r#""--password" "x" "#, ""],
    ["Debug", "types of strings", "", r#"Password("hunter2"), "#, ""],
    ["Debug", "types never closed", "", r#"Password("hunter2", "#, ""],
    ["Debug", "types before values", "", r#"password: &'static str = "#, ""],
    ["Debug", "tuples", "", r#"("password", "x"), "#, ""],
    ["Debug", "tuples never closed", "", r#"("password", ["#, ""],
    ["Debug", "strings of tuples never closed", "", r#"("password", ""#, ""],
    ["Debug", "wrappers in tuples", "", r#"("password", Some("#, ""],
    ["Debug", "brackets before line breaks written out", "", r"(\n", ""],
    ["Debug", "tuples in an escaped text", "", r#"(\"password\",\n \""#, ""],
    ["Debug", "Debug of Debug", "", r#"\\\"password: \\\"x"#, ""],
    ["Debug", "backslashes", "password: \"", "\\", ""],
    ["Debug", "quotes", "password: ", "\"", ""],
    ["Debug", "doubtful quotes", "", "password: \" , ", ""],
    ["pairs", "values", "", "password=x ", ""],
    ["pairs", "without values", "", "password=", ""],
    ["pairs", "colons", "", "password: ", ""],
    ["pairs", "phrases", "", "date of birth: ", ""],
    ["pairs", "options", "", "--password ", ""],
    ["pairs", "single quotes", "", "password='", ""],
    ["pairs", "curly quotes", "", "password=“", ""],
    ["pairs", "triple quotes", "", "password=\"\"\"", ""],
    ["pairs", "long keys", "", "a_password_", ""],
    ["pairs", "indices", "", "user[password][0]", "=x"],
    ["pairs", "blanks", "password=", " ", ""],
    ["pairs", "separators", "", "=:", ""],
    ["pairs", "calls never closed", "", "password=x(", ""],
    ["pairs", "lists never closed", "", "password=['a", ""],
    ["pairs", "connection strings", "", "Server=x;Password=y;", ""],
    ["pairs", "colours", "", "\x1b[2mpassword\x1b[0m\x1b[2m=\x1b[0m", ""],
    ["named values", "pairs", "", "name=password value=x ", ""],
    ["named values", "names behind", "", "value='x', name='password', ", ""],
    ["named values", "no names", "", "value=", ""],
    ["named values", "brackets never closed", "", "value=(", ""],
    ["named values", "line breaks written out", "", r"\nname=password\nvalue=x", ""],
    ["named values", "backslashes", "name=password", "\\", "value=x"],
    ["named values", "in JSON", "[", r#"{"name":"password","value":"x"},"#, "0]"],
    ["named values", "names behind, in JSON", "[", r#"{"value":"x","name":"password"},"#, "0]"],
    ["named values", "nesting", "", r#"{"value":"#, ""],
    ["named values", "keys alone", "", r#"{"value""#, ""],
    ["named values", "keys alone, with blanks", "", r#"{"value"                "#, ""],
    ["named values", "many pairs behind", "", "value='x', a=1, b=2, c=3, d=4, ", ""],
    ["named values", "attributes", "", r#"<add key="password" value="x"/>"#, ""],
    ["named values", "named elements", "", r#"<a name="password">x</a>"#, ""],
    ["named values", "elements", "", "<name>password</name><value>x</value>", ""],
    ["named values", "attributes never closed", "", r#"<a name="password" "#, ""],
    ["logfmt", "quoted values", "", "level=info password=\"a b\" dur=3ms ", ""],
    ["query string", "parameters", "/?a=1", "&password=x", ""],
    ["query string", "encoded parameters", "/?a=1", "%26password%3Dx", ""],
    ["query string", "ampersands", "/?password=", "&", ""],
    ["XML", "elements", "", "<password>x</password>", ""],
    ["XML", "elements never closed", "", "<password>", ""],
    ["XML", "tags never closed", "", "<password a", ""],
    ["XML", "CDATA never closed", "", "<password><![CDATA[", ""],
    ["XML", "attributes", "", "<a password=\"x\"/>", ""],
    ["XML", "escaped", "", "&lt;password&gt;x&lt;/password&gt;", ""],
    ["SQL", "rows", "INSERT INTO t (id, password) VALUES ", "(1, 'x'), ", "(2, 'y')"],
    ["SQL", "statements", "", "INSERT INTO t (id, password) VALUES (1, 'x');", ""],
    ["SQL", "clean statements", "", "INSERT INTO t (id, name) VALUES (1, 'x');", ""],
    ["SQL", "rows never closed", "", "(password) VALUES (", ""],
    ["SQL", "clean rows never closed", "", "(a) VALUES (", ""],
    ["SQL", "strings never closed", "", "(password) VALUES ('", ""],
    ["SQL", "quotes doubled", "(password) VALUES ('", "''", ""],
    ["SQL", "quotes behind backslashes", "(password) VALUES ('", r"\'", ""],
    ["SQL", "dollar quotes never closed", "", "(password) VALUES ($a$", ""],
    ["SQL", "brackets", "(password) VALUES (", "(", ""],
    ["SQL", "columns", "(", "password, ", "id) VALUES (1, 'x')"],
    ["SQL", "many lists of columns", "", "(a, b, c) VALUES ", ""],
    ["SQL", "lists", "password IN (", "'x', ", "'y')"],
    ["SQL", "lists never closed", "", "password IN ('", ""],
    ["SQL", "patterns", "", "password LIKE 'x' AND ", ""],
    ["SQL", "patterns never closed", "", "password LIKE '", ""],
    ["SQL", "ranges", "token BETWEEN 'x'", " AND 'y'", ""],
    ["SQL", "inequalities", "", "password <> '", ""],
    ["SQL", "blanks", "(password) VALUES (", " ", ""],
    ["YAML", "pairs", "", "password: x\n", ""],
    ["YAML", "block scalars", "", "password: |\n  x\n", ""],
    ["YAML", "lines of one block", "password: |\n", "  x\n", ""],
    ["YAML", "written-out lines of one block", "password: |", r"\n  x", ""],
    ["YAML", "keys without values", "", "password:\n", ""],
    ["YAML", "keys in blocks", "", "  password:\n    token: |\n", ""],
    ["YAML", "lists", "passwords:\n", "- x\n", ""],
    ["YAML", "anchors", "password: ", "&password: ", ""],
    ["YAML", "anchors alone", "password: ", "&a ", ""],
    ["YAML", "empty lines", "password:", "\n", ""],
    ["YAML", "empty lines behind each key", "", "password:\n\n\n\n\n", ""],
    ["YAML", "written-out empty lines", "password:", r"\n", ""],
    ["YAML", "backslashes", "password: |\\n  ", "\\", ""],
    ["YAML", "blanks before keys", "", "                                password:", ""],
    ["headers", "credentials", "", "Authorization: Bearer x\r\n", ""],
    ["headers", "folded", "Cookie: a\r\n", " b=c;\r\n", ""],
    ["headers", "folded credentials", "", "Authorization: Bearer\r\n ", ""],
    ["headers", "cookies on one line", "Cookie: ", "a=b; ", ""],
    ["headers", "parameters in quotes", "", "Authorization: Digest a=\"", ""],
    ["base64", "one text", "", "amFuZUBleGFtcGxlLmNvbSBhbmQg", ""],
    ["base64", "many texts", "", "amFuZUBleGFtcGxlLmNvbQ== ", ""],
    ["base64", "many texts without blanks", "", "amFuZS5jYW5hcnlAZXhhbXBsZS5jb20=", ""],
    ["base64", "in base64", "", "YW1GdVpVQmxlR0Z0Y0d4bExtTnZiUT09IA==", ""],
    ["base64", "of one text in UTF-16", "", "agBhAG4AZQBAAGUAeABhAG0AcABsAGUALgBjAG8AbQAg", ""],
    ["base64", "of many texts in UTF-16", "", "agBhAG4AZQBAAGUAeABhAG0AcABsAGUALgBjAG8AbQA= ", ""],
    ["hex", "one text", "", "6a616e65406578616d706c652e636f6d20", ""],
    ["hex", "many texts", "", "6a616e65406578616d706c652e636f6d ", ""],
    ["list of bytes", "one text", "[", "106,97,110,101,64,101,120,97,109,112,108,101,46,99,111,109,32,", "]"],
    ["list of bytes", "many texts", "", "[106,97,110,101,64,101,120,97,109,112,108,101,46,99,111,109,32,] ", ""],
    ["list of bytes", "in JSON", "[", "[106,97,110,101,64,101,120,97,109,112,108,101,46,99,111,109,32,32],", "0]"],
    ["list of bytes", "never closed", "", "[106,97,110,101,64,101,120,97,109,112,108,101,46,99,111,109,32,", ""],
    ["list of bytes", "blanks", "", "[ ", ""],
    ["list of bytes", "of brackets", "[", "91,49,50,44,", "]"],
    ["percent-encoding", "e-mail addresses", "", "jane%40example.com+", ""],
    ["percent-encoding", "three deep", "", "%25252540", ""],
    ["percent-encoding", "every byte", "", "%70%61%73%73%77%6F%72%64%3D", ""],
    ["escapes", "of JSON", "", r"\u0040", ""],
    ["escapes", "pairs of surrogates", "", r"\ud835\udc23", ""],
    ["escapes", "never closed", "", r"\u{", ""],
    ["escapes", "escaped, and never closed", "", r"\\u{", ""],
    ["escapes", "backslashes", "", r"\", ""],
    ["references", "numbers", "", "&#64;", ""],
    ["references", "in references", "", "&amp;amp;#64;", ""],
    ["references", "to ampersands", "", "&amp;", ""],
    ["references", "to starts of references", "", "&#38;#", ""],
    ["references", "ampersands", "", "&", ""],
    ["look-alikes", "full-width digits", "", "４", ""],
    ["look-alikes", "zero-width spaces", "", "4\u{200b}", ""],
    ["look-alikes", "no-break spaces", "", "4012\u{a0}8888\u{a0}", ""],
    ["marks of ours", "placeholders", "", "password=[redacted:credential] ", ""],
    ["marks of ours", "halves", "", "[redacted:", ""],
    ["marks of ours", "before percent-encoding", "", "[redacted:contact]%40", ""],
    ["marks of ours", "before an address", "", "[redacted:x] a@b.co ", ""],
    ["numbers", "digits", "", "4", ""],
    ["numbers", "groups", "", "4012 8888 ", ""],
    ["numbers", "pairs with blanks", "", "0a ", ""],
    ["numbers", "trunk prefixes", "", "020 7946 ", ""],
    ["numbers", "dots", "", "192.0.2.", ""],
    ["numbers", "colons", "", "2001:db8:", ""],
];
