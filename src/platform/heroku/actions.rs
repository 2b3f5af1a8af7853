//! What Heroku's own data services bring along, from a table; and the links of providers, which are only shown.

mod answer;
mod table;

use reqwest::Method;
use serde_json::{Map, Value};

use super::core::Core;
use super::map::LINK;
use super::request::{Looked, Request, Side};
use super::services::Kind;
use crate::model::{
    ActionAnswer, ActionBody, ActionClass, ActionField, Addon, Fact, RunAction, ServiceAction, printable,
};
use crate::platform::{ReadError, ReadErrorKind};
use table::{ALL, Known};

/// How the names of actions begin that show a provider's page.
const LINKS: &str = "link/";

/// The actions of an add-on.
pub(super) fn of(addon: &Addon) -> Vec<ServiceAction> {
    let kind = Kind::of(&addon.service, addon.plan.as_deref());
    let known = ALL.iter().filter(|known| known.is_of(kind)).map(|known| action(known, kind, addon.plan.as_deref()));
    known.chain(addon.facts.iter().filter_map(link)).collect()
}

fn action(known: &Known, kind: Kind, plan: Option<&str>) -> ServiceAction {
    let field = |field: &table::Field| ActionField {
        name: field.name.to_owned(),
        told: field.told.to_owned(),
        is_required: field.is_required,
        choices: field.choices.iter().map(|choice| (*choice).to_owned()).collect(),
        is_secret: false,
    };
    ServiceAction {
        name: known.name.to_owned(),
        title: known.title.to_owned(),
        class: known.class,
        subject: known.subject.map(str::to_owned),
        fields: known.fields.iter().map(field).collect(),
        cannot: known.cannot(kind, plan).map(str::to_owned),
        is_inferred: false,
    }
}

/// A button of the provider's: its page is shown, not opened.
fn link(fact: &Fact) -> Option<ServiceAction> {
    let label = fact.name.strip_prefix(LINK)?;
    Some(ServiceAction {
        name: format!("{LINKS}{}", slug(label)),
        title: format!("Show the address of \"{label}\""),
        class: ActionClass::Reads,
        subject: None,
        fields: Vec::new(),
        cannot: None,
        is_inferred: false,
    })
}

fn slug(label: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    label.chars().map(plain).collect::<String>().trim_matches('-').to_owned()
}

fn known(name: &str) -> Option<&'static Known> {
    ALL.iter().find(|known| known.name == name)
}

/// The request of an action. One that is in no table has none.
pub(super) fn request(run: &RunAction, looked: &Looked) -> Result<Request, String> {
    let name = printable(&run.action);
    let known = known(&run.action).filter(|known| known.is_of(looked.kind)).ok_or_else(|| {
        format!("No action {name} of this service is known, and an unknown one is not sent to Heroku.")
    })?;
    let subject = run.subject.as_deref();
    if known.subject.is_some() && subject.is_none_or(str::is_empty) {
        return Err(format!("{name} is about one {}: name it.", known.subject.unwrap_or_default()));
    }
    let path: Vec<&str> = known.path.iter().map(|part| place(part, &run.addon_id, subject)).collect();
    let method = Method::from_bytes(known.method.as_bytes()).map_err(|_| format!("{name} can't be sent."))?;
    Ok(Request::new(Side::Data, method, &path, body(known, run.body.as_ref())?))
}

fn place<'a>(part: &'a str, id: &'a str, subject: Option<&'a str>) -> &'a str {
    match part {
        "{id}" => id,
        "{subject}" => subject.unwrap_or_default(),
        part => part,
    }
}

fn body(known: &Known, told: Option<&ActionBody>) -> Result<Option<Value>, String> {
    let sent = match told {
        None => Map::new(),
        Some(ActionBody::Sent(fields)) => fields.clone(),
        Some(ActionBody::Forgotten(names)) => {
            return Err(format!("What was told to it ({}) is not kept, so it can't be sent again.", names.join(", ")));
        }
    };
    let mut fields = Map::new();
    for (name, value) in sent {
        let field = known.fields.iter().find(|field| field.name == name);
        let field = field.ok_or_else(|| format!("{} takes no {}.", known.name, printable(&name)))?;
        fields.insert(name, field.typed(value));
    }
    if let Some(missing) = known.fields.iter().find(|field| field.is_required && !fields.contains_key(field.name)) {
        return Err(format!("{} needs {}: {}", known.name, missing.name, missing.told));
    }
    Ok((known.has_body || !fields.is_empty()).then_some(Value::Object(fields)))
}

/// Heroku's own words for an action.
pub(super) fn words(run: &RunAction, looked: &Looked) -> Vec<String> {
    let Some(known) = known(&run.action) else { return vec!["addons:info".to_owned(), run.addon.clone()] };
    let field = |name: &str| {
        let sent = match &run.body {
            Some(ActionBody::Sent(fields)) => fields.get(name),
            _ => None,
        };
        match sent {
            Some(Value::String(text)) => text.clone(),
            Some(value) => value.to_string(),
            None => name.to_uppercase(),
        }
    };
    let word = |word: &&str| match *word {
        "{addon}" => run.addon.clone(),
        "{app}" => looked.app.clone(),
        "{subject}" => run.subject.clone().unwrap_or_else(|| "NAME".to_owned()),
        word => match word.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(name) => field(name),
            None => word.to_owned(),
        },
    };
    known.cli.iter().map(word).collect()
}

impl Core {
    /// Runs an action that only reads, and shows what it says without secrets.
    pub(super) async fn read_action(&self, addon_id: &str, action: &str) -> Result<ActionAnswer, ReadError> {
        let none = || {
            let message = format!("{} is no action that is known to only read.", printable(action));
            ReadError::new(ReadErrorKind::Refused { status: 422, code: "unknown_action".to_owned() }, message)
        };
        if action.starts_with(LINKS) {
            let addon = self.addon(addon_id).await?.value;
            let is_it = |fact: &&Fact| link(fact).is_some_and(|link| link.name == action);
            let found = addon.facts.iter().find(is_it).ok_or_else(none)?;
            return Ok(ActionAnswer { lines: vec![found.value.to_string()], hidden: 0 });
        }
        let kind = self.place(addon_id).await?.kind();
        let known = known(action).filter(|known| known.class == ActionClass::Reads && known.is_of(kind));
        let known = known.ok_or_else(none)?;
        let path: Vec<&str> = known.path.iter().map(|part| place(part, addon_id, None)).collect();
        let told: Value = self.data.one(&path, known.query, known.title).await?.value;
        Ok(answer::lines(&told))
    }
}

#[cfg(test)]
mod tests;
