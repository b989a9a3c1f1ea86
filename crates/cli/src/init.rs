//! `init`: a rules file for the project that it stands in.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use tracing_privacy::Policy;

use crate::input::{Input, files_in};
use crate::lint::{logged_fields, with_room};
use crate::outcome::{TROUBLE, refused, trouble};
use crate::progress::{remark, say};
use crate::report::one_line;

const EXAMPLES: &str = "\
Examples:
  tracing-privacy init
  tracing-privacy init crates/shop --output crates/shop/redaction-rules.toml

Exit status:
  0  the rules file was written
  2  it was not, or a source could not be read (the others were)";

/// Writes a rules file fitted to a project
///
/// Reads the Rust sources of the project for the fields that they log, and writes a commented file with all packs, which says of
/// each field whether a rule masks it by its key. Those that no rule names are for you to look at.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Init {
    /// File to write; it must not exist
    #[arg(short, long, value_name = "FILE", default_value = "redaction-rules.toml")]
    output: PathBuf,

    /// Folder with the sources; what .gitignore and the like say is left out
    #[arg(value_name = "FOLDER", default_value = ".")]
    folder: PathBuf,
}

/// Where each field is first logged.
type Fields = BTreeMap<String, String>;

impl Init {
    pub(crate) fn run(&self) -> ExitCode {
        if !self.folder.is_dir() {
            return refused(&format!("{}: is no folder", self.folder.display()));
        }
        let policy = Policy::builtin();
        let (fields, all_read) = match with_room(|| self.fields(&policy)) {
            Ok(read) => read,
            Err(error) => return trouble(self.folder.display(), &error),
        };
        let (rules, unlisted) = rules_file(&policy, &fields);
        match write_new(&self.output, &rules) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                return refused(&format!("{} exists; give another name with --output", self.output.display()));
            }
            Err(error) => return trouble(self.output.display(), &error),
        }
        let (path, all) = (self.output.display(), fields.len());
        remark(&format!("tracing-privacy: wrote {path}; fields that are logged: {all}, named by no rule: {unlisted}"));
        if all_read { ExitCode::SUCCESS } else { ExitCode::from(TROUBLE) }
    }

    /// All fields that are logged, and whether every source could be read.
    fn fields(&self, policy: &Policy) -> (Fields, bool) {
        let (mut fields, mut all_read) = (Fields::new(), true);
        for input in files_in(&self.folder, true) {
            let name = one_line(&input.to_string());
            let read = match &input {
                Input::File(path) if path.extension().is_some_and(|extension| extension == "rs") => {
                    std::fs::read_to_string(path)
                        .map_err(|error| error.to_string())
                        .and_then(|text| logged_fields(&text, policy))
                }
                Input::Closed(_, reason) => Err(reason.clone()),
                Input::File(_) | Input::Stdin => continue,
            };
            match read {
                Ok(found) => {
                    for field in found {
                        fields.entry(field.name).or_insert_with(|| format!("{name}:{}", field.line));
                    }
                }
                Err(reason) => {
                    say(&format!("tracing-privacy: {name}: {reason}"));
                    all_read = false;
                }
            }
        }
        (fields, all_read)
    }
}

/// The text of a rules file, and how many of the fields no rule names.
fn rules_file(policy: &Policy, fields: &Fields) -> (String, usize) {
    let (mut unlisted, mut listed) = (String::new(), String::new());
    let mut count = 0;
    // Writing to memory does not fail.
    for (name, place) in fields {
        let key = format!("{:?}", one_line(name));
        match policy.explain_key(name).rules.first() {
            None => {
                count += 1;
                let _ = writeln!(unlisted, "#   {key:<32} {place}");
            }
            Some(rule) => {
                let (rule, maskers) = (rule.rule, rule.maskers.join(", then "));
                let _ = writeln!(listed, "#   {key:<32} {rule}: {maskers:<24} {place}");
            }
        }
    }
    for list in [&mut unlisted, &mut listed] {
        if list.is_empty() {
            list.push_str("#   none\n");
        }
    }
    (TEMPLATE.replace("{unlisted}", &unlisted).replace("{listed}", &listed), count)
}

const TEMPLATE: &str = r#"# What tracing-privacy masks in this project's logs. `tracing-privacy check` says whether this file is good,
# `tracing-privacy explain KEY` which rule decides about a key.

version = 1

include = [
    "builtin:secrets",
    "builtin:pii",
    "builtin:pci",
    "builtin:finance",
    "builtin:national_ids",
    "builtin:health",
    "builtin:network",
    # "builtin:internal_hosts", # names of machines
]

[defaults]
mask_from = "internal" # the lowest class that is masked: public < internal < confidential
unlisted = "scan"      # values of keys that no rule names: "scan" them for patterns, "mask" or "drop" them
mask = "erase"         # where a rule names no masker

# Fields that the sources log and no rule names. Their values are scanned like any text: an e-mail address is found, a name
# or a free text is not. Put the keys of those that are sensitive into a [[field]] below.
#
{unlisted}#
# Fields that rules of the packs mask by their key.
#
{listed}
# [[field]]
# keys = ["customer_number", "*_note"]
# class = "confidential"
# category = "person"
# mask = { keep_last = 2 }
"#;

/// Writes a file that must not exist.
fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
