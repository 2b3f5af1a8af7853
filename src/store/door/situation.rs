//! What the effects of a command depend on, read live.

use futures_util::{StreamExt, stream};
use jiff::Timestamp;

use crate::model::{Addon, App, Command, ConfigVarName, CreateAddon, Known};
use crate::platform::{Platform, ReadError, ReadErrorKind, Situation};

/// How many apps are read at a time.
const AT_ONCE: usize = 8;

/// Reads it, and says by the platform's clock when that was.
pub(super) async fn read(reader: &dyn Platform, command: &Command) -> Result<(Situation, Timestamp), ReadError> {
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
            let (row, at) = existing_addon(reader, addon_id, addon).await?;
            let mut apps: Vec<String> = row.attachments.items().iter().map(|one| one.app.clone()).collect();
            apps.sort_unstable();
            apps.dedup();
            let variables = variables(reader, apps).await?;
            Ok((Situation { addon: Some(row), variables, ..Situation::default() }, at))
        }
        _ => Err(ReadError::unsupported("This command is not wired up yet.")),
    }
}

async fn new_addon(reader: &dyn Platform, create: &CreateAddon) -> Result<(Situation, Timestamp), ReadError> {
    // That nothing bears the name now is what makes the name evidence later, should the answer be lost.
    let name_is_free = async {
        match reader.addon(&create.name).await {
            Ok(_) => {
                let message = format!("There is an add-on called {} already. Choose another name.", create.name);
                Err(refused(409, "name_taken", message))
            }
            Err(error) if error.kind == ReadErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        }
    };
    let app = async {
        match &create.app {
            Some(app) => Ok((Some(existing_app(reader, app).await?), variables(reader, [app.clone()]).await?)),
            None => Ok((None, Vec::new())),
        }
    };
    let ((), (app, variables), bare) = tokio::try_join!(name_is_free, app, service_variables(reader, create))?;
    Ok((Situation { app, variables, service_config_vars: bare, ..Situation::default() }, Timestamp::now()))
}

/// The bare variable names of the service to be made, which is to exist with its plan.
async fn service_variables(reader: &dyn Platform, create: &CreateAddon) -> Result<Vec<String>, ReadError> {
    let catalog = reader.catalog().await?;
    let CreateAddon { service, plan, .. } = create;
    let listed = |names: Vec<&str>| if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    let Some(found) = catalog.service(service) else {
        let services = listed(catalog.services.iter().map(|service| service.name.as_str()).collect());
        return Err(refused(422, "unknown_service", format!("There is no service {service}. There are: {services}.")));
    };
    if let Some(why) = &found.unavailable {
        return Err(refused(422, "service_unavailable_here", format!("{service} can't be had here: {why}")));
    }
    if catalog.plan(service, plan).is_none() {
        let plans = listed(found.plans.iter().map(|plan| plan.name.as_str()).collect());
        return Err(refused(422, "unknown_plan", format!("{service} has no plan {plan}. It has: {plans}.")));
    }
    Ok(found.config_vars.items().to_vec())
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
            Err(error) => match error.kind {
                ReadErrorKind::Unauthorized | ReadErrorKind::NotFound | ReadErrorKind::Refused { .. } => {}
                _ => return Err(error),
            },
        }
    }
    Ok(known)
}

fn refused(status: u16, code: &str, message: String) -> ReadError {
    ReadError { kind: ReadErrorKind::Refused { status, code: code.to_owned() }, message }
}

fn not_found(message: String) -> ReadError {
    ReadError { kind: ReadErrorKind::NotFound, message }
}
