//! From what comes over the line to our own words. Every text is cleaned on the way.

use serde_json::Value;

use super::{status, wire};
use crate::model::{
    Account, Addon, AddonKey, App, Attachment, Backup, BackupState, Capability, Catalog, Environment, Fact, Health,
    Known, Owner, ProfileName, Service, Text, Work, WorkState, WorkStep, printable, scrubbed,
};
use crate::platform::akkeris::actions::answer::shown;

/// What a postgres gives to its project where nobody says otherwise (the example of its page on add-ons).
pub(super) const POSTGRES_VARIABLE: &str = "DATABASE_URL";
/// And a redis (inferred: no text names it).
pub(super) const REDIS_VARIABLE: &str = "REDIS_URL";
/// What the fact is called that says whether an add-on is backed up by itself, and its words.
pub(super) const AUTOMATIC: &str = "automatic backups";
pub(super) const ON: &str = "on";
pub(super) const OFF: &str = "off";
/// How many characters of a commit are shown.
const COMMIT: usize = 7;

/// A text as it may be shown: an address of a repository may have a password in it.
fn optional(text: Option<String>) -> Option<String> {
    text.map(|text| scrubbed(&printable(text.trim()))).filter(|text| !text.is_empty())
}

/// A fact where it is told.
fn fact(name: &str, text: Option<String>) -> Option<Fact> {
    optional(text).map(|text| Fact::new(name, text))
}

/// How many add-ons a plan has, as its page on add-ons says; whether per account or per project it does not say.
pub(super) fn addons_of_plan(plan: &str) -> Option<usize> {
    match plan.to_lowercase().as_str() {
        "free" | "starter" => Some(1),
        "pro" => Some(2),
        "team" => Some(5),
        _ => None,
    }
}

/// Requests per minute and token (its page on the API). Of what is not known the smaller one is taken.
pub(super) fn requests_of_plan(plan: Option<&str>) -> u32 {
    if plan.is_some_and(|plan| plan.eq_ignore_ascii_case("team")) { 500 } else { super::REQUESTS }
}

pub(super) fn account(account: wire::Account) -> Account {
    let name = optional(account.username).or_else(|| optional(account.email));
    let plan = optional(account.plan);
    let plan = plan.map(|plan| match plan.to_lowercase().as_str() {
        "free" | "starter" => format!(
            "Its plan is {plan}: as the page on the API says, that has no API of the platform; Pro and Team have one."
        ),
        _ => {
            let addons = addons_of_plan(&plan).map_or_else(String::new, |count| {
                format!(", which has {count} add-ons as its page says; the server decides")
            });
            format!("Its plan is {plan}{addons}.")
        }
    });
    let inactive = (account.is_active == Some(false)).then(|| "The account is not active.".to_owned());
    let rights: Vec<String> = inactive.into_iter().chain(plan).collect();
    Account {
        name: name.unwrap_or_else(|| "nobody that orkestr names".to_owned()),
        rights: (!rights.is_empty()).then(|| rights.join(" ")),
    }
}

/// A project. Its own name is shown; people may have given it another one to be displayed.
pub(super) fn app(project: wire::Project, team: Option<String>) -> App {
    let id = printable(&project.id);
    let name = optional(project.name).unwrap_or_else(|| id.clone());
    let facts = [
        fact("status", project.status),
        fact("domain", project.domain),
        fact("repository", project.repo_url),
        fact("branch", project.repo_branch),
        fact("framework", project.framework),
        fact("display name", project.display_name),
    ];
    App {
        id: id.into(),
        name: name.into(),
        team: team.map(Into::into),
        created_at: project.created_at,
        release: None,
        maintenance: Known::Unknown("orkestr has no maintenance of a project".into()),
        maintenance_since: None,
        maintenance_by: None,
        facts: facts.into_iter().flatten().collect(),
    }
}

/// The two that there are (its page on add-ons): without plans, and with versions as free text.
pub(super) fn catalog() -> Catalog {
    let service = |name: &str, summary: &str, config_vars| Service {
        name: name.to_owned(),
        summary: summary.to_owned(),
        unavailable: None,
        program: None,
        config_vars,
        backups: Known::Is(Capability::Can),
        backup_format: None,
        plans: Vec::new(),
        are_plans_unread: false,
    };
    let postgres = service(
        "postgres",
        "PostgreSQL on the private network of one project. Its version is free text, such as 16; its size is the account's plan's.",
        Known::Is(vec![POSTGRES_VARIABLE.into()]),
    );
    let redis = service(
        "redis",
        "Redis on the private network of one project. Its version is free text, such as 7; its size is the account's plan's.",
        Known::Is(vec![REDIS_VARIABLE.into()]),
    );
    let backups = Known::Unknown("orkestr does not say whether a redis can be backed up; it decides".into());
    Catalog { services: vec![postgres, Service { backups, ..redis }] }
}

/// Whose an add-on is.
pub(super) struct Of<'a> {
    pub(super) profile: &'a ProfileName,
    pub(super) app: &'a str,
    pub(super) team: Option<String>,
}

/// An add-on. It belongs to one project: that is its only attachment.
pub(super) fn addon(of: &Of<'_>, row: wire::Addon) -> Addon {
    let id = printable(&row.id);
    let name = optional(row.name).unwrap_or_else(|| id.clone());
    let variable = optional(row.env_var_name);
    let config_vars = match &variable {
        Some(variable) => Known::Is(vec![Text::from(variable)]),
        None => Known::Unknown("orkestr did not tell the name of its variable".into()),
    };
    let attachment = Attachment {
        id: None,
        alias: variable.map(Into::into),
        addon: name.as_str().into(),
        app: of.app.into(),
        primary: None,
        owner_row: true,
        config_vars: config_vars.clone(),
        created_at: row.created_at,
    };
    let word = optional(row.status);
    let state = status::addon(word.as_deref());
    let version = fact("version", row.version);
    let automatic = row.auto_backup_enabled.map(|is_on| Fact::new(AUTOMATIC, if is_on { ON } else { OFF }));
    Addon {
        key: AddonKey { profile: of.profile.clone(), id: id.into() },
        team: of.team.clone().map(Into::into),
        owner: Owner::App(of.app.into()),
        service: optional(row.service_type).unwrap_or_else(|| "not told".to_owned()).into(),
        plan: None,
        state_word: word.unwrap_or_else(|| "not told".to_owned()).into(),
        state_reason: None,
        state,
        health: Health::Unknown("orkestr tells a status word, and probes nothing that it tells".into()),
        created_at: row.created_at,
        updated_at: None,
        config_vars,
        attachments: Known::Is(vec![attachment]),
        endpoint: None,
        cannot: Default::default(),
        restored_from: None,
        last_backup: Known::Unknown("orkestr tells the backups of one add-on at a time".into()),
        work: None,
        price: Known::Unknown("orkestr tells no prices".into()),
        billing: None,
        facts: version.into_iter().chain(automatic).collect(),
        verbatim: None,
        name: name.into(),
    }
}

/// Newest first: in which order they come is not documented.
pub(super) fn backups(rows: Vec<wire::Backup>, of: &Addon) -> Vec<Backup> {
    let mut list: Vec<Backup> = rows.into_iter().map(|row| backup(row, of)).collect();
    list.sort_by(|a, b| b.started_at.cmp(&a.started_at).then_with(|| b.id.cmp(&a.id)));
    list
}

fn backup(row: wire::Backup, of: &Addon) -> Backup {
    let word = optional(row.status);
    let state = status::backup(word.as_deref());
    // A size of zero is one that is not known yet (its client).
    let size = row.size_bytes.filter(|size| *size > 0);
    let message = word.filter(|word| !word.eq_ignore_ascii_case(state.word())).map(|word| match state {
        BackupState::Failed => format!("orkestr says {word}, and not why."),
        _ => format!("orkestr says {word}"),
    });
    Backup {
        id: printable(&row.id),
        addon_id: Some(of.key.id.to_string()),
        addon: Some(of.name.to_string()),
        service: Some(of.service.to_string()),
        plan: None,
        state,
        started_at: row.created_at,
        finished_at: None,
        size,
        checksum: None,
        trigger: optional(row.trigger),
        label: None,
        message,
        keep_until: None,
        progress: None,
    }
}

/// What is told about retention, quota and the next run, as it comes: no text names the keys.
pub(super) fn info(value: &Value, clean: &dyn Fn(&str) -> String) -> Vec<Fact> {
    let mut hidden = 0;
    match value {
        Value::Null => Vec::new(),
        Value::Object(fields) => {
            let fact =
                |(name, value): (&String, &Value)| Fact::new(printable(name), shown(name, value, &mut hidden, clean));
            fields.iter().map(fact).collect()
        }
        other => vec![Fact::new("backup info", shown("", other, &mut hidden, clean))],
    }
}

/// What a deployment is of, as far as it is known.
#[derive(Clone, Debug, Default)]
pub(super) struct Place {
    pub(super) app: Option<String>,
    pub(super) environment: Option<String>,
}

/// A deployment, in the platform's own record.
pub(super) fn deployment(row: wire::Deployment, place: Place) -> Work {
    let word = optional(row.status);
    let state = status::deployment(word.as_deref());
    let trigger = optional(row.trigger);
    let is_back = trigger.as_deref().is_some_and(|trigger| trigger.to_lowercase().contains("roll"));
    let step = |step: wire::DeploymentStep| WorkStep {
        name: optional(step.step_name).unwrap_or_else(|| "a step without a name".to_owned()),
        state: status::step(step.status.as_deref()),
    };
    let steps: Vec<WorkStep> = row.steps.into_iter().flatten().map(step).collect();
    let at = |wanted: &WorkState| steps.iter().find(|step| step.state.as_ref() == Some(wanted));
    let step = at(&WorkState::Failed).or_else(|| at(&WorkState::Running)).map(|step| step.name.clone());
    let commit = optional(row.commit_sha).map(|sha| sha.chars().take(COMMIT).collect::<String>());
    let why = optional(row.error_message);
    let what: Vec<String> =
        [commit.map(|commit| format!("commit {commit}")), trigger.map(|trigger| format!("triggered by {trigger}"))]
            .into_iter()
            .flatten()
            .collect();
    let what = (!what.is_empty()).then(|| what.join(", "));
    let message = match (&state, why) {
        (WorkState::Failed, why) => {
            let step = step.as_ref().map_or_else(String::new, |step| format!(" at the step {step}"));
            let why = why.map_or_else(|| "its log says why".to_owned(), |why| format!("it says: {why}"));
            Some(format!("The deployment failed{step}; {why}. What ran before goes on running."))
        }
        (WorkState::Other(word), _) if row.finished_at.is_some() => {
            let what = what.map_or_else(String::new, |what| format!(" ({what})"));
            Some(format!("It is {word}, neither live nor failed: a later one may have taken its place{what}."))
        }
        _ => what,
    };
    Work {
        id: printable(&row.id),
        kind: if is_back { "rollback" } else { "deploy" }.to_owned(),
        addon_id: None,
        addon: None,
        backup_id: None,
        state,
        step,
        message,
        by: None,
        created_at: row.created_at,
        started_at: None,
        ended_at: row.finished_at,
        progress: None,
        steps,
        word,
        app: place.app,
        environment: place.environment,
    }
}

/// What is told of one environment beside its deployments.
pub(super) fn environment(row: wire::Environment) -> Environment {
    let id = printable(&row.id);
    Environment {
        name: optional(row.name).unwrap_or_else(|| id.clone()),
        branch: optional(row.branch),
        domain: optional(row.domain),
        is_production: row.is_production == Some(true),
        deploys_itself: row.auto_deploy,
        state_word: optional(row.status).unwrap_or_default(),
        newest: None,
        live_since: Known::Unknown("its deployments were not read".into()),
        id,
    }
}

/// Lines with their step in brackets, and after them what the builder of the image wrote.
pub(super) fn log(logs: wire::Logs, build: Option<String>, clean: &dyn Fn(&str) -> String) -> Vec<String> {
    let mut lines = Vec::new();
    for line in logs.logs.into_iter().flatten() {
        let step = optional(line.step).map_or_else(String::new, |step| format!("[{step}] "));
        lines.extend(line.message.unwrap_or_default().lines().map(|text| format!("{step}{}", clean(text))));
    }
    lines.extend(build.iter().flat_map(|build| build.lines()).map(|text| format!("[image] {}", clean(text))));
    lines
}

/// What happened in the account, as far as it is about that add-on. That anything of an add-on is recorded is inferred, and
/// its words are not documented: it is shown as it comes.
pub(super) fn acts(rows: Vec<wire::Act>, of: Option<&Addon>, clean: &dyn Fn(&str) -> String) -> Vec<Work> {
    let mut works: Vec<Work> = rows
        .into_iter()
        .filter(|row| of.is_none_or(|addon| is_about(row, addon)))
        .map(|row| act(row, of, clean))
        .collect();
    works.sort_by_key(|work| std::cmp::Reverse(work.created_at));
    works
}

/// Whether a line names that add-on: by its id, or by its name beside its project's.
fn is_about(row: &wire::Act, addon: &Addon) -> bool {
    let details = row.details.to_string();
    let has = |name: &str| {
        let is_of_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
        details.split(|c: char| !is_of_name(c)).any(|word| word == name)
    };
    let app = addon.apps().first().copied().unwrap_or_default();
    row.resource_id.as_deref() == Some(addon.key.id.as_str()) || has(&addon.key.id) || (has(&addon.name) && has(app))
}

fn act(row: wire::Act, of: Option<&Addon>, clean: &dyn Fn(&str) -> String) -> Work {
    let kind: Vec<String> = [optional(row.resource_type), optional(row.action)].into_iter().flatten().collect();
    let kind = if kind.is_empty() { "not told".to_owned() } else { kind.join(" ") };
    let mut hidden = 0;
    let details = match &row.details {
        Value::Null => None,
        details => Some(shown("", details, &mut hidden, clean)),
    };
    let at = row.created_at.map_or_else(String::new, |at| at.to_string());
    let details = details.filter(|details| details != "-");
    Work {
        // It has no id of its own: when and what are one.
        id: printable(format!("{at} {kind} {}", details.as_deref().unwrap_or_default()).trim()),
        kind,
        addon_id: of.map(|addon| addon.key.id.clone()).map(Into::into),
        addon: of.map(|addon| addon.name.clone()).map(Into::into),
        backup_id: None,
        state: WorkState::Done,
        step: None,
        message: details,
        by: optional(row.username),
        created_at: row.created_at,
        started_at: None,
        ended_at: row.created_at,
        progress: None,
        steps: Vec::new(),
        word: None,
        app: None,
        environment: None,
    }
}
