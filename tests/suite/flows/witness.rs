//! Watches a person at the keyboard and keeps its own account, apart from the code under test, of what was on the screen,
//! for how long, and which keys went into it: by that it judges every command that was sent.

use std::collections::BTreeMap;
use std::time::Duration;

use attache::app::Action;
use attache::app::modal::{Confirm, Gate, Modal, Phase};
use attache::model::{Command, Danger};
use attache::store::Prepared;
use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::stage::Stage;

/// How long something has to be looked at: said here a second time, on purpose.
const LOOKED_AT: Duration = Duration::from_millis(600);

/// How much a command can hurt on the platform of these tests: known here, not asked of the code under test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Harm {
    Adds,
    Interrupts,
    Destroys,
}

pub(super) fn harm(command: &Command) -> Harm {
    match command {
        Command::CreateAddon(create) if create.app.is_none() => Harm::Adds,
        Command::Restore(_)
        | Command::BackUp { .. }
        | Command::CreateApp { .. }
        | Command::Rename { .. }
        | Command::ScheduleBackups { .. }
        | Command::AutoBackups { .. }
        | Command::Wake { .. }
        | Command::UploadBackup { .. } => Harm::Adds,
        Command::CreateAddon(_)
        | Command::Attach { .. }
        | Command::Detach { .. }
        | Command::Maintenance { .. }
        | Command::RollBack { .. }
        | Command::Redeploy { .. }
        | Command::ChangePlan { .. }
        | Command::Restart { .. }
        | Command::Rotate { .. }
        | Command::Sleep { .. } => Harm::Interrupts,
        // Nobody knows what an action does, and what an app or a restore loses may be in use.
        Command::RunAction(_)
        | Command::MakePrimary { .. }
        | Command::CancelBackup { .. }
        | Command::RestoreInto { .. } => Harm::Destroys,
        // What is not known here is the worst.
        _ => Harm::Destroys,
    }
}

/// What a confirmation on top is, as far as a person can tell one from another.
#[derive(Clone, PartialEq)]
struct Shown {
    prepared: Prepared,
    is_open: bool,
    changes: usize,
}

/// What was counted over all runs.
#[derive(Default)]
pub(super) struct Tally {
    /// Runs in which a confirmation that interrupts or destroys was on the screen.
    pub(super) reached: usize,
    /// Runs in which one of them listened.
    pub(super) armed: usize,
    /// Runs in which something was sent.
    pub(super) sent: usize,
    /// Unlockings.
    pub(super) unlocked: usize,
    /// Confirmations by what they are of and what they take.
    pub(super) confirmations: BTreeMap<String, usize>,
    /// Commands that were sent, in the same way.
    pub(super) submits: BTreeMap<String, usize>,
}

/// A stage with somebody who watches it.
pub(super) struct Watched {
    pub(super) stage: Stage,
    danger: Danger,
    shown: Option<Shown>,
    /// Since when it is on the screen without a key; `None` while it is not to be seen.
    quiet_since: Option<Duration>,
    is_armed: bool,
    /// What was typed into it, letter by letter, while it listened.
    typed: Vec<char>,
    /// What was typed into the form that unlocks.
    unlock_typed: Vec<char>,
    pub(super) has_reached: bool,
    pub(super) was_armed: bool,
}

impl Watched {
    pub(super) fn new(stage: Stage, danger: Danger) -> Self {
        Self {
            stage,
            danger,
            shown: None,
            quiet_since: None,
            is_armed: false,
            typed: Vec::new(),
            unlock_typed: Vec::new(),
            has_reached: false,
            was_armed: false,
        }
    }

    /// Lets time pass, looking after each deadline.
    pub(super) fn wait(&mut self, tally: &mut Tally, ms: u64) {
        let end = self.stage.mono + Duration::from_millis(ms);
        loop {
            let next = self.stage.state.next_deadline().unwrap_or(end).clamp(self.stage.mono, end);
            let step = (next - self.stage.mono).as_millis() as u64;
            self.stage.wait(step.max(1).min((end - self.stage.mono).as_millis() as u64));
            self.observe(tally);
            if self.stage.mono >= end {
                return;
            }
        }
    }

    /// Something that is no key: nothing is ever sent by it.
    pub(super) fn act(&mut self, tally: &mut Tally, action: Action) {
        let sent = (self.stage.fake.submits.len(), self.stage.fake.unlocks.len());
        let looks_elsewhere = match action {
            Action::Resize(..) | Action::Continued => true,
            Action::Focus(has_focus) => has_focus && !self.stage.state.ui.has_terminal_focus,
            _ => false,
        };
        if matches!(action, Action::Paste(_)) {
            self.hears();
        }
        self.stage.act(action);
        assert_eq!(
            (self.stage.fake.submits.len(), self.stage.fake.unlocks.len()),
            sent,
            "something was sent or unlocked by what is no key"
        );
        self.observe(tally);
        if looks_elsewhere {
            self.look_anew();
        }
    }

    /// A key. What is sent by it is judged.
    pub(super) fn key(&mut self, tally: &mut Tally, event: KeyEvent, alone: bool) {
        let listened = self.hears();
        let is_plain = event.modifiers.is_empty();
        if let (KeyCode::Char(c), true) = (event.code, is_plain) {
            if listened {
                self.typed.push(c);
            }
            if matches!(self.stage.state.modals.last(), Some(Modal::Unlock(_))) {
                self.unlock_typed.push(c);
            }
        }
        let before = self.shown.clone();
        let (sent, unlocks) = (self.stage.fake.submits.len(), self.stage.fake.unlocks.len());
        self.stage.key(event, alone);
        let is_deliberate = alone && is_plain && event.kind == KeyEventKind::Press;
        let submits = self.stage.fake.submits[sent..].to_vec();
        for command in submits {
            let shown = before.as_ref().filter(|shown| shown.is_open && shown.prepared.command == command);
            assert!(shown.is_some(), "{command:?} was sent, but not shown");
            assert!(is_deliberate, "{command:?} was sent by a key among others or held down: {event:?}");
            self.judge(&command, event.code, listened);
            *tally.submits.entry(kind(&command, self.danger)).or_default() += 1;
        }
        if self.stage.fake.unlocks.len() > unlocks {
            assert!(is_deliberate && event.code == KeyCode::Enter, "unlocked by {event:?}");
            let name = self.stage.state.session.profile.to_string();
            assert!(contains(&self.unlock_typed, &name), "unlocked, but only {:?} was typed", self.unlock_typed);
            tally.unlocked += 1;
        }
        self.observe(tally);
    }

    fn judge(&self, command: &Command, code: KeyCode, listened: bool) {
        let harm = harm(command);
        if harm == Harm::Adds {
            return assert_eq!(code, KeyCode::Enter, "{command:?}");
        }
        assert!(listened, "{command:?} was sent before it had been on the screen for long enough");
        if harm == Harm::Destroys || self.danger == Danger::Production {
            assert_eq!(code, KeyCode::Enter, "{command:?}");
            let typed = &self.typed;
            assert!(contains(typed, command.target()), "{command:?} was sent, but only {typed:?} was typed");
        } else {
            assert_eq!(code, KeyCode::Char('y'), "{command:?}");
        }
    }

    /// Looks at what is on top now.
    pub(super) fn observe(&mut self, tally: &mut Tally) {
        let top = self.stage.state.modals.last();
        if !matches!(top, Some(Modal::Unlock(_))) {
            self.unlock_typed.clear();
        }
        let confirm = top.and_then(Modal::as_confirm);
        let is_same = match (confirm, &self.shown) {
            (Some(confirm), Some(shown)) => {
                shown.is_open == (confirm.phase == Phase::Open)
                    && shown.changes == self.stage.fake.changes
                    && shown.prepared == confirm.prepared
            }
            (None, None) => true,
            _ => false,
        };
        if !is_same {
            self.shown = confirm.map(|confirm| Shown {
                prepared: confirm.prepared.clone(),
                is_open: confirm.phase == Phase::Open,
                changes: self.stage.fake.changes,
            });
            self.typed.clear();
            if let Some(confirm) = confirm.filter(|confirm| confirm.phase == Phase::Open) {
                self.check_gate(confirm);
                *tally.confirmations.entry(kind(&confirm.prepared.command, self.danger)).or_default() += 1;
            }
            self.look_anew();
        }
        let Some(confirm) = self.confirm() else { return };
        let is_dangerous = harm(&confirm.prepared.command) != Harm::Adds;
        let is_armed = confirm.arm.is_armed();
        if is_dangerous && self.quiet_since.is_some() && !std::mem::replace(&mut self.has_reached, true) {
            tally.reached += 1;
        }
        if is_dangerous && is_armed && !std::mem::replace(&mut self.was_armed, true) {
            tally.armed += 1;
        }
    }

    /// What it takes follows from what it does, and from how dangerous the profile is.
    fn check_gate(&self, confirm: &Confirm) {
        let command = &confirm.prepared.command;
        let is_right = match (harm(command), self.danger) {
            (Harm::Adds, _) => matches!(confirm.gate, Gate::Button(_)),
            (Harm::Interrupts, Danger::None | Danger::Staging) => matches!(confirm.gate, Gate::Key),
            (Harm::Interrupts, Danger::Production) | (Harm::Destroys, _) => matches!(confirm.gate, Gate::Typed(_)),
        };
        assert!(is_right, "{command:?} takes {:?} on {:?}", confirm.gate, self.danger);
    }

    fn confirm(&self) -> Option<&Confirm> {
        self.stage.confirm().filter(|confirm| confirm.phase == Phase::Open)
    }

    /// Whether what is on top listens to a key that comes now; an early one starts the wait anew.
    fn hears(&mut self) -> bool {
        let now = self.stage.mono;
        self.is_armed |= self.quiet_since.is_some_and(|since| now >= since + LOOKED_AT);
        if !self.is_armed && self.quiet_since.is_some() {
            self.quiet_since = Some(now);
        }
        self.is_armed
    }

    /// It is something else now, or somewhere else.
    fn look_anew(&mut self) {
        let (columns, rows) = self.stage.state.ui.size;
        let is_seen = columns >= 40 && rows >= 12 && self.confirm().is_some();
        (self.quiet_since, self.is_armed) = (is_seen.then_some(self.stage.mono), false);
    }
}

fn kind(command: &Command, danger: Danger) -> String {
    let takes = match (harm(command), danger) {
        (Harm::Adds, _) => "button",
        (Harm::Interrupts, Danger::None | Danger::Staging) => "y",
        _ => "name",
    };
    format!("{:?} by {takes}", command.verb())
}

/// Each letter of the name was pressed, as often as it is in it. The order is the line's matter: its cursor can be moved.
fn contains(typed: &[char], name: &str) -> bool {
    let mut left = typed.to_vec();
    name.chars().all(|c| left.iter().position(|t| *t == c).map(|at| left.swap_remove(at)).is_some())
}

/// A key with Ctrl.
pub(super) fn ctrl(c: char) -> KeyEvent {
    KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL)
}
