//! The real `update` with a fake platform behind its effects: run until idle, in time that only the script moves.

use std::collections::VecDeque;
use std::time::Duration;

use attache::app::{Action, Effect, Now, Opening, Session, Start, State, update};
use attache::model::{AccountTag, Capability, Danger, ReadOnly, Verb};
use attache::platform::Words;
use attache::store::Told;
use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use jiff::tz::TimeZone;

use super::fake::Fake;

pub(crate) struct Stage {
    pub(crate) state: State,
    pub(crate) fake: Fake,
    pub(crate) mono: Duration,
    painted: u64,
    /// How many times the screen changed.
    pub(crate) frames: u64,
}

/// What a stage starts with; change what a script needs otherwise.
pub(crate) struct Setting {
    pub(crate) danger: Danger,
    pub(crate) read_only: Option<ReadOnly>,
    pub(crate) no_journal: Option<String>,
    pub(crate) size: (u16, u16),
    pub(crate) operations: Vec<attache::model::Operation>,
    pub(crate) opening: Option<Opening>,
    pub(crate) cached: Option<attache::store::Snapshot>,
    pub(crate) capabilities: Vec<(Verb, Capability)>,
    pub(crate) words: Words,
}

impl Default for Setting {
    fn default() -> Self {
        Self {
            danger: Danger::None,
            read_only: None,
            no_journal: None,
            size: (120, 40),
            operations: Vec::new(),
            opening: None,
            cached: None,
            capabilities: capabilities(),
            words: words(),
        }
    }
}

pub(crate) fn start_of_time() -> jiff::Timestamp {
    "2026-11-20T03:00:00Z".parse().expect("a timestamp")
}

pub(crate) fn words() -> Words {
    Words { keeps_keys: Some(jiff::SignedDuration::from_hours(7 * 24)), ..Words::LOCAL }
}

/// A platform that can do everything.
pub(crate) fn capabilities() -> Vec<(Verb, Capability)> {
    Verb::ALL.iter().map(|verb| (*verb, Capability::Can)).collect()
}

/// A platform that can do no more than make, give and destroy.
pub(crate) fn few_capabilities() -> Vec<(Verb, Capability)> {
    let can = [Verb::Create, Verb::Attach, Verb::Detach, Verb::Destroy, Verb::CreateApp, Verb::DestroyApp];
    let why = || Capability::Cannot("This platform keeps no backups.".into());
    let known = |verb: &Verb| if can.contains(verb) { Capability::Can } else { why() };
    Verb::ALL.iter().map(|verb| (*verb, known(verb))).collect()
}

fn start(fake: &Fake, setting: &Setting, now: Now) -> Start {
    let session = Session {
        profile: fake.profile.clone(),
        words: setting.words.clone(),
        endpoint: "unix".into(),
        account: AccountTag("unix".into()),
        danger: setting.danger,
        no_writes: Some("Not connected yet.".into()),
        read_only: setting.read_only,
        no_journal: setting.no_journal.clone(),
        unlocked: None,
        budget: None,
        capabilities: Vec::new(),
    };
    Start {
        profiles: Vec::new(),
        session,
        size: setting.size,
        seed: 7,
        cached: setting.cached.clone(),
        note: None,
        opening: setting.opening.clone(),
        zone: TimeZone::get("Europe/Berlin").expect("bundled"),
        downloads: "/home/ada".into(),
        now,
    }
}

impl Stage {
    /// Opens a dashboard on a platform that was set up, and lets it read all it wants.
    pub(crate) fn open(setting: Setting, set_up: impl FnOnce(&mut Fake)) -> Self {
        let mut fake = Fake::new(start_of_time());
        let told = |operation| Told { operation, by: "ada on bastion-1".into() };
        fake.journal.operations = setting.operations.iter().cloned().map(told).collect();
        set_up(&mut fake);
        Self::over(fake, setting)
    }

    /// Opens a dashboard on a platform that is there.
    pub(crate) fn over(fake: Fake, setting: Setting) -> Self {
        let mono = Duration::from_secs(1);
        let state = State::new(start(&fake, &setting, Now { wall: start_of_time(), mono }));
        let mut stage = Self { state, fake, mono, painted: 0, frames: 0 };
        stage.connected(setting);
        stage
    }

    /// The client is built.
    fn connected(&mut self, setting: Setting) {
        self.fake.is_read_only = setting.read_only.is_some();
        let no_writes = setting.read_only.map(|_| "There is no writer.".to_owned()).or(setting.no_journal);
        self.act(Action::Connected { words: setting.words, capabilities: setting.capabilities, no_writes });
    }

    /// The way into another profile was found: what the runtime does then. Gives the platform that was left.
    pub(crate) fn enter(&mut self, fake: Fake, setting: Setting, addon_id: Option<&str>) -> Fake {
        assert!(matches!(self.state.may_enter(&fake.profile), Some(Ok(()))), "nobody may enter {}", fake.profile);
        let start = start(&fake, &setting, self.now());
        self.state = State::enter_from(&mut self.state, start, addon_id.map(str::to_owned));
        let left = std::mem::replace(&mut self.fake, fake);
        self.connected(setting);
        left
    }

    pub(crate) fn with(names: &[&str]) -> Self {
        Self::open(Setting::default(), |fake| {
            for name in names {
                fake.with_addon(name, &[]);
            }
        })
    }

    pub(crate) fn now(&self) -> Now {
        let since = jiff::SignedDuration::try_from(self.mono - Duration::from_secs(1)).expect("small");
        Now { wall: start_of_time() + since, mono: self.mono }
    }

    /// Takes an action in, performs every effect until nothing more comes, and paints.
    pub(crate) fn act(&mut self, action: Action) {
        let mut actions = VecDeque::from([action]);
        while let Some(action) = actions.pop_front() {
            let is_key = matches!(action, Action::Key { .. });
            let before = self.state.revision();
            let now = self.now();
            self.fake.now = now.wall;
            for effect in update(&mut self.state, action, now) {
                assert!(
                    is_key || !matches!(effect, Effect::Submit { part_of: None, .. }),
                    "only a key may send a command"
                );
                if let Effect::Fetch { id, profile, .. } = &effect {
                    actions.push_back(Action::Spent { id: *id, profile: profile.clone(), requests: 1 });
                }
                actions.extend(self.fake.perform(effect));
            }
            assert!(self.state.revision() >= before);
        }
        self.paint();
    }

    fn paint(&mut self) {
        if self.state.revision() != self.painted {
            self.painted = self.state.revision();
            self.frames += 1;
            let now = self.now();
            let effects = update(&mut self.state, Action::Painted, now);
            assert!(effects.is_empty(), "painting asks for nothing: {effects:?}");
            assert_eq!(self.state.revision(), self.painted, "painting changes nothing to be painted");
        }
    }

    /// Lets time pass, keeping every deadline on the way.
    pub(crate) fn wait(&mut self, ms: u64) {
        let end = self.mono + Duration::from_millis(ms);
        let mut turns = 0;
        while let Some(deadline) = self.state.next_deadline().filter(|deadline| *deadline <= end) {
            assert!(turns < 200_000, "the same deadline for ever: {deadline:?} at {:?}", self.mono);
            turns += 1;
            self.mono = self.mono.max(deadline);
            self.act(Action::Deadline);
        }
        self.mono = end;
    }

    /// Looks at what is on the screen for long enough that a confirmation listens.
    pub(crate) fn look(&mut self) {
        self.wait(700);
    }

    /// Presses keys at the pace of a person: words are typed, `<enter>`, `<esc>`, `<tab>`, `<down>`, `<c-y>` are keys.
    pub(crate) fn keys(&mut self, script: &str) {
        for key in parse(script) {
            self.wait(120);
            self.act(Action::Key { key, alone: true });
        }
    }

    /// Presses keys that arrive all in one read.
    pub(crate) fn burst(&mut self, script: &str) {
        for key in parse(script) {
            self.act(Action::Key { key, alone: false });
        }
    }

    /// A key after so long, in which the loop came to nothing else.
    pub(crate) fn key_at_once(&mut self, key: KeyEvent, ms: u64) {
        self.mono += Duration::from_millis(ms);
        self.act(Action::Key { key, alone: true });
    }

    pub(crate) fn key(&mut self, key: KeyEvent, alone: bool) {
        self.act(Action::Key { key, alone });
    }

    pub(crate) fn paste(&mut self, text: &str) {
        self.wait(120);
        self.act(Action::Paste(text.to_owned()));
    }

    /// The platform answers what it kept back.
    pub(crate) fn release(&mut self) {
        self.fake.fault = None;
        for action in std::mem::take(&mut self.fake.held) {
            self.act(action);
        }
    }

    pub(crate) fn names(&self) -> Vec<&str> {
        (0..self.state.visible().len())
            .filter_map(|index| Some(self.state.visible_row(index)?.addon.name.as_str()))
            .collect()
    }

    pub(crate) fn selected(&self) -> &str {
        self.state.selected_row().map_or("", |row| row.addon.name.as_str())
    }

    pub(crate) fn confirm(&self) -> Option<&attache::app::modal::Confirm> {
        self.state.modals.last().and_then(|modal| modal.as_confirm())
    }

    pub(crate) fn hint(&self) -> &str {
        self.confirm().and_then(|confirm| confirm.hint.as_deref()).unwrap_or("")
    }

    pub(crate) fn notice(&self) -> &str {
        self.state.ui.notice.as_ref().map_or("", |notice| notice.text.as_str())
    }
}

pub(crate) fn press(code: KeyCode) -> KeyEvent {
    KeyEvent::new(code, KeyModifiers::NONE)
}

pub(crate) fn held(code: KeyCode) -> KeyEvent {
    KeyEvent::new_with_kind(code, KeyModifiers::NONE, KeyEventKind::Repeat)
}

pub(crate) fn parse(script: &str) -> Vec<KeyEvent> {
    let mut keys = Vec::new();
    let mut rest = script;
    while let Some(first) = rest.chars().next() {
        if let Some((name, after)) = rest.strip_prefix('<').and_then(|rest| rest.split_once('>')) {
            keys.push(named(name));
            rest = after;
        } else {
            keys.push(press(KeyCode::Char(first)));
            rest = &rest[first.len_utf8()..];
        }
    }
    keys
}

fn named(name: &str) -> KeyEvent {
    press(match name {
        "enter" => KeyCode::Enter,
        "esc" => KeyCode::Esc,
        "tab" => KeyCode::Tab,
        "s-tab" => KeyCode::BackTab,
        "up" => KeyCode::Up,
        "down" => KeyCode::Down,
        "back" => KeyCode::Backspace,
        "right" => KeyCode::Right,
        _ => {
            let c = name.strip_prefix("c-").and_then(|rest| rest.chars().next()).expect("a known key");
            return KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL);
        }
    })
}
