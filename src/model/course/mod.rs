//! A procedure on its way: what was done of it, and what is next. Pure: the journal's lines add up to it.

mod mark;
mod step;
#[cfg(test)]
mod tests;

use jiff::Timestamp;

use super::{Act, Command, Late, Operation, OperationId, Outcome, Procedure, ProfileName, Way};

pub use mark::{DrivenBy, Mark, Marked};
pub use step::{Next, Part, StepState, StepStatus};

/// A procedure on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Course {
    /// Its identity in the journal.
    pub id: OperationId,
    /// The profile it goes through.
    pub profile: ProfileName,
    /// The platform's endpoint, without user name and password.
    pub endpoint: String,
    /// Who began it, in words: `alice on bastion-1`.
    pub begun_by: String,
    /// When.
    pub started_at: Timestamp,
    /// When its record last grew.
    pub updated_at: Timestamp,
    /// The plan.
    pub procedure: Procedure,
    /// How each step stands, in their order.
    pub steps: Vec<StepStatus>,
    /// Who drives it.
    pub driven_by: Option<DrivenBy>,
    /// Whether that process is alive; `None` where that can't be told, because it is on another machine.
    pub is_driver_alive: Option<bool>,
    /// How it ended: whether the goal was reached, and what is left or why it was stopped.
    pub end: Option<(bool, String)>,
}

impl Course {
    /// What the lines of its record add up to. `operation` gives the operation of an id, as far as it was ever begun.
    pub fn new(
        id: OperationId,
        profile: ProfileName,
        endpoint: String,
        begun_by: String,
        started_at: Timestamp,
        procedure: Procedure,
    ) -> Self {
        let steps = procedure.steps.iter().map(|step| {
            let parts = match &step.act {
                Act::Send { command } => vec![part((**command).clone(), false)],
                _ => Vec::new(),
            };
            StepStatus { state: StepState::Waiting, began_at: None, at: None, parts, from: 0, apps: Vec::new() }
        });
        Self {
            id,
            profile,
            endpoint,
            begun_by,
            started_at,
            updated_at: started_at,
            steps: steps.collect(),
            procedure,
            driven_by: None,
            is_driver_alive: None,
            end: None,
        }
    }

    /// Takes in one more mark. `operation` gives the operation of an id, as far as it was ever begun.
    pub fn push(&mut self, marked: Marked, operation: impl FnOnce(&OperationId) -> Option<Operation>) {
        let at = marked.at;
        self.updated_at = self.updated_at.max(at);
        match marked.mark {
            Mark::Driven(by) => self.driven_by = Some(by),
            Mark::Over { is_reached, message } => self.end = Some((is_reached, message)),
            Mark::Bound { step, commands, apps, is_back } => {
                if let Some(status) = self.steps.get_mut(step) {
                    if status.current().last().is_some_and(|last| last.is_back != is_back) {
                        status.from = status.parts.len();
                    }
                    if !apps.is_empty() {
                        status.apps = apps;
                    }
                    status.parts.extend(commands.into_iter().map(|command| part(command, is_back)));
                    // What was said of the step before is no longer all of it.
                    status.state = StepState::Waiting;
                    status.began_at.get_or_insert(at);
                }
            }
            Mark::Begun { step, part, operation: id } => {
                let begun = operation(&id);
                if let Some(begun) = begun
                    && let Some(status) = self.steps.get_mut(step)
                    && let Some(part) = status.parts.get_mut(part)
                {
                    status.began_at.get_or_insert(at);
                    status.state = StepState::Waiting;
                    part.state = state_of(&begun);
                    part.operation = Some(begun);
                }
            }
            Mark::PartSkipped { step, part } => {
                if let Some(part) = self.steps.get_mut(step).and_then(|status| status.parts.get_mut(part)) {
                    part.state = StepState::Skipped;
                }
            }
            Mark::Again { step } => {
                if let Some(status) = self.steps.get_mut(step)
                    && status.state == StepState::TakenBack
                {
                    // It is done anew from its beginning, by commands that have to be told again.
                    status.from = status.parts.len();
                }
                self.say(step, StepState::Waiting, at);
            }
            Mark::Skipped { step } => self.say(step, StepState::Skipped, at),
            Mark::Done { step, .. } if self.steps.get(step).is_some_and(StepStatus::is_back) => {
                self.say(step, StepState::TakenBack, at);
            }
            Mark::Done { step, message } => self.say(step, StepState::Done(message), at),
            Mark::Failed { step, message } => self.say(step, StepState::Failed(message), at),
        }
        self.settle();
    }

    /// Why a mark would not be true, as a sentence; `None` where it may be written. What is sent, or may have been, is
    /// followed to its end: nobody says something else of it.
    pub fn refuses(&self, mark: &Mark) -> Option<String> {
        if self.end.is_some() {
            return Some("This procedure is over: nothing is added to it.".to_owned());
        }
        let (index, only) = match mark {
            Mark::Driven(_) | Mark::Over { .. } => return None,
            Mark::Begun { step, part, .. } | Mark::PartSkipped { step, part } => (*step, Some(*part)),
            Mark::Bound { step, .. }
            | Mark::Skipped { step }
            | Mark::Done { step, .. }
            | Mark::Failed { step, .. }
            | Mark::Again { step } => (*step, None),
        };
        let Some((status, step)) = self.steps.get(index).zip(self.procedure.steps.get(index)) else {
            return Some("This procedure has no such step.".to_owned());
        };
        if only.is_some_and(|part| part < status.from || part >= status.parts.len()) {
            return Some(format!("{}: has no such command.", step.title));
        }
        let is_open = |part: &Part| matches!(part.state, StepState::Running | StepState::Unknown(_));
        let mut meant = status.parts.iter().enumerate().filter(|(at, _)| only.is_none_or(|only| only == *at));
        if let Some((_, part)) = meant.find(|(_, part)| is_open(part)) {
            let sentence = part.command.sentence();
            return Some(format!("{sentence}: was sent, and its end is not known yet. Wait for it."));
        }
        match mark {
            Mark::Skipped { .. } if !step.is_optional => {
                Some(format!("{}: the goal can't be reached without it.", step.title))
            }
            // Left out one by one, a step would be left out after all.
            Mark::PartSkipped { part, .. }
                if !step.is_optional
                    && matches!(step.act, Act::Send { .. } | Act::Late { .. })
                    && !status.is_back()
                    && status
                        .parts
                        .iter()
                        .enumerate()
                        .skip(status.from)
                        .all(|(at, one)| at == *part || one.state == StepState::Skipped) =>
            {
                Some(format!("{}: the goal can't be reached without it.", step.title))
            }
            Mark::Bound { is_back: false, .. }
                if matches!(step.act, Act::Late { .. }) && !status.current().is_empty() && !status.is_back() =>
            {
                Some(format!("{}: its commands are on record already.", step.title))
            }
            Mark::PartSkipped { part, .. } if status.parts[*part].state.is_over() => {
                Some(format!("{}: is over already.", status.parts[*part].command.sentence()))
            }
            Mark::Done { .. } if status.current().iter().any(|part| !part.state.is_over()) => {
                Some(format!("{}: not all of it was done.", step.title))
            }
            _ => None,
        }
    }

    /// Takes in how one of its operations stands now; true if that is news.
    pub fn learn(&mut self, operation: &Operation) -> bool {
        let is_it = |part: &&mut Part| part.operation.as_ref().is_some_and(|known| known.id == operation.id);
        let Some(part) = self.steps.iter_mut().flat_map(|status| &mut status.parts).find(is_it) else { return false };
        if part.operation.as_ref() == Some(operation) {
            return false;
        }
        if part.state != StepState::Skipped {
            part.state = state_of(operation);
        }
        part.operation = Some(operation.clone());
        self.updated_at = self.updated_at.max(operation.updated_at);
        self.settle();
        true
    }

    fn say(&mut self, step: usize, state: StepState, at: Timestamp) {
        if let Some(status) = self.steps.get_mut(step) {
            status.state = state;
            status.began_at.get_or_insert(at);
            status.at = Some(at);
        }
    }

    /// Tells the state of each step that has commands from theirs.
    fn settle(&mut self) {
        for (status, step) in self.steps.iter_mut().zip(&self.procedure.steps) {
            // What a person, or a reading, said of the whole step stands until something new is begun in it.
            if status.current().is_empty() || is_said(&status.state) {
                continue;
            }
            let needs_word = status.is_back()
                || matches!(step.act, Act::Late { late: Late::SwitchOver } | Act::Check | Act::CleanUp);
            let parts = status.current();
            let is_left_out = parts.iter().all(|part| part.state == StepState::Skipped);
            let open = parts.iter().find(|part| !part.state.is_over());
            let last = parts.iter().filter_map(|part| part.operation.as_ref()).map(|one| one.updated_at).max();
            let is_begun = parts.iter().any(|part| part.operation.is_some());
            match open {
                None if needs_word => status.state = StepState::Running,
                None if is_left_out => status.state = StepState::Skipped,
                None => (status.state, status.at) = (StepState::Done(step.done.clone()), last),
                Some(part) => {
                    status.state = match &part.state {
                        StepState::Waiting if is_begun => StepState::Running,
                        // A failed command is decided about; until then its step is not over.
                        StepState::Failed(_) => StepState::Running,
                        state => state.clone(),
                    };
                }
            }
        }
    }

    /// The place of the step that is next or under way; the number of steps when all are over.
    pub fn at(&self) -> usize {
        self.steps.iter().position(|status| !status.state.is_over()).unwrap_or(self.steps.len())
    }

    /// What comes next.
    pub fn next(&self) -> Next {
        if self.end.is_some() {
            return Next::Over;
        }
        let at = self.at();
        let (Some(status), Some(step)) = (self.steps.get(at), self.procedure.steps.get(at)) else {
            return Next::Finish;
        };
        if let StepState::Failed(message) = &status.state {
            return Next::Decide { step: at, part: None, message: message.clone() };
        }
        if status.state == StepState::TakenBack {
            let message = format!("{}: taken back.", step.title);
            return Next::Decide { step: at, part: None, message };
        }
        if let Some(next) = next_part(at, status) {
            return next;
        }
        match &step.act {
            Act::Late { late } if status.current().is_empty() => Next::Bind { step: at, late: *late },
            Act::Late { .. } => Next::Verify { step: at },
            Act::Download { .. } => Next::Download { step: at },
            // A step of one command is over when its command is.
            Act::Send { .. } | Act::Person { .. } | Act::Check | Act::CleanUp => Next::Person { step: at },
        }
    }

    /// The native id of the replacement, once the platform told it; of the add-on itself where its data is replaced in place.
    pub fn replacement_id(&self) -> Option<&str> {
        let goal = self.procedure.goal.restore()?;
        if goal.way == Way::InPlace {
            return Some(&goal.addon_id);
        }
        let made = self.made_by(|command| matches!(command, Command::Restore(_) | Command::CreateAddon(_)));
        made?.addon_id.as_deref()
    }

    /// The backup that a step of this procedure took, once the platform told it.
    pub fn copy_id(&self) -> Option<&str> {
        self.made_by(|command| matches!(command, Command::BackUp { .. }))?.backup_id.as_deref()
    }

    /// The last attempt at such a command that was not given up.
    fn made_by(&self, is_it: impl Fn(&Command) -> bool) -> Option<&Operation> {
        let mut parts = self.steps.iter().rev().flat_map(|status| status.parts.iter().rev());
        parts.find(|part| is_it(&part.command) && part.state != StepState::Skipped)?.operation.as_ref()
    }

    /// All of its operations so far.
    pub fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.steps.iter().flat_map(|status| &status.parts).filter_map(|part| part.operation.as_ref())
    }

    /// Where it is, in one line: `4/7: replacement ready 03:31Z, next: Check it`.
    pub fn place(&self) -> String {
        let count = self.steps.len();
        let at = self.at();
        let name = |index: usize| self.procedure.steps.get(index);
        if let Some((is_reached, message)) = &self.end {
            let word = if *is_reached { "done" } else { "stopped" };
            return match message.as_str() {
                "" => word.to_owned(),
                message if message.starts_with(word) => message.to_owned(),
                message => format!("{word}: {message}"),
            };
        }
        let done = self.steps[..at].iter().rposition(|status| matches!(status.state, StepState::Done(_)));
        let done = done.and_then(|index| Some((name(index)?, self.steps[index].at)));
        let done = done.map(|(step, at)| match at {
            Some(at) => format!("{} {}", step.done, at.strftime("%H:%MZ")),
            None => step.done.clone(),
        });
        let has_failed = matches!(self.next(), Next::Decide { part: Some(_), .. });
        let here = name(at).map(|step| match &self.steps[at].state {
            _ if has_failed => format!("failed: {}", step.title),
            StepState::Waiting => format!("next: {}", step.title),
            StepState::Failed(_) => format!("failed: {}", step.title),
            StepState::Unknown(_) => format!("outcome unknown: {}", step.title),
            StepState::TakenBack => format!("taken back: {}", step.title),
            _ => format!("now: {}", step.title),
        });
        let words: Vec<String> = done.into_iter().chain(here).collect();
        format!("{}/{count}: {}", at.min(count), words.join(", "))
    }
}

fn part(command: Command, is_back: bool) -> Part {
    Part { command, is_back, operation: None, state: StepState::Waiting }
}

fn state_of(operation: &Operation) -> StepState {
    match &operation.outcome {
        Outcome::Intended | Outcome::Accepted => StepState::Running,
        Outcome::Done => StepState::Done(String::new()),
        Outcome::Failed { message } | Outcome::NotSent { message } => StepState::Failed(message.clone()),
        outcome => StepState::Unknown(outcome.message().unwrap_or_default().to_owned()),
    }
}

/// Whether a state was said of a step by somebody, and does not follow from its commands.
fn is_said(state: &StepState) -> bool {
    matches!(state, StepState::Done(_) | StepState::Skipped | StepState::Failed(_) | StepState::TakenBack)
}

fn next_part(step: usize, status: &StepStatus) -> Option<Next> {
    let (part, open) = status.parts.iter().enumerate().skip(status.from).find(|(_, part)| !part.state.is_over())?;
    Some(match (&open.state, &open.operation) {
        (StepState::Running | StepState::Unknown(_), Some(operation)) => {
            Next::Follow { step, operation: operation.id.clone() }
        }
        (StepState::Failed(message), _) => Next::Decide { step, part: Some(part), message: message.clone() },
        _ => Next::Send { step, part, command: Box::new(open.command.clone()) },
    })
}
