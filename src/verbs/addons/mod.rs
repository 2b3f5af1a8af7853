//! `attache addons …`

mod action;
mod attach;
mod change;
mod create;
mod info;
mod logs;
mod primary;
mod promote;
mod usage;

use std::time::Duration;

use serde_json::json;

use super::args::{AddonsAction, AddonsArgs, WriteArgs};
use super::write::{Door, report_with};
use super::{Context, Failure, deployments, find, json as document, output, procedure, wait};
use crate::model::{Addon, Catalog, Command, Health, Known, Outcome, Owner, Text, age, limit_value};
use crate::platform::{Plans, words};

pub(super) async fn run(args: AddonsArgs, context: &Context) -> Result<(), Failure> {
    match args.action {
        None => list(&args, context).await,
        Some(AddonsAction::Services { json }) => services(json, context).await,
        Some(AddonsAction::Plans { service, json }) => plans(&service, json, context).await,
        Some(AddonsAction::Info { name, json }) => info::run(&name, json, context).await,
        Some(AddonsAction::Create(create)) => create::run(create, context).await,
        Some(AddonsAction::Attach { name, app, alias, credential, write }) => {
            attach::attach(&name, app, alias, credential, &write, context).await
        }
        Some(AddonsAction::Actions { name, json }) => action::list(&name, json, context).await,
        Some(AddonsAction::Action(args)) => action::run(args, context).await,
        Some(AddonsAction::Detach { name, app, alias, write }) => {
            attach::detach(&name, app, alias, &write, context).await
        }
        Some(AddonsAction::Wait { name, timeout, json }) => {
            let reader = context.reader()?;
            let addon = wait::until_ready(reader.as_ref(), &name, Duration::from_secs(timeout)).await?;
            if json { info::show_json(&addon) } else { Ok(output::line(&format!("{name} is ready."))?) }
        }
        Some(AddonsAction::Destroy { name, wait, detach, resume, write }) => {
            destroy(&name, (wait, detach, resume.as_deref()), &write, context).await
        }
        Some(AddonsAction::Change(action)) => change::run(action, context).await,
        Some(AddonsAction::Logs { name, lines, follow }) => logs::run(&name, lines, follow, context).await,
        Some(AddonsAction::Usage { name, json }) => usage::run(&name, json, context).await,
    }
}

async fn list(args: &AddonsArgs, context: &Context) -> Result<(), Failure> {
    let reader = context.reader()?;
    let mut addons = find::all_addons(reader.as_ref()).await?;
    if let Some(app) = &args.app {
        // A misspelt app must not look like an app without add-ons.
        let apps = reader.apps().await?;
        if !apps.iter().any(|known| &known.name == app) {
            return Err(find::no_such("app", app, apps.iter().map(|known| known.name.as_str())));
        }
        addons.retain(|addon| addon.attachments.items().iter().any(|attachment| &attachment.app == app));
    }
    if let Some(team) = &args.team {
        let teams = reader.teams().await?;
        if !teams.iter().any(|known| &known.name == team) {
            return Err(find::no_such(reader.words().team, team, teams.iter().map(|known| known.name.as_str())));
        }
        addons.retain(|addon| addon.team.as_deref() == Some(team.as_str()));
    }
    // Those that no app has attached may be in no list.
    let sees_all = reader.words().sees_detached;
    if args.json {
        let rows: Vec<_> = addons.iter().map(document::addon).collect();
        return Ok(output::json(&json!({"addons": rows, "complete": sees_all}))?);
    }
    if !sees_all {
        let platform = reader.words().platform;
        output::note(&format!(
            "{} that this machine has seen. {platform} lists none that no app has attached: there may be more.",
            count(addons.len())
        ));
    }
    if addons.is_empty() {
        if sees_all {
            output::note("No add-ons here yet. See what can be had with: attache addons services");
        }
        return Ok(());
    }
    let now = output::platform_now(reader.as_ref());
    let rows: Vec<Vec<String>> = addons
        .iter()
        .map(|addon| {
            vec![
                addon.name.to_string(),
                addon.service.to_string(),
                addon.plan.as_ref().map_or_else(|| no_plan(reader.words().plans).to_owned(), Text::to_string),
                state_of(addon),
                apps_of(addon),
                addon.created_at.map_or_else(|| "unknown".into(), |created| age(created, now)),
            ]
        })
        .collect();
    Ok(output::table(&["NAME", "SERVICE", "PLAN", "STATE", "APPS", "AGE"], &rows)?)
}

/// What stands for a plan that is not told.
fn no_plan(plans: Plans) -> String {
    if plans == Plans::Absent { "-".to_owned() } else { "unknown".to_owned() }
}

fn count(addons: usize) -> String {
    if addons == 1 { "1 add-on".to_owned() } else { format!("{addons} add-ons") }
}

/// The state, unless the add-on is known not to work in it.
fn state_of(addon: &Addon) -> String {
    match addon.health {
        Health::Failing(_) if addon.state.is_ready() => "unhealthy".to_owned(),
        _ => addon.state.word().to_owned(),
    }
}

fn apps_of(addon: &Addon) -> String {
    match &addon.attachments {
        Known::Unknown(_) => "unknown".to_owned(),
        Known::Is(rows) if rows.is_empty() => "-".to_owned(),
        Known::Is(_) => addon.apps().join(","),
    }
}

async fn services(as_json: bool, context: &Context) -> Result<(), Failure> {
    let reader = context.reader()?;
    let words = reader.words();
    let catalog = match reader.catalog().await {
        // That nobody tells what can be had is another thing than that there is nothing.
        Err(error) if words.plans == Plans::Typed && error.is_unsupported() => None,
        catalog => Some(catalog?),
    };
    let known = catalog.as_ref().is_some_and(|catalog| words.plans != Plans::Typed || !catalog.services.is_empty());
    let catalog = catalog.unwrap_or(Catalog { services: Vec::new() });
    if as_json {
        let mut body = document::services(&catalog);
        body["catalog_known"] = json!(known);
        return Ok(output::json(&body)?);
    }
    if !known {
        output::note(&format!(
            "{} tells no catalog: what can be had is not known here. Name SERVICE:PLAN as its pages do.",
            words.platform
        ));
        return Ok(());
    }
    let rows: Vec<Vec<String>> = catalog
        .services
        .iter()
        .map(|service| {
            let plans: Vec<&str> = service.plans.iter().map(|plan| plan.name.as_str()).collect();
            let plans = match words.plans {
                Plans::Absent => "none".to_owned(),
                Plans::Typed if plans.is_empty() => "not published".to_owned(),
                _ if service.are_plans_unread => "(addons plans)".to_owned(),
                _ => plans.join(","),
            };
            let here = if service.unavailable.is_some() { "no" } else { "yes" };
            vec![service.name.clone(), here.to_owned(), plans, service.summary.clone()]
        })
        .collect();
    output::table(&["SERVICE", "HERE", "PLANS", "WHAT IT IS"], &rows)?;
    for service in &catalog.services {
        if let Some(reason) = &service.unavailable {
            output::note(&format!("{}: {reason}", service.name));
        }
    }
    Ok(())
}

async fn plans(service: &str, as_json: bool, context: &Context) -> Result<(), Failure> {
    let told = words(context.profile.platform).plans;
    if told != Plans::Told {
        if as_json {
            return Ok(output::json(&json!({"service": service, "plans": null}))?);
        }
        output::note(match told {
            Plans::Absent => "There are no plans here: the account's own plan decides what an add-on may use.",
            _ => "The plans are not published: type SERVICE:PLAN as the platform's pages name them.",
        });
        return Ok(());
    }
    let catalog = find::catalog(context.reader()?.as_ref(), service).await?;
    let service = find::service(&catalog, service)?;
    if as_json {
        let plans: Vec<_> = service.plans.iter().map(document::plan).collect();
        return Ok(output::json(&json!({"service": service.name, "plans": plans}))?);
    }
    let rows: Vec<Vec<String>> = service
        .plans
        .iter()
        .map(|plan| {
            let price = info::price(&plan.price);
            let limits: Vec<String> = plan
                .limits
                .iter()
                .map(|limit| {
                    let kind = if limit.enforced_by.is_some() { "" } else { " (measured)" };
                    format!("{} {}{kind}", limit.name, limit_value(limit.value, &limit.unit))
                })
                .collect();
            let name = if plan.is_default { format!("{} *", plan.name) } else { plan.name.clone() };
            vec![name, price, limits.join(", "), plan.summary.clone()]
        })
        .collect();
    output::table(&["PLAN", "PRICE", "LIMITS", "FOR"], &rows)?;
    output::note("* is taken when no plan is named; (measured) limits are watched, not enforced.");
    Ok(())
}

async fn destroy(
    name: &str,
    (wait, detach, resume): (bool, bool, Option<&str>),
    write: &WriteArgs,
    context: &Context,
) -> Result<(), Failure> {
    let door = Door::open(context)?;
    if let Some(id) = resume {
        return procedure::resume_destruction(id, name, &door, write, context).await;
    }
    let addon = find::addon(door.connection.reader.as_ref(), name).await?;
    let commands = door.connection.reader.destruction(&addon);
    if commands.len() > 1 {
        let wanted = procedure::Destruction { addon: &addon, commands, detach };
        return procedure::destroy(wanted, &door, write, context).await;
    }
    let app = match &addon.owner {
        Owner::App(app) => Some(app.clone()),
        Owner::Team(_) => None,
    };
    let command = Command::DestroyAddon { addon_id: addon.key.id.to_string(), addon: addon.name.to_string() };
    let mut operation = door.submit(context, command, write).await?;
    if wait {
        operation = wait::until_settled(&door, operation, wait::DEFAULT_TIMEOUT).await?;
    }
    let is_gone = operation.outcome == Outcome::Done;
    let mut sentences = vec![if is_gone { format!("{name} is gone.") } else { format!("{name} is being destroyed.") }];
    sentences.extend(deployments::redeploy_hint(door.connection.reader.as_ref(), app.as_deref()));
    report_with(&operation, write, [], &sentences)
}
