//! What a policy is set to, from what was asked for by whom; and what a locked profile refuses.

mod audience;

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use toml::Spanned;

pub(super) use self::audience::SettledAudience;
use super::{DataClass, Mode};
use crate::rules::{
    Environment, Error, MASK_FROM_VARIABLE, MODE_VARIABLE, PROFILE_VARIABLE, Profile, RULES_VARIABLE, RulesFile,
    Source, Unlisted, hint, quoted, written,
};

/// What holds for a whole policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Settings {
    /// The lowest class that is masked.
    pub(crate) mask_from: DataClass,
    /// What happens to keys that no rule names.
    pub(crate) unlisted: Unlisted,
    pub(crate) mode: Mode,
    /// How long an exemption may be in force, from when it is armed.
    pub(crate) max_exemption: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            mask_from: DataClass::Internal,
            unlisted: Unlisted::Scan,
            mode: Mode::Enforce,
            max_exemption: Duration::from_secs(7 * 24 * 60 * 60),
        }
    }
}

/// Settings, and the profile that they are those of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Settled {
    pub(crate) settings: Settings,
    pub(crate) profile: Option<Box<str>>,
    /// What nothing may make weaker: the settings of the locked profiles that were asked for, the stricter of each.
    pub(crate) floor: Option<Floor>,
}

/// What a locked profile asks for at least.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Floor {
    pub(crate) profile: Box<str>,
    pub(crate) settings: Settings,
}

/// What code says of settings.
#[derive(Clone, Debug, Default)]
pub(super) struct InCode {
    pub(super) profile: Option<String>,
    pub(super) mode: Option<Mode>,
    pub(super) mask_from: Option<DataClass>,
    pub(super) max_exemption: Option<Duration>,
}

/// Settles what files, code and environment ask for. Each overrides those before it: the defaults of files, the profile,
/// code, variables; and what audiences ask for. `from_variable` is the file that a variable named, if there is one.
pub(super) fn settle(
    files: &[(Source, RulesFile)],
    code: &InCode,
    environment: &Environment,
    from_variable: Option<usize>,
) -> Result<(Settled, Vec<SettledAudience>), Error> {
    let asked = Asked::gather(files, code, environment)?;
    if let Some(index) = from_variable
        && let Some(locked) = asked.locked_without(&files[index].1, files)
    {
        let hint = format!("unset {RULES_VARIABLE}, or let the program choose the rules");
        let message = format!(
            "{RULES_VARIABLE} names rules, but the program's own have the profile {}, which is locked",
            quoted(locked)
        );
        return Err(Error::plain(message, Some(hint)));
    }
    let mut settings = By::default();
    for (_, file) in files {
        settings.defaults(file);
    }
    let defaults = settings.clone();
    let mut floor: Option<Floor> = None;
    for profile in &asked.profiles {
        settings = defaults.clone();
        let locked = settings.profile(profile, files);
        if locked {
            let next = Floor { profile: profile.name.into(), settings: settings.plain() };
            floor = Some(floor.map_or_else(|| next.clone(), |floor| floor.and(&next)));
        }
    }
    settings.code(code);
    settings.variables(environment);
    let settled = Settled {
        settings: settings.plain(),
        profile: asked.profiles.last().map(|profile| profile.name.into()),
        floor,
    };
    if let Some(floor) = &settled.floor
        && let Some(weaker) = settled.settings.weaker_than(&floor.settings)
    {
        return Err(floor.refuses(&weaker, &settings.who(weaker.setting).to_string()));
    }
    let audiences = audience::settle(files, &settings, &settled)?;
    Ok((settled, audiences))
}

impl Settings {
    /// The first setting that is weaker here than there.
    pub(crate) fn weaker_than(&self, floor: &Self) -> Option<Weaker> {
        let weaker = |setting, here: String, there: String| Some(Weaker { setting, here, there });
        if self.mode < floor.mode {
            return weaker(Setting::Mode, self.mode.to_string(), floor.mode.to_string());
        }
        if self.mask_from > floor.mask_from {
            return weaker(Setting::MaskFrom, self.mask_from.as_str().into(), floor.mask_from.as_str().into());
        }
        if self.unlisted < floor.unlisted {
            return weaker(Setting::Unlisted, self.unlisted.as_str().into(), floor.unlisted.as_str().into());
        }
        if self.max_exemption > floor.max_exemption {
            return weaker(Setting::MaxExemption, written(self.max_exemption), written(floor.max_exemption));
        }
        None
    }
}

/// A setting that is weaker than it may be.
pub(crate) struct Weaker {
    setting: Setting,
    here: String,
    there: String,
}

#[derive(Clone, Copy)]
enum Setting {
    Mode,
    MaskFrom,
    Unlisted,
    MaxExemption,
}

impl fmt::Display for Weaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.setting {
            Setting::Mode => "mode",
            Setting::MaskFrom => "mask_from",
            Setting::Unlisted => "unlisted",
            Setting::MaxExemption => "max_exemption",
        };
        write!(f, "{name} would be `{}`, and must be `{}` or stricter", self.here, self.there)
    }
}

impl Floor {
    /// The stricter of both, in each setting.
    fn and(self, other: &Self) -> Self {
        let (a, b) = (self.settings, other.settings);
        let settings = Settings {
            mask_from: a.mask_from.min(b.mask_from),
            unlisted: a.unlisted.max(b.unlisted),
            mode: a.mode.max(b.mode),
            max_exemption: a.max_exemption.min(b.max_exemption),
        };
        Self { profile: self.profile, settings }
    }

    /// The error that names who asked for something weaker.
    fn refuses(&self, weaker: &Weaker, who: &str) -> Error {
        let message = format!("the profile {} is locked, and {who} would weaken it: {weaker}", quoted(&self.profile));
        Error::plain(message, Some(format!("take back what {who} says, or change the profile in the rules file")))
    }
}

/// The profiles that were asked for, each by somebody; the last is in force.
struct Asked<'a> {
    profiles: Vec<Named<'a>>,
}

struct Named<'a> {
    name: &'a str,
    by: Who,
}

/// Who asked for something.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Who {
    Nobody,
    Defaults,
    Profile(&'static str),
    Code,
    Variable(&'static str),
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nobody => "the built-in default",
            Self::Defaults => "`[defaults]`",
            Self::Profile(by) | Self::Variable(by) => by,
            Self::Code => "the program",
        })
    }
}

impl<'a> Asked<'a> {
    fn gather(files: &'a [(Source, RulesFile)], code: &'a InCode, environment: &'a Environment) -> Result<Self, Error> {
        let mut profiles = Vec::new();
        let in_file = files.iter().rev().find_map(|(source, file)| Some((source, file.defaults.profile.as_ref()?)));
        if let Some((source, name)) = in_file {
            exists(files, name.get_ref())
                .map_err(|hint| Error::at(source, name.span(), "there is no such profile", Some(hint)))?;
            profiles.push(Named { name: name.get_ref(), by: Who::Profile("`[defaults]`") });
        }
        if let Some(name) = &code.profile {
            let unknown = |hint| Error::plain(format!("there is no profile {}", quoted(name)), Some(hint));
            exists(files, name).map_err(unknown)?;
            profiles.push(Named { name, by: Who::Profile("the program") });
        }
        if let Some(name) = &environment.profile {
            let message = || format!("{PROFILE_VARIABLE} names the profile {}, and there is none", quoted(name));
            exists(files, name).map_err(|hint| Error::plain(message(), Some(hint)))?;
            profiles.push(Named { name, by: Who::Profile(PROFILE_VARIABLE) });
        }
        Ok(Self { profiles })
    }

    /// A profile that was asked for and is locked by other files than that one.
    fn locked_without(&self, file: &RulesFile, files: &[(Source, RulesFile)]) -> Option<&'a str> {
        let others = || files.iter().map(|(_, other)| other).filter(|other| !std::ptr::eq(*other, file));
        let locked = |name: &str| others().flat_map(|other| named(&other.profiles, name)).any(|profile| profile.locked);
        self.profiles.iter().map(|profile| profile.name).find(|name| locked(name))
    }
}

/// Whether a file has a profile of that name; if not, a hint.
fn exists(files: &[(Source, RulesFile)], name: &str) -> Result<(), String> {
    let names = || files.iter().flat_map(|(_, file)| file.profiles.keys()).map(|name| name.get_ref().as_str());
    if names().any(|known| known == name) {
        return Ok(());
    }
    Err(match names().next() {
        Some(_) => hint(name, names()),
        None => format!(
            "these rules have no profiles; write `[profile.NAME]` in a rules file and name it in {RULES_VARIABLE}"
        ),
    })
}

fn named<'f>(profiles: &'f BTreeMap<Spanned<String>, Profile>, name: &str) -> Option<&'f Profile> {
    profiles.iter().find(|(key, _)| key.get_ref() == name).map(|(_, profile)| profile)
}

/// A value, and who said so.
#[derive(Clone)]
struct Said<T> {
    value: T,
    who: Who,
}

impl<T: Copy> Said<T> {
    fn set(&mut self, value: Option<T>, who: Who) {
        if let Some(value) = value {
            *self = Self { value, who };
        }
    }
}

/// Settings, and by whom each is.
#[derive(Clone)]
struct By {
    mask_from: Said<DataClass>,
    unlisted: Said<Unlisted>,
    mode: Said<Mode>,
    max_exemption: Said<Duration>,
}

impl Default for By {
    fn default() -> Self {
        fn said<T>(value: T) -> Said<T> {
            Said { value, who: Who::Nobody }
        }
        let Settings { mask_from, unlisted, mode, max_exemption } = Settings::default();
        Self {
            mask_from: said(mask_from),
            unlisted: said(unlisted),
            mode: said(mode),
            max_exemption: said(max_exemption),
        }
    }
}

impl By {
    fn defaults(&mut self, file: &RulesFile) {
        let defaults = &file.defaults;
        self.mask_from.set(defaults.mask_from, Who::Defaults);
        self.unlisted.set(defaults.unlisted, Who::Defaults);
        self.mode.set(defaults.mode, Who::Defaults);
        self.max_exemption.set(defaults.max_exemption, Who::Defaults);
    }

    /// What the files say of a profile; whether one of them locks it. What a profile leaves to the defaults is by who
    /// asked for it, too.
    fn profile(&mut self, profile: &Named<'_>, files: &[(Source, RulesFile)]) -> bool {
        let mut locked = false;
        for who in [&mut self.mask_from.who, &mut self.unlisted.who, &mut self.mode.who, &mut self.max_exemption.who] {
            *who = profile.by;
        }
        for (_, file) in files {
            let Some(said) = named(&file.profiles, profile.name) else { continue };
            self.mask_from.set(said.mask_from, profile.by);
            self.unlisted.set(said.unlisted, profile.by);
            self.mode.set(said.mode, profile.by);
            self.max_exemption.set(said.max_exemption, profile.by);
            locked |= said.locked;
        }
        locked
    }

    fn code(&mut self, code: &InCode) {
        self.mask_from.set(code.mask_from, Who::Code);
        self.mode.set(code.mode, Who::Code);
        self.max_exemption.set(code.max_exemption, Who::Code);
    }

    fn variables(&mut self, environment: &Environment) {
        self.mask_from.set(environment.mask_from, Who::Variable(MASK_FROM_VARIABLE));
        self.mode.set(environment.mode, Who::Variable(MODE_VARIABLE));
    }

    fn plain(&self) -> Settings {
        Settings {
            mask_from: self.mask_from.value,
            unlisted: self.unlisted.value,
            mode: self.mode.value,
            max_exemption: self.max_exemption.value,
        }
    }

    fn who(&self, setting: Setting) -> Who {
        match setting {
            Setting::Mode => self.mode.who,
            Setting::MaskFrom => self.mask_from.who,
            Setting::Unlisted => self.unlisted.who,
            Setting::MaxExemption => self.max_exemption.who,
        }
    }
}

#[cfg(test)]
mod tests;
