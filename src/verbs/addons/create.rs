//! `attache addons create …`

use std::collections::BTreeMap;

use super::info;
use crate::model::{Addon, Command, CreateAddon, Danger, ServiceSpec, Verb};
use crate::platform::{Plans, Platform, words};
use crate::verbs::args::CreateArgs;
use crate::verbs::write::{Door, report_with};
use crate::verbs::{Context, Exit, Failure, deployments, find, output, wait};

/// What there is already of what `--if-absent` asks for.
fn existing<'a>(args: &CreateArgs, spec: &ServiceSpec, addons: &'a [Addon]) -> Option<&'a Addon> {
    let is_attached = |addon: &Addon| {
        let rows = addon.attachments.items();
        rows.iter()
            .any(|row| Some(row.app.as_str()) == args.app.as_deref() && row.alias.as_deref() == args.alias.as_deref())
    };
    addons.iter().find(|addon| match &args.name {
        Some(name) => &addon.name == name,
        None => addon.service == spec.service && is_attached(addon),
    })
}

pub(super) async fn run(args: CreateArgs, context: &Context) -> Result<(), Failure> {
    let usage = |message: String| Failure::new(Exit::Usage, message);
    let naming = find::naming(context);
    let spec: ServiceSpec = args.service.parse().map_err(usage)?;
    let told = words(context.profile.platform).plans;
    match &args.name {
        Some(_) if naming.is_made_up() && args.follow.is_none() => {
            let platform = context.profile.platform.name();
            return Err(usage(format!("{platform} makes up the name of a new add-on: leave --name out.")));
        }
        Some(name) => naming.check_addon(name).map_err(usage)?,
        None => {}
    }
    if let (Plans::Absent, Some(plan)) = (told, &spec.plan) {
        return Err(usage(format!(
            "There are no plans here, so {plan:?} can't be taken: say {0} alone. Its version goes with --option version=16.",
            spec.service
        )));
    }
    if let Some(alias) = &args.alias {
        naming.check_alias(alias).map_err(usage)?;
    }
    if args.if_absent && args.name.is_none() && args.app.is_none() {
        return Err(usage("--if-absent needs --name or --app to know what to look for.".into()));
    }
    context.check_may_write("Nothing was sent.")?;
    let is_nameless = args.name.is_none() && !naming.is_made_up();
    if is_nameless && args.app.is_some() && context.profile.danger == Danger::Production {
        return Err(usage(
            "On a production profile this has to be confirmed by name, so choose the name yourself: --name NAME --confirm NAME.".into(),
        ));
    }
    if args.app.is_none() && naming.needs_app() {
        return Err(usage(format!("It is made for an app here: say which, with --app APP. {}", naming.made_for())));
    }
    let door = Door::open(context)?;
    let reader = door.connection.reader.as_ref();
    if args.if_absent {
        let addons = find::all_addons(reader).await?;
        if let Some(addon) = existing(&args, &spec, &addons) {
            return keep_existing(addon, &args, &spec, reader).await;
        }
    }
    let (service, plan) = chosen(&spec, reader).await?;
    let options = options(&args, reader).await?;
    // That of a follower is chosen everywhere.
    let name = match naming.is_made_up() && args.follow.is_none() {
        true => String::new(),
        false => args.name.clone().unwrap_or_else(|| naming.suggest(&service, rand::random())),
    };
    let command = Command::CreateAddon(CreateAddon {
        name: name.clone(),
        team: context.profile.teams.first().cloned(),
        service: service.clone(),
        plan,
        app: args.app.clone(),
        alias: args.alias.clone(),
        options,
        confirm: None,
    });
    let mut operation = match door.submit(context, command, &args.write).await {
        Ok(operation) => operation,
        // Somebody else may have been quicker with the same.
        Err(failure) if args.if_absent => {
            let addons = find::all_addons(reader).await?;
            let Some(addon) = existing(&args, &spec, &addons) else { return Err(failure) };
            return keep_existing(addon, &args, &spec, reader).await;
        }
        Err(failure) => return Err(failure),
    };
    if args.wait {
        operation = wait::until_settled(&door, operation, wait::DEFAULT_TIMEOUT).await?;
    }
    // A name that the platform made up is known once it has told it.
    let name = match (&operation.addon_id, name.is_empty()) {
        (Some(id), true) => find::addon(reader, id).await.map_or_else(|_| id.clone(), |addon| addon.name.to_string()),
        _ => name,
    };
    let mut sentences = vec![match (args.wait, name.is_empty()) {
        (true, _) => format!("{} is ready.", if name.is_empty() { &service } else { &name }),
        (false, true) => format!("{service} is being made. What it is called tells: attache addons"),
        (false, false) => format!("{name} is being made. Follow it with: attache addons wait {name}"),
    }];
    sentences.extend(deployments::redeploy_hint(reader, args.app.as_deref()));
    report_with(&operation, &args.write, [], &sentences)
}

/// Which service and plan: checked against the catalog where it tells them, taken as typed where it does not.
async fn chosen(spec: &ServiceSpec, reader: &dyn Platform) -> Result<(String, String), Failure> {
    let typed = || (spec.service.clone(), spec.plan.clone().unwrap_or_default());
    match reader.words().plans {
        Plans::Told => {
            let catalog = find::catalog(reader, &spec.service).await?;
            let service = find::service(&catalog, &spec.service)?;
            let plan = find::plan(service, spec.plan.as_deref())?;
            Ok((service.name.clone(), plan.name.clone()))
        }
        Plans::Absent => {
            let catalog = find::catalog(reader, &spec.service).await?;
            find::service(&catalog, &spec.service)?;
            Ok(typed())
        }
        Plans::Typed => {
            if spec.plan.is_none() {
                output::note("No plan is named: the platform takes its own.");
            }
            Ok(typed())
        }
    }
}

/// What the service is told beside its plan: as it was said, and whose data it is to have.
async fn options(args: &CreateArgs, reader: &dyn Platform) -> Result<BTreeMap<String, String>, Failure> {
    let usage = |message: String| Failure::new(Exit::Usage, message);
    let mut options = BTreeMap::new();
    for text in &args.options {
        let Some((key, value)) = text.split_once('=').filter(|(key, _)| !key.is_empty()) else {
            return Err(usage(format!("--option {:?} is not KEY=VALUE.", crate::model::printable(text))));
        };
        options.insert(key.to_owned(), value.to_owned());
    }
    let source = async |name: &str, verb: Verb| {
        if let Some(why) = find::why_not(reader, verb).await? {
            return Err(Failure::new(Exit::Failed, why));
        }
        let addon = find::addon(reader, name).await?;
        match addon.cannot(verb) {
            Some(why) => Err(Failure::new(Exit::Failed, why.to_owned())),
            None => Ok(addon),
        }
    };
    if let Some(name) = &args.follow {
        options.insert("follow".into(), source(name, Verb::Follow).await?.name.to_string());
    }
    match (&args.fork, &args.at) {
        (Some(name), Some(at)) => {
            let at: jiff::Timestamp = at.parse().map_err(|_| {
                usage(format!("--at {at:?} is no moment: write it with its zone, such as 2026-11-20T03:00:00Z."))
            })?;
            options.extend(reader.fork_options(&source(name, Verb::PointInTime).await?, at));
        }
        (Some(name), None) => {
            options.insert("fork".into(), source(name, Verb::PointInTime).await?.name.to_string());
        }
        _ => {}
    }
    Ok(options)
}

async fn keep_existing(
    addon: &Addon,
    args: &CreateArgs,
    spec: &ServiceSpec,
    reader: &dyn Platform,
) -> Result<(), Failure> {
    let is_other_plan = spec.plan.is_some() && spec.plan.as_deref() != addon.plan.as_deref();
    if addon.service != spec.service || is_other_plan {
        return Err(Failure::new(
            Exit::Failed,
            format!("{} is there already, but it is {}, not {}.", addon.name, addon.service_and_plan(), args.service),
        ));
    }
    let is_on_app = |app: &String| {
        addon.attachments.items().iter().any(|row| &row.app == app && row.alias.as_deref() == args.alias.as_deref())
    };
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
        return info::show_json(&addon);
    }
    Ok(output::line(&format!("{} is there already ({}); nothing was done.", addon.name, addon.state.word()))?)
}
