//! `attache addons …`

use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;

use super::args::{AddonsAction, AddonsArgs, CreateArgs, WriteArgs};
use super::write::{Door, report};
use super::{Context, Exit, Failure, json as document, output, wait};
use crate::model::{
    Addon, Attachment, Catalog, Command, CreateAddon, Danger, Health, Known, Service, ServiceSpec, age, check_alias,
    check_name, limit_value, suggest_name,
};
use crate::platform::{Conditional, Platform};

pub(super) async fn run(args: AddonsArgs, context: &Context) -> Result<(), Failure> {
    match args.action {
        None => list(&args, context).await,
        Some(AddonsAction::Services { json }) => services(json, context).await,
        Some(AddonsAction::Plans { service, json }) => plans(&service, json, context).await,
        Some(AddonsAction::Info { name, json }) => {
            let addon = context.reader()?.addon(&name).await?.value;
            if json { show_json(&addon) } else { show(&addon) }
        }
        Some(AddonsAction::Create(create)) => make(create, context).await,
        Some(AddonsAction::Attach { name, app, alias, write }) => attach(&name, app, alias, &write, context).await,
        Some(AddonsAction::Detach { name, app, alias, write }) => detach(&name, app, alias, &write, context).await,
        Some(AddonsAction::Wait { name, timeout, json }) => {
            let reader = context.reader()?;
            let addon = wait::until_ready(reader.as_ref(), &name, Duration::from_secs(timeout)).await?;
            if json { show_json(&addon) } else { Ok(output::line(&format!("{name} is ready."))?) }
        }
        Some(AddonsAction::Destroy { name, wait, write }) => destroy(&name, wait, &write, context).await,
    }
}

/// All add-ons of the profile's teams.
async fn read_all(reader: &dyn Platform) -> Result<Vec<Addon>, Failure> {
    match reader.addons(None).await? {
        Conditional::Changed(list) => Ok(list.value),
        // Nothing was asked conditionally. Taken as an empty list, this would make --if-absent create a second one.
        Conditional::Unchanged(_) => Err(Failure::new(
            Exit::Failed,
            "The platform says that its list of add-ons is unchanged, but none was read before. Try again.",
        )),
    }
}

async fn list(args: &AddonsArgs, context: &Context) -> Result<(), Failure> {
    let reader = context.reader()?;
    let mut addons = read_all(reader.as_ref()).await?;
    if let Some(app) = &args.app {
        // A misspelt app must not look like an app without add-ons.
        let apps = reader.apps().await?;
        if !apps.iter().any(|known| &known.name == app) {
            return Err(no_such("app", app, apps.iter().map(|known| known.name.as_str())));
        }
        addons.retain(|addon| addon.attachments.items().iter().any(|attachment| &attachment.app == app));
    }
    if let Some(team) = &args.team {
        let teams = reader.teams().await?;
        if !teams.iter().any(|known| &known.name == team) {
            return Err(no_such(reader.words().team, team, teams.iter().map(|known| known.name.as_str())));
        }
        addons.retain(|addon| addon.team.as_ref() == Some(team));
    }
    if args.json {
        return Ok(output::json(&json!({"addons": addons.iter().map(document::addon).collect::<Vec<_>>()}))?);
    }
    if addons.is_empty() {
        output::note("No add-ons here yet. See what can be had with: attache addons services");
        return Ok(());
    }
    let now = Timestamp::now();
    let rows: Vec<Vec<String>> = addons
        .iter()
        .map(|addon| {
            vec![
                addon.name.clone(),
                addon.service.clone(),
                addon.plan.clone().unwrap_or_else(|| "unknown".into()),
                state_of(addon),
                apps_of(addon),
                addon.created_at.map_or_else(|| "unknown".into(), |created| age(created, now)),
            ]
        })
        .collect();
    Ok(output::table(&["NAME", "SERVICE", "PLAN", "STATE", "APPS", "AGE"], &rows)?)
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
        Known::Is(rows) => {
            let mut apps: Vec<&str> = rows.iter().map(|row| row.app.as_str()).collect();
            apps.dedup();
            apps.join(",")
        }
    }
}

fn no_such<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a str>) -> Failure {
    let known: Vec<&str> = known.collect();
    let known = if known.is_empty() { "there are none".to_owned() } else { format!("there are: {}", known.join(", ")) };
    Failure::new(Exit::Failed, format!("There is no {what} {name:?}; {known}."))
}

async fn services(as_json: bool, context: &Context) -> Result<(), Failure> {
    let catalog = context.reader()?.catalog().await?;
    if as_json {
        return Ok(output::json(&document::services(&catalog))?);
    }
    let rows: Vec<Vec<String>> = catalog
        .services
        .iter()
        .map(|service| {
            let plans: Vec<&str> = service.plans.iter().map(|plan| plan.name.as_str()).collect();
            let here = if service.unavailable.is_some() { "no" } else { "yes" };
            vec![service.name.clone(), here.to_owned(), plans.join(","), service.summary.clone()]
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

fn find_service<'a>(catalog: &'a Catalog, name: &str) -> Result<&'a Service, Failure> {
    catalog
        .service(name)
        .ok_or_else(|| no_such("service", name, catalog.services.iter().map(|service| service.name.as_str())))
}

async fn plans(service: &str, as_json: bool, context: &Context) -> Result<(), Failure> {
    let catalog = context.reader()?.catalog().await?;
    let service = find_service(&catalog, service)?;
    if as_json {
        let plans: Vec<_> = service.plans.iter().map(document::plan).collect();
        return Ok(output::json(&json!({"service": service.name, "plans": plans}))?);
    }
    let rows: Vec<Vec<String>> = service
        .plans
        .iter()
        .map(|plan| {
            let price = match plan.price.get() {
                Some(price) if price.cents_per_month == 0 => "free".to_owned(),
                Some(price) => {
                    format!("{}.{:02} {}/mo", price.cents_per_month / 100, price.cents_per_month % 100, price.currency)
                }
                None => "unknown".to_owned(),
            };
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

fn show_json(addon: &Addon) -> Result<(), Failure> {
    Ok(output::json(&json!({"addon": document::addon(addon)}))?)
}

fn show(addon: &Addon) -> Result<(), Failure> {
    let unknown = || "unknown".to_owned();
    let mut lines = vec![
        ("name", addon.name.clone()),
        ("id", addon.key.id.clone()),
        ("service", addon.service_and_plan()),
        ("team", addon.team.clone().unwrap_or_else(unknown)),
        ("state", addon.state.word().to_owned()),
    ];
    if let Some(reason) = &addon.state_reason {
        lines.push(("reason", reason.clone()));
    }
    lines.push((
        "health",
        match &addon.health {
            Health::Ok => "ok".to_owned(),
            Health::Failing(what) => format!("failing: {what}"),
            Health::Unknown(why) => format!("unknown: {why}"),
        },
    ));
    if let Some(endpoint) = &addon.endpoint {
        lines.push(("address", format!("{}:{}", endpoint.host, endpoint.port)));
        lines.extend(endpoint.database.clone().map(|database| ("database", database)));
        lines.extend(endpoint.user.clone().map(|user| ("user", user)));
    }
    lines.push(("created", addon.created_at.map_or_else(unknown, |at| at.strftime("%Y-%m-%d %H:%M:%SZ").to_string())));
    lines.push(("config vars", addon.config_vars.get().map_or_else(unknown, |names| names.join(" "))));
    for (label, text) in lines {
        output::line(&format!("{label:<12} {text}"))?;
    }
    match &addon.attachments {
        Known::Unknown(why) => output::line(&format!("attached to  unknown: {why}"))?,
        Known::Is(rows) if rows.is_empty() => output::line("attached to  no app")?,
        Known::Is(rows) => {
            let rows: Vec<Vec<String>> = rows.iter().map(attachment_row).collect();
            output::line("")?;
            output::table(&["APP", "ALIAS", "CONFIG VARS"], &rows)?;
        }
    }
    Ok(())
}

fn attachment_row(attachment: &Attachment) -> Vec<String> {
    let variables = attachment.config_vars.get().map_or_else(|| "unknown".to_owned(), |names| names.join(" "));
    vec![attachment.app.clone(), attachment.alias.clone().unwrap_or_else(|| "-".into()), variables]
}

/// What there is already of what `--if-absent` asks for.
fn existing<'a>(args: &CreateArgs, spec: &ServiceSpec, addons: &'a [Addon]) -> Option<&'a Addon> {
    let is_attached = |addon: &Addon| {
        let rows = addon.attachments.items();
        rows.iter().any(|row| Some(&row.app) == args.app.as_ref() && row.alias == args.alias)
    };
    addons.iter().find(|addon| match &args.name {
        Some(name) => &addon.name == name,
        None => addon.service == spec.service && is_attached(addon),
    })
}

async fn make(args: CreateArgs, context: &Context) -> Result<(), Failure> {
    let usage = |message: String| Failure::new(Exit::Usage, message);
    let spec: ServiceSpec = args.service.parse().map_err(usage)?;
    if let Some(name) = &args.name {
        check_name("add-on", name).map_err(usage)?;
    }
    if let Some(alias) = &args.alias {
        check_alias(alias).map_err(usage)?;
    }
    if args.if_absent && args.name.is_none() && args.app.is_none() {
        return Err(usage("--if-absent needs --name or --app to know what to look for.".into()));
    }
    if args.name.is_none() && args.app.is_some() && context.profile.danger == Danger::Production {
        return Err(usage(
            "On a production profile this has to be confirmed by name, so choose the name yourself: --name NAME --confirm NAME.".into(),
        ));
    }
    let door = Door::open(context)?;
    let reader = door.connection.reader.as_ref();
    if args.if_absent {
        let addons = read_all(reader).await?;
        if let Some(addon) = existing(&args, &spec, &addons) {
            return keep_existing(addon, &args, &spec, reader).await;
        }
    }
    let catalog = reader.catalog().await?;
    let service = find_service(&catalog, &spec.service)?;
    let plan = match &spec.plan {
        Some(plan) => service.plans.iter().find(|known| &known.name == plan).ok_or_else(|| {
            no_such(&format!("{} plan", service.name), plan, service.plans.iter().map(|known| known.name.as_str()))
        })?,
        None => service
            .default_plan()
            .ok_or_else(|| Failure::new(Exit::Failed, format!("{} has no plans that could be taken.", service.name)))?,
    };
    let name = args.name.clone().unwrap_or_else(|| suggest_name(&service.name, rand::random()));
    let command = Command::CreateAddon(CreateAddon {
        name: name.clone(),
        team: context.profile.teams.first().cloned(),
        service: service.name.clone(),
        plan: plan.name.clone(),
        app: args.app.clone(),
        alias: args.alias.clone(),
    });
    let mut operation = match door.submit(context, command, &args.write).await {
        Ok(operation) => operation,
        // Somebody else may have been quicker with the same.
        Err(failure) if args.if_absent => {
            let addons = read_all(reader).await?;
            let Some(addon) = existing(&args, &spec, &addons) else { return Err(failure) };
            return keep_existing(addon, &args, &spec, reader).await;
        }
        Err(failure) => return Err(failure),
    };
    if args.wait {
        operation = wait::until_settled(&door, operation, wait::DEFAULT_TIMEOUT).await?;
    }
    let sentence = if args.wait {
        format!("{name} is ready.")
    } else {
        format!("{name} is being made. Follow it with: attache addons wait {name}")
    };
    report(&operation, &args.write, &sentence)
}

async fn keep_existing(
    addon: &Addon,
    args: &CreateArgs,
    spec: &ServiceSpec,
    reader: &dyn Platform,
) -> Result<(), Failure> {
    let is_other_plan = spec.plan.is_some() && spec.plan != addon.plan;
    if addon.service != spec.service || is_other_plan {
        return Err(Failure::new(
            Exit::Failed,
            format!("{} is there already, but it is {}, not {}.", addon.name, addon.service_and_plan(), args.service),
        ));
    }
    let is_on_app =
        |app: &String| addon.attachments.items().iter().any(|row| &row.app == app && row.alias == args.alias);
    if let Some(app) = args.app.as_ref().filter(|app| !is_on_app(app)) {
        let alias = args.alias.as_ref().map_or(String::new(), |alias| format!(" --as {alias}"));
        return Err(Failure::new(
            Exit::Failed,
            format!(
                "{0} is there already, but not attached to {app} like that. Attach it with: attache addons attach {0} --app {app}{alias}",
                addon.name
            ),
        ));
    }
    let addon =
        if args.wait { wait::until_ready(reader, &addon.name, wait::DEFAULT_TIMEOUT).await? } else { addon.clone() };
    if args.write.json {
        return show_json(&addon);
    }
    Ok(output::line(&format!("{} is there already ({}); nothing was done.", addon.name, addon.state.word()))?)
}

async fn attach(
    name: &str,
    app: String,
    alias: Option<String>,
    write: &WriteArgs,
    context: &Context,
) -> Result<(), Failure> {
    if let Some(alias) = &alias {
        check_alias(alias).map_err(|message| Failure::new(Exit::Usage, message))?;
    }
    let door = Door::open(context)?;
    let addon = door.connection.reader.addon(name).await?.value;
    let sentence = format!("{} is attached to {app}{}.", addon.name, as_alias(alias.as_deref()));
    let command = Command::Attach { addon_id: addon.key.id, addon: addon.name, app, alias };
    let operation = door.submit(context, command, write).await?;
    report(&operation, write, &sentence)
}

fn as_alias(alias: Option<&str>) -> String {
    alias.map_or(String::new(), |alias| format!(" as {alias}"))
}

async fn detach(
    name: &str,
    app: String,
    alias: Option<String>,
    write: &WriteArgs,
    context: &Context,
) -> Result<(), Failure> {
    let door = Door::open(context)?;
    let addon = door.connection.reader.addon(name).await?.value;
    let rows = match &addon.attachments {
        Known::Is(rows) => rows,
        Known::Unknown(why) => {
            return Err(Failure::new(Exit::Failed, format!("The attachments of {name} are unknown: {why}")));
        }
    };
    let on_app: Vec<&Attachment> = rows.iter().filter(|row| row.app == app).collect();
    let chosen = match (on_app.as_slice(), &alias) {
        ([], _) => return Err(not_attached(name, &app, rows)),
        ([only], None) => *only,
        (several, Some(alias)) => several
            .iter()
            .find(|row| row.alias.as_ref() == Some(alias))
            .ok_or_else(|| not_attached(name, &format!("{app} as {alias}"), rows))?,
        (several, None) => match several.iter().find(|row| row.alias.is_none()) {
            Some(bare) => *bare,
            None => {
                let aliases: Vec<&str> = several.iter().filter_map(|row| row.alias.as_deref()).collect();
                return Err(Failure::new(
                    Exit::Usage,
                    format!(
                        "{name} is attached to {app} several times ({}). Say which with --as ALIAS.",
                        aliases.join(", ")
                    ),
                ));
            }
        },
    };
    let attachment_id = chosen.id.clone().ok_or_else(|| {
        Failure::new(Exit::Failed, format!("The platform tells no id for the attachment of {name} to {app}."))
    })?;
    let alias = chosen.alias.clone();
    let sentence = format!("{name} is detached from {app}{}.", as_alias(alias.as_deref()));
    let command =
        Command::Detach { attachment_id, addon_id: addon.key.id.clone(), addon: addon.name.clone(), app, alias };
    let operation = door.submit(context, command, write).await?;
    report(&operation, write, &sentence)
}

/// Names what there is, which is the way out of a misspelling.
fn not_attached(name: &str, wanted: &str, rows: &[Attachment]) -> Failure {
    let known: Vec<String> = rows.iter().map(|row| format!("{}{}", row.app, as_alias(row.alias.as_deref()))).collect();
    let known = if known.is_empty() { "no app".to_owned() } else { known.join(", ") };
    Failure::new(Exit::Failed, format!("{name} is not attached to {wanted}; it is attached to {known}."))
}

async fn destroy(name: &str, wait: bool, write: &WriteArgs, context: &Context) -> Result<(), Failure> {
    let door = Door::open(context)?;
    let addon = door.connection.reader.addon(name).await?.value;
    let command = Command::DestroyAddon { addon_id: addon.key.id, addon: addon.name };
    let mut operation = door.submit(context, command, write).await?;
    if wait {
        operation = wait::until_settled(&door, operation, wait::DEFAULT_TIMEOUT).await?;
    }
    let sentence = if wait { format!("{name} is gone.") } else { format!("{name} is being destroyed.") };
    report(&operation, write, &sentence)
}
