//! One intended write, as data. It becomes at most one request.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{RunAction, Schedule, Verb};

/// What is needed to make an add-on. We choose the name, so that it can be found again when the reply is lost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateAddon {
    /// The name we chose; empty where the platform chooses it (Watasu).
    pub name: String,
    /// The team that will own it.
    pub team: Option<String>,
    /// The service.
    pub service: String,
    /// The plan; empty where the platform has none, or is to take its own.
    pub plan: String,
    /// The app to attach it to at once.
    pub app: Option<String>,
    /// The alias of that attachment.
    pub alias: Option<String>,
    /// What the service is to be told beside its plan, such as `fork`, `follow` or `rollback`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, String>,
    /// The word by which the platform wants this confirmed, once it has asked for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirm: Option<String>,
}

/// What is needed to make an add-on from a backup. We choose the name, so that it can be found again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RestoreBackup {
    /// The backup's native id.
    pub backup_id: String,
    /// The name of the add-on that it is a backup of, for people; `None` for an uploaded file.
    pub of: Option<String>,
    /// The name of the replacement, which we chose.
    pub name: String,
    /// The team that will own it.
    pub team: Option<String>,
    /// The service.
    pub service: String,
    /// The plan.
    pub plan: String,
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
        /// The credential of the service that the app is to use; its default one where none is named.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        credential: Option<String>,
        /// The word by which the platform wants this confirmed, once it has asked for one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        confirm: Option<String>,
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
    /// Copy an add-on's data.
    BackUp {
        /// The add-on's native id.
        addon_id: String,
        /// Its name, for people.
        addon: String,
        /// What people are to know this copy by, where one was given ([`check_label`](super::check_label)).
        #[serde(default)]
        label: Option<String>,
    },
    /// Delete a backup.
    DeleteBackup {
        /// The backup's native id: what has to be typed.
        backup_id: String,
        /// The native id of the add-on it was taken of, if any.
        addon_id: Option<String>,
        /// That add-on's name, for people.
        addon: Option<String>,
    },
    /// Make a backup of a local file.
    UploadBackup {
        /// The service whose file it is.
        service: String,
        /// The file, as an absolute path.
        file: std::path::PathBuf,
        /// Its size in bytes when it was looked at.
        size: u64,
    },
    /// Say when an add-on is backed up by itself.
    ScheduleBackups {
        /// The add-on's native id.
        addon_id: String,
        /// Its name, for people.
        addon: String,
        /// When; `None` for not any more.
        schedule: Option<Schedule>,
    },
    /// Switch an add-on's backups that are made by themselves on or off.
    AutoBackups {
        /// The add-on's native id.
        addon_id: String,
        /// Its name, for people.
        addon: String,
        /// What is wanted; nothing is sent where it is so already.
        is_on: bool,
    },
    /// Make an add-on from a backup.
    Restore(RestoreBackup),
    /// Replace the data of an add-on that is there with that of a backup.
    RestoreInto {
        /// The backup's native id.
        backup_id: String,
        /// The name of the add-on that it is a backup of, for people.
        of: Option<String>,
        /// The native id of the add-on whose data is replaced.
        addon_id: String,
        /// Its name: what has to be typed.
        addon: String,
    },
    /// Stop a backup, a copy or a restore that is under way.
    CancelBackup {
        /// Its native id.
        backup_id: String,
        /// The native id of the add-on it is about.
        addon_id: String,
        /// That add-on's name, for people.
        addon: String,
    },
    /// Make an add-on the one that an app uses for its service. Other apps are not touched.
    MakePrimary {
        /// The add-on's native id.
        addon_id: String,
        /// Its name: what has to be typed.
        addon: String,
        /// The app's name.
        app: String,
        /// The native id of its attachment to that app; `None` for the owner's own row.
        attachment_id: Option<String>,
        /// The name by which the app's primary is known there: `DATABASE` (Heroku); the service (Akkeris).
        name: String,
    },
    /// Run one of the actions that a service brings along.
    RunAction(RunAction),
    /// Make every app that uses one add-on use another, all or nothing.
    MoveAttachments {
        /// The native id of the add-on that loses its attachments.
        from_id: String,
        /// Its name, for people.
        from: String,
        /// The native id of the add-on that gets them.
        to_id: String,
        /// Its name: what has to be typed.
        to: String,
    },
    /// Change an add-on's plan.
    ChangePlan {
        /// The add-on's native id.
        addon_id: String,
        /// Its name.
        addon: String,
        /// Its service.
        service: String,
        /// The plan it is to have.
        plan: String,
    },
    /// Give an add-on another name.
    Rename {
        /// The add-on's native id.
        addon_id: String,
        /// Its name until now.
        addon: String,
        /// Its name from now on.
        name: String,
    },
    /// Give an add-on another password.
    Rotate {
        /// The add-on's native id.
        addon_id: String,
        /// Its name.
        addon: String,
    },
    /// Stop an add-on's server and start it again.
    Restart {
        /// The add-on's native id.
        addon_id: String,
        /// Its name.
        addon: String,
    },
    /// Stop an add-on's server until it is used again.
    Sleep {
        /// The add-on's native id.
        addon_id: String,
        /// Its name.
        addon: String,
    },
    /// Start a sleeping add-on's server.
    Wake {
        /// The add-on's native id.
        addon_id: String,
        /// Its name.
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
    /// Stop an app so that nothing of it writes, or start it again.
    Maintenance {
        /// Its name.
        app: String,
        /// Whether it is to be in maintenance.
        is_on: bool,
    },
    /// Make an app run what an earlier release ran, as a new release.
    RollBack {
        /// Its name.
        app: String,
        /// The earlier release, as the platform calls it: `v57`; on orkestr a deployment's id.
        release: String,
    },
    /// Deploy an environment of an app again. What runs is replaced once the new one is healthy.
    Redeploy {
        /// The app's name.
        app: String,
        /// The environment's native id; `None` for the platform's own choice (orkestr: production).
        environment_id: Option<String>,
        /// The environment's name.
        environment: String,
    },
}

/// `service:plan`, or the service alone where no plan is named.
fn service_and_plan(service: &str, plan: &str) -> String {
    if plan.is_empty() { service.to_owned() } else { format!("{service}:{plan}") }
}

impl Command {
    /// The verb that it carries out.
    pub fn verb(&self) -> Verb {
        match self {
            Command::CreateAddon(_) => Verb::Create,
            Command::Attach { .. } => Verb::Attach,
            Command::Detach { .. } => Verb::Detach,
            Command::DestroyAddon { .. } => Verb::Destroy,
            Command::BackUp { .. } => Verb::BackUp,
            Command::DeleteBackup { .. } => Verb::DeleteBackup,
            Command::UploadBackup { .. } => Verb::UploadBackup,
            Command::ScheduleBackups { .. } => Verb::ScheduleBackups,
            Command::Restore(_) => Verb::Restore,
            Command::RestoreInto { .. } => Verb::RestoreInto,
            Command::CancelBackup { .. } => Verb::CancelBackup,
            Command::MakePrimary { .. } | Command::MoveAttachments { .. } => Verb::Promote,
            Command::RunAction(_) => Verb::RunAction,
            Command::ChangePlan { .. } => Verb::ChangePlan,
            Command::Rename { .. } => Verb::Rename,
            Command::Rotate { .. } => Verb::Rotate,
            Command::Restart { .. } => Verb::Restart,
            Command::Sleep { .. } => Verb::Sleep,
            Command::Wake { .. } => Verb::Wake,
            Command::CreateApp { .. } => Verb::CreateApp,
            Command::DestroyApp { .. } => Verb::DestroyApp,
            Command::Maintenance { .. } => Verb::Maintenance,
            Command::RollBack { .. } => Verb::RollBack,
            Command::AutoBackups { .. } => Verb::AutoBackups,
            Command::Redeploy { .. } => Verb::Redeploy,
        }
    }

    /// The same with the word by which the platform wants it confirmed; `None` where no word can be given with it.
    pub fn confirmed_with(&self, word: &str) -> Option<Command> {
        let mut command = self.clone();
        match &mut command {
            Command::CreateAddon(CreateAddon { confirm, .. }) | Command::Attach { confirm, .. } => {
                *confirm = Some(word.to_owned());
                Some(command)
            }
            _ => None,
        }
    }

    /// The name that identifies the target and that a typed confirmation asks for.
    pub fn target(&self) -> &str {
        match self {
            // Where the platform chooses the name, the service is what is known of it.
            Command::CreateAddon(create) if create.name.is_empty() => &create.service,
            Command::CreateAddon(create) => &create.name,
            Command::Attach { addon, .. }
            | Command::Detach { addon, .. }
            | Command::DestroyAddon { addon, .. }
            | Command::BackUp { addon, .. }
            | Command::ScheduleBackups { addon, .. }
            | Command::AutoBackups { addon, .. }
            | Command::RestoreInto { addon, .. }
            | Command::MakePrimary { addon, .. }
            | Command::RunAction(RunAction { addon, .. })
            | Command::ChangePlan { addon, .. }
            | Command::Rename { addon, .. }
            | Command::Rotate { addon, .. }
            | Command::Restart { addon, .. }
            | Command::Sleep { addon, .. }
            | Command::Wake { addon, .. } => addon,
            Command::DeleteBackup { backup_id, .. } | Command::CancelBackup { backup_id, .. } => backup_id,
            Command::UploadBackup { service, .. } => service,
            Command::Restore(restore) => &restore.name,
            Command::MoveAttachments { to, .. } => to,
            Command::CreateApp { app, .. }
            | Command::DestroyApp { app }
            | Command::Maintenance { app, .. }
            | Command::RollBack { app, .. }
            | Command::Redeploy { app, .. } => app,
        }
    }

    /// The native id of the add-on that it acts on, where that exists already.
    pub fn addon_id(&self) -> Option<&str> {
        match self {
            Command::Attach { addon_id, .. }
            | Command::Detach { addon_id, .. }
            | Command::DestroyAddon { addon_id, .. }
            | Command::BackUp { addon_id, .. }
            | Command::ScheduleBackups { addon_id, .. }
            | Command::AutoBackups { addon_id, .. }
            | Command::RestoreInto { addon_id, .. }
            | Command::CancelBackup { addon_id, .. }
            | Command::MakePrimary { addon_id, .. }
            | Command::RunAction(RunAction { addon_id, .. })
            | Command::ChangePlan { addon_id, .. }
            | Command::Rename { addon_id, .. }
            | Command::Rotate { addon_id, .. }
            | Command::Restart { addon_id, .. }
            | Command::Sleep { addon_id, .. }
            | Command::Wake { addon_id, .. } => Some(addon_id),
            Command::DeleteBackup { addon_id, .. } => addon_id.as_deref(),
            Command::MoveAttachments { to_id, .. } => Some(to_id),
            Command::CreateAddon(_)
            | Command::Restore(_)
            | Command::UploadBackup { .. }
            | Command::CreateApp { .. }
            | Command::DestroyApp { .. }
            | Command::Maintenance { .. }
            | Command::RollBack { .. }
            | Command::Redeploy { .. } => None,
        }
    }

    /// The app that it touches directly, if it names one. Writes to one app go one after another.
    pub fn app(&self) -> Option<&str> {
        match self {
            Command::CreateAddon(create) => create.app.as_deref(),
            Command::RunAction(run) => run.app.as_deref(),
            Command::Attach { app, .. }
            | Command::MakePrimary { app, .. }
            | Command::Detach { app, .. }
            | Command::CreateApp { app, .. }
            | Command::DestroyApp { app }
            | Command::Maintenance { app, .. }
            | Command::RollBack { app, .. }
            | Command::Redeploy { app, .. } => Some(app),
            _ => None,
        }
    }

    /// Whether its name has to be typed whatever is said of what it does: data that is there is gone afterwards.
    pub fn is_typed(&self) -> bool {
        matches!(self, Command::RestoreInto { .. } | Command::DestroyAddon { .. })
    }

    /// What it does, as an imperative sentence without a full stop: "Destroy postgresql-calm-otter".
    pub fn sentence(&self) -> String {
        let with_alias = |alias: &Option<String>| alias.as_ref().map_or(String::new(), |alias| format!(" as {alias}"));
        match self {
            Command::CreateAddon(CreateAddon { name, service, plan, app, alias, .. }) => {
                let target = app.as_ref().map_or(String::new(), |app| format!(" for {app}{}", with_alias(alias)));
                let with_space = |word: &str| if word.is_empty() { String::new() } else { format!(" {word}") };
                format!("Create {}{}{target}", service_and_plan(service, plan), with_space(name))
            }
            Command::Attach { addon, app, alias, credential, .. } => {
                let with = credential.as_ref().map_or(String::new(), |name| format!(" with the credential {name}"));
                format!("Attach {addon} to {app}{}{with}", with_alias(alias))
            }
            Command::Detach { addon, app, alias, .. } => format!("Detach {addon} from {app}{}", with_alias(alias)),
            Command::DestroyAddon { addon, .. } => format!("Destroy {addon}"),
            Command::BackUp { addon, label: None, .. } => format!("Back up {addon}"),
            Command::BackUp { addon, label: Some(label), .. } => {
                format!("Back up {addon}, labelled \"{}\"", super::printable(label))
            }
            Command::DeleteBackup { backup_id, addon, .. } => {
                let of = addon.as_ref().map_or(String::new(), |addon| format!(" of {addon}"));
                format!("Delete backup {backup_id}{of}")
            }
            Command::UploadBackup { service, file, .. } => {
                format!("Upload {} as a backup of {service}", super::printable(&file.display().to_string()))
            }
            Command::ScheduleBackups { addon, schedule: Some(Schedule { hour, time_zone }), .. } => {
                format!("Back up {addon} daily at {hour:02}:00 {time_zone}")
            }
            Command::ScheduleBackups { addon, schedule: None, .. } => format!("Stop the daily backups of {addon}"),
            Command::Restore(RestoreBackup { backup_id, of, name, service, plan, .. }) => {
                let of = of.as_ref().map_or(String::new(), |addon| format!(" of {addon}"));
                format!("Restore backup {backup_id}{of} into {} {name}", service_and_plan(service, plan))
            }
            Command::RestoreInto { backup_id, of, addon, .. } => {
                let of = of.as_ref().filter(|of| *of != addon).map_or(String::new(), |of| format!(" of {of}"));
                format!("Replace the data of {addon} with backup {backup_id}{of}")
            }
            Command::CancelBackup { backup_id, addon, .. } => format!("Cancel {backup_id} of {addon}"),
            Command::MakePrimary { addon, app, name, .. } => format!("Make {addon} the {name} of {app}"),
            Command::RunAction(run) => run.sentence(),
            Command::MoveAttachments { from, to, .. } => format!("Switch the apps of {from} over to {to}"),
            Command::ChangePlan { addon, service, plan, .. } => format!("Change {addon} to {service}:{plan}"),
            Command::Rename { addon, name, .. } => format!("Rename {addon} to {name}"),
            Command::Rotate { addon, .. } => format!("Rotate the credentials of {addon}"),
            Command::Restart { addon, .. } => format!("Restart {addon}"),
            Command::Sleep { addon, .. } => format!("Put {addon} to sleep"),
            Command::Wake { addon, .. } => format!("Wake {addon}"),
            Command::CreateApp { app, .. } => format!("Create app {app}"),
            Command::DestroyApp { app } => format!("Destroy app {app}"),
            Command::Maintenance { app, is_on: true } => format!("Put {app} into maintenance"),
            Command::Maintenance { app, is_on: false } => format!("Take {app} out of maintenance"),
            Command::RollBack { app, release } => format!("Roll {app} back to {release}"),
            Command::AutoBackups { addon, is_on: true, .. } => format!("Switch on the automatic backups of {addon}"),
            Command::AutoBackups { addon, is_on: false, .. } => format!("Switch off the automatic backups of {addon}"),
            Command::Redeploy { app, environment, .. } => format!("Deploy {environment} of {app} again"),
        }
    }
}
