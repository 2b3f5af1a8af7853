//! A dashboard with several profiles, each with a platform of its own that answers, fails, or says nothing.

use std::time::Duration;

use attache::app::{Action, Effect, Now, ProfileChoice, Query, Reply, RequestId, Session, Start, State, update};
use attache::config::PlatformKind;
use attache::model::{
    AccountTag, Addon, AddonKey, Attachment, Capability, Danger, Health, Known, Owner, Price, ProfileName,
    State as AddonState, Verb,
};
use attache::platform::{Budget, Conditional, Fresh, ReadError, ReadErrorKind, Words, words};
use attache::store::{JournalChanges, Snapshot, Store};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::{SignedDuration, Timestamp};

/// The time at which everything here begins.
pub(super) const NOW: &str = "2026-11-20T03:14:07Z";

pub(super) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(super) fn profile(name: &str) -> ProfileName {
    ProfileName(name.into())
}

/// An add-on in service that is attached to some apps.
pub(super) fn addon(of: &str, name: &str, service: &str, plan: Option<&str>, apps: &[&str]) -> Addon {
    let attachment = |app: &&str| Attachment {
        id: None,
        alias: Some("DATABASE".into()),
        addon: name.into(),
        app: (*app).into(),
        primary: None,
        owner_row: false,
        config_vars: Known::Unknown("not told".into()),
        created_at: None,
    };
    Addon {
        key: AddonKey { profile: profile(of), id: format!("id-{name}").into() },
        name: name.into(),
        team: None,
        owner: apps.first().map_or(Owner::Team("acme".into()), |app| Owner::App((*app).into())),
        service: service.into(),
        plan: plan.map(Into::into),
        state: AddonState::Ready,
        state_word: "ready".into(),
        state_reason: None,
        health: Health::Unknown("not told".into()),
        created_at: Some(at("2026-06-01T10:00:00Z")),
        updated_at: None,
        config_vars: Known::Unknown("not told".into()),
        attachments: Known::Is(apps.iter().map(attachment).collect()),
        endpoint: None,
        cannot: Default::default(),
        restored_from: None,
        last_backup: Known::Unknown("it is told one by one".into()),
        work: None,
        price: Known::Unknown("the platform does not tell prices".into()),
        billing: None,
        facts: Vec::new(),
        verbatim: None,
    }
}

pub(super) fn priced(mut addon: Addon, cents: u64, currency: &str) -> Addon {
    addon.price = Known::Is(Price { cents_per_month: cents, currency: currency.into() });
    addon
}

pub(super) fn backed_up(mut addon: Addon, last: Option<&str>) -> Addon {
    addon.last_backup = Known::Is(last.map(at));
    addon
}

pub(super) fn choice(name: &str, platform: PlatformKind, danger: Danger) -> ProfileChoice {
    ProfileChoice {
        name: profile(name),
        words: words(platform),
        endpoint: format!("https://{name}.example.com"),
        account: AccountTag(name.to_owned()),
        danger,
        read_only: None,
        backup_max_age: SignedDuration::from_hours(26),
        trouble: None,
    }
}

/// What an earlier session saw of a profile.
pub(super) fn snapshot(choice: &ProfileChoice, addons: Vec<Addon>, when: &str) -> Snapshot {
    let mut store = Store::new(choice.name.clone());
    store.addons.restore(addons, at(when));
    Snapshot::of(&store, &choice.endpoint).unwrap()
}

pub(super) fn timed_out() -> ReadError {
    ReadError::new(ReadErrorKind::TimedOut, "The API did not answer within 10 s.")
}

fn start(entered: &ProfileChoice, size: (u16, u16), profiles: Vec<ProfileChoice>, now: Now) -> Start {
    let session = Session {
        profile: entered.name.clone(),
        words: entered.words.clone(),
        endpoint: entered.endpoint.clone(),
        account: entered.account.clone(),
        danger: entered.danger,
        no_writes: None,
        read_only: entered.read_only,
        no_journal: None,
        unlocked: None,
        budget: None,
        capabilities: Vec::new(),
    };
    Start {
        session,
        size,
        seed: 7,
        cached: None,
        note: None,
        opening: None,
        profiles,
        zone: jiff::tz::TimeZone::UTC,
        downloads: "/home/ada".into(),
        now,
    }
}

/// The dashboard.
pub(super) struct House {
    pub(super) state: State,
    pub(super) now: Now,
    /// The add-ons of the profile that is entered.
    pub(super) own: Vec<Addon>,
    /// Looks that were not answered yet, and all that were ever asked for.
    pub(super) looks: Vec<(RequestId, ProfileName, Query)>,
    pub(super) looked: Vec<(Duration, ProfileName, Query)>,
    pub(super) entered: Vec<(ProfileName, Option<String>)>,
    pub(super) caches: Vec<(ProfileName, String)>,
    pub(super) cancelled: Vec<RequestId>,
    pub(super) copied: Vec<String>,
    /// What leads to a write: proposals, confirmations, unlockings.
    pub(super) writes: Vec<String>,
}

impl House {
    /// A dashboard whose own profile has answered.
    pub(super) fn open(size: (u16, u16), profiles: Vec<ProfileChoice>, own: Vec<Addon>) -> Self {
        let now = Now { wall: at(NOW), mono: Duration::from_secs(1) };
        let words = profiles[0].words.clone();
        let mut house = Self {
            state: State::new(start(&profiles[0].clone(), size, profiles, now)),
            now,
            own,
            looks: Vec::new(),
            looked: Vec::new(),
            entered: Vec::new(),
            caches: Vec::new(),
            cancelled: Vec::new(),
            copied: Vec::new(),
            writes: Vec::new(),
        };
        house.connect(words);
        house
    }

    fn connect(&mut self, words: Words) {
        let capabilities = Verb::ALL.iter().map(|verb| (*verb, Capability::Can)).collect();
        self.act(Action::Connected { words, capabilities, no_writes: None });
    }

    /// What the runtime does once the way into a profile is found that somebody waits for.
    pub(super) fn enter(&mut self, choice: &ProfileChoice, addon_id: &str, own: Vec<Addon>) {
        assert_eq!(self.state.may_enter(&choice.name), Some(Ok(())));
        self.own = own;
        let start = start(choice, self.state.ui.size, Vec::new(), self.now);
        self.state = State::enter_from(&mut self.state, start, Some(addon_id.to_owned()));
    }

    /// Its platform answers.
    pub(super) fn go_on(&mut self, choice: &ProfileChoice) {
        self.connect(choice.words.clone());
    }

    pub(super) fn act(&mut self, action: Action) {
        for effect in update(&mut self.state, action, self.now) {
            match effect {
                Effect::Fetch { id, query: Query::Addons { .. }, .. } => {
                    let list = Fresh { value: self.own.clone(), at: self.now.wall, etag: None };
                    self.act(Action::Replied { id, reply: Ok(Reply::Addons(Conditional::Changed(list))) });
                }
                Effect::LookAtJournal(id) => {
                    let nothing = JournalChanges { is_whole: true, ..JournalChanges::default() };
                    self.act(Action::Journal { id, changes: Ok(Box::new(nothing)) });
                }
                Effect::Merge { id, merge } => self.act(Action::Merged { id, merged: Box::new(merge.run()) }),
                Effect::Look { id, profile, query } => {
                    self.looked.push((self.now.mono, profile.clone(), query.clone()));
                    self.looks.push((id, profile, query));
                }
                Effect::LoadCaches(wanted) => self.caches.extend(wanted),
                Effect::Enter { profile, addon_id } => self.entered.push((profile, addon_id)),
                Effect::Cancel(id) => self.cancelled.push(id),
                Effect::Copy(text) => self.copied.push(text),
                Effect::Prepare { command, .. } => self.writes.push(command.sentence()),
                Effect::PrepareAgain { .. } | Effect::PlanRestore { .. } | Effect::Submit { .. } => {
                    self.writes.push(format!("{effect:?}"));
                }
                Effect::Unlock { .. } | Effect::Authorize { .. } => self.writes.push("unlock".to_owned()),
                _ => {}
            }
        }
    }

    /// Presses keys: characters, and `<esc>`, `<enter>`.
    pub(super) fn keys(&mut self, keys: &str) {
        let mut rest = keys;
        while !rest.is_empty() {
            let named = [("<esc>", KeyCode::Esc), ("<enter>", KeyCode::Enter)];
            let (code, length) = match named.iter().find(|(name, _)| rest.starts_with(name)) {
                Some((name, code)) => (*code, name.len()),
                None => {
                    let c = rest.chars().next().unwrap();
                    (KeyCode::Char(c), c.len_utf8())
                }
            };
            rest = &rest[length..];
            self.act(Action::Key { key: KeyEvent::new(code, KeyModifiers::NONE), alone: true });
        }
    }

    /// Answers the looks at one profile's list with these rows, and says how much budget is left.
    pub(super) fn answer_with(&mut self, name: &str, addons: &[Addon], budget: Option<Budget>) {
        self.answer_by(name, |query, at| match query {
            Query::Addons { .. } => {
                let list = Fresh { value: addons.to_vec(), at, etag: None };
                Some((Ok(Reply::Addons(Conditional::Changed(list))), budget))
            }
            _ => None,
        });
    }

    pub(super) fn answer(&mut self, name: &str, addons: &[Addon]) {
        self.answer_with(name, addons, None);
    }

    /// Fails all looks at one profile.
    pub(super) fn fail(&mut self, name: &str, error: &ReadError) {
        self.answer_by(name, |_, _| Some((Err(error.clone()), None)));
    }

    pub(super) fn answer_by(
        &mut self,
        name: &str,
        mut reply: impl FnMut(&Query, Timestamp) -> Option<(Result<Reply, ReadError>, Option<Budget>)>,
    ) {
        for (id, of, query) in std::mem::take(&mut self.looks) {
            match (of.as_str() == name).then(|| reply(&query, self.now.wall)).flatten() {
                Some((reply, budget)) => self.act(Action::Looked { id, profile: of, reply, budget, requests: 1 }),
                None => self.looks.push((id, of, query)),
            }
        }
    }

    /// Lets time pass up to the next deadline, again and again.
    pub(super) fn pass(&mut self, seconds: u64) {
        let end = self.now.mono + Duration::from_secs(seconds);
        loop {
            let next = self.state.next_deadline().filter(|due| *due <= end).map(|due| due.max(self.now.mono));
            let to = next.unwrap_or(end);
            let step = to - self.now.mono;
            self.now = Now { wall: self.now.wall.checked_add(step).unwrap(), mono: to };
            if next.is_none() {
                return;
            }
            let before = (self.looked.len(), self.state.next_deadline());
            self.act(Action::Deadline);
            if (self.looked.len(), self.state.next_deadline()) == before {
                // Nothing came of it: what is due waits for an answer that nobody gives here.
                self.now.mono += Duration::from_millis(1);
            }
        }
    }

    /// The names of the visible rows.
    pub(super) fn names(&self) -> Vec<&str> {
        let rows = (0..self.state.combined.as_ref().unwrap().len()).filter_map(|index| self.state.combined_row(index));
        rows.map(|row| row.row.addon.name.as_str()).collect()
    }

    /// The name of the add-on under the cursor.
    pub(super) fn chosen(&self) -> &str {
        let combined = self.state.combined.as_ref().unwrap();
        let row = self.state.combined_row(combined.cursor()).unwrap();
        assert_eq!(combined.selected.as_ref(), Some(&row.row.addon.key));
        &row.row.addon.name
    }

    /// How often the list of a profile was asked for.
    pub(super) fn lists(&self, name: &str) -> usize {
        let is_it = |(_, of, query): &&(Duration, ProfileName, Query)| {
            of.as_str() == name && matches!(query, Query::Addons { .. })
        };
        self.looked.iter().filter(is_it).count()
    }

    pub(super) fn notice(&self) -> &str {
        self.state.ui.notice.as_ref().map_or("", |notice| notice.text.as_str())
    }
}
