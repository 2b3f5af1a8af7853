//! `attache apps …`

use std::time::Duration;

use serde_json::json;

use super::args::{AppsAction, AppsArgs, Switch, WaitArgs, WriteArgs};
use super::write::{Door, report};
use super::{Context, Exit, Failure, deployments, find, json as document, output, wait};
use crate::model::{App, Capability, Command, Known, Outcome, Text, Verb, age, check_name};

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
        Some(AppsAction::Info { name, json }) => info(&name, json, context).await,
        Some(AppsAction::Environments { name, json }) => deployments::environments(&name, json, context).await,
        Some(AppsAction::Redeploy { name, environment, wait, write }) => {
            let door = Door::open(context)?;
            let reader = door.connection.reader.as_ref();
            if let Capability::Cannot(why) = reader.capability(Verb::Redeploy) {
                return Err(Failure::new(Exit::Failed, why));
            }
            let environment = deployments::environment_or_production(reader, &name, environment.as_deref()).await?;
            let command = Command::Redeploy {
                app: name.clone(),
                environment_id: Some(environment.id),
                environment: environment.name.clone(),
            };
            let what = format!("{} of {name}", environment.name);
            deploy(
                &door,
                command,
                [format!("{what} is being deployed again"), format!("{what} is deployed again")],
                wait,
                &write,
                context,
            )
            .await
        }
        Some(AppsAction::Rollback { name, release, wait, write }) => {
            let door = Door::open(context)?;
            let command = Command::RollBack { app: name.clone(), release: release.clone() };
            let words = [
                format!("App {name} is being rolled back to {release}"),
                format!("App {name} is rolled back to {release}"),
            ];
            deploy(&door, command, words, wait, &write, context).await
        }
    }
}

/// Sends what makes an app run something else; `words` are what is so while that goes on, and what is so at its end.
async fn deploy(
    door: &Door,
    command: Command,
    [now, at_the_end]: [String; 2],
    WaitArgs { wait, timeout }: WaitArgs,
    write: &WriteArgs,
    context: &Context,
) -> Result<(), Failure> {
    let mut operation = door.submit(context, command, write).await?;
    if wait {
        operation = wait::until_settled(door, operation, Duration::from_secs(timeout)).await?;
    }
    let sentence = match (&operation.outcome, &operation.work_id) {
        (Outcome::Done, _) => format!("{at_the_end}."),
        (_, Some(id)) => format!("{now}. Look at its steps with: attache deployments show {id}"),
        (_, None) => format!("{now}."),
    };
    report(&operation, write, &sentence)
}

async fn info(name: &str, as_json: bool, context: &Context) -> Result<(), Failure> {
    let reader = context.reader()?;
    let apps = reader.apps().await?;
    let Some(app) = apps.iter().find(|app| app.name == name || app.id == name) else {
        return Err(find::no_such(reader.words().app, name, apps.iter().map(|app| app.name.as_str())));
    };
    let deployed = match reader.words().has_environments {
        true => {
            Some((reader.environments(&app.name).await?, deployments::addons_of(reader.as_ref(), &app.name).await?))
        }
        false => None,
    };
    if as_json {
        let mut body = document::app(app);
        if let Some((environments, addons)) = &deployed {
            body["environments"] = deployments::documents(environments, addons);
        }
        return Ok(output::json(&json!({"app": body}))?);
    }
    let now = output::platform_now(reader.as_ref());
    let unknown = || Text::from("unknown");
    let mut facts = vec![
        ("name", app.name.clone()),
        ("id", app.id.clone()),
        (reader.words().team, app.team.clone().unwrap_or_else(|| "-".into())),
        ("created", app.created_at.map_or_else(unknown, |at| output::moment(at, now).into())),
        ("maintenance", maintenance(app).into()),
    ];
    facts.extend(app.release.map(|version| ("release", format!("v{version}").into())));
    facts.extend(app.facts.iter().map(|fact| (fact.name.as_str(), fact.value.clone())));
    for (label, text) in facts {
        output::line(&format!("{label:<13} {text}"))?;
    }
    match deployed {
        None => Ok(()),
        Some((environments, addons)) => {
            output::line("")?;
            deployments::print_environments(&environments, &addons, reader.as_ref())
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
                app.name.to_string(),
                app.team.as_ref().map_or_else(|| "-".to_owned(), Text::to_string),
                app.release.map_or_else(|| "-".to_owned(), |version| format!("v{version}")),
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
