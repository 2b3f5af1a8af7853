//! The actions of services. There is no list of them (seen on a running server), so the table is ours; anything else can be
//! run, too, and counts as destroying.

pub(in crate::platform) mod answer;
mod run;
pub(super) mod schema;

use reqwest::Method;

use super::rules::{Rules, is_database};
use crate::model::{ActionClass, Addon, RunAction, ServiceAction, Verb};

pub(super) use run::words;

/// One action that is known.
struct Known {
    /// Its name for people and on the command line.
    name: &'static str,
    title: &'static str,
    class: ActionClass,
    method: Method,
    /// What stands in the path.
    path: &'static str,
    /// What it is about, where it has to be named.
    subject: Option<&'static str>,
    /// What the add-on has to have for it, and what its plan has to tell.
    gate: Gate,
}

/// What decides whether an add-on has an action.
enum Gate {
    /// The service alone.
    Service,
    /// What can be done with the add-on.
    Verb(Verb),
    /// An attribute of its plan (read in the pg plugin, which looks at it before it offers the action).
    Attribute(&'static str),
}

const fn known(
    name: &'static str,
    title: &'static str,
    class: ActionClass,
    method: Method,
    path: &'static str,
    subject: Option<&'static str>,
    gate: Gate,
) -> Known {
    Known { name, title, class, method, path, subject, gate }
}

/// Those of the database broker (recorded exchanges with the broker's actions).
static DATABASE: [Known; 12] = [
    known(
        "backups",
        "List the backups",
        ActionClass::Reads,
        Method::GET,
        "backups",
        None,
        Gate::Verb(Verb::ListBackups),
    ),
    known(
        "backups/create",
        "Make a backup",
        ActionClass::Adds,
        Method::POST,
        "backups",
        None,
        Gate::Verb(Verb::BackUp),
    ),
    known(
        "backups/restore",
        "Replace the data with a backup",
        ActionClass::Destroys,
        Method::PUT,
        "backups",
        Some("backup"),
        Gate::Verb(Verb::RestoreInto),
    ),
    known("roles", "List the read-only roles", ActionClass::Reads, Method::GET, "roles", None, Gate::Service),
    known("roles/create", "Make a read-only role", ActionClass::Adds, Method::POST, "roles", None, Gate::Service),
    // Whoever uses the old password is refused from then on.
    known(
        "roles/rotate",
        "Give a role another password",
        ActionClass::Interrupts,
        Method::PUT,
        "roles",
        Some("role"),
        Gate::Service,
    ),
    known("roles/delete", "Delete a role", ActionClass::Destroys, Method::DELETE, "roles", Some("role"), Gate::Service),
    known(
        "logs",
        "Read the newest file of the log",
        ActionClass::Reads,
        Method::GET,
        "logs",
        None,
        Gate::Verb(Verb::Logs),
    ),
    known(
        "restart",
        "Restart the server",
        ActionClass::Interrupts,
        Method::PUT,
        "restart",
        None,
        Gate::Verb(Verb::Restart),
    ),
    known(
        "replica",
        "Show the read-only replica",
        ActionClass::Reads,
        Method::GET,
        "replica",
        None,
        Gate::Attribute("database_replicas"),
    ),
    // It gives the apps one more variable, DATABASE_READONLY_URL.
    known(
        "replica/create",
        "Make a read-only replica",
        ActionClass::Interrupts,
        Method::PUT,
        "replica",
        None,
        Gate::Attribute("database_replicas"),
    ),
    known(
        "replica/delete",
        "Delete the read-only replica",
        ActionClass::Destroys,
        Method::DELETE,
        "replica",
        None,
        Gate::Attribute("database_replicas"),
    ),
];

/// The one of securekey (recorded exchange). Every app that has the key gets another one.
static SECUREKEY: [Known; 1] =
    [known("rotate", "Make another secure key", ActionClass::Interrupts, Method::POST, "rotate", None, Gate::Service)];

/// What an add-on's service is known to have.
fn table(service: &str) -> &'static [Known] {
    match service {
        "securekey" => &SECUREKEY,
        service if is_database(service) => &DATABASE,
        _ => &[],
    }
}

fn find(name: &str) -> Option<&'static Known> {
    DATABASE.iter().chain(&SECUREKEY).find(|known| known.name == name)
}

/// The actions of an add-on.
pub(super) fn actions(addon: &Addon, rules: Option<&Rules>) -> Vec<ServiceAction> {
    let plan = rules.and_then(|rules| rules.of(addon));
    let action = |known: &Known| {
        let cannot = match known.gate {
            Gate::Service => None,
            Gate::Verb(verb) => addon.cannot(verb).map(str::to_owned),
            Gate::Attribute(attribute) => {
                let lacks = plan.and_then(|plan| plan.has(attribute)) == Some(false);
                lacks.then(|| {
                    let plan = addon.service_and_plan();
                    format!("{plan} has no replicas: only plans with a server of their own have (premium, shield).")
                })
            }
        };
        ServiceAction {
            name: known.name.to_owned(),
            title: known.title.to_owned(),
            class: known.class,
            subject: known.subject.map(str::to_owned),
            fields: Vec::new(),
            cannot,
            // The exchanges were recorded with PostgreSQL; MySQL has the same broker.
            is_inferred: addon.service == "akkeris-mysql",
        }
    };
    table(&addon.service).iter().map(action).collect()
}

/// The path after `actions/` of an action that is known to only read.
pub(super) fn reading(name: &str, subject: Option<&str>) -> Option<Vec<String>> {
    let known = find(name).filter(|known| known.class == ActionClass::Reads)?;
    Some(std::iter::once(known.path).chain(subject).map(str::to_owned).collect())
}

/// Whether an action is in our table: then it takes no body.
pub(super) fn is_known(name: &str) -> bool {
    find(name).is_some()
}

/// The method and the parts of the path after `actions/`.
///
/// # Errors
/// Why it can't be sent, as a sentence.
pub(super) fn way(run: &RunAction) -> Result<(Method, Vec<String>), String> {
    let subject = run.subject.as_deref().filter(|subject| !subject.is_empty());
    let (method, path) = match find(&run.action) {
        Some(known) => {
            if let (Some(what), None) = (known.subject, subject) {
                return Err(format!("The action {} is about one {what}: name it.", run.action));
            }
            (known.method.clone(), known.path)
        }
        None => (other(run)?, run.action.as_str()),
    };
    // A part that is empty or steps up would make another path of it.
    let parts: Vec<String> = path.split('/').chain(subject).map(str::to_owned).collect();
    let is_bad = |part: &String| part.is_empty() || part == "." || part == ".." || part.chars().any(char::is_control);
    if parts.iter().any(is_bad) {
        return Err(format!("{:?} is not the name of an action.", crate::model::printable(&run.action)));
    }
    Ok((method, parts))
}

fn other(run: &RunAction) -> Result<Method, String> {
    let shown = crate::model::printable(&run.action);
    let Some(method) = &run.method else {
        return Err(format!("The action {shown} is in no table of ours: say with which HTTP method it is run."));
    };
    match method.to_ascii_uppercase().as_str() {
        "GET" => Ok(Method::GET),
        "POST" => Ok(Method::POST),
        "PUT" => Ok(Method::PUT),
        "PATCH" => Ok(Method::PATCH),
        "DELETE" => Ok(Method::DELETE),
        _ => Err(format!(
            "An action is run with GET, POST, PUT, PATCH or DELETE, not with {}.",
            crate::model::printable(method)
        )),
    }
}

#[cfg(test)]
mod tests;
