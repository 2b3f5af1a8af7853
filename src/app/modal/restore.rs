//! The way from an incident to a confirmed restore: which database, when it was good last, which backup, which steps.

use jiff::Timestamp;
use tui_input::Input;

use crate::app::RequestId;
use crate::app::choice::Chosen;
use crate::model::{AddonKey, Backup, RestorePlan, Way};
use crate::store::door::RestoreWish;

/// How far the wizard is. What it leads to, the confirmation, is the last stage and a modal of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RestoreStage {
    /// Which database?
    Find,
    /// When was it good last?
    Moment,
    /// Which backup?
    Backup,
    /// Which steps?
    Way,
}

impl RestoreStage {
    /// How many stages there are, the confirmation among them.
    pub const COUNT: usize = 5;

    /// Its number, from 1.
    pub fn number(self) -> usize {
        self as usize + 1
    }

    /// What it asks for, in a few words.
    pub fn words(self) -> &'static str {
        match self {
            RestoreStage::Find => "which database",
            RestoreStage::Moment => "last good moment",
            RestoreStage::Backup => "which backup",
            RestoreStage::Way => "the way",
        }
    }
}

/// When the data was good last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Good {
    /// The moment.
    pub at: Timestamp,
    /// The release before which that was, if it was told by one: the app and its number.
    pub release: Option<(String, u64)>,
}

/// A backup that was started after the good moment is taken by typing its id.
#[derive(Clone, Debug)]
pub struct Later {
    /// Its id.
    pub id: String,
    /// What was typed of it.
    pub input: Input,
}

/// The third stage: the backups, as read live since it was entered.
#[derive(Clone, Debug, Default)]
pub struct BackupStage {
    /// Answers to questions of this number and above count: they were asked after the stage was entered.
    pub asked_from: u64,
    /// When such an answer came; until then nothing is shown.
    pub read_at: Option<Timestamp>,
    /// The backup under the cursor.
    pub chosen: Option<String>,
    /// Whether that was chosen before the wizard was opened.
    pub is_preselected: bool,
    /// For which good moment the cursor was put on the best one.
    pub placed_for: Option<Option<Timestamp>>,
    /// The later one whose id is being typed.
    pub later: Option<Later>,
    /// What was picked.
    pub picked: Option<Backup>,
}

/// The fourth stage: what will be done.
#[derive(Clone, Debug, Default)]
pub struct WayStage {
    /// The name of the replacement.
    pub name: Input,
    /// Its plan; empty for that of the add-on.
    pub plan: Input,
    /// Where the data is to go, where that was chosen by hand.
    pub way: Option<Way>,
    /// The line under the cursor: 0 the name, 1 the plan, from 2 the items of the list.
    pub at: usize,
    /// The read that is under way, and what it is for.
    pub asked: Option<(RequestId, RestoreWish)>,
    /// What was read last, with the choices that were made since.
    pub read: Option<RestorePlan>,
    /// What that was read for.
    pub wish: Option<RestoreWish>,
    /// Why the last read failed, as a sentence.
    pub failed: Option<String>,
    /// Steps that were taken or left out by hand, by their titles: they stay so when all is read again.
    pub choices: Vec<(String, bool)>,
}

/// The add-ons that fit what is looked for: looked up when that or the rows change, not for every frame.
#[derive(Clone, Debug, Default)]
pub(crate) struct Matches {
    /// Of which rows, and of what was looked for.
    pub(crate) of: Option<(u64, String)>,
    /// Their places, the best first.
    pub(crate) rows: Vec<u32>,
    /// How many of them fit as a whole.
    pub(crate) exact: usize,
    /// Of how many of all it is not known who uses them.
    pub(crate) silent: usize,
}

/// The wizard. Every stage keeps what was entered, so that going back loses nothing.
#[derive(Clone, Debug)]
pub struct RestoreWizard {
    /// How far it is.
    pub stage: RestoreStage,
    /// Where it was opened: going back from there leaves it.
    pub first: RestoreStage,
    /// The add-on and its name, once it is known.
    pub addon: Option<(AddonKey, String)>,
    /// Whether the add-on is gone, or never was: then a backup is restored, and that is all.
    pub is_gone: bool,
    /// What is looked for.
    pub find: Input,
    /// The add-ons that fit it.
    pub(crate) matches: Matches,
    /// The add-on under the cursor, by its id.
    pub found: Chosen,
    /// Whether what was told on the command line is still to be looked for.
    pub is_sought: bool,
    /// What was typed as the good moment.
    pub moment: Input,
    /// The release gone to with the arrows: it counts instead of what was typed.
    pub release: Option<String>,
    /// The good moment that was taken; `None` for one that is not known.
    pub good: Option<Good>,
    /// The backups.
    pub backup: BackupStage,
    /// The steps.
    pub way: WayStage,
    /// What is wrong, or why a key did not do what was hoped for.
    pub error: Option<String>,
}

impl RestoreWizard {
    /// A wizard that has been told nothing yet.
    pub fn new(first: RestoreStage) -> Self {
        Self {
            stage: first,
            first,
            addon: None,
            is_gone: false,
            find: Input::default(),
            matches: Matches::default(),
            found: Chosen::default(),
            is_sought: false,
            moment: Input::default(),
            release: None,
            good: None,
            backup: BackupStage::default(),
            way: WayStage::default(),
            error: None,
        }
    }

    /// The name of what is restored, for people.
    pub fn name(&self) -> Option<&str> {
        let of_backup = || self.backup.picked.as_ref().and_then(|backup| backup.addon.as_deref());
        self.addon.as_ref().map(|(_, name)| name.as_str()).or_else(of_backup)
    }

    /// Whether letters are typed into a line now.
    pub fn takes_text(&self) -> bool {
        match self.stage {
            RestoreStage::Find | RestoreStage::Moment => true,
            RestoreStage::Backup => self.backup.later.is_some(),
            RestoreStage::Way => self.way.at < 2,
        }
    }
}
