//! `attache backups restore …`: a replacement from a backup, or from a file on this machine.

use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use super::capture;
use super::subject::Subject;
use crate::model::{Addon, Backup, Capability, Command, RestoreBackup, Verb, check_name, printable, shell_quote};
use crate::platform::{Plans, Platform, ReadErrorKind};
use crate::verbs::args::{RestoreArgs, WaitArgs, WriteArgs};
use crate::verbs::procedure::free_name;
use crate::verbs::write::{Door, report_with};
use crate::verbs::{Context, Exit, Failure, find, json as document, output, wait};

pub(super) async fn run(args: RestoreArgs, context: &Context) -> Result<(), Failure> {
    let RestoreArgs { of, id, file, service, new, plan, into, wait, write } = args;
    if let Some(new) = &new {
        check_name("add-on", new).map_err(|message| Failure::new(Exit::Usage, message))?;
    }
    let door = Door::open(context)?;
    let reader = door.connection.reader.as_ref();
    let backup = match (of, id, file, service) {
        (_, _, Some(file), Some(service)) => upload(&door, &file, service, plan.as_deref(), wait, context).await?,
        (Some(of), Some(id), None, _) => Subject::find(reader, &of).await?.finished(&id)?.clone(),
        _ => return Err(Failure::new(Exit::Usage, "Say which backup: NAME ID, or --file PATH --service SERVICE.")),
    };
    if let Some(into) = &into {
        return replace(&door, &backup, into, wait, &write, context).await;
    }
    if let Some(why) = find::why_not(reader, Verb::Restore).await? {
        return Err(Failure::new(Exit::Failed, format!("Nothing was sent: {why}")));
    }
    let command = intended(reader, &backup, new, plan.as_deref(), context).await?;
    let name = command.name.clone();
    let mut operation = door.submit(context, Command::Restore(command), &write).await?;
    if wait.wait {
        operation = wait::until_settled(&door, operation, Duration::from_secs(wait.timeout)).await?;
    }
    let addon = match reader.addon(operation.addon_id.as_deref().unwrap_or(&name)).await {
        Ok(fresh) => Some(fresh.value),
        Err(error) if error.kind == ReadErrorKind::NotFound => None,
        Err(error) => return Err(error.into()),
    };
    let sentences = if wait.wait {
        next_lines(reader, &name, &backup, addon.as_ref()).await
    } else {
        vec![format!("{name} is being restored. Follow it with: attache addons wait {name}")]
    };
    let more = [("backup", document::backup(&backup)), ("addon", addon.as_ref().map_or(Value::Null, document::addon))];
    report_with(&operation, &write, more, &sentences)
}

/// The data of an add-on that is there is replaced.
async fn replace(
    door: &Door,
    backup: &Backup,
    into: &str,
    wait: WaitArgs,
    write: &WriteArgs,
    context: &Context,
) -> Result<(), Failure> {
    let addon = find::addon(door.connection.reader.as_ref(), into).await?;
    let is_other = backup.addon_id.as_deref() != Some(addon.key.id.as_str());
    if let (true, Capability::Cannot(why)) = (is_other, door.connection.reader.restores_into_others()) {
        return Err(Failure::new(Exit::Failed, format!("Nothing was sent: {why}")));
    }
    if let Some(why) = addon.cannot(Verb::RestoreInto) {
        return Err(Failure::new(Exit::Failed, format!("Nothing was sent: {why}")));
    }
    let command = Command::RestoreInto {
        backup_id: backup.id.clone(),
        of: backup.addon.clone(),
        addon_id: addon.key.id.to_string(),
        addon: addon.name.to_string(),
    };
    let mut operation = door.submit(context, command, write).await?;
    if wait.wait {
        operation = wait::until_settled(door, operation, Duration::from_secs(wait.timeout)).await?;
    }
    let sentence = match wait.wait {
        true => format!("{} has the data of backup {} now.", addon.name, backup.id),
        false => format!(
            "The data of {} is being replaced. Follow it with: attache operations wait {}",
            addon.name, operation.id
        ),
    };
    report_with(&operation, write, [("backup", document::backup(backup))], &[sentence])
}

/// What is to be made, with a plan and a name.
async fn intended(
    reader: &dyn Platform,
    backup: &Backup,
    new: Option<String>,
    plan: Option<&str>,
    context: &Context,
) -> Result<RestoreBackup, Failure> {
    let catalog = reader.catalog().await?;
    let service = backup.service.as_deref().ok_or_else(|| {
        Failure::new(Exit::Failed, format!("The platform does not tell the service of backup {}.", backup.id))
    })?;
    let service = find::service(&catalog, service)?;
    let told = reader.words().plans;
    let plan = match (plan, &backup.plan) {
        // Where no plans are told a replacement has the one that the platform gives it.
        (plan, _) if told != Plans::Told => find::plan_name(told, service, plan)?,
        (Some(plan), _) => find::plan(service, Some(plan))?.name.clone(),
        // A plan that is not offered any more can't be had again, so the usual one is taken, and said.
        (None, Some(plan)) => match service.plans.iter().find(|known| known.name == *plan) {
            Some(plan) => plan.name.clone(),
            None => {
                let usual = find::plan(service, None)?;
                output::note(&format!("The plan {plan} is not offered any more; {} is taken.", usual.name));
                usual.name.clone()
            }
        },
        (None, None) => find::plan(service, None)?.name.clone(),
    };
    let name = match new {
        Some(name) => name,
        None => free_name(reader, backup.addon.as_deref().unwrap_or(&service.name), "restored").await?,
    };
    Ok(RestoreBackup {
        backup_id: backup.id.clone(),
        of: backup.addon.clone(),
        name,
        team: context.profile.teams.first().cloned(),
        service: service.name.clone(),
        plan,
    })
}

/// Makes a checked backup of a file.
async fn upload(
    door: &Door,
    file: &Path,
    service: String,
    plan: Option<&str>,
    wait: WaitArgs,
    context: &Context,
) -> Result<Backup, Failure> {
    let shown = printable(&file.display().to_string());
    let usage = |why: String| Failure::new(Exit::Usage, format!("{shown} can't be read: {why}."));
    let file = std::path::absolute(file).map_err(|error| usage(error.to_string()))?;
    let metadata = std::fs::metadata(&file).map_err(|error| usage(error.to_string()))?;
    if !metadata.is_file() {
        return Err(usage("it is not a file".to_owned()));
    }
    // What is certain to be refused later must not cost an upload first.
    let catalog = door.connection.reader.catalog().await?;
    find::plan(find::service(&catalog, &service)?, plan)?;
    let command = Command::UploadBackup { service, file, size: metadata.len() };
    // The file itself needs no confirmation: it adds something. What was confirmed is the restore that follows.
    let write = WriteArgs { confirm: None, json: false };
    let operation = door.submit(context, command, &write).await?;
    let operation = wait::until_settled(door, operation, Duration::from_secs(wait.timeout)).await?;
    let backup = capture::read(door.connection.reader.as_ref(), &operation).await?.ok_or_else(|| {
        Failure::new(Exit::Failed, format!("{shown} was uploaded, but the platform does not tell as which backup."))
    })?;
    output::note(&format!(
        "{shown} is kept as backup {0}; delete it with: attache backups delete uploaded {0} --confirm {0}",
        backup.id
    ));
    Ok(backup)
}

/// What a person does next: look at it, and then switch over.
async fn next_lines(reader: &dyn Platform, name: &str, backup: &Backup, addon: Option<&Addon>) -> Vec<String> {
    let of = backup.addon.as_ref().map_or(String::new(), |addon| format!(" of {addon}"));
    // Of a file we know when it was uploaded, not of when its data is.
    let begun = backup.started_at.filter(|_| backup.addon_id.is_some());
    let at = begun.map_or(String::new(), |at| format!(", as it was at {}", output::time(at)));
    let quoted = shell_quote(name);
    let mut lines = vec![
        format!("{name} is ready. It holds backup {}{of}{at}.", backup.id),
        format!("Check it:     attache connect {quoted}"),
    ];
    // Known by its id: another one may bear the name of one that is gone.
    let source =
        match addon.and_then(|addon| addon.restored_from.as_ref()).and_then(|origin| origin.addon_id.as_deref()) {
            Some(id) => reader.addon(id).await.ok(),
            None => None,
        };
    let is_used = source.is_some_and(|fresh| !fresh.value.attachments.items().is_empty());
    lines.push(if is_used {
        format!("Switch over:  attache addons promote {quoted} --confirm {quoted}")
    } else {
        format!("Give it to an app:  attache addons attach {quoted} --app APP")
    });
    lines
}
