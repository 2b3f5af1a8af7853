//! `attache deployments …`, `attache apps environments`, and what of them `apps info` tells.

use serde_json::{Value, json};

use super::args::{DeploymentsAction, DeploymentsArgs};
use super::{Context, Failure, find, json as document, output};
use crate::model::{Addon, Environment, Injection, Known, Owner, WorkState};
use crate::platform::Platform;

pub(super) async fn run(args: &DeploymentsArgs, context: &Context) -> Result<(), Failure> {
    match &args.action {
        DeploymentsAction::List { app, environment, json } => list(app, environment.as_deref(), *json, context).await,
        DeploymentsAction::Show { id, json } => show(id, *json, context).await,
        DeploymentsAction::Log { id, json } => log(id, *json, context).await,
    }
}

async fn list(app: &str, environment: Option<&str>, as_json: bool, context: &Context) -> Result<(), Failure> {
    let reader = context.reader()?;
    let environment = match environment {
        Some(named) => Some(environment_of(reader.as_ref(), app, named).await?),
        None => None,
    };
    let deployments = reader.deployments(app, environment.as_ref().map(|one| one.id.as_str())).await?;
    if as_json {
        let rows: Vec<Value> = deployments.iter().map(document::deployment).collect();
        let of = environment.as_ref().map(|one| &one.name);
        return Ok(output::json(&json!({"app": app, "environment": of, "deployments": rows}))?);
    }
    if deployments.is_empty() {
        output::note(&format!("{app} was never deployed."));
        return Ok(());
    }
    let now = output::platform_now(reader.as_ref());
    let rows: Vec<Vec<String>> = deployments
        .into_iter()
        .map(|work| {
            vec![
                work.created_at.map_or_else(|| "unknown".into(), |at| output::moment(at, now)),
                work.stands().to_owned(),
                work.environment.clone().unwrap_or_else(|| "unknown".into()),
                work.kind.clone(),
                work.id.clone(),
                work.message.unwrap_or_else(|| "-".into()),
            ]
        })
        .collect();
    Ok(output::table(&["WHEN", "STATE", "ENVIRONMENT", "KIND", "ID", "WHAT"], &rows)?)
}

async fn show(id: &str, as_json: bool, context: &Context) -> Result<(), Failure> {
    let work = context.reader()?.work(id).await?;
    if as_json {
        return Ok(output::json(&json!({"deployment": document::deployment(&work)}))?);
    }
    let subject = work.subject().map_or_else(String::new, |subject| format!(" of {subject}"));
    output::line(&format!("{}{subject}: {}", work.kind, work.stands()))?;
    for (at, word) in [(work.created_at, "asked for"), (work.started_at, "begun"), (work.ended_at, "ended")] {
        if let Some(at) = at {
            output::line(&format!("  {}  {word}", output::time(at)))?;
        }
    }
    if let Some(message) = &work.message {
        output::line(&format!("  {message}"))?;
    }
    if work.steps.is_empty() {
        output::note("The platform tells no steps of it.");
        return Ok(());
    }
    let rows: Vec<Vec<String>> =
        work.steps.iter().map(|step| vec![step.name.clone(), step_word(step.state.as_ref())]).collect();
    output::table(&["STEP", "STATE"], &rows)?;
    if work.state == WorkState::Failed {
        output::note(&format!("What it has written: attache deployments log {id}"));
    }
    Ok(())
}

fn step_word(state: Option<&WorkState>) -> String {
    state.map_or_else(|| "not begun".to_owned(), |state| state.word().to_owned())
}

async fn log(id: &str, as_json: bool, context: &Context) -> Result<(), Failure> {
    let lines = context.reader()?.work_log(id).await?;
    if as_json {
        return Ok(output::json(&json!({"deployment_id": id, "lines": lines}))?);
    }
    if lines.is_empty() {
        output::note("It has written nothing that the platform has kept.");
    }
    lines.iter().try_for_each(|line| output::line(line))?;
    Ok(())
}

/// The environments of an app; one that is not there is told from one that was never deployed.
pub(super) async fn environments(app: &str, as_json: bool, context: &Context) -> Result<(), Failure> {
    let reader = context.reader()?;
    let environments = reader.environments(app).await?;
    let addons = addons_of(reader.as_ref(), app).await?;
    if as_json {
        return Ok(output::json(&json!({"app": app, "environments": documents(&environments, &addons)}))?);
    }
    print_environments(&environments, &addons, reader.as_ref())
}

/// What of an app's environments goes into its document.
pub(super) fn documents(environments: &[Environment], addons: &[Addon]) -> Value {
    environments.iter().map(|one| document::environment(one, addons)).collect()
}

/// The add-ons that an app owns: those whose variables its environments get.
pub(super) async fn addons_of(reader: &dyn Platform, app: &str) -> Result<Vec<Addon>, Failure> {
    let mut addons = reader.addons_of(app).await?.value;
    addons.retain(|addon| addon.owner == Owner::App(app.into()));
    Ok(addons)
}

/// The environments as a table, and below it what of the app's add-ons has to be injected yet.
pub(super) fn print_environments(
    environments: &[Environment],
    addons: &[Addon],
    reader: &dyn Platform,
) -> Result<(), Failure> {
    let now = output::platform_now(reader);
    if environments.is_empty() {
        output::note("It has no environments.");
        return Ok(());
    }
    let rows: Vec<Vec<String>> = environments
        .iter()
        .map(|one| {
            let dash = || "-".to_owned();
            let live = match &one.live_since {
                Known::Is(Some(at)) => output::moment(*at, now),
                Known::Is(None) => "never".to_owned(),
                Known::Unknown(_) => "unknown".to_owned(),
            };
            vec![
                // One that is called so needs no mark.
                if one.is_production && one.name != "production" {
                    format!("{} (production)", one.name)
                } else {
                    one.name.clone()
                },
                one.branch.clone().unwrap_or_else(dash),
                if one.state_word.is_empty() { dash() } else { one.state_word.clone() },
                one.newest.as_ref().map_or_else(dash, |work| work.stands().to_owned()),
                live,
                waiting(one, addons),
            ]
        })
        .collect();
    let heads = ["ENVIRONMENT", "BRANCH", "STATE", "NEWEST", "LIVE SINCE", "NOT YET INJECTED (DERIVED)"];
    output::table(&heads, &rows)?;
    output::note("What is not yet injected is derived from times, and told by nobody: deploy again to inject it.");
    Ok(())
}

/// The add-ons that what runs there does not have, for all that can be derived.
fn waiting(environment: &Environment, addons: &[Addon]) -> String {
    let mut words = Vec::new();
    for addon in addons {
        match environment.injection(addon.created_at) {
            Injection::Injected => {}
            Injection::Pending => words.push(addon.name.clone()),
            Injection::NotDeployed => return "not deployed".to_owned(),
            Injection::Unknown(_) => words.push(format!("{} (unknown)", addon.name).into()),
        }
    }
    if words.is_empty() { "none".to_owned() } else { words.join(", ") }
}

/// The environment that a person means, by its name or id.
pub(super) async fn environment_of(reader: &dyn Platform, app: &str, named: &str) -> Result<Environment, Failure> {
    let environments = reader.environments(app).await?;
    let found = environments.iter().find(|one| one.id == named || one.name == named).cloned();
    found.ok_or_else(|| find::no_such("environment", named, environments.iter().map(|one| one.name.as_str())))
}

/// The same where none may be named: then it is production.
pub(super) async fn environment_or_production(
    reader: &dyn Platform,
    app: &str,
    named: Option<&str>,
) -> Result<Environment, Failure> {
    if let Some(named) = named {
        return environment_of(reader, app, named).await;
    }
    let environments = reader.environments(app).await?;
    let names: Vec<String> = environments.iter().map(|one| one.name.clone()).collect();
    environments.into_iter().find(|one| one.is_production).ok_or_else(|| {
        let all =
            if names.is_empty() { "it has none at all".to_owned() } else { format!("there are {}", names.join(", ")) };
        Failure::new(
            super::Exit::Usage,
            format!("{app} has no environment that is its production: name one with --environment; {all}."),
        )
    })
}

/// What there is to do after an add-on of an app was made or destroyed, where its variables come with a deployment.
pub(super) fn redeploy_hint(reader: &dyn Platform, app: Option<&str>) -> Option<String> {
    let app = app.filter(|_| reader.words().has_environments)?;
    Some(format!(
        "What runs of {app} learns of it with its next deployment (derived from what {} documents): attache apps redeploy {app}",
        reader.words().platform
    ))
}
