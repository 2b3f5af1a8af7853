//! One intended write, as data. It becomes at most one request.

use serde::{Deserialize, Serialize};

use super::Verb;

/// What is needed to make an add-on. We choose the name, so that it can be found again when the reply is lost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateAddon {
    /// The name we chose.
    pub name: String,
    /// The team that will own it.
    pub team: Option<String>,
    /// The service.
    pub service: String,
    /// The plan.
    pub plan: String,
    /// The app to attach it to at once.
    pub app: Option<String>,
    /// The alias of that attachment.
    pub alias: Option<String>,
}

/// One intended write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "command")]
pub enum Command {
    /// Make an add-on, perhaps attached to an app.
    CreateAddon(CreateAddon),
    /// Give an add-on to an app.
    Attach {
        /// The add-on's native id.
        addon_id: String,
        /// Its name, for people.
        addon: String,
        /// The app's name.
        app: String,
        /// The alias, if one is wanted.
        alias: Option<String>,
    },
    /// Take an add-on from an app.
    Detach {
        /// The attachment's native id.
        attachment_id: String,
        /// The add-on's native id.
        addon_id: String,
        /// The add-on's name, for people.
        addon: String,
        /// The app's name.
        app: String,
        /// The alias, if it has one.
        alias: Option<String>,
    },
    /// Delete an add-on with its data.
    DestroyAddon {
        /// The add-on's native id.
        addon_id: String,
        /// Its name: what has to be typed.
        addon: String,
    },
    /// Make an app.
    CreateApp {
        /// Its name.
        app: String,
        /// The team it belongs to.
        team: Option<String>,
    },
    /// Delete an app. Its add-ons stay where teams own them.
    DestroyApp {
        /// Its name: what has to be typed.
        app: String,
    },
}

impl Command {
    /// The verb that it carries out.
    pub fn verb(&self) -> Verb {
        match self {
            Command::CreateAddon(_) => Verb::Create,
            Command::Attach { .. } => Verb::Attach,
            Command::Detach { .. } => Verb::Detach,
            Command::DestroyAddon { .. } => Verb::Destroy,
            Command::CreateApp { .. } => Verb::CreateApp,
            Command::DestroyApp { .. } => Verb::DestroyApp,
        }
    }

    /// The name that identifies the target and that a typed confirmation asks for.
    pub fn target(&self) -> &str {
        match self {
            Command::CreateAddon(create) => &create.name,
            Command::Attach { addon, .. } | Command::Detach { addon, .. } | Command::DestroyAddon { addon, .. } => {
                addon
            }
            Command::CreateApp { app, .. } | Command::DestroyApp { app } => app,
        }
    }

    /// The native id of the add-on that it acts on, where that exists already.
    pub fn addon_id(&self) -> Option<&str> {
        match self {
            Command::Attach { addon_id, .. }
            | Command::Detach { addon_id, .. }
            | Command::DestroyAddon { addon_id, .. } => Some(addon_id),
            _ => None,
        }
    }

    /// The app that it touches directly, if it names one. Writes to one app go one after another.
    pub fn app(&self) -> Option<&str> {
        match self {
            Command::CreateAddon(create) => create.app.as_deref(),
            Command::Attach { app, .. }
            | Command::Detach { app, .. }
            | Command::CreateApp { app, .. }
            | Command::DestroyApp { app } => Some(app),
            Command::DestroyAddon { .. } => None,
        }
    }

    /// What it does, as an imperative sentence without a full stop: "Destroy postgresql-calm-otter".
    pub fn sentence(&self) -> String {
        let with_alias = |alias: &Option<String>| alias.as_ref().map_or(String::new(), |alias| format!(" as {alias}"));
        match self {
            Command::CreateAddon(CreateAddon { name, service, plan, app, alias, .. }) => {
                let target = app.as_ref().map_or(String::new(), |app| format!(" for {app}{}", with_alias(alias)));
                format!("Create {service}:{plan} {name}{target}")
            }
            Command::Attach { addon, app, alias, .. } => format!("Attach {addon} to {app}{}", with_alias(alias)),
            Command::Detach { addon, app, alias, .. } => format!("Detach {addon} from {app}{}", with_alias(alias)),
            Command::DestroyAddon { addon, .. } => format!("Destroy {addon}"),
            Command::CreateApp { app, .. } => format!("Create app {app}"),
            Command::DestroyApp { app } => format!("Destroy app {app}"),
        }
    }
}
