//! What the effects of a command depend on, read live.

mod apps;
mod copies;
mod names;
mod plans;

use jiff::Timestamp;

use self::apps::{existing_app, find_app, neighbours, variables};
use crate::model::{Addon, Command, CreateAddon, Environment, Known, Owner, RunAction};
use crate::platform::{Platform, ReadError, ReadErrorKind, Situation};

/// Reads it, and says by the platform's clock when that was.
pub(super) async fn read(reader: &dyn Platform, command: &Command) -> Result<(Situation, Timestamp), ReadError> {
    let (situation, at) = read_what_matters(reader, command).await?;
    Ok((Situation { at: Some(at), ..situation }, at))
}

async fn read_what_matters(reader: &dyn Platform, command: &Command) -> Result<(Situation, Timestamp), ReadError> {
    match command {
        Command::CreateAddon(create) => new_addon(reader, create).await,
        Command::CreateApp { app, .. } => {
            if find_app(reader, app).await?.is_ok() {
                return Err(refused(
                    409,
                    "name_taken",
                    format!("There is an app called {app} already. Choose another name."),
                ));
            }
            Ok((Situation::default(), Timestamp::now()))
        }
        Command::DestroyApp { app } => {
            let (found, variables) = tokio::try_join!(existing_app(reader, app), variables(reader, [app.clone()]))?;
            Ok((Situation { app: Some(found), variables, ..Situation::default() }, Timestamp::now()))
        }
        Command::Maintenance { app, .. } => {
            Ok((Situation { app: Some(existing_app(reader, app).await?), ..Situation::default() }, Timestamp::now()))
        }
        Command::Redeploy { app, .. } => {
            let (found, environments) =
                tokio::try_join!(existing_app(reader, app), where_told(reader.environments(app)))?;
            Ok((Situation { app: Some(found), environments, ..Situation::default() }, Timestamp::now()))
        }
        Command::RollBack { app, .. } => {
            let (found, variables, releases, deployments) = tokio::try_join!(
                existing_app(reader, app),
                variables(reader, [app.clone()]),
                where_told(reader.releases(app)),
                where_told(reader.deployments(app, None))
            )?;
            let app = Some(found);
            Ok((Situation { app, variables, releases, deployments, ..Situation::default() }, Timestamp::now()))
        }
        Command::Attach { addon_id, addon, app, .. } => {
            let (existing, row, variables, neighbours) = tokio::try_join!(
                existing_app(reader, app),
                existing_addon(reader, addon_id, addon),
                variables(reader, [app.clone()]),
                neighbours(reader, vec![app.clone()])
            )?;
            let ((row, at), app) = (row, Some(existing));
            Ok((Situation { addon: Some(row), app, variables, neighbours, ..Situation::default() }, at))
        }
        Command::Detach { attachment_id, addon_id, addon, app, .. } => {
            let ((row, at), app_row, variables, neighbours) = tokio::try_join!(
                existing_addon(reader, addon_id, addon),
                apps::where_needed(reader, app),
                variables(reader, [app.clone()]),
                neighbours(reader, vec![app.clone()])
            )?;
            if let Known::Is(attachments) = &row.attachments
                && !attachments.iter().any(|attachment| attachment.id.as_deref() == Some(attachment_id))
            {
                return Err(not_found(format!("{addon} is not attached to {app} in this way any more.")));
            }
            Ok((Situation { addon: Some(row), app: app_row, variables, neighbours, ..Situation::default() }, at))
        }
        Command::DestroyAddon { addon_id, addon } => {
            let ((row, at), backups) =
                tokio::try_join!(existing_addon(reader, addon_id, addon), copies::of_addon(reader, addon_id))?;
            let (variables, neighbours, environments) = tokio::try_join!(
                variables(reader, row.app_names()),
                neighbours(reader, row.app_names()),
                environments(reader, &row)
            )?;
            let addon = Some(row);
            Ok((Situation { addon, variables, neighbours, environments, backups, ..Situation::default() }, at))
        }
        Command::BackUp { addon_id, addon, .. }
        | Command::ScheduleBackups { addon_id, addon, .. }
        | Command::AutoBackups { addon_id, addon, .. } => {
            let ((row, at), backups) =
                tokio::try_join!(existing_addon(reader, addon_id, addon), copies::of_addon(reader, addon_id))?;
            Ok((Situation { addon: Some(row), backups, ..Situation::default() }, at))
        }
        Command::DeleteBackup { backup_id, addon_id, .. } => copies::one(reader, backup_id, addon_id.as_deref()).await,
        Command::UploadBackup { service, file, size } => copies::upload(reader, service, file, *size).await,
        Command::Restore(restore) => copies::restore(reader, restore).await,
        Command::MoveAttachments { from_id, from, to_id, to } => {
            let ((source, _), (target, at), catalog, backups, target_backups) = tokio::try_join!(
                existing_addon(reader, from_id, from),
                existing_addon(reader, to_id, to),
                reader.catalog(),
                copies::of_addon(reader, from_id),
                copies::of_addon(reader, to_id),
            )?;
            let (variables, backup) =
                tokio::try_join!(variables(reader, source.app_names()), copies::origin(reader, &target, &backups))?;
            let catalog =
                plans::with(reader, plans::with(reader, catalog, &source.service).await?, &target.service).await?;
            let plans = (plans::of(&catalog, &source), plans::of(&catalog, &target));
            let situation = Situation {
                addon: Some(target),
                source: Some(source),
                variables,
                backup,
                backups,
                target_backups,
                plans,
                ..Situation::default()
            };
            Ok((situation, at))
        }
        Command::ChangePlan { addon_id, addon, service, plan } => {
            let ((row, at), catalog, backups, usage) = tokio::try_join!(
                existing_addon(reader, addon_id, addon),
                plans::catalog(reader, service),
                copies::of_addon(reader, addon_id),
                where_told(reader.usage(addon_id)),
            )?;
            let wanted = plans::wanted(reader.words().plans, &catalog, service, plan)?;
            let plans = (plans::of(&catalog, &row), wanted);
            Ok((Situation { addon: Some(row), plans, backups, usage, ..Situation::default() }, at))
        }
        Command::Rename { addon_id, addon, name } => {
            let (row, at) = existing_addon(reader, addon_id, addon).await?;
            names::is_free_for(reader, name, &row).await?;
            Ok((Situation { addon: Some(row), ..Situation::default() }, at))
        }
        Command::Rotate { addon_id, addon } => {
            let (row, at) = existing_addon(reader, addon_id, addon).await?;
            let variables = variables(reader, row.app_names()).await?;
            Ok((Situation { addon: Some(row), variables, ..Situation::default() }, at))
        }
        Command::RestoreInto { backup_id, addon_id, addon, .. } => {
            copies::restore_into(reader, backup_id, addon_id, addon).await
        }
        Command::CancelBackup { backup_id, addon_id, addon } => {
            let (row, backup) =
                tokio::try_join!(existing_addon(reader, addon_id, addon), where_told(reader.backup(backup_id)))?;
            let ((row, at), backup) = (row, backup.map(|fresh| fresh.value));
            Ok((Situation { addon: Some(row), backup, ..Situation::default() }, at))
        }
        Command::MakePrimary { addon_id, addon, app, name, .. } => {
            let ((row, at), existing, variables, neighbours) = tokio::try_join!(
                existing_addon(reader, addon_id, addon),
                apps::where_needed(reader, app),
                variables(reader, [app.clone()]),
                neighbours(reader, vec![app.clone()])
            )?;
            let source = apps::primary(&neighbours, app, name, &row).cloned();
            let addon = Some(row);
            Ok((Situation { addon, app: existing, source, variables, neighbours, ..Situation::default() }, at))
        }
        Command::RunAction(RunAction { addon_id, addon, app, .. }) => {
            let app = async {
                match app {
                    Some(app) => apps::where_needed(reader, app).await,
                    None => Ok(None),
                }
            };
            let ((row, at), app) = tokio::try_join!(existing_addon(reader, addon_id, addon), app)?;
            let variables = variables(reader, row.app_names()).await?;
            Ok((Situation { addon: Some(row), app, variables, ..Situation::default() }, at))
        }
        Command::Restart { addon_id, addon }
        | Command::Sleep { addon_id, addon }
        | Command::Wake { addon_id, addon } => {
            let ((row, at), catalog) = tokio::try_join!(existing_addon(reader, addon_id, addon), reader.catalog())?;
            let plans = (plans::of(&plans::with(reader, catalog, &row.service).await?, &row), None);
            Ok((Situation { addon: Some(row), plans, ..Situation::default() }, at))
        }
    }
}

pub(in crate::store::door) use copies::of_addon as backups_of;

/// Something that may not be told, which is no reason not to go on.
async fn where_told<T>(read: impl Future<Output = Result<T, ReadError>>) -> Result<Option<T>, ReadError> {
    match read.await {
        Ok(value) => Ok(Some(value)),
        Err(error) => match &error.kind {
            kind if kind.is_denial() => Ok(None),
            _ => Err(error),
        },
    }
}

/// What the app that owns an add-on is deployed as, where that is told.
async fn environments(reader: &dyn Platform, addon: &Addon) -> Result<Option<Vec<Environment>>, ReadError> {
    match &addon.owner {
        Owner::App(app) => where_told(reader.environments(app)).await,
        Owner::Team(_) => Ok(None),
    }
}

async fn new_addon(reader: &dyn Platform, create: &CreateAddon) -> Result<(Situation, Timestamp), ReadError> {
    let CreateAddon { name, service, plan, .. } = create;
    let app = async {
        let Some(app) = &create.app else { return Ok((None, Vec::new(), Vec::new(), None)) };
        let (found, variables, neighbours, environments) = tokio::try_join!(
            existing_app(reader, app),
            variables(reader, [app.clone()]),
            // By what is there now the new one is known, where nobody knows its name yet.
            async {
                match name.as_str() {
                    "" => reader.addons_of(app).await.map(|fresh| fresh.value),
                    _ => neighbours(reader, vec![app.clone()]).await,
                }
            },
            where_told(reader.environments(app))
        )?;
        Ok((Some(found), variables, neighbours, environments))
    };
    let (app, catalog) = tokio::try_join!(app, plans::catalog(reader, service))?;
    let (app, variables, neighbours, environments) = app;
    if !name.is_empty() {
        names::is_free(reader, name, app.as_ref().map(|app| (app.name.as_str(), neighbours.as_slice()))).await?;
    }
    let told = reader.words().plans;
    let plan = plans::wanted(told, &catalog, service, plan)?;
    let service = plans::wanted_service(told, &catalog, service)?;
    let situation = Situation {
        app,
        variables,
        neighbours,
        service_config_vars: service.and_then(|service| service.config_vars.get().cloned()),
        plans: (None, plan),
        environments,
        ..Situation::default()
    };
    Ok((situation, Timestamp::now()))
}

async fn existing_addon(reader: &dyn Platform, id: &str, name: &str) -> Result<(Addon, Timestamp), ReadError> {
    let fresh = reader.addon(id).await.map_err(|error| match error.kind {
        ReadErrorKind::NotFound => not_found(format!("The add-on {name} does not exist any more.")),
        _ => error,
    })?;
    if fresh.value.name != name {
        return Err(not_found(format!("What was the add-on {name} is now called {}.", fresh.value.name)));
    }
    Ok((fresh.value, fresh.at))
}

fn refused(status: u16, code: &str, message: String) -> ReadError {
    ReadError::new(ReadErrorKind::Refused { status, code: code.to_owned() }, message)
}

fn not_found(message: String) -> ReadError {
    ReadError::new(ReadErrorKind::NotFound, message)
}
