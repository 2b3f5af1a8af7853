//! All that the dashboard knows. `update` alone changes it; `view` only reads.

use std::collections::{HashMap, VecDeque};
use std::path::PathBuf;
use std::time::Duration;

use indexmap::IndexMap;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::course::{Drive, Purpose};
use super::enter::{Follow, LeftBehind};
use super::errors::ErrorEntry;
use super::keymap::{self, Context, Intent, KeyHint};
use super::merging::{Merging, Of};
use super::modal::{Gate, Modal, SheetKind};
use super::polled::{Paces, Polled};
use super::select::Visible;
use super::session::Session;
use super::several::{Combined, ProfileChoice};
use super::ui::{Activity, Pane, Ui};
use super::{Now, RequestId};
use crate::model::{
    Addon, App, Attachment, Command, Course, Known, Operation, OperationId, Outcome, TimelineEvent, Work, inverse,
};
use crate::store::poll::{Schedule, Topic};
use crate::store::{Entry, Row, Snapshot, Store, Wheel};

/// Where a dashboard opens, if not on its panes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opening {
    /// The way to a restore.
    Restore {
        /// What was told of the database; empty for nothing.
        what: String,
        /// What was told of its last good moment.
        before: Option<String>,
    },
}

/// What a dashboard starts with.
pub struct Start {
    /// The way in.
    pub session: Session,
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// Decides suggested names and the jitter of retries.
    pub seed: u64,
    /// What an earlier session saw last.
    pub cached: Option<Snapshot>,
    /// A sentence about something that went wrong before the start, such as a damaged cache.
    pub note: Option<String>,
    /// Where it opens, if not on its panes.
    pub opening: Option<Opening>,
    /// The profiles that may be entered, this one among them.
    pub profiles: Vec<ProfileChoice>,
    /// The machine's time zone.
    pub zone: TimeZone,
    /// The folder, as an absolute path, where downloaded backups go.
    pub downloads: PathBuf,
    /// The time.
    pub now: Now,
}

/// How the platform is reached just now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    /// Nothing was answered yet.
    Connecting,
    /// The last answers were good; the data changed last at this time of the platform's clock.
    Live(Option<Timestamp>),
    /// It can't be reached.
    Down {
        /// The last good read; `None` if there was none.
        since: Option<Timestamp>,
        /// Why, as a sentence.
        error: String,
        /// What class of failure it is, in words.
        words: &'static str,
        /// How many tries failed in a row.
        failures: u32,
        /// When the next one is due.
        next_try: Timestamp,
    },
    /// It is reached, but the list can't be read.
    Failing {
        /// The last good read; `None` if there was none.
        since: Option<Timestamp>,
        /// Why, as a sentence.
        error: String,
        /// What class of failure it is, in words.
        words: &'static str,
        /// How many tries failed in a row.
        failures: u32,
        /// When the next one is due, once that is known.
        next_try: Option<Timestamp>,
    },
}

/// What a request under way was about.
#[derive(Clone, Debug)]
pub(super) struct Pending {
    pub(super) topic: Topic,
}

/// A confirmed command whose answer has not come yet.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    pub(super) id: RequestId,
    pub(super) sentence: String,
    pub(super) addon: Option<String>,
    pub(super) apps: Vec<String>,
}

/// All that the dashboard knows.
pub struct State {
    /// The way in.
    pub session: Session,
    /// The profiles that may be entered, this one among them.
    pub profiles: Vec<ProfileChoice>,
    /// The add-ons of all profiles, once they were asked for.
    pub combined: Option<Combined>,
    /// Operations of profiles that were left, whose end is not known: they go on at their platforms.
    pub left: Vec<LeftBehind>,
    /// What the platform told.
    pub store: Store,
    /// What a person looks at.
    pub ui: Ui,
    /// What lies above the panes; the last one is on top.
    pub modals: Vec<Modal>,
    /// The operations through this profile, of whatever process on this machine: the open ones and the newest of the others,
    /// oldest first.
    pub operations: IndexMap<OperationId, Operation>,
    /// Who began them, in words, where the journal has told it.
    pub by: HashMap<OperationId, String>,
    /// The procedures through this profile that are not over, and those that ended lately, oldest first.
    pub courses: IndexMap<OperationId, Course>,
    /// All lines of the operation that is shown in full, or why they can't be read; `None` until they were.
    pub(crate) entry: Option<Result<Box<Entry>, String>>,
    /// Whether all of the journal was read: before that, what is not here may still come.
    pub has_journal: bool,
    /// The machine's time zone: moments are told in it and by the platform's.
    pub zone: TimeZone,
    /// The folder where downloaded backups go.
    pub downloads: PathBuf,
    /// What the platform does for operations under way, as it was told last.
    pub works: HashMap<OperationId, Work>,
    /// What this dashboard does, or has, for procedures: those that it drives, above all.
    pub(super) drives: HashMap<OperationId, Drive>,
    /// The rights to go on with procedures of profiles that were left.
    pub(super) wheels: HashMap<OperationId, Wheel>,
    /// What happened, oldest first.
    pub activity: VecDeque<Activity>,
    /// What went wrong, oldest first.
    pub errors: VecDeque<ErrorEntry>,
    /// How often everything is read of each profile, while somebody looks at that.
    pub polled: Vec<Polled>,
    pub(super) paces: Paces,
    pub(super) visible: Visible,
    pub(super) schedule: Schedule,
    pub(super) pending: HashMap<RequestId, Pending>,
    pub(super) merging: Option<Merging>,
    /// Whether the rest of what was seen last was asked for.
    pub(super) is_recalling: bool,
    pub(super) submits: Vec<Sent>,
    /// What the commands that are read up on now are for.
    pub(super) proposal: Option<(RequestId, Purpose)>,
    pub(super) next_request: u64,
    pub(super) cursor: usize,
    /// When the details follow the cursor.
    pub(super) rest: Option<Duration>,
    /// When something is next due to be asked.
    pub(super) next_poll: Option<Duration>,
    pub(super) next_try: Option<Timestamp>,
    pub(super) cache_due: Option<Duration>,
    /// The add-on that was just made, or for which this profile was entered: the cursor goes there when it is seen, unless it
    /// was moved meanwhile.
    pub(super) follow: Option<Follow>,
    pub(super) transitional: Vec<String>,
    pub(super) gathered_at: Option<(u64, bool)>,
    /// The apps through which it is asked how the add-ons stand, where the list does not tell it.
    pub(super) apps_to_ask: Vec<String>,
    pub(super) seed: u64,
    pub(super) revision: u64,
    pub(super) calls: u64,
    pub(super) clock: Timestamp,
    pub(super) skew: SignedDuration,
    pub(super) next_error: u64,
}

impl State {
    /// A dashboard that has not asked anything yet. It asks with its first update.
    pub fn new(start: Start) -> Self {
        let Start { session, size, seed, cached, note, opening, profiles, zone, downloads, now } = start;
        let profile = session.profile.clone();
        let store = match cached {
            Some(snapshot) if snapshot.profile == profile => snapshot.into_store(),
            _ => Store::new(profile),
        };
        let merging = (!store.addons.is_whole()).then(|| Merging::new(Of::Cache));
        let mut state = Self {
            session,
            profiles,
            combined: None,
            left: Vec::new(),
            store,
            ui: Ui::new(size.0, size.1),
            modals: Vec::new(),
            operations: IndexMap::new(),
            by: HashMap::new(),
            courses: IndexMap::new(),
            has_journal: false,
            entry: None,
            zone,
            downloads,
            works: HashMap::new(),
            drives: HashMap::new(),
            wheels: HashMap::new(),
            activity: VecDeque::new(),
            errors: VecDeque::new(),
            polled: Vec::new(),
            paces: Paces::default(),
            visible: Visible::default(),
            schedule: Schedule::new(seed),
            pending: HashMap::new(),
            is_recalling: false,
            merging,
            submits: Vec::new(),
            proposal: None,
            next_request: 1,
            cursor: 0,
            rest: None,
            next_poll: Some(now.mono),
            next_try: None,
            cache_due: None,
            follow: None,
            transitional: Vec::new(),
            gathered_at: None,
            apps_to_ask: Vec::new(),
            seed,
            revision: 1,
            calls: 0,
            clock: now.wall,
            skew: SignedDuration::ZERO,
            next_error: 1,
        };
        state.know_profiles();
        super::update::begin(&mut state, note, opening, now);
        state
    }

    /// Grows whenever something visible changed, and only then.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Grows with each notice and with each error and warning of the activity: that shall be seen at once.
    pub fn calls(&self) -> u64 {
        self.calls
    }

    /// The platform's clock at the last visible change, as far as it is known: what ages are told from, so that nothing ticks.
    pub fn clock(&self) -> Timestamp {
        self.clock
    }

    /// The platform's clock less this machine's; zero where no difference that counts was seen.
    pub fn skew(&self) -> SignedDuration {
        self.skew
    }

    /// When `update` wants an `Action::Deadline`, by the clock that never jumps.
    pub fn next_deadline(&self) -> Option<Duration> {
        let arm = self.modals.last().and_then(Modal::as_confirm).and_then(|confirm| confirm.arm.due());
        let unlocked = self.session.unlocked.as_ref().map(|unlocked| unlocked.until_mono);
        let notice = self.ui.notice.as_ref().and_then(|notice| notice.until);
        let retry = self.drives.values().filter_map(|drive| drive.retry).min();
        let due = [self.rest, self.next_poll, self.cache_due, arm, unlocked, notice, retry];
        due.into_iter().flatten().min()
    }

    /// What is to be written to the cache; `None` before the first list was read.
    pub fn snapshot(&self) -> Option<Snapshot> {
        Snapshot::of(&self.store, &self.session.endpoint)
    }

    /// The visible rows.
    pub fn visible(&self) -> &Visible {
        &self.visible
    }

    /// The place of the cursor among the visible rows.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// The visible row at that place.
    pub fn visible_row(&self, index: usize) -> Option<&Row> {
        self.store.addons.at(self.visible.at(index)?)
    }

    /// The row under the cursor: what commands act on.
    pub fn selected_row(&self) -> Option<&Row> {
        self.store.addons.get(self.ui.selected.as_ref()?)
    }

    /// The row whose details are shown.
    pub fn detail_row(&self) -> Option<&Row> {
        self.store.addons.get(self.ui.detail.as_ref()?)
    }

    /// The add-on whose details are shown.
    pub fn detail(&self) -> Option<&Addon> {
        self.detail_row().map(|row| &*row.addon)
    }

    /// The attachment under the cursor of the Attachments pane.
    pub fn detail_attachment(&self) -> Option<&Attachment> {
        self.detail()?.attachments.items().get(self.ui.attachment)
    }

    /// An app, as it was last read.
    pub fn app(&self, name: &str) -> Option<&App> {
        self.store.apps.value.as_deref()?.iter().find(|app| app.name == name)
    }

    /// The app that a command on an app of this add-on is about: that of the attachment under the cursor, or else the only one.
    ///
    /// # Errors
    /// Why there is none, in words.
    pub fn app_at_hand<'a>(&'a self, addon: &'a Addon) -> Result<&'a str, String> {
        let is_here = self.ui.focus == Pane::Attachments && self.detail().is_some_and(|detail| detail.key == addon.key);
        if let Some(attachment) = self.detail_attachment().filter(|_| is_here) {
            return Ok(&attachment.app);
        }
        match (addon.apps().as_slice(), &addon.attachments) {
            (_, Known::Unknown(why)) => Err(format!("Which apps {} is attached to is not known: {why}", addon.name)),
            ([app], _) => Ok(app),
            ([], _) => Err(format!("{} is attached to no app.", addon.name)),
            _ => Err(format!("{} is attached to several apps: choose one in the attachments (2).", addon.name)),
        }
    }

    /// The operation that finished last, of those that are known to have happened.
    pub fn last_finished(&self) -> Option<&Operation> {
        let done = self.operations.values().filter(|operation| operation.outcome == Outcome::Done);
        done.max_by_key(|operation| operation.updated_at)
    }

    /// The command that undoes an operation, from what is known now.
    ///
    /// # Errors
    /// Why there is none, or why it can't be sent.
    pub fn way_back(&self, operation: &Operation) -> Result<Command, String> {
        if let Some(why) = &self.session.no_writes {
            return Err(why.clone());
        }
        let there = |id: &str| self.store.addons.get(&self.store.key(id)).map(|row| &*row.addon);
        let command = inverse(operation, there)?;
        match self.session.cannot(command.verb()) {
            Some(why) => Err(why.to_owned()),
            None => Ok(command),
        }
    }

    /// The timeline of an add-on as far as it was read, oldest first.
    pub fn timeline(&self, addon_id: &str) -> &[TimelineEvent] {
        self.store.events.get(addon_id).and_then(|slot| slot.value.as_deref()).unwrap_or_default()
    }

    /// Operations whose end is not known: running ones, and those of unknown outcome that nobody took note of.
    pub fn open_operations(&self) -> impl DoubleEndedIterator<Item = &Operation> {
        self.operations.values().filter(|operation| operation.is_open())
    }

    /// Procedures that are not over.
    pub fn open_courses(&self) -> impl DoubleEndedIterator<Item = &Course> {
        self.courses.values().filter(|course| course.end.is_none())
    }

    /// The newest operation of unknown outcome that nobody has taken note of.
    pub(crate) fn newest_unsettled(&self) -> Option<&Operation> {
        self.operations.values().rev().find(|operation| operation.is_unsettled())
    }

    /// How the platform is reached just now.
    pub fn link(&self) -> Link {
        let fresh = &self.store.addons.fresh;
        if let Some(offline) = self.schedule.offline(&self.session.profile) {
            return Link::Down {
                since: fresh.fetched_at,
                error: offline.error.message.clone(),
                words: offline.error.kind.words(),
                failures: offline.failures,
                next_try: self.next_try.unwrap_or(self.clock),
            };
        }
        match &fresh.error {
            Some(error) => Link::Failing {
                since: fresh.fetched_at,
                error: error.message.clone(),
                words: error.kind.words(),
                failures: fresh.failures,
                next_try: fresh.next_try,
            },
            None if fresh.is_live() => Link::Live(fresh.changed_at),
            None => Link::Connecting,
        }
    }

    /// Where keys go now.
    pub fn context(&self) -> Context {
        match self.modals.last() {
            None if self.ui.filter.is_editing => Context::Filter,
            None => Context::Main,
            Some(Modal::Combined) if self.combined.as_ref().is_some_and(|one| one.filter.is_editing) => Context::Filter,
            Some(Modal::Combined) => Context::Combined,
            Some(Modal::Preparing { .. } | Modal::Gathering { .. } | Modal::Entering(_)) => Context::Preparing,
            Some(Modal::Course(_)) => Context::Course,
            Some(Modal::Confirm(confirm)) => match confirm.gate {
                Gate::Button(_) => Context::ConfirmButton,
                Gate::Key => Context::ConfirmKey,
                Gate::Typed(_) => Context::ConfirmTyped,
            },
            Some(Modal::Create(form)) if form.step != super::modal::CreateStep::Details => Context::List,
            Some(Modal::Create(_) | Modal::Attach(_)) => Context::Form,
            Some(Modal::PickAttachment(_) | Modal::Pick(_) | Modal::Menu(_)) => Context::List,
            Some(Modal::Ask(_) | Modal::Unlock(_) | Modal::Run(_) | Modal::Asked(_)) => Context::Form,
            Some(Modal::Restore(wizard)) if wizard.takes_text() => Context::RestoreLine,
            Some(Modal::Restore(_)) => Context::RestoreList,
            Some(Modal::Backups(_)) => Context::Backups,
            Some(Modal::Palette(_) | Modal::Help(_)) => Context::Search,
            Some(Modal::Sheet(_)) => Context::Sheet,
            Some(Modal::Errors(_)) => Context::Errors,
            Some(Modal::Operations(_)) => Context::Operations,
        }
    }

    /// Whether an intent means anything in the modal on top: some hold for one of those that share their bindings.
    fn is_meant(&self, intent: Intent) -> bool {
        match (self.modals.last(), intent) {
            (Some(Modal::Help(_)), Intent::Accept) | (Some(Modal::Asked(_)), Intent::Next) => false,
            (Some(Modal::Restore(_)), Intent::Mark | Intent::Next) => self.is_among_steps(),
            (Some(Modal::Course(view)), intent) => self.is_meant_in_course(&view.id, intent),
            (Some(Modal::Sheet(sheet)), Intent::Next) => match &sheet.kind {
                SheetKind::Variables { addon, app: Some(app) } => {
                    let apps = self.store.addons.get(addon).map(|row| row.addon.attachments.items());
                    apps.is_some_and(|apps| apps.iter().any(|other| other.app != *app))
                }
                _ => false,
            },
            _ => true,
        }
    }

    /// The key bar: the hints of where keys go now.
    pub fn keybar(&self) -> Vec<KeyHint> {
        let context = self.context();
        keymap::BINDINGS
            .iter()
            .filter(|binding| binding.context == context && self.is_meant(binding.intent))
            .filter_map(|binding| {
                Some(KeyHint {
                    key: binding.keys.first()?.to_string(),
                    word: binding.bar?,
                    dangerous: binding.dangerous,
                    // A cursor move costs little: the keys follow with the details, once it rests.
                    disabled: keymap::disabled_for(self, binding.intent, self.detail_row()),
                })
            })
            .collect()
    }
}
