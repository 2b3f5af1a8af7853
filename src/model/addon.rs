//! One provisioned service.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{AddonKey, Attachment, Fact, Health, Known, Origin, Price, State, Text, Texts, Verb, Work};

/// Who owns an add-on (not: who pays).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    /// A team (local, Watasu): it outlives every app.
    Team(Text),
    /// An app (Akkeris, Heroku; on orkestr its project): it goes when the app goes.
    App(Text),
}

/// Where a service listens. Never a secret.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Endpoint {
    /// Host name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Database or bucket, where the service has one.
    pub database: Option<String>,
    /// User that the variables name.
    pub user: Option<String>,
}

/// One provisioned service, as last read.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Addon {
    /// Its identity.
    pub key: AddonKey,
    /// The name people use.
    pub name: Text,
    /// The group under which it is found.
    pub team: Option<Text>,
    /// Who owns it.
    pub owner: Owner,
    /// The service, such as `postgresql`.
    pub service: Text,
    /// The plan, such as `standard-0`, where it is told.
    pub plan: Option<Text>,
    /// Where it stands, in our words.
    pub state: State,
    /// The platform's own word for the state.
    pub state_word: Text,
    /// Why it stands there, in the platform's words (a failed step and its log line).
    pub state_reason: Option<Text>,
    /// What a probe said.
    pub health: Health,
    /// When it was made.
    pub created_at: Option<Timestamp>,
    /// When it last changed.
    pub updated_at: Option<Timestamp>,
    /// The bare names of the variables that it gives to an app.
    pub config_vars: Known<Vec<Text>>,
    /// Which apps it is attached to.
    pub attachments: Known<Vec<Attachment>>,
    /// Where it listens, once it does.
    pub endpoint: Option<Box<Endpoint>>,
    /// What can't be done with this one although the platform can do it, each with the reason as a sentence. Long, and the
    /// same for all of a kind: it is kept once for them.
    #[serde(default, with = "shared")]
    pub cannot: Arc<Vec<(Verb, String)>>,
    /// The backup that it was made from, if it was.
    #[serde(default)]
    pub restored_from: Option<Box<Origin>>,
    /// When the last backup that can be restored was started; nothing inside when there is none.
    #[serde(default = "not_told")]
    pub last_backup: Known<Option<Timestamp>>,
    /// What the platform is doing to it, or will do next.
    #[serde(default)]
    pub work: Option<Box<Work>>,
    /// What this customer pays for it, where told: it may differ from the plan's price.
    #[serde(default = "not_told")]
    pub price: Known<Price>,
    /// Who pays for it, where told.
    #[serde(default)]
    pub billing: Option<Text>,
    /// What else the platform tells of it, in its order: for reading, never a secret.
    #[serde(default)]
    pub facts: Vec<Fact>,
    /// What the platform told of it in a form that we can't read, as it came, to be shown as such.
    #[serde(default)]
    pub verbatim: Option<Text>,
}

/// What is kept once for many is written for each.
mod shared {
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<T: Serialize, S: Serializer>(value: &Arc<T>, serializer: S) -> Result<S::Ok, S::Error> {
        T::serialize(value, serializer)
    }

    pub(super) fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(de: D) -> Result<Arc<T>, D::Error> {
        T::deserialize(de).map(Arc::new)
    }
}

fn not_told<T>() -> Known<T> {
    Known::Unknown("the platform does not tell".into())
}

impl Addon {
    /// Why something can't be done with this add-on, although the platform can do it.
    pub fn cannot(&self, verb: Verb) -> Option<&str> {
        self.cannot.iter().find(|(one, _)| *one == verb).map(|(_, reason)| reason.as_str())
    }

    /// Why it has no backups and will have none. Only where that is known: one whose backups are out of reach may have some, and
    /// then there is nothing that `last_backup` knows.
    pub fn keeps_no_backups(&self) -> Option<&str> {
        match self.last_backup {
            Known::Is(None) => self.cannot(Verb::ListBackups).or_else(|| self.cannot(Verb::BackUp)),
            Known::Is(Some(_)) | Known::Unknown(_) => None,
        }
    }

    /// The apps that it is attached to, each once and in order, as far as they are told.
    pub fn apps(&self) -> Vec<&str> {
        let mut apps: Vec<&str> = self.attachments.items().iter().map(|one| one.app.as_str()).collect();
        apps.sort_unstable();
        apps.dedup();
        apps
    }

    /// The same, to be kept.
    pub fn app_names(&self) -> Vec<String> {
        self.apps().into_iter().map(str::to_owned).collect()
    }

    /// Whether an app is served by it: as its primary of this service, or, where the platform knows no primaries, under that
    /// name.
    pub fn is_primary(&self, app: &str, name: &str) -> bool {
        self.attachments.items().iter().any(|row| row.app == app && row.is_primary(name))
    }

    /// Keeps once what many of these say: a long list takes a third of the room.
    pub fn share_all(rows: &mut [Self]) {
        let mut texts = Texts::default();
        rows.iter_mut().for_each(|row| row.share(&mut texts));
    }

    /// Keeps what it says as the other one says it, which may be an earlier look at the same.
    pub fn share_with(&mut self, other: &Self) {
        let mut texts = Texts::default();
        // What the other one shares with many stays what it is.
        other.clone().share(&mut texts);
        self.share(&mut texts);
    }

    /// Keeps what it says as others of these say it.
    pub fn share(&mut self, texts: &mut Texts) {
        texts.share(&mut self.key.profile.0);
        texts.share(&mut self.key.id);
        texts.share(&mut self.name);
        match &mut self.owner {
            Owner::Team(name) | Owner::App(name) => texts.share(name),
        }
        texts.share(&mut self.service);
        texts.share(&mut self.state_word);
        if let State::Unknown(text) | State::Other(text) = &mut self.state {
            texts.share(text);
        }
        if let Health::Failing(text) | Health::Unknown(text) = &mut self.health {
            texts.share(text);
        }
        for text in [&mut self.team, &mut self.plan, &mut self.state_reason, &mut self.billing, &mut self.verbatim] {
            text.iter_mut().for_each(|text| texts.share(text));
        }
        if let Known::Is(price) = &mut self.price {
            texts.share(&mut price.currency);
        }
        self.price.share(texts);
        self.last_backup.share(texts);
        self.config_vars.share_all(texts);
        self.attachments.share(texts);
        if let Known::Is(rows) = &mut self.attachments {
            rows.iter_mut().for_each(|row| row.share(texts));
            rows.shrink_to_fit();
        }
        self.facts.iter_mut().for_each(|fact| fact.share(texts));
        self.facts.shrink_to_fit();
        texts.share_reasons(&mut self.cannot);
    }

    /// What the platform tells of it under a name.
    pub fn fact(&self, name: &str) -> Option<&str> {
        Fact::find(&self.facts, name)
    }

    /// `service:plan`, or the service alone where no plan is told.
    pub fn service_and_plan(&self) -> String {
        match &self.plan {
            Some(plan) => format!("{}:{plan}", self.service),
            None => self.service.to_string(),
        }
    }
}

#[cfg(test)]
impl Addon {
    /// One of which little is told.
    pub(crate) fn sample(id: &str, state: State) -> Self {
        let silent = || "the platform does not tell".to_owned();
        Self {
            key: AddonKey { profile: super::ProfileName("local".into()), id: id.into() },
            name: format!("name-{id}").into(),
            team: None,
            owner: Owner::Team("sandbox".into()),
            service: "postgresql".into(),
            plan: None,
            state_word: state.word().into(),
            state,
            state_reason: None,
            health: Health::Ok,
            created_at: None,
            updated_at: None,
            config_vars: Known::Is(vec!["DATABASE_URL".into()]),
            attachments: Known::Is(Vec::new()),
            endpoint: None,
            cannot: Arc::default(),
            restored_from: None,
            last_backup: Known::Unknown(silent().into()),
            work: None,
            price: Known::Unknown(silent().into()),
            billing: None,
            facts: Vec::new(),
            verbatim: None,
        }
    }
}
