//! `attache addons info …`: all that is known of one add-on, never a secret.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::usage;
use crate::model::{Addon, Attachment, Health, Known, Owner, Price, Text, Usage, WorkState, age};
use crate::platform::ReadErrorKind;
use crate::verbs::{Context, Failure, deployments, find, json as document, output};

/// What stands for a value that is not shown.
const MASK: &str = "••••••••";

pub(super) async fn run(name: &str, as_json: bool, context: &Context) -> Result<(), Failure> {
    let reader = context.reader()?;
    let addon = find::addon(reader.as_ref(), name).await?;
    // What it uses is counted now, by the server itself: that this can't be told hides nothing else.
    let usage = match reader.usage(&addon.key.id).await {
        Ok(usage) => Ok(usage),
        Err(error)
            if error.kind.is_no_answer() && !matches!(error.kind, ReadErrorKind::TimedOut | ReadErrorKind::CutOff) =>
        {
            return Err(error.into());
        }
        Err(error) => Err(error.message),
    };
    // What its app is deployed as says whether what runs has its variables.
    let environments = match &addon.owner {
        Owner::App(app) if reader.words().has_environments => Some(reader.environments(app).await?),
        _ => None,
    };
    if as_json {
        let usage = usage.as_ref().map_or(Value::Null, document::usage);
        let mut body = json!({"addon": document::addon(&addon), "usage": usage});
        if let Some(environments) = &environments {
            body["environments"] = deployments::documents(environments, std::slice::from_ref(&addon));
        }
        return Ok(output::json(&body)?);
    }
    show(&addon, &usage, reader.words().team, output::platform_now(reader.as_ref()))?;
    for environment in environments.iter().flatten() {
        let words = environment.injection(addon.created_at).words();
        output::line(&format!("{:<13} {words}", environment.name))?;
    }
    if let Some(text) = &addon.verbatim {
        output::line("told as text:")?;
        text.lines().try_for_each(|line| output::line(&format!("  {line}")))?;
    }
    Ok(())
}

pub(super) fn show_json(addon: &Addon) -> Result<(), Failure> {
    Ok(output::json(&json!({"addon": document::addon(addon)}))?)
}

fn show(addon: &Addon, usage: &Result<Usage, String>, team: &'static str, now: Timestamp) -> Result<(), Failure> {
    for (label, text) in lines(addon, team, now) {
        output::line(&format!("{label:<13} {text}"))?;
    }
    let widest = addon.facts.iter().map(|fact| fact.name.chars().count()).max().unwrap_or(0).max(13);
    for fact in &addon.facts {
        let value = if fact.value.is_empty() { "none" } else { &fact.value };
        output::line(&format!("{:<widest$} {value}", fact.name))?;
    }
    match &addon.attachments {
        Known::Unknown(why) => output::line(&format!("attached to   unknown: {why}"))?,
        Known::Is(rows) if rows.is_empty() => output::line("attached to   no app")?,
        Known::Is(rows) => {
            let rows: Vec<Vec<String>> = rows.iter().map(attachment_row).collect();
            output::line("")?;
            output::table(&["APP", "ALIAS", "CONFIG VARS"], &rows)?;
        }
    }
    match usage {
        Err(why) => output::line(&format!("usage         unknown: {why}"))?,
        Ok(usage) if usage.figures.is_empty() => {}
        Ok(usage) => {
            output::line("")?;
            usage::table(usage)?;
        }
    }
    let mut told: Vec<&str> = Vec::new();
    for (_, why) in addon.cannot.iter() {
        if !told.contains(&why.as_str()) {
            output::note(why);
            told.push(why);
        }
    }
    Ok(())
}

/// Our word, and the platform's own where that is another one.
fn state(addon: &Addon) -> String {
    let word = addon.state.word();
    if addon.state_word.is_empty() || addon.state_word == word {
        return word.to_owned();
    }
    format!("{word} (the platform says {:?})", addon.state_word)
}

fn lines(addon: &Addon, team: &'static str, now: Timestamp) -> Vec<(&'static str, Text)> {
    let unknown = || Text::from("unknown");
    let mut lines = vec![
        ("name", addon.name.clone()),
        ("id", addon.key.id.clone()),
        ("service", addon.service_and_plan().into()),
        (team, addon.team.clone().unwrap_or_else(unknown)),
        ("state", state(addon).into()),
    ];
    lines.extend(addon.state_reason.clone().map(|reason| ("reason", reason)));
    let health = match &addon.health {
        Health::Ok => "ok".to_owned(),
        Health::Failing(what) => format!("failing: {what}"),
        Health::Unknown(why) => format!("unknown: {why}"),
    };
    lines.push(("health", health.into()));
    if let Some(work) = &addon.work {
        let state = if work.state == WorkState::Queued { " (waits for its turn)" } else { "" };
        let step = work.step.as_ref().map_or(String::new(), |step| format!(": {step}"));
        lines.push(("doing", format!("{}{step}{state}", work.kind).into()));
    }
    if let Some(endpoint) = &addon.endpoint {
        lines.push(("host", endpoint.host.clone().into()));
        lines.push(("port", endpoint.port.to_string().into()));
        lines.extend(endpoint.database.clone().map(|database| ("database", database.into())));
        if let Some(user) = endpoint.user.clone() {
            lines.push(("user", user.into()));
            lines.push(("password", MASK.into()));
        }
    }
    lines.push(("created", addon.created_at.map_or_else(unknown, |at| output::moment(at, now).into())));
    lines.extend(addon.restored_from.as_ref().map(|origin| {
        let of = origin.addon.as_ref().map_or("an uploaded file".to_owned(), |addon| addon.clone());
        ("restored from", format!("backup {} of {of}", origin.backup_id).into())
    }));
    let last_backup = match &addon.last_backup {
        Known::Unknown(why) => format!("unknown: {why}"),
        Known::Is(None) => "none".to_owned(),
        Known::Is(Some(at)) => format!("{} ago", age(*at, now)),
    };
    lines.push(("last backup", last_backup.into()));
    lines.push(("price", price(&addon.price).into()));
    lines.extend(addon.billing.clone().map(|billing| ("billed to", billing)));
    // Under other names the apps have them, and those are told with the attachments.
    let bare = addon.config_vars.get();
    let is_otherwise = |one: &Attachment| one.config_vars.get().is_some_and(|names| Some(names) != bare);
    let label = if addon.attachments.items().iter().any(is_otherwise) { "bare names" } else { "config vars" };
    lines.push((label, addon.config_vars.get().map_or_else(unknown, |names| joined(names, "none").into())));
    lines
}

/// What it costs, in words; an unknown price may have a word of its own, such as `metered`.
pub(super) fn price(price: &Known<Price>) -> String {
    match price {
        Known::Is(Price { cents_per_month: 0, .. }) => "free".to_owned(),
        Known::Is(Price { cents_per_month, currency }) => {
            format!("{}.{:02} {currency}/mo", cents_per_month / 100, cents_per_month % 100)
        }
        Known::Unknown(why) if why.contains(' ') => "unknown".to_owned(),
        Known::Unknown(word) => word.to_string(),
    }
}

fn joined(names: &[Text], none: &str) -> String {
    if names.is_empty() { none.to_owned() } else { names.join(" ") }
}

fn attachment_row(attachment: &Attachment) -> Vec<String> {
    let variables = attachment.config_vars.get().map_or_else(|| "unknown".to_owned(), |names| joined(names, "-"));
    vec![attachment.app.to_string(), attachment.alias.clone().unwrap_or_else(|| "-".into()).to_string(), variables]
}
