//! Heroku's own command line for a command. Where it would ask back, it is given the answer, as it can only be pasted.

use super::actions;
use super::request::Looked;
use super::services::Kind;
use crate::model::{Command, CreateAddon, Schedule, shell_line};

/// The line, quoted for a shell.
pub(super) fn line(command: &Command, looked: &Looked) -> String {
    let words = match command {
        Command::RunAction(run) => actions::words(run, looked),
        _ => words(command, looked),
    };
    shell_line(std::iter::once("heroku".to_owned()).chain(words))
}

fn words(command: &Command, looked: &Looked) -> Vec<String> {
    let owner = looked.app.as_str();
    let (with_plan, at, number);
    let mut extra: Vec<String> = Vec::new();
    let words: Vec<&str> = match command {
        Command::CreateAddon(CreateAddon { name, service, plan, app, alias, options, confirm, .. }) => {
            with_plan = format!("{service}:{plan}");
            let mut words = vec!["addons:create", &with_plan, "--name", name];
            option(&mut words, "--app", app.as_deref());
            option(&mut words, "--as", alias.as_deref());
            option(&mut words, "--confirm", confirm.as_deref());
            for (name, value) in options {
                extra.extend([format!("--{name}"), value.clone()].into_iter().filter(|word| !word.is_empty()));
            }
            if !extra.is_empty() {
                extra.insert(0, "--".to_owned());
            }
            words
        }
        Command::Attach { addon, app, alias, credential, confirm, .. } => {
            let mut words = vec!["addons:attach", addon, "--app", app];
            option(&mut words, "--as", alias.as_deref());
            option(&mut words, "--credential", credential.as_deref());
            option(&mut words, "--confirm", confirm.as_deref());
            words
        }
        Command::MakePrimary { addon, app, name, .. } => {
            vec!["addons:attach", addon, "--as", name, "--app", app, "--confirm", app]
        }
        Command::MoveAttachments { to, .. } => vec!["pg:promote", to, "--app", owner],
        Command::Detach { alias, addon, app, .. } => {
            vec!["addons:detach", alias.as_deref().unwrap_or(addon), "--app", app]
        }
        Command::DestroyAddon { addon, .. } => vec!["addons:destroy", addon, "--app", owner, "--confirm", owner],
        Command::Rename { addon, name, .. } => vec!["addons:rename", addon, name],
        Command::ChangePlan { addon, service, plan, .. } => {
            with_plan = format!("{service}:{plan}");
            vec!["addons:upgrade", addon, &with_plan]
        }
        Command::Maintenance { app, is_on } => {
            vec![if *is_on { "maintenance:on" } else { "maintenance:off" }, "--app", app]
        }
        Command::RollBack { app, release } => vec!["releases:rollback", release, "--app", app],
        Command::BackUp { addon, .. } => vec!["pg:backups:capture", addon, "--app", owner],
        Command::RestoreInto { backup_id, addon, .. } => {
            vec!["pg:backups:restore", backup_id, addon, "--app", owner, "--confirm", owner]
        }
        Command::DeleteBackup { backup_id, .. } => {
            let (app, name) = backup_id.split_once("::").unwrap_or((owner, backup_id));
            vec!["pg:backups:delete", name, "--app", app, "--confirm", app]
        }
        Command::CancelBackup { backup_id, .. } => {
            let (app, name) = backup_id.split_once("::").unwrap_or((owner, backup_id));
            vec!["pg:backups:cancel", name, "--app", app]
        }
        Command::ScheduleBackups { addon, schedule: Some(Schedule { hour, time_zone }), .. } => {
            at = format!("{hour:02}:00 {time_zone}");
            vec!["pg:backups:schedule", addon, "--at", &at, "--app", owner]
        }
        Command::ScheduleBackups { addon, schedule: None, .. } => {
            vec!["pg:backups:unschedule", addon, "--app", owner]
        }
        Command::Rotate { addon, .. } if looked.kind == Kind::KeyValue => {
            vec!["redis:credentials", addon, "--reset", "--app", owner]
        }
        Command::Rotate { addon, .. } => vec!["pg:credentials:rotate", addon, "--app", owner, "--confirm", owner],
        Command::CreateApp { app, .. } => vec!["apps:create", app],
        Command::DestroyApp { app } => vec!["apps:destroy", "--app", app, "--confirm", app],
        Command::Restore(restore) => {
            number = restore.backup_id.clone();
            vec!["pg:backups:restore", &number, &restore.name]
        }
        Command::UploadBackup { .. } => vec!["pg:backups:restore", "URL"],
        Command::Restart { addon, .. } | Command::Sleep { addon, .. } | Command::Wake { addon, .. } => {
            vec!["addons:info", addon]
        }
        Command::RunAction(_) | Command::AutoBackups { .. } | Command::Redeploy { .. } => Vec::new(),
    };
    words.into_iter().map(str::to_owned).chain(extra).collect()
}

fn option<'a>(words: &mut Vec<&'a str>, name: &'a str, value: Option<&'a str>) {
    words.extend(value.into_iter().flat_map(|value| [name, value]));
}
