//! The confirmation of one command: what will happen, and what it takes to say yes.

use tui_input::Input;

use super::Arm;
use crate::app::{Purpose, RequestId};
use crate::model::{AddonKey, Danger, Effects, Risk};
use crate::store::Prepared;

/// A button.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Button {
    /// Does nothing. Has the focus first.
    #[default]
    Cancel,
    /// Sends.
    Submit,
}

/// What it takes to say yes.
#[derive(Clone, Debug)]
pub enum Gate {
    /// Adds: a button that must be reached, then Enter.
    Button(Button),
    /// Interrupts: `y`. The focus is on Cancel and stays there.
    Key,
    /// Destroys, and interrupts on production: the target's name, typed, then Enter.
    Typed(Input),
}

impl Gate {
    /// What these effects take on a profile of that danger.
    pub fn of(effects: &Effects, danger: Danger) -> Self {
        match effects.risk() {
            _ if effects.needs_typed_name(danger) => Gate::Typed(Input::default()),
            Risk::Adds => Gate::Button(Button::Cancel),
            Risk::Interrupts => Gate::Key,
            Risk::Destroys => Gate::Typed(Input::default()),
        }
    }
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// It waits for the person.
    Open,
    /// It was confirmed; the target is read again, journaled and sent. It can't be taken back.
    Sending(RequestId),
}

/// The confirmation of one command.
#[derive(Clone, Debug)]
pub struct Confirm {
    /// What is confirmed: command, effects, request, and the target as it was read.
    pub prepared: Prepared,
    /// Further commands that are confirmed with it, and are sent after it.
    pub others: Vec<Prepared>,
    /// What it is for.
    pub purpose: Purpose,
    /// The target, if it exists already: when it vanishes, so does this.
    pub target: Option<AddonKey>,
    /// What it takes.
    pub gate: Gate,
    /// Whether it listens yet. A gate of the kind `Button` always does.
    pub arm: Arm,
    /// What changed since it was shown first: why it must be confirmed anew.
    pub changed: Vec<String>,
    /// Why the last key did not do what was hoped for.
    pub hint: Option<String>,
    /// How far it is.
    pub phase: Phase,
    /// The first line shown of what will happen; the view clamps it.
    pub scroll: u16,
}

impl Confirm {
    /// A confirmation that has not been shown yet.
    pub fn new(prepared: Prepared, target: Option<AddonKey>, danger: Danger) -> Self {
        Self {
            gate: if prepared.command.is_typed() {
                Gate::Typed(Input::default())
            } else {
                Gate::of(&prepared.effects, danger)
            },
            prepared,
            others: Vec::new(),
            purpose: Purpose::Command,
            target,
            arm: Arm::default(),
            changed: Vec::new(),
            hint: None,
            phase: Phase::Open,
            scroll: 0,
        }
    }

    /// The name that has to be typed where one has.
    pub fn name(&self) -> &str {
        match &self.purpose {
            // Whose data is at stake: what the procedure makes has a name that nobody knows yet.
            Purpose::Begin(procedure) => procedure.goal.addon(),
            Purpose::Destroy { addon, .. } => addon,
            Purpose::Command | Purpose::Step { .. } => self.prepared.command.target(),
        }
    }

    /// All that is confirmed, in the order in which it is sent.
    pub fn all(&self) -> impl Iterator<Item = &Prepared> {
        std::iter::once(&self.prepared).chain(&self.others)
    }

    /// The same, taken.
    pub(crate) fn into_all(self) -> Vec<Prepared> {
        std::iter::once(self.prepared).chain(self.others).collect()
    }

    /// Makes it one of a procedure, of several commands: the worst of them says what it takes.
    pub(crate) fn make_of(&mut self, others: Vec<Prepared>, purpose: Purpose, danger: Danger) {
        let is_switch = matches!(purpose, Purpose::Step { is_typed: true, .. });
        (self.others, self.purpose) = (others, purpose);
        let is_typed = is_switch || self.all().any(|one| one.command.is_typed());
        let changes = self.all().flat_map(|one| one.effects.changes.iter().cloned()).collect();
        let is_untold = self.all().any(|one| one.effects.changes.is_empty());
        self.gate =
            if is_typed || is_untold { Gate::Typed(Input::default()) } else { Gate::of(&Effects { changes }, danger) };
    }

    /// The risk of what is confirmed.
    pub fn risk(&self) -> Risk {
        self.all().map(|one| one.effects.risk()).max().unwrap_or(Risk::Destroys)
    }

    /// What was typed so far.
    pub fn typed(&self) -> Option<&str> {
        match &self.gate {
            Gate::Typed(input) => Some(input.value()),
            _ => None,
        }
    }

    /// Whether keys that say yes are listened to now.
    pub fn is_armed(&self) -> bool {
        matches!(self.gate, Gate::Button(_)) || self.arm.is_armed()
    }

    /// The target turned out to have changed: shows what it is now, and asks anew.
    pub fn ask_anew(&mut self, what: Vec<String>, prepared: Prepared, danger: Danger) {
        let target = self.target.clone();
        *self = Self { changed: what, ..Self::new(prepared, target, danger) };
    }
}
