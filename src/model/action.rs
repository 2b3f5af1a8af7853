//! Actions that a service brings along, beside what every add-on can do.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

/// How much an action can hurt, as the adapter's table has it. One that is in no table destroys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionClass {
    /// It only reads.
    Reads,
    /// It makes something new, and touches nothing that is there.
    Adds,
    /// An app or the service is disturbed, or money is spent.
    Interrupts,
    /// Data or access is lost, or nobody knows what it does.
    Destroys,
}

impl ActionClass {
    /// The word for tables and JSON.
    pub fn word(self) -> &'static str {
        match self {
            ActionClass::Reads => "reads",
            ActionClass::Adds => "adds",
            ActionClass::Interrupts => "interrupts",
            ActionClass::Destroys => "destroys",
        }
    }
}

/// Whether what is told under a name may be a secret, by its name alone.
pub fn is_secret_name(name: &str) -> bool {
    const SECRET: [&str; 8] = ["pass", "secret", "token", "key", "private", "credential", "auth", "salt"];
    let name = name.to_lowercase();
    SECRET.iter().any(|part| name.contains(part))
}

/// One field of what an action is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionField {
    /// Its name in the body.
    pub name: String,
    /// What it is for, as a sentence; empty where that is not told.
    pub told: String,
    /// Whether it can't be left out.
    pub is_required: bool,
    /// The values it can have, where they are told; otherwise anything.
    pub choices: Vec<String>,
    /// Whether what is typed into it is a secret.
    pub is_secret: bool,
}

/// One action that an add-on has, or may have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceAction {
    /// Its name on the command line and in the request: `restart`, `roles/rotate`.
    pub name: String,
    /// What it does, as an imperative without a full stop: `Give a role another password`.
    pub title: String,
    /// How much it can hurt.
    pub class: ActionClass,
    /// What it is about, where it is about one of several: `role`, `replica`. Then that has to be named.
    pub subject: Option<String>,
    /// What can be told to it.
    pub fields: Vec<ActionField>,
    /// Why it can't be run here, as a sentence.
    pub cannot: Option<String>,
    /// Whether it is not documented that it exists or what it does.
    pub is_inferred: bool,
}

/// What is told to an action. Its values may be secrets: they are sent, and neither printed nor written anywhere.
#[derive(Clone, PartialEq)]
pub enum ActionBody {
    /// To be sent.
    Sent(Map<String, Value>),
    /// What a record remembers: the names alone. It can't be sent again.
    Forgotten(Vec<String>),
}

impl Eq for ActionBody {}

impl ActionBody {
    /// The names of what is told.
    pub fn names(&self) -> Vec<&str> {
        match self {
            ActionBody::Sent(fields) => fields.keys().map(String::as_str).collect(),
            ActionBody::Forgotten(names) => names.iter().map(String::as_str).collect(),
        }
    }
}

impl fmt::Debug for ActionBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.names()).finish()
    }
}

impl Serialize for ActionBody {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.names().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for ActionBody {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(ActionBody::Forgotten)
    }
}

/// One run of an action, as intended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunAction {
    /// The add-on's native id.
    pub addon_id: String,
    /// Its name: what has to be typed.
    pub addon: String,
    /// The app through which it is run, where it is run through one.
    pub app: Option<String>,
    /// The action's name.
    pub action: String,
    /// What it is about, where it is about one of several.
    pub subject: Option<String>,
    /// The HTTP method, for an action that is in no table of ours.
    pub method: Option<String>,
    /// What is told to it.
    pub body: Option<ActionBody>,
}

impl RunAction {
    /// What it does, as an imperative without a full stop.
    pub fn sentence(&self) -> String {
        let subject = self.subject.as_ref().map_or(String::new(), |subject| format!(" {}", super::printable(subject)));
        format!("Run {}{subject} on {}", super::printable(&self.action), self.addon)
    }
}

/// What a reading action answered, for people. Secrets in it are hidden already.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActionAnswer {
    /// Its lines.
    pub lines: Vec<String>,
    /// How many values in it were hidden because they are, or may be, secrets.
    pub hidden: usize,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_told_to_an_action_is_neither_printed_nor_recorded() {
        let fields = json!({"password": "s3cr3t", "role": "report"});
        let body = ActionBody::Sent(fields.as_object().unwrap().clone());
        let written = serde_json::to_string(&body).unwrap();
        assert!(!written.contains("s3cr3t") && !format!("{body:?}").contains("s3cr3t"), "{written} {body:?}");
        let read: ActionBody = serde_json::from_str(&written).unwrap();
        assert_eq!(read, ActionBody::Forgotten(vec!["password".into(), "role".into()]));
    }
}
