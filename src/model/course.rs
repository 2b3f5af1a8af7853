//! A procedure on its way: what was done of it, and what is next. Pure: the journal's lines add up to it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Act, Command, Late, Operation, OperationId, Outcome, Procedure, ProfileName};

/// Who drives a procedure. Everybody else watches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrivenBy {
    /// Tells one driver from the next, also within one process.
    pub token: String,
    /// The user of the process.
    pub user: String,
    /// Its machine.
    pub host: Option<String>,
    /// Its process id on that machine.
    pub pid: u32,
    /// When that process began, in the kernel's ticks since the machine's start: tells it from a later one of that id.
    pub began: Option<u64>,
}

/// A mark in the record of a procedure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "mark")]
pub enum Mark {
    /// From now on this one drives it.
    Driven(DrivenBy),
    /// The commands of a step are known now; they follow those that it had.
    Bound {
        /// The place of the step, from 0.
        step: usize,
        /// Its commands.
        commands: Vec<Command>,
        /// The apps that have to be read again before the step is done, if any.
        #[serde(default)]
        apps: Vec<String>,
        /// Whether they take back what the step did.
        is_back: bool,
    },
    /// A command of a step is about to be sent, as this operation. Without a file of that operation nothing was.
    Begun {
        /// The place of the step, from 0.
        step: usize,
        /// The place of the command within the step, from 0.
        part: usize,
        /// Its operation.
        operation: OperationId,
    },
    /// A command of a step is left out.
    PartSkipped {
        /// The place of the step, from 0.
        step: usize,
        /// The place of the command within the step, from 0.
        part: usize,
    },
    /// A step is left out.
    Skipped {
        /// The place of the step, from 0.
        step: usize,
    },
    /// A step is done, as far as its operations don't tell.
    Done {
        /// The place of the step, from 0.
        step: usize,
        /// What came of it, in words.
        message: String,
    },
    /// A step failed, as far as its operations don't tell.
    Failed {
        /// The place of the step, from 0.
        step: usize,
        /// Why, as a sentence.
        message: String,
    },
    /// A step that failed is tried again.
    Again {
        /// The place of the step, from 0.
        step: usize,
    },
    /// It is over.
    Over {
        /// Whether its goal was reached.
        is_reached: bool,
        /// What is left, or why it was stopped.
        message: String,
    },
}

/// A mark with its time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marked {
    /// When it was written.
    pub at: Timestamp,
    /// What it says.
    #[serde(flatten)]
    pub mark: Mark,
}

/// How a step, or one of its commands, stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepState {
    /// Its turn has not come.
    Waiting,
    /// It was begun.
    Running,
    /// It is done; what came of it, in words.
    Done(String),
    /// It was left out.
    Skipped,
    /// It failed; why.
    Failed(String),
    /// It may or may not have happened; what is known.
    Unknown(String),
    /// What it did was taken back.
    TakenBack,
}

impl StepState {
    /// Whether the next step may be taken.
    pub fn is_over(&self) -> bool {
        matches!(self, StepState::Done(_) | StepState::Skipped)
    }
}

/// One command of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The command.
    pub command: Command,
    /// Whether it takes back what the step did.
    pub is_back: bool,
    /// Its last attempt, if there was one.
    pub operation: Option<Operation>,
    /// How it stands.
    pub state: StepState,
}

/// One step with how it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepStatus {
    /// How it stands.
    pub state: StepState,
    /// When it began and when that state came, where known.
    pub began_at: Option<Timestamp>,
    /// When it came to this state, where known.
    pub at: Option<Timestamp>,
    /// Its commands, as far as they are known.
    pub parts: Vec<Part>,
    /// The apps that have to be read again before it is done, if any.
    pub apps: Vec<String>,
}

/// What comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// The commands of a step have to be told by the adapter.
    Bind {
        /// The place of the step.
        step: usize,
        /// Which commands.
        late: Late,
    },
    /// A command is to be sent, once it was confirmed.
    Send {
        /// The place of the step.
        step: usize,
        /// The place of the command within it.
        part: usize,
        /// The command.
        command: Box<Command>,
    },
    /// An operation has to reach its end, or its outcome has to become known.
    Follow {
        /// The place of the step.
        step: usize,
        /// Which.
        operation: OperationId,
    },
    /// A file is to be fetched.
    Download {
        /// The place of the step.
        step: usize,
    },
    /// Every app has to be read again, before it is said that they were switched over.
    Verify {
        /// The place of the step.
        step: usize,
    },
    /// A person has to do something, look, and say so.
    Person {
        /// The place of the step.
        step: usize,
    },
    /// Something failed: try again, leave it out, take back, or stop.
    Decide {
        /// The place of the step.
        step: usize,
        /// The place of the command within it, if it is one.
        part: Option<usize>,
        /// What went wrong, as a sentence.
        message: String,
    },
    /// Nothing: all is done.
    Finish,
    /// Nothing: it is over.
    Over,
}

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
            StepStatus { state: StepState::Waiting, began_at: None, at: None, parts, apps: Vec::new() }
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
            Mark::Again { step } => self.say(step, StepState::Waiting, at),
            Mark::Skipped { step } => self.say(step, StepState::Skipped, at),
            Mark::Done { step, message } => self.say(step, StepState::Done(message), at),
            Mark::Failed { step, message } => self.say(step, StepState::Failed(message), at),
        }
        self.settle();
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
            if status.parts.is_empty() || !matches!(status.state, StepState::Waiting | StepState::Running) {
                continue;
            }
            let needs_word = matches!(step.act, Act::Late { late: Late::SwitchOver } | Act::Check | Act::CleanUp);
            let parts = &status.parts[current(status)..];
            let is_taken_back = parts.iter().any(|part| part.is_back);
            let open = parts.iter().find(|part| !part.state.is_over());
            let last = parts.iter().filter_map(|part| part.operation.as_ref()).map(|one| one.updated_at).max();
            let is_begun = parts.iter().any(|part| part.operation.is_some());
            match open {
                None if is_taken_back => (status.state, status.at) = (StepState::TakenBack, last),
                None if needs_word => status.state = StepState::Running,
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
            Act::Late { late } if status.parts.is_empty() => Next::Bind { step: at, late: *late },
            Act::Late { .. } => Next::Verify { step: at },
            Act::Download { .. } => Next::Download { step: at },
            // A step of one command is over when its command is.
            Act::Send { .. } | Act::Person { .. } | Act::Check | Act::CleanUp => Next::Person { step: at },
        }
    }

    /// The native id of the replacement, once the platform told it.
    pub fn replacement_id(&self) -> Option<&str> {
        let mut parts = self.steps.iter().flat_map(|status| &status.parts);
        let made = parts.find(|part| matches!(part.command, Command::Restore(_)))?;
        made.operation.as_ref()?.addon_id.as_deref()
    }

    /// The backup that a step of this procedure took, once the platform told it.
    pub fn copy_id(&self) -> Option<&str> {
        let mut parts = self.steps.iter().flat_map(|status| &status.parts);
        let copy = parts.find(|part| matches!(part.command, Command::BackUp { .. }))?;
        copy.operation.as_ref()?.backup_id.as_deref()
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
            return if message.is_empty() { word.to_owned() } else { format!("{word}: {message}") };
        }
        let done = self.steps[..at].iter().rposition(|status| matches!(status.state, StepState::Done(_)));
        let done = done.and_then(|index| Some((name(index)?, self.steps[index].at)));
        let done = done.map(|(step, at)| match at {
            Some(at) => format!("{} {}", step.done, at.strftime("%H:%MZ")),
            None => step.done.clone(),
        });
        let here = name(at).map(|step| match &self.steps[at].state {
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

/// Where the commands begin that count now: once some take back what was done, those before are not gone on with.
fn current(status: &StepStatus) -> usize {
    let Some(last) = status.parts.last() else { return 0 };
    status.parts.iter().rposition(|part| part.is_back != last.is_back).map_or(0, |before| before + 1)
}

fn next_part(step: usize, status: &StepStatus) -> Option<Next> {
    let from = current(status);
    let (part, open) = status.parts.iter().enumerate().skip(from).find(|(_, part)| !part.state.is_over())?;
    Some(match (&open.state, &open.operation) {
        (StepState::Running | StepState::Unknown(_), Some(operation)) => {
            Next::Follow { step, operation: operation.id.clone() }
        }
        (StepState::Failed(message), _) => Next::Decide { step, part: Some(part), message: message.clone() },
        _ => Next::Send { step, part, command: Box::new(open.command.clone()) },
    })
}
