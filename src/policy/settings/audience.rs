//! What each audience is set to.

use std::collections::BTreeMap;
use std::ops::Range;

use super::{By, Floor, Settings, Settled, Who};
use crate::rules::{Audience, Error, RulesFile, Source, quoted};

/// One audience's settings.
pub(crate) struct SettledAudience {
    pub(crate) name: Box<str>,
    pub(crate) settled: Settled,
    /// Whether the files' exemptions are for it.
    pub(crate) exemptions: bool,
}

/// What the files say of one audience, the later over the earlier, and where the last one does.
struct Said<'a> {
    said: Audience,
    source: &'a Source,
    place: Range<usize>,
}

/// Settles all audiences of the files, given what is settled for everybody else.
///
/// What an audience says goes before `[defaults]` and the profile. The program and variables are for the whole process:
/// they make an audience stricter where they ask for more than it does, but what it says stands against less. So
/// whoever sets a variable to see more does not send it to a vendor. A locked profile is a floor for audiences, too; and what
/// an audience asks for beyond it belongs to its floor, so that no reload takes it back.
pub(super) fn settle(
    files: &[(Source, RulesFile)],
    by: &By,
    everybody: &Settled,
) -> Result<Vec<SettledAudience>, Error> {
    let mut audiences: BTreeMap<&str, Said<'_>> = BTreeMap::new();
    for (source, file) in files {
        for (name, said) in &file.audiences {
            let place = name.span();
            let audience = audiences.entry(name.get_ref().as_str());
            let audience = audience.or_insert_with(|| Said { said: Audience::default(), source, place: place.clone() });
            (audience.source, audience.place) = (source, place);
            let before = &mut audience.said;
            before.mask_from = said.mask_from.or(before.mask_from);
            before.unlisted = said.unlisted.or(before.unlisted);
            before.mode = said.mode.or(before.mode);
            before.exemptions = said.exemptions.or(before.exemptions);
        }
    }
    audiences.into_iter().map(|(name, audience)| audience.settle(name, by, everybody)).collect()
}

impl Said<'_> {
    fn settle(self, name: &str, by: &By, everybody: &Settled) -> Result<SettledAudience, Error> {
        if name.trim().is_empty() {
            let hint = Some("name it after who reads: [audience.vendor]".to_owned());
            return Err(Error::at(self.source, self.place, "an audience needs a name", hint));
        }
        let settings = self.settings(by);
        let Settled { profile, floor, .. } = everybody.clone();
        if let Some(floor) = &floor
            && let Some(weaker) = settings.weaker_than(&floor.settings)
        {
            let message = format!(
                "the profile {} is locked, and the audience {} would weaken it: {weaker}",
                quoted(&floor.profile),
                quoted(name)
            );
            let hint = "under a locked profile an audience may only be stricter; let the profile ask for what all may \
                        see, and the other audiences for more"
                .to_owned();
            return Err(Error::at(self.source, self.place, message, Some(hint)));
        }
        let own = Floor { profile: Box::default(), settings };
        let floor = floor.map(|floor| floor.and(&own));
        let settled = Settled { settings, profile, floor };
        Ok(SettledAudience { name: name.into(), settled, exemptions: self.said.exemptions.unwrap_or(false) })
    }

    fn settings(&self, by: &By) -> Settings {
        fn stricter<T: Copy>(said: Option<T>, others: &super::Said<T>, stricter: fn(T, T) -> T) -> T {
            match (said, others.who) {
                (None, _) => others.value,
                (Some(said), Who::Code | Who::Variable(_)) => stricter(said, others.value),
                (Some(said), _) => said,
            }
        }
        Settings {
            mask_from: stricter(self.said.mask_from, &by.mask_from, Ord::min),
            unlisted: stricter(self.said.unlisted, &by.unlisted, Ord::max),
            mode: stricter(self.said.mode, &by.mode, Ord::max),
            ..by.plain()
        }
    }
}
