//! An ordered list of commands and waits that reaches one goal, made by the adapter for its platform.

use std::path::PathBuf;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Command;

/// What a procedure is to reach.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "goal")]
pub enum Goal {
    /// The apps of an add-on use its data as it was in a backup.
    Restore(RestoreGoal),
    /// It is known that a restore works, and how long it takes. No app is touched.
    Drill(RestoreGoal),
    /// An add-on is gone, and before that what kept the platform from destroying it.
    Destroy(DestroyGoal),
}

/// What is to be gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DestroyGoal {
    /// The add-on's native id.
    pub addon_id: String,
    /// Its name, when it was last known: what has to be typed.
    pub addon: String,
}

/// Where the data of a restore goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// Into a new add-on, which the apps are switched over to.
    #[default]
    Replacement,
    /// Into the add-on itself: what is in it is gone.
    InPlace,
    /// Into a new add-on, made of the old one as it was at the good moment. No backup is needed.
    Fork,
}

impl Way {
    /// The word for people and on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Way::Replacement => "replacement",
            Way::InPlace => "in place",
            Way::Fork => "fork",
        }
    }

    fn is_usual(&self) -> bool {
        *self == Way::Replacement
    }
}

/// A way that a restore may go, before anything was begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WayOffer {
    /// The way.
    pub way: Way,
    /// Why it can't be gone here; then it is shown, dimmed.
    pub cannot: Option<String>,
}

/// Which data goes where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestoreGoal {
    /// The native id of the add-on whose data is lost, or rehearsed with; empty for a backup of an uploaded file.
    pub addon_id: String,
    /// Its name, when it was last known.
    pub addon: String,
    /// The backup that was picked; `None` for one that the procedure takes first.
    pub backup_id: Option<String>,
    /// When that was started: data written later is not in it.
    pub backup_started_at: Option<Timestamp>,
    /// Its size in bytes, where told.
    pub backup_size: Option<u64>,
    /// The last moment at which the data was good, as the person said it.
    pub good_moment: Option<Timestamp>,
    /// The name of the replacement, which we chose; that of the add-on itself where its data is replaced in place.
    pub replacement: String,
    /// Where the data goes.
    #[serde(default, skip_serializing_if = "Way::is_usual")]
    pub way: Way,
}

impl Goal {
    /// Which data goes where, where that is what it is about.
    pub fn restore(&self) -> Option<&RestoreGoal> {
        match self {
            Goal::Restore(goal) | Goal::Drill(goal) => Some(goal),
            Goal::Destroy(_) => None,
        }
    }

    /// The native id of the add-on that it is about; empty for a backup of an uploaded file.
    pub fn addon_id(&self) -> &str {
        match self {
            Goal::Restore(goal) | Goal::Drill(goal) => &goal.addon_id,
            Goal::Destroy(goal) => &goal.addon_id,
        }
    }

    /// That add-on's name, when it was last known.
    pub fn addon(&self) -> &str {
        match self {
            Goal::Restore(goal) | Goal::Drill(goal) => &goal.addon,
            Goal::Destroy(goal) => &goal.addon,
        }
    }

    /// The name of what it makes, or of the add-on itself where it makes nothing.
    pub fn replacement(&self) -> &str {
        self.restore().map_or(self.addon(), |goal| &goal.replacement)
    }

    /// Where the data of a restore goes; `None` where it is about none.
    pub fn way(&self) -> Option<Way> {
        self.restore().map(|goal| goal.way)
    }

    /// The one word for JSON.
    pub fn word(&self) -> &'static str {
        match self {
            Goal::Restore(_) => "restore",
            Goal::Drill(_) => "drill",
            Goal::Destroy(_) => "destroy",
        }
    }

    /// What it is called: `Restore of orders`, `Drill of orders`.
    pub fn noun(&self) -> String {
        match self {
            Goal::Restore(goal) => format!("Restore of {}", goal.addon),
            Goal::Drill(goal) => format!("Drill of {}", goal.addon),
            Goal::Destroy(goal) => format!("Destruction of {}", goal.addon),
        }
    }

    /// What it is for, as an imperative sentence without a full stop.
    pub fn sentence(&self) -> String {
        match self {
            Goal::Restore(RestoreGoal { addon, backup_id: Some(backup), way: Way::InPlace, .. }) => {
                format!("Replace the data of {addon} by backup {backup}")
            }
            Goal::Restore(RestoreGoal { addon, good_moment: Some(at), replacement, way: Way::Fork, .. }) => {
                format!("Fork {addon} as it was at {} into {replacement}", at.strftime("%Y-%m-%d %H:%MZ"))
            }
            Goal::Restore(RestoreGoal { addon, backup_id: Some(backup), replacement, .. }) => {
                format!("Restore {addon} from backup {backup} into {replacement}")
            }
            Goal::Restore(RestoreGoal { addon, replacement, .. }) => format!("Restore {addon} into {replacement}"),
            Goal::Drill(RestoreGoal { addon, .. }) => format!("Rehearse a restore of {addon}"),
            Goal::Destroy(DestroyGoal { addon, .. }) => format!("Destroy {addon}, and before that detach it"),
        }
    }
}

/// Commands that can only be told when what came before is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Late {
    /// The copy that an earlier step took becomes the replacement.
    RestoreCopy,
    /// The backup becomes the data of the empty replacement that an earlier step made.
    FillReplacement,
    /// Every app of the add-on goes over to the replacement.
    SwitchOver,
    /// The replacement, which no app uses, is destroyed again.
    DestroyReplacement,
}

/// What one step does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "act")]
pub enum Act {
    /// One command.
    Send {
        /// Which.
        command: Box<Command>,
    },
    /// Commands that are told when their turn comes.
    Late {
        /// Which.
        late: Late,
    },
    /// A backup is fetched as a file.
    Download {
        /// Which backup.
        backup_id: String,
        /// The file, as an absolute path; it must not be there yet.
        file: PathBuf,
    },
    /// Something that is done outside of this program, by a person who then says so; what, as a sentence.
    Person {
        /// What is to be done.
        what: String,
    },
    /// Somebody looks at the replacement before anything uses it.
    Check,
    /// What is left over is gone through.
    CleanUp,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What it does.
    #[serde(flatten)]
    pub act: Act,
    /// What it is called, as an imperative without a full stop: `Stop the writers of billing`.
    pub title: String,
    /// What is true once it is done, in a few words: `replacement ready`.
    pub done: String,
    /// Whether the goal can be reached without it.
    pub is_optional: bool,
}

/// The whole way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Procedure {
    /// What it is to reach.
    #[serde(flatten)]
    pub goal: Goal,
    /// Its steps, in their order.
    pub steps: Vec<Step>,
}

/// A step that may be taken, before anything was begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The step.
    pub step: Step,
    /// Whether it is taken unless a person says otherwise.
    pub is_chosen: bool,
    /// Why it can't be taken here; then it is shown, dimmed.
    pub cannot: Option<String>,
    /// Why one would take it, or what it costs; a sentence.
    pub why: String,
}

/// Everything that is known of a restore before it is begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RestorePlan {
    /// What it is to reach.
    pub goal: RestoreGoal,
    /// The ways that there are, the one that this is among them.
    pub ways: Vec<WayOffer>,
    /// The steps, in their order, those that can't be left out among them.
    pub offers: Vec<Offer>,
    /// What this platform does, one sentence each.
    pub does: Vec<String>,
    /// What is not carried over, one sentence each.
    pub leaves: Vec<String>,
    /// When this was read, by the platform's clock.
    pub at: Timestamp,
}

impl Procedure {
    /// The place of the last step whose command is confirmed together with the plan: the one that makes the replacement, or
    /// replaces the data; of a destruction the last one. What comes after it is confirmed when its turn comes.
    pub fn last_confirmed(&self) -> Option<usize> {
        let makes = |command: &Command| match command {
            Command::Restore(_) | Command::CreateAddon(_) | Command::RestoreInto { .. } => true,
            Command::DestroyAddon { .. } => matches!(self.goal, Goal::Destroy(_)),
            _ => false,
        };
        self.steps.iter().position(|step| matches!(&step.act, Act::Send { command } if makes(command)))
    }

    /// The commands that are confirmed together with the plan, in their order.
    pub fn first_commands(&self) -> Vec<Command> {
        let last = self.last_confirmed();
        let steps = self.steps.iter().enumerate().filter(|(at, _)| last.is_none_or(|last| *at <= last));
        let sent = steps.filter_map(|(_, step)| match &step.act {
            Act::Send { command } => Some((**command).clone()),
            _ => None,
        });
        sent.collect()
    }

    /// The destruction of an add-on by these commands, in their order; `None` where one of them is not about it, or the last
    /// one does not destroy it.
    pub fn destruction(addon_id: &str, addon: &str, commands: &[Command]) -> Option<Self> {
        let is_its = |command: &Command| {
            command.addon_id() == Some(addon_id)
                && matches!(command, Command::Detach { .. } | Command::DestroyAddon { .. })
        };
        let ends = matches!(commands.last(), Some(Command::DestroyAddon { .. }));
        let destroys = commands.iter().filter(|one| matches!(one, Command::DestroyAddon { .. })).count();
        if !ends || destroys != 1 || !commands.iter().all(is_its) {
            return None;
        }
        let step = |command: &Command| Step {
            act: Act::Send { command: Box::new(command.clone()) },
            title: command.sentence(),
            done: match command {
                Command::Detach { app, .. } => format!("detached from {app}"),
                _ => "destroyed".to_owned(),
            },
            is_optional: false,
        };
        let goal = Goal::Destroy(DestroyGoal { addon_id: addon_id.to_owned(), addon: addon.to_owned() });
        Some(Self { goal, steps: commands.iter().map(step).collect() })
    }
}

impl RestorePlan {
    /// The procedure of the steps that are chosen and can be taken.
    pub fn procedure(&self) -> Procedure {
        let is_chosen = |offer: &Offer| offer.cannot.is_none() && (offer.is_chosen || !offer.step.is_optional);
        let taken = |offer: &&Offer| match &offer.step.act {
            Act::Send { command } => match command.as_ref() {
                Command::Maintenance { app, is_on: false } => self.stops(app),
                _ => is_chosen(offer),
            },
            _ => is_chosen(offer),
        };
        Procedure {
            goal: Goal::Restore(self.goal.clone()),
            steps: self.offers.iter().filter(taken).map(|offer| offer.step.clone()).collect(),
        }
    }

    /// Whether an app is put into maintenance on the way: only then it is taken out again.
    fn stops(&self, app: &str) -> bool {
        self.offers.iter().any(|offer| {
            let is_it = matches!(&offer.step.act, Act::Send { command }
                if matches!(command.as_ref(), Command::Maintenance { app: one, is_on: true } if one == app));
            is_it && offer.is_chosen && offer.cannot.is_none()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn detach(addon_id: &str) -> Command {
        Command::Detach {
            attachment_id: "att_1".into(),
            addon_id: addon_id.into(),
            addon: "orders".into(),
            app: "billing".into(),
            alias: None,
        }
    }

    fn destroy() -> Command {
        Command::DestroyAddon { addon_id: "add_1".into(), addon: "orders".into() }
    }

    #[test]
    fn a_destruction_detaches_the_one_add_on_and_ends_with_destroying_it() {
        let of = |commands: &[Command]| Procedure::destruction("add_1", "orders", commands);
        let whole = of(&[detach("add_1"), destroy()]).unwrap();
        assert_eq!(whole.first_commands(), [detach("add_1"), destroy()]);
        assert_eq!(whole.goal.sentence(), "Destroy orders, and before that detach it");
        for wrong in [
            &[][..],
            &[detach("add_1")],
            &[destroy(), detach("add_1")],
            &[detach("add_2"), destroy()],
            &[destroy(), destroy()],
            &[Command::DestroyApp { app: "billing".into() }, destroy()],
        ] {
            assert_eq!(of(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn goals_are_read_back_and_older_ones_are_replacements() {
        let older = r#"{"goal":"restore","addon_id":"add_1","addon":"orders","backup_id":"b1","backup_started_at":null,
            "backup_size":null,"good_moment":null,"replacement":"orders-2","steps":[]}"#;
        let older: Procedure = serde_json::from_str(older).unwrap();
        assert_eq!(older.goal.way(), Some(Way::Replacement));
        let Goal::Restore(goal) = older.goal else { panic!("it is a restore") };
        for goal in [
            Goal::Restore(RestoreGoal { way: Way::InPlace, ..goal.clone() }),
            Goal::Restore(RestoreGoal { way: Way::Fork, ..goal }),
            Goal::Destroy(DestroyGoal { addon_id: "add_1".into(), addon: "orders".into() }),
        ] {
            let whole = Procedure { goal, steps: Vec::new() };
            let line = serde_json::to_string(&whole).unwrap();
            assert_eq!(serde_json::from_str::<Procedure>(&line).unwrap(), whole, "{line}");
        }
    }
}
