//! What a command does, as told by the adapter, and the risk that follows from it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Known, Price};

/// What a change does to an app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AppEffect {
    /// A new release: the app restarts with its new variables (Watasu, Heroku, local).
    Release,
    /// A restart without a release (Akkeris).
    Restart,
    /// It stops, and stays stopped until it is started again.
    Stop,
    /// It is started again after it was stopped.
    Start,
    /// Nothing until the environment is deployed again (orkestr).
    PendingRedeploy(String),
    /// Not documented.
    Unknown,
}

/// What stands, or will stand, behind a variable. Never a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VariableValue {
    /// The app has no such variable.
    Absent,
    /// The app's own setting.
    Own,
    /// It comes from this add-on.
    From(String),
    /// It can't be read.
    Unknown,
}

/// One thing that a command does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Something new comes to be; a sentence.
    Adds(String),
    /// It costs money from now on.
    Costs(Known<Price>),
    /// An app is touched.
    App {
        /// The app's name.
        app: String,
        /// How it is touched.
        effect: AppEffect,
        /// What of it, such as the alias that goes or comes; shown beside the app.
        detail: String,
    },
    /// A variable of an app changes.
    Variable {
        /// The app's name.
        app: String,
        /// The variable's name.
        name: String,
        /// Before.
        before: VariableValue,
        /// After.
        after: VariableValue,
    },
    /// A backup is pushed out by a new one.
    EvictsBackup {
        /// Its id.
        id: String,
        /// When it was begun.
        started_at: Option<Timestamp>,
    },
    /// Work in progress is disturbed, such as connections that are cut; a sentence that says whose.
    Disturbs(String),
    /// Data is deleted or replaced; a sentence that says which.
    LosesData(String),
    /// What was written to an add-on since a moment is not there afterwards. How long that is by now is for whoever shows it.
    LosesWrites {
        /// The add-on's name.
        addon: String,
        /// Since when; `None` where that is not told.
        since: Option<Timestamp>,
        /// Why it is not there, without a full stop.
        why: String,
    },
    /// It can't be undone; why.
    Irreversible(String),
    /// The platform does not do it as it stands; a sentence with the way out.
    Refused(String),
    /// Something that is true and worth knowing, and no risk.
    Note(String),
    /// What it does is not documented; why that is.
    Unknown(String),
}

/// How much a command can hurt. Orders from harmless to destructive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Risk {
    /// It creates or copies; no app is touched.
    Adds,
    /// An app gets a release or a restart, a variable changes, a backup is evicted, or money is spent.
    Interrupts,
    /// Data is deleted or replaced, a variable in use is taken over, it can't be undone, or its effects are not known.
    Destroys,
}

/// How dangerous a profile is, as its owner declared it. Orders from harmless to production.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Danger {
    /// Nothing of value.
    None,
    /// Colleagues would notice.
    Staging,
    /// Customers would notice.
    Production,
}

impl Danger {
    /// All of them, the harmless one first.
    pub const ALL: [Danger; 3] = [Danger::None, Danger::Staging, Danger::Production];

    /// The word for it in the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Danger::None => "none",
            Danger::Staging => "staging",
            Danger::Production => "production",
        }
    }
}

/// All that a command does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effects {
    /// One thing each, in the order in which they are shown.
    pub changes: Vec<Change>,
}

impl Effects {
    /// These changes, what can't be done told first: the rest says what would happen if it could.
    pub fn refusals_first(mut changes: Vec<Change>) -> Self {
        changes.sort_by_key(|change| !matches!(change, Change::Refused(_)));
        Self { changes }
    }

    /// The risk that follows from what it does. No effects at all are unknown effects.
    pub fn risk(&self) -> Risk {
        self.changes.iter().map(Change::risk).max().unwrap_or(Risk::Destroys)
    }

    /// Whether the target's name has to be typed: always for what destroys, on production also for what interrupts.
    pub fn needs_typed_name(&self, danger: Danger) -> bool {
        match self.risk() {
            Risk::Destroys => true,
            Risk::Interrupts => danger == Danger::Production,
            Risk::Adds => false,
        }
    }

    /// Why the platform does not do it as it stands, if that is known before it is asked.
    pub fn refusal(&self) -> Option<&str> {
        self.changes.iter().find_map(|change| match change {
            Change::Refused(why) => Some(why.as_str()),
            _ => None,
        })
    }

    /// The apps that are touched, each once.
    pub fn apps(&self) -> Vec<&str> {
        let mut apps: Vec<&str> = Vec::new();
        for change in &self.changes {
            if let Change::App { app, .. } | Change::Variable { app, .. } = change
                && !apps.contains(&app.as_str())
            {
                apps.push(app);
            }
        }
        apps
    }
}

impl Change {
    /// The risk of this one thing.
    pub fn risk(&self) -> Risk {
        match self {
            Change::Adds(_) | Change::Note(_) | Change::Refused(_) => Risk::Adds,
            Change::Costs(Known::Is(price)) if price.cents_per_month == 0 => Risk::Adds,
            Change::Costs(_) | Change::EvictsBackup { .. } | Change::Disturbs(_) => Risk::Interrupts,
            Change::App { effect: AppEffect::Unknown, .. } => Risk::Destroys,
            Change::App { .. } => Risk::Interrupts,
            // A variable that is in use and comes from elsewhere afterwards is a takeover; one that goes or comes is not.
            Change::Variable { before, after, .. } => match (before, after) {
                (VariableValue::Own | VariableValue::From(_) | VariableValue::Unknown, VariableValue::From(_))
                    if before != after =>
                {
                    Risk::Destroys
                }
                (_, VariableValue::Unknown) => Risk::Destroys,
                _ => Risk::Interrupts,
            },
            Change::LosesData(_) | Change::LosesWrites { .. } | Change::Irreversible(_) | Change::Unknown(_) => {
                Risk::Destroys
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn effects(changes: Vec<Change>) -> Effects {
        Effects { changes }
    }

    #[test]
    fn effects_that_nobody_told_are_the_worst() {
        assert_eq!(Effects::default().risk(), Risk::Destroys);
        assert_eq!(effects(vec![Change::Unknown("an action we do not know".into())]).risk(), Risk::Destroys);
    }

    #[test]
    fn the_worst_change_decides() {
        let release = Change::App { app: "a".into(), effect: AppEffect::Release, detail: String::new() };
        assert_eq!(effects(vec![Change::Adds("one".into())]).risk(), Risk::Adds);
        assert_eq!(effects(vec![Change::Adds("one".into()), release.clone()]).risk(), Risk::Interrupts);
        assert_eq!(effects(vec![release, Change::LosesData("all".into())]).risk(), Risk::Destroys);
    }

    #[test]
    fn taking_over_a_variable_in_use_destroys_but_adding_one_does_not() {
        let variable = |before, after| Change::Variable { app: "a".into(), name: "DATABASE_URL".into(), before, after };
        let from = |name: &str| VariableValue::From(name.into());
        assert_eq!(variable(VariableValue::Absent, from("x")).risk(), Risk::Interrupts);
        assert_eq!(variable(from("x"), VariableValue::Absent).risk(), Risk::Interrupts);
        assert_eq!(variable(from("x"), from("y")).risk(), Risk::Destroys);
        assert_eq!(variable(VariableValue::Own, from("y")).risk(), Risk::Destroys);
        assert_eq!(variable(VariableValue::Unknown, from("y")).risk(), Risk::Destroys);
    }

    #[test]
    fn production_asks_for_the_name_where_others_ask_for_a_key() {
        let interrupts =
            effects(vec![Change::App { app: "a".into(), effect: AppEffect::Release, detail: String::new() }]);
        assert!(!interrupts.needs_typed_name(Danger::None));
        assert!(!interrupts.needs_typed_name(Danger::Staging));
        assert!(interrupts.needs_typed_name(Danger::Production));
        assert!(effects(vec![Change::LosesData("all".into())]).needs_typed_name(Danger::None));
    }
}
