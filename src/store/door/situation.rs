//! What the effects of a command depend on, read live.

mod copies;

use futures_util::{StreamExt, stream};
use jiff::Timestamp;

use crate::model::{Addon, App, Catalog, Command, ConfigVarName, CreateAddon, Known, Plan, RunAction, Service};
use crate::platform::{Platform, ReadError, ReadErrorKind, Situation};

/// How many apps are read at a time.
const AT_ONCE: usize = 8;

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
        Command::RollBack { app, .. } => {
            let (found, variables, releases) = tokio::try_join!(
                existing_app(reader, app),
                variables(reader, [app.clone()]),
                where_told(reader.releases(app))
            )?;
            Ok((Situation { app: Some(found), variables, releases, ..Situation::default() }, Timestamp::now()))
        }
        Command::Attach { addon_id, addon, app, .. } => {
            let (existing, row, variables) = tokio::try_join!(
                existing_app(reader, app),
                existing_addon(reader, addon_id, addon),
                variables(reader, [app.clone()])
            )?;
            let (row, at) = row;
            Ok((Situation { addon: Some(row), app: Some(existing), variables, ..Situation::default() }, at))
        }
        Command::Detach { attachment_id, addon_id, addon, app, .. } => {
            let ((row, at), variables) =
                tokio::try_join!(existing_addon(reader, addon_id, addon), variables(reader, [app.clone()]))?;
            if let Known::Is(attachments) = &row.attachments
                && !attachments.iter().any(|attachment| attachment.id.as_deref() == Some(attachment_id))
            {
                return Err(not_found(format!("{addon} is not attached to {app} in this way any more.")));
            }
            Ok((Situation { addon: Some(row), variables, ..Situation::default() }, at))
        }
        Command::DestroyAddon { addon_id, addon } => {
            let ((row, at), backups) =
                tokio::try_join!(existing_addon(reader, addon_id, addon), copies::of_addon(reader, addon_id))?;
            let variables = variables(reader, apps_of(&row)).await?;
            Ok((Situation { addon: Some(row), variables, backups, ..Situation::default() }, at))
        }
        Command::BackUp { addon_id, addon, .. } | Command::ScheduleBackups { addon_id, addon, .. } => {
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
                tokio::try_join!(variables(reader, apps_of(&source)), copies::origin(reader, &target, &backups))?;
            let plans = (plan_of(&catalog, &source), plan_of(&catalog, &target));
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
                reader.catalog(),
                copies::of_addon(reader, addon_id),
                where_told(reader.usage(addon_id)),
            )?;
            let plans = (plan_of(&catalog, &row), Some(existing_plan(&catalog, service, plan)?));
            Ok((Situation { addon: Some(row), plans, backups, usage, ..Situation::default() }, at))
        }
        Command::Rename { addon_id, addon, name } => {
            let ((row, at), ()) =
                tokio::try_join!(existing_addon(reader, addon_id, addon), name_is_free(reader, name))?;
            Ok((Situation { addon: Some(row), ..Situation::default() }, at))
        }
        Command::Rotate { addon_id, addon } => {
            let (row, at) = existing_addon(reader, addon_id, addon).await?;
            let variables = variables(reader, apps_of(&row)).await?;
            Ok((Situation { addon: Some(row), variables, ..Situation::default() }, at))
        }
        Command::RestoreInto { addon_id, addon, .. } | Command::CancelBackup { addon_id, addon, .. } => {
            let ((row, at), backups) =
                tokio::try_join!(existing_addon(reader, addon_id, addon), copies::of_addon(reader, addon_id))?;
            Ok((Situation { addon: Some(row), backups, ..Situation::default() }, at))
        }
        Command::MakePrimary { addon_id, addon, app, .. } => {
            let ((row, at), variables) =
                tokio::try_join!(existing_addon(reader, addon_id, addon), variables(reader, [app.clone()]))?;
            Ok((Situation { addon: Some(row), variables, ..Situation::default() }, at))
        }
        Command::RunAction(RunAction { addon_id, addon, .. }) => {
            let (row, at) = existing_addon(reader, addon_id, addon).await?;
            Ok((Situation { addon: Some(row), ..Situation::default() }, at))
        }
        Command::Restart { addon_id, addon }
        | Command::Sleep { addon_id, addon }
        | Command::Wake { addon_id, addon } => {
            let ((row, at), catalog) = tokio::try_join!(existing_addon(reader, addon_id, addon), reader.catalog())?;
            let plans = (plan_of(&catalog, &row), None);
            Ok((Situation { addon: Some(row), plans, ..Situation::default() }, at))
        }
    }
}

/// The apps that an add-on is attached to, each once.
pub(super) fn apps_of(addon: &Addon) -> Vec<String> {
    let mut apps: Vec<String> = addon.attachments.items().iter().map(|one| one.app.clone()).collect();
    apps.sort_unstable();
    apps.dedup();
    apps
}

/// The plan that an add-on has, where the catalog still has it.
fn plan_of(catalog: &Catalog, addon: &Addon) -> Option<Plan> {
    catalog.plan(&addon.service, addon.plan.as_deref()?).cloned()
}

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

async fn new_addon(reader: &dyn Platform, create: &CreateAddon) -> Result<(Situation, Timestamp), ReadError> {
    let app = async {
        match &create.app {
            Some(app) => Ok((Some(existing_app(reader, app).await?), variables(reader, [app.clone()]).await?)),
            None => Ok((None, Vec::new())),
        }
    };
    let ((), (app, variables), catalog) = tokio::try_join!(name_is_free(reader, &create.name), app, reader.catalog())?;
    let plan = existing_plan(&catalog, &create.service, &create.plan)?;
    let service = existing_service(&catalog, &create.service)?;
    let situation = Situation {
        app,
        variables,
        service_config_vars: service.config_vars.get().cloned(),
        plans: (None, Some(plan)),
        ..Situation::default()
    };
    Ok((situation, Timestamp::now()))
}

/// That nothing bears the name now is what makes the name evidence later, should the answer be lost.
async fn name_is_free(reader: &dyn Platform, name: &str) -> Result<(), ReadError> {
    match reader.addon(name).await {
        Ok(_) => {
            let message = format!("There is an add-on called {name} already. Choose another name.");
            Err(refused(409, "name_taken", message))
        }
        Err(error) if error.kind == ReadErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

fn listed(names: Vec<&str>) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

/// A service that can be had here.
fn existing_service<'a>(catalog: &'a Catalog, service: &str) -> Result<&'a Service, ReadError> {
    let Some(found) = catalog.service(service) else {
        let services = listed(catalog.services.iter().map(|service| service.name.as_str()).collect());
        return Err(refused(422, "unknown_service", format!("There is no service {service}. There are: {services}.")));
    };
    if let Some(why) = &found.unavailable {
        return Err(refused(422, "service_unavailable_here", format!("{service} can't be had here: {why}")));
    }
    Ok(found)
}

/// A plan of a service that can be had here.
fn existing_plan(catalog: &Catalog, service: &str, plan: &str) -> Result<Plan, ReadError> {
    let found = existing_service(catalog, service)?;
    catalog.plan(service, plan).cloned().ok_or_else(|| {
        let plans = listed(found.plans.iter().map(|plan| plan.name.as_str()).collect());
        refused(422, "unknown_plan", format!("{service} has no plan {plan}. It has: {plans}."))
    })
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

async fn existing_app(reader: &dyn Platform, name: &str) -> Result<App, ReadError> {
    find_app(reader, name).await?.map_err(|names| {
        let names =
            if names.is_empty() { "There are none.".into() } else { format!("There are: {}.", names.join(", ")) };
        not_found(format!("There is no app called {name}. {names}"))
    })
}

/// The app of that name, or the names that there are.
async fn find_app(reader: &dyn Platform, name: &str) -> Result<Result<App, Vec<String>>, ReadError> {
    let mut apps = reader.apps().await?;
    Ok(match apps.iter().position(|app| app.name == name) {
        Some(index) => Ok(apps.swap_remove(index)),
        None => Err(apps.into_iter().map(|app| app.name).collect()),
    })
}

/// The variable names of each app. An app that we may not read, or that is gone, is left out: its names are not known.
async fn variables(
    reader: &dyn Platform,
    apps: impl IntoIterator<Item = String>,
) -> Result<Vec<(String, Vec<ConfigVarName>)>, ReadError> {
    let read = apps.into_iter().map(|app| async move {
        let names = reader.config_var_names(&app).await;
        (app, names)
    });
    let read: Vec<_> = stream::iter(read.collect::<Vec<_>>()).buffered(AT_ONCE).collect().await;
    let mut known = Vec::new();
    for (app, names) in read {
        match names {
            Ok(names) => known.push((app, names)),
            Err(error) => match &error.kind {
                kind if kind.is_denial() => {}
                _ => return Err(error),
            },
        }
    }
    Ok(known)
}

fn refused(status: u16, code: &str, message: String) -> ReadError {
    ReadError::new(ReadErrorKind::Refused { status, code: code.to_owned() }, message)
}

fn not_found(message: String) -> ReadError {
    ReadError::new(ReadErrorKind::NotFound, message)
}
