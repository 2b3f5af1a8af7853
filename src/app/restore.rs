//! What the restore wizard shows and chooses from: derived from what is known now, for `update` and the view alike.

use std::borrow::Cow;

use jiff::{SignedDuration, Timestamp};

use super::State;
use super::modal::{Good, Matches, RestoreStage, RestoreWizard};
use crate::model::{
    Addon, Backup, BackupState, Found, Known, Moment, Offer, Release, RestorePlan, Way, WayOffer, find_addons,
    parse_moment,
};

/// How far back releases are offered.
const SINCE: SignedDuration = SignedDuration::from_hours(24);

/// A release that may have done the damage.
#[derive(Clone, Copy, Debug)]
pub struct ReleaseRow<'a> {
    /// Whose.
    pub app: &'a str,
    /// Which.
    pub release: &'a Release,
}

impl ReleaseRow<'_> {
    /// Tells it from all others.
    pub fn id(&self) -> String {
        format!("{}/v{}", self.app, self.release.version)
    }
}

/// How a backup stands to the good moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Finished, and the newest that was started before the good moment.
    Best,
    /// Finished, and started before it; any finished one where it is not known.
    Fits,
    /// Finished, but started after it, or it is not told when: damage may be in it.
    Later,
    /// It can't be restored; why, in a few words.
    Unusable(String),
}

/// One line of the list of steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WayItem<'a> {
    /// Something that stands out: a release that came after the good moment.
    Warning(&'a str, &'a Release),
    /// A way that it may go, and whether it is the one that goes on below.
    Way(&'a WayOffer, bool),
    /// A step, by its place among the offers.
    Step(usize, &'a Offer),
    /// What the platform does.
    Does(&'a str),
    /// What is not carried over.
    Leaves(&'a str),
}

impl State {
    /// The wizard, if it is on the screen or below what it led to.
    pub fn restore_wizard(&self) -> Option<&RestoreWizard> {
        self.modals.iter().rev().find_map(|modal| modal.as_restore())
    }

    /// The add-ons that fit what is looked for, the best first: as they were looked up, or, where the rows are others now, anew.
    pub(crate) fn matches<'a>(&self, wizard: &'a RestoreWizard) -> Cow<'a, Matches> {
        let addons = &self.store.addons;
        let is_of = |(revision, text): &(u64, String)| *revision == addons.revision() && text == wizard.find.value();
        if wizard.matches.of.as_ref().is_some_and(is_of) {
            return Cow::Borrowed(&wizard.matches);
        }
        let found = find_addons(addons.iter().map(|row| &*row.addon), wizard.find.value());
        let places = found.iter().filter_map(|one| addons.index_of(&one.addon.key));
        Cow::Owned(Matches {
            of: Some((addons.revision(), wizard.find.value().to_owned())),
            rows: places.map(|place| place as u32).collect(),
            exact: found.iter().filter(|one| one.is_exact).count(),
            silent: addons.iter().filter(|row| matches!(row.addon.attachments, Known::Unknown(_))).count(),
        })
    }

    /// The add-on at a place among those that fit what is looked for.
    pub fn restore_match(&self, wizard: &RestoreWizard, index: usize) -> Option<Found<'_>> {
        self.match_at(&self.matches(wizard), index)
    }

    /// Their ids.
    pub(crate) fn match_ids<'a>(&'a self, matches: &'a Matches) -> impl Iterator<Item = &'a str> {
        let rows = matches.rows.iter().filter_map(|place| self.store.addons.at(*place as usize));
        rows.map(|row| row.addon.key.id.as_str())
    }

    /// One of them, and what of it fits.
    pub(crate) fn match_at(&self, matches: &Matches, index: usize) -> Option<Found<'_>> {
        let row = self.store.addons.at(*matches.rows.get(index)? as usize)?;
        let (_, wanted) = matches.of.as_ref()?;
        find_addons([&*row.addon], wanted).pop()
    }

    /// The add-on that is to be restored, as last read.
    pub fn restore_addon(&self, wizard: &RestoreWizard) -> Option<&Addon> {
        let (key, _) = wizard.addon.as_ref()?;
        self.store.addons.get(key).map(|row| &*row.addon)
    }

    /// The apps of the add-on that is to be restored, each once.
    pub fn restore_apps(&self, wizard: &RestoreWizard) -> Vec<&str> {
        self.restore_addon(wizard).map_or_else(Vec::new, Addon::apps)
    }

    fn releases_of<'a>(&'a self, wizard: &RestoreWizard) -> impl Iterator<Item = ReleaseRow<'a>> {
        self.restore_apps(wizard).into_iter().flat_map(|app| {
            let known = self.store.releases.get(app).and_then(|slot| slot.value.as_deref()).unwrap_or_default();
            known.iter().map(move |release| ReleaseRow { app, release })
        })
    }

    /// The releases to choose from, newest first: those of the last 24 hours, or those of the number that is typed.
    pub fn restore_releases(&self, wizard: &RestoreWizard) -> Vec<ReleaseRow<'_>> {
        let since = self.clock().checked_sub(SINCE).unwrap_or(Timestamp::MIN);
        let wanted = match parse_moment(wizard.moment.value(), self.clock(), &self.zone) {
            Ok(Moment::Before(release)) => number(&release),
            _ => None,
        };
        let is_offered = |row: &ReleaseRow<'_>| match wanted {
            Some(version) => row.release.version == version,
            None => row.release.created_at.is_some_and(|at| at >= since),
        };
        let mut rows: Vec<ReleaseRow<'_>> = self.releases_of(wizard).filter(is_offered).collect();
        rows.sort_by_key(|row| std::cmp::Reverse((row.release.created_at, row.release.version)));
        rows
    }

    /// The good moment as it is told now: by a release that was gone to, or by what was typed. `None` when nothing was.
    ///
    /// # Errors
    /// A sentence, when it can't be understood or is not clear.
    pub fn restore_good(&self, wizard: &RestoreWizard) -> Result<Option<Good>, String> {
        if let Some(id) = &wizard.release {
            let row = self.releases_of(wizard).find(|row| row.id() == *id);
            return row.map_or_else(|| Err(format!("{id} is no longer told: choose again.")), before).map(Some);
        }
        if wizard.moment.value().trim().is_empty() {
            return Ok(None);
        }
        let release = match parse_moment(wizard.moment.value(), self.clock(), &self.zone)? {
            Moment::At(at) => return Ok(Some(Good { at, release: None })),
            Moment::Before(release) => release,
        };
        let wanted = number(&release);
        let rows: Vec<_> = self.releases_of(wizard).filter(|row| Some(row.release.version) == wanted).collect();
        match rows.as_slice() {
            [row] if self.restore_unread(wizard).is_none() => before(*row).map(Some),
            [_, ..] if rows.len() > 1 => {
                let apps: Vec<&str> = rows.iter().map(|row| row.app).collect();
                Err(format!("{release} is a release of {}: choose one with the arrows.", apps.join(" and of ")))
            }
            _ => Err(match (self.restore_unread(wizard), self.restore_apps(wizard).as_slice()) {
                (Some(why), _) => why,
                (None, []) => format!("No app uses it, so that {release} says nothing: say a time."),
                (None, apps) => format!("None of its apps ({}) tells a release {release}.", apps.join(", ")),
            }),
        }
    }

    /// Whose releases can't be looked through, and why; as a sentence.
    pub fn restore_unread(&self, wizard: &RestoreWizard) -> Option<String> {
        if let Some(Known::Unknown(why)) = self.restore_addon(wizard).map(|addon| &addon.attachments) {
            return Some(format!("Which apps use it is not known: {why}."));
        }
        self.restore_apps(wizard).into_iter().find_map(|app| match self.store.releases.get(app) {
            Some(slot) if slot.value.is_some() => None,
            Some(slot) => Some(match &slot.fresh.error {
                Some(error) => format!("The releases of {app} can't be told: {}", error.message),
                None => format!("The releases of {app} are being read."),
            }),
            None => Some(format!("The releases of {app} are being read.")),
        })
    }

    /// The backups to choose from as read live, newest first, and how each stands to the good moment. Empty until then.
    pub fn restore_backups(&self, wizard: &RestoreWizard) -> Vec<(&Backup, Standing)> {
        let (Some((key, _)), Some(_)) = (&wizard.addon, wizard.backup.read_at) else { return Vec::new() };
        let list = self.backups(&key.id).map_or(&[][..], |backups| backups.list.as_slice());
        let good = wizard.good.as_ref().map(|good| good.at);
        let best = good.and_then(|good| self.backups(&key.id)?.last_before(good)).map(|best| &best.id);
        list.iter()
            .map(|backup| match standing(backup, good) {
                Standing::Fits if Some(&backup.id) == best => (backup, Standing::Best),
                standing => (backup, standing),
            })
            .collect()
    }

    /// What stands in the list of steps, from its top.
    pub fn restore_items<'a>(&'a self, wizard: &'a RestoreWizard) -> Vec<WayItem<'a>> {
        let Some(plan) = &wizard.way.read else { return Vec::new() };
        let good = wizard.good.as_ref().map(|good| good.at);
        let is_late =
            |row: &ReleaseRow<'_>| good.is_some_and(|good| row.release.created_at.is_some_and(|at| at >= good));
        let mut late: Vec<ReleaseRow<'_>> = self.releases_of(wizard).filter(is_late).collect();
        late.sort_by_key(|row| (row.release.created_at, row.release.version));
        let late = late.into_iter().map(|row| WayItem::Warning(row.app, row.release));
        let steps = plan.offers.iter().enumerate().map(|(at, offer)| WayItem::Step(at, offer));
        let does = plan.does.iter().map(|text| WayItem::Does(text));
        let leaves = plan.leaves.iter().map(|text| WayItem::Leaves(text));
        // Where there is but the usual one, nothing is to be chosen.
        let has_choice = plan.ways.iter().any(|offer| offer.way != Way::Replacement && offer.cannot.is_none());
        let ways = plan.ways.iter().filter(move |_| has_choice);
        let ways = ways.map(|offer| WayItem::Way(offer, offer.way == plan.goal.way));
        late.chain(ways).chain(steps).chain(does).chain(leaves).collect()
    }

    /// Keys move among stages of the wizard that is on top.
    pub(super) fn restore_on_top(&self) -> Option<&RestoreWizard> {
        self.modals.last().and_then(|modal| modal.as_restore())
    }

    /// Whether the steps can be chosen from with the keys now.
    pub(super) fn is_among_steps(&self) -> bool {
        self.restore_on_top().is_some_and(|wizard| wizard.stage == RestoreStage::Way)
    }
}

fn number(release: &str) -> Option<u64> {
    release.trim_start_matches(['v', 'V']).parse().ok()
}

/// The moment before a release.
fn before(row: ReleaseRow<'_>) -> Result<Good, String> {
    let ReleaseRow { app, release } = row;
    let release_of = (app.to_owned(), release.version);
    release
        .created_at
        .map(|at| Good { at, release: Some(release_of) })
        .ok_or_else(|| format!("The platform does not tell when v{} of {app} was made: say a time.", release.version))
}

/// How a backup stands to the good moment: it must have been started before it, as what is in it was written by then.
fn standing(backup: &Backup, good: Option<Timestamp>) -> Standing {
    let why = backup.message.as_ref().map_or_else(String::new, |message| format!(": {message}"));
    match &backup.state {
        BackupState::Finished => match (good, backup.started_at) {
            (None, _) => Standing::Fits,
            (Some(good), Some(started)) if started < good => Standing::Fits,
            _ => Standing::Later,
        },
        BackupState::Pending | BackupState::Running => {
            Standing::Unusable(format!("{}, not finished yet", backup.state.word()))
        }
        BackupState::Failed => Standing::Unusable(format!("failed{why}")),
        BackupState::Expired => Standing::Unusable(format!("its data is gone{why}")),
        BackupState::Other(word) => Standing::Unusable(format!("{word}{why}")),
    }
}

/// Whether a step is part of what will be done: one that belongs to another may go with it.
pub fn is_taken(plan: &RestorePlan, offer: &Offer) -> bool {
    plan.procedure().steps.contains(&offer.step)
}
