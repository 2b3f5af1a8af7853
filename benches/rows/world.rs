//! What is measured on: as many add-ons as wanted, three attachments for each and three apps for ten of them.

use std::collections::HashSet;
use std::time::Duration;

use attache::app::{Action, Effect, Now, Opening, ProfileChoice, Query, Reply, Session, Start, State, update};
use attache::model::{
    Addon, AddonKey, App, Attachment, Capability, Danger, Health, Known, Owner, ProfileName, State as AddonState, Verb,
};
use attache::platform::{Conditional, Fresh, Words};
use attache::store::{Addons, Snapshot};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::Timestamp;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

/// The name of the profile that is entered.
pub(crate) const ENTERED: &str = "local";

pub(crate) fn app_name(number: usize, count: usize) -> String {
    format!("team-{}-service-{:04}", number % 7, number % (count * 3 / 10).max(1))
}

pub(crate) fn name(number: usize) -> String {
    // In another order than by name, as platforms list them.
    format!("postgresql-{}-{:05}", ["calm-otter", "brisk-fjord", "quiet-raven"][number % 3], number * 7_919 % 100_000)
}

fn addon(number: usize, count: usize, profile: &str) -> Addon {
    let name = name(number);
    let attachment = |of: usize| Attachment {
        id: Some(format!("01234567-89ab-cdef-0123-{:012}", number * 3 + of).into()),
        alias: Some(["DATABASE", "REPORTING", "ARCHIVE"][of].into()),
        addon: name.clone().into(),
        app: app_name(number + of * 31, count).into(),
        primary: None,
        owner_row: false,
        config_vars: Known::Is(vec![format!("{}_URL", ["DATABASE", "REPORTING", "ARCHIVE"][of]).into()]),
        created_at: Some(Timestamp::UNIX_EPOCH),
    };
    Addon {
        key: AddonKey {
            profile: ProfileName(profile.into()),
            id: format!("01234567-89ab-cdef-4567-{number:012}").into(),
        },
        team: Some("sandbox".into()),
        owner: Owner::Team("sandbox".into()),
        service: "postgresql".into(),
        plan: Some("small".into()),
        state: AddonState::Ready,
        state_word: "ready".into(),
        state_reason: None,
        health: Health::Ok,
        created_at: Some(Timestamp::UNIX_EPOCH),
        updated_at: Some(Timestamp::UNIX_EPOCH),
        config_vars: Known::Is(vec!["DATABASE_URL".into()]),
        attachments: Known::Is((0..3).map(attachment).collect()),
        endpoint: None,
        cannot: Default::default(),
        restored_from: None,
        last_backup: Known::Is(Some(Timestamp::UNIX_EPOCH)),
        work: None,
        billing: None,
        facts: Vec::new(),
        price: Known::Unknown("the local platform has no prices".into()),
        verbatim: None,
        name: name.into(),
    }
}

pub(crate) fn addons(count: usize, profile: &str) -> Vec<Addon> {
    (0..count).map(|number| addon(number, count, profile)).collect()
}

fn apps(count: usize) -> Vec<App> {
    let app = |number: usize| App {
        id: format!("app_{number}").into(),
        name: app_name(number, count).into(),
        team: Some("sandbox".into()),
        created_at: None,
        release: Some(3),
        maintenance: Known::Is(false),
        maintenance_since: None,
        maintenance_by: None,
        facts: Vec::new(),
    };
    (0..(count * 3 / 10).max(1)).map(app).collect()
}

pub(crate) fn list(value: Vec<Addon>) -> Fresh<Vec<Addon>> {
    Fresh { value, at: Timestamp::UNIX_EPOCH, etag: Some("1".into()) }
}

/// The same rows with one of them in trouble, or not.
pub(crate) fn with_one_changed(rows: &[Addon], is_failed: bool) -> Vec<Addon> {
    let mut rows = rows.to_vec();
    let half = rows.len() / 2;
    rows[half].state = if is_failed { AddonState::Failed } else { AddonState::Ready };
    rows
}

/// What is known once a list was merged.
pub(crate) fn known(rows: &[Addon]) -> Addons {
    let mut addons = Addons::default();
    addons.take(addons.list_merge(list(rows.to_vec()), 1, true, HashSet::new()).run());
    addons
}

pub(crate) fn at(mono: Duration) -> Now {
    Now { wall: Timestamp::UNIX_EPOCH, mono }
}

fn start(cached: Option<Snapshot>, profiles: Vec<ProfileChoice>, opening: Option<Opening>) -> State {
    let session = Session {
        profile: ProfileName(ENTERED.into()),
        words: Words::LOCAL,
        endpoint: "unix".into(),
        account: attache::model::AccountTag("unix".into()),
        danger: Danger::None,
        no_writes: None,
        read_only: None,
        no_journal: None,
        unlocked: None,
        budget: None,
        capabilities: Vec::new(),
    };
    State::new(Start {
        session,
        size: (120, 40),
        seed: 1,
        cached,
        note: None,
        opening,
        profiles,
        zone: jiff::tz::TimeZone::UTC,
        downloads: "/tmp".into(),
        now: at(Duration::ZERO),
    })
}

/// A dashboard, the time in it, and the terminal it is drawn on.
pub(crate) struct World {
    pub(crate) state: State,
    now: Duration,
    terminal: Terminal<TestBackend>,
}

impl World {
    /// One that has read so many add-ons.
    pub(crate) fn new(count: usize) -> Self {
        Self::with(addons(count, ENTERED), Vec::new(), None, count)
    }

    /// One that asks which of so many databases is to be restored.
    pub(crate) fn restoring(count: usize) -> Self {
        let opening = Opening::Restore { what: String::new(), before: None };
        Self::with(addons(count, ENTERED), Vec::new(), Some(opening), count)
    }

    /// One whose platform tells app by app how add-ons stand: each app is a question of its own that has to be planned.
    pub(crate) fn app_by_app(count: usize) -> Self {
        let mut world = Self::new(count);
        world.state.session.words.list_tells_states = false;
        world.state.session.capabilities = vec![(Verb::ListBackups, Capability::Can)];
        world.act(Action::Deadline);
        world
    }

    /// One that begins with what was seen last.
    pub(crate) fn from_cache(seen: Snapshot) -> Self {
        Self { state: start(Some(seen), Vec::new(), None), now: Duration::ZERO, terminal: terminal() }
    }

    fn with(rows: Vec<Addon>, profiles: Vec<ProfileChoice>, opening: Option<Opening>, count: usize) -> Self {
        let mut world = Self { state: start(None, profiles, opening), now: Duration::ZERO, terminal: terminal() };
        for effect in world.act(Action::Deadline) {
            match effect {
                Effect::Fetch { id, query: Query::Apps, .. } => {
                    world.act(Action::Replied { id, reply: Ok(Reply::Apps(apps(count))) });
                }
                Effect::Fetch { id, query: Query::Addons { .. }, .. } => {
                    let reply = Ok(Reply::Addons(Conditional::Changed(list(rows.clone()))));
                    let effects = world.act(Action::Replied { id, reply });
                    world.merge(effects);
                }
                _ => {}
            }
        }
        world
    }

    /// One that shows the combined list of five profiles with so many add-ons in all.
    pub(crate) fn combined(count: usize) -> Self {
        let choice = |number: usize| ProfileChoice {
            name: ProfileName(if number == 0 { ENTERED.into() } else { format!("team-{number}").into() }),
            words: Words::LOCAL,
            endpoint: "unix".into(),
            account: attache::model::AccountTag("unix".into()),
            danger: Danger::Production,
            read_only: None,
            backup_max_age: jiff::SignedDuration::from_hours(26),
            trouble: None,
        };
        let mut world = Self::with(addons(count / 5, ENTERED), (0..5).map(choice).collect(), None, count);
        for effect in world.key(KeyCode::Char('0')) {
            if let Effect::Look { id, profile, query: Query::Addons { .. } } = effect {
                let rows = addons(count / 5, profile.as_str());
                world.looked(id, profile, Conditional::Changed(list(rows)));
            }
        }
        world
    }

    pub(crate) fn act(&mut self, action: Action) -> Vec<Effect> {
        update(&mut self.state, action, at(self.now))
    }

    pub(crate) fn key(&mut self, code: KeyCode) -> Vec<Effect> {
        self.act(Action::Key { key: KeyEvent::new(code, KeyModifiers::NONE), alone: true })
    }

    /// Merges what is to be merged, and takes in what comes of it.
    pub(crate) fn merge(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            if let Effect::Merge { id, merge } = effect {
                self.act(Action::Merged { id, merged: Box::new(merge.run()) });
            }
        }
    }

    pub(crate) fn looked(
        &mut self,
        id: attache::app::RequestId,
        profile: ProfileName,
        told: Conditional<Vec<Addon>>,
    ) -> Duration {
        let started = std::time::Instant::now();
        let effects =
            self.act(Action::Looked { id, profile, reply: Ok(Reply::Addons(told)), budget: None, requests: 1 });
        let taken = started.elapsed();
        taken + self.merge_timed(effects)
    }

    /// The same; how long the loop is at it.
    pub(crate) fn merge_timed(&mut self, effects: Vec<Effect>) -> Duration {
        let mut taken = Duration::ZERO;
        for effect in effects {
            if let Effect::Merge { id, merge } = effect {
                let merged = Box::new(merge.run());
                let started = std::time::Instant::now();
                self.act(Action::Merged { id, merged });
                taken += started.elapsed();
            }
        }
        taken
    }

    /// Lets time pass until a list is asked for: what is asked then.
    pub(crate) fn until_asked(&mut self, is_it: impl Fn(&Effect) -> bool) -> Option<Effect> {
        for _ in 0..1_000 {
            self.now = self.state.next_deadline().unwrap_or_default().max(self.now + Duration::from_millis(1));
            let mut effects = self.act(Action::Deadline);
            if let Some(at) = effects.iter().position(&is_it) {
                return Some(effects.swap_remove(at));
            }
        }
        None
    }

    /// One frame.
    pub(crate) fn draw(&mut self) {
        let Ok(_) = self.terminal.draw(|frame| attache::view::view(&self.state, frame));
    }
}

fn terminal() -> Terminal<TestBackend> {
    let Ok(terminal) = Terminal::new(TestBackend::new(120, 40));
    terminal
}
