//! `attache apps …`

use serde_json::json;

use super::args::{AppsAction, AppsArgs, Switch};
use super::write::{Door, report};
use super::{Context, Exit, Failure, json as document, output};
use crate::model::{App, Command, Known, age, check_name};

pub(super) async fn run(args: AppsArgs, context: &Context) -> Result<(), Failure> {
    match args.action {
        None => list(args.json, context).await,
        Some(AppsAction::Create { name, write }) => {
            check_name("app", &name).map_err(|message| Failure::new(Exit::Usage, message))?;
            let door = Door::open(context)?;
            let team = context.profile.teams.first().cloned();
            let operation = door.submit(context, Command::CreateApp { app: name.clone(), team }, &write).await?;
            report(&operation, &write, &format!("App {name} is made."))
        }
        Some(AppsAction::Destroy { name, write }) => {
            let door = Door::open(context)?;
            let operation = door.submit(context, Command::DestroyApp { app: name.clone() }, &write).await?;
            report(&operation, &write, &format!("App {name} is destroyed. Its add-ons are still there."))
        }
        Some(AppsAction::Maintenance { name, switch, write }) => {
            let is_on = switch == Switch::On;
            let door = Door::open(context)?;
            let operation = door.submit(context, Command::Maintenance { app: name.clone(), is_on }, &write).await?;
            let sentence = if is_on {
                format!("App {name} is in maintenance. To start it again: attache apps maintenance {name} off")
            } else {
                format!("App {name} is out of maintenance.")
            };
            report(&operation, &write, &sentence)
        }
        Some(AppsAction::Rollback { name, release, write }) => {
            let door = Door::open(context)?;
            let command = Command::RollBack { app: name.clone(), release: release.clone() };
            let operation = door.submit(context, command, &write).await?;
            report(&operation, &write, &format!("App {name} is rolled back to {release}."))
        }
    }
}

async fn list(as_json: bool, context: &Context) -> Result<(), Failure> {
    let reader = context.reader()?;
    let apps = reader.apps().await?;
    if as_json {
        return Ok(output::json(&json!({"apps": apps.iter().map(document::app).collect::<Vec<_>>()}))?);
    }
    if apps.is_empty() {
        output::note("No apps here yet. Make one with: attache apps create NAME");
        return Ok(());
    }
    let now = output::platform_now(reader.as_ref());
    let rows: Vec<Vec<String>> = apps
        .iter()
        .map(|app| {
            vec![
                app.name.clone(),
                app.team.clone().unwrap_or_else(|| "-".into()),
                app.release.map_or_else(|| "-".into(), |version| format!("v{version}")),
                app.created_at.map_or_else(|| "unknown".into(), |created| age(created, now)),
                maintenance(app),
            ]
        })
        .collect();
    let team = reader.words().team.to_uppercase();
    Ok(output::table(&["NAME", &team, "RELEASE", "AGE", "MAINTENANCE"], &rows)?)
}

/// Whether it is in maintenance, and since when by whom.
fn maintenance(app: &App) -> String {
    match &app.maintenance {
        Known::Is(true) => app.maintenance_act().map_or_else(|| "on".to_owned(), |act| format!("on {act}")),
        Known::Is(false) => "-".to_owned(),
        Known::Unknown(_) => "unknown".to_owned(),
    }
}
