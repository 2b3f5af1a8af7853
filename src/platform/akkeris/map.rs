//! From what comes over the line to our own words.

pub(super) mod catalog;
pub(super) mod others;

use std::collections::HashMap;

use super::memory::{Memory, Seen};
use super::names::{bare, full, service_and_plan, space_of};
use super::rules::Rules;
use super::wire;
use crate::model::{
    Account, Addon, AddonKey, App, Attachment, Fact, Health, Known, Owner, Price, ProfileName, State, Team, Text, Verb,
    printable,
};

/// Why the state of a row is not known.
pub(super) const NOT_ASKED: &str = "its state was not asked yet";
/// What a failed provision reads as (seen on a running server). Whatever else fails reads the same (read in the source), and then
/// there is data.
const FAILED: &str = "Akkeris says deprovisioned: the last thing that its broker did to it failed. Most often it could not be made, and stays until somebody destroys it; if it was in service before, its data may be there.";
/// The same of one that was in service while we looked.
const FAILED_LATER: &str = "Akkeris says deprovisioned: a change, a restore or a restart of it failed at its broker. It was in service before, so its data may be there: look before anybody destroys it.";
/// Why an add-on is missing that an app owns.
pub(super) const NO_BROKER: &str = "Its broker does not answer, so that Akkeris leaves it out of its app's list.";

/// A name; an e-mail address where there is none.
pub(super) fn account(account: wire::Account) -> Account {
    let name = account.name.filter(|name| !name.trim().is_empty()).or(account.email);
    let rights = account.elevated_access.map(|is_administrator| match is_administrator {
        true => "It is an administrator: it can destroy add-ons in socs and prod spaces, too.",
        false => {
            "It is no administrator: it can't destroy add-ons in socs and prod spaces; whatever else is done to add-ons is open to everybody."
        }
    });
    let name = printable(&name.unwrap_or_else(|| "unnamed".to_owned()));
    Account { name, rights: rights.map(str::to_owned) }
}

pub(super) fn team(space: wire::Space) -> Team {
    Team { id: printable(&space.id), name: printable(&space.name) }
}

/// An app with what decides what may be attached to it.
pub(super) fn app(app: wire::App) -> App {
    let name = printable(&app.name);
    let mut facts = Vec::new();
    let mut tell = |fact: &str, value: Option<String>| {
        facts.extend(value.map(|value| Fact::new(fact, printable(&value))));
    };
    tell("compliance", app.space.as_ref().and_then(|space| space.compliance.as_deref()).map(compliance));
    tell("region", app.region.map(|region| region.name));
    tell("organization", app.organization.map(|organization| organization.name));
    tell("web processes", app.formation.as_deref().map(|formation| web_processes(formation).to_string()));
    tell("stack", app.stack.map(|stack| stack.name));
    let team = app.space.map(|space| printable(&space.name)).or_else(|| space_of(&name).map(str::to_owned));
    App {
        id: printable(&app.id).into(),
        name: name.into(),
        team: team.map(Into::into),
        created_at: app.created_at,
        release: None,
        maintenance: app.maintenance.map_or_else(|| Known::Unknown("Akkeris did not tell".into()), Known::Is),
        maintenance_since: None,
        maintenance_by: None,
        facts,
    }
}

/// `compliance=socs,compliance=prod` as `socs,prod`.
fn compliance(text: &str) -> String {
    let of = |part: &str| part.trim().trim_start_matches("compliance=").trim().to_owned();
    text.split(',').map(of).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(",")
}

/// How many kinds of web process an app has: zero for an empty app, which gets one with its first add-on.
fn web_processes(formation: &[wire::Formation]) -> u64 {
    formation.iter().filter(|one| one.kind == "web").map(|one| one.quantity.unwrap_or(1).max(1)).sum()
}

/// What stands around an add-on when it is mapped.
pub(super) struct Around<'a> {
    pub(super) profile: &'a ProfileName,
    pub(super) apps: &'a [App],
    pub(super) rules: Option<&'a Rules>,
    pub(super) memory: &'a Memory,
    pub(super) primaries: &'a Primaries,
}

/// Who is primary: by app and add-on.
pub(super) type Primaries = HashMap<(String, String), bool>;

/// How much a row is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Truth {
    /// It comes from a read that asks the broker.
    True,
    /// It comes from the list of everything, whose state is always "provisioned" whatever is true (seen on a running server).
    Listed,
    /// The broker did not answer.
    Unreachable,
    /// The state could not be asked; why.
    Unread(String),
}

/// An add-on with its attachments: those that are listed, and the owner's own row, which is made of the add-on itself.
pub(super) fn addon(around: &Around<'_>, row: wire::Addon, rows: &[wire::Attachment], truth: &Truth) -> Addon {
    let id = printable(&row.id);
    let name = printable(&row.name);
    let app = printable(&row.app.name);
    let service = printable(&row.addon_service.name);
    let plan = printable(service_and_plan(&row.plan.name).1);
    around.memory.note(&id, |seen| {
        seen.name.clone_from(&name);
        seen.app.clone_from(&app);
        seen.service.clone_from(&service);
        seen.plan.clone_from(&plan);
    });
    let seen = around.memory.seen(&id).unwrap_or_default();
    let (state, state_word, state_reason) = state(&row, truth, &seen);
    match truth {
        Truth::True => around.memory.saw_state(&id, &state, &state_word),
        Truth::Unreachable => around.memory.note(&id, |seen| seen.is_away = true),
        Truth::Listed | Truth::Unread(_) => {}
    }
    let config_vars = names_of(around, &row, &id, &name, seen.bare);
    let attachments = attachments(around, &row, rows, &config_vars);
    let home = around.apps.iter().find(|one| one.name == app);
    let mut cannot = around.rules.map_or_else(Vec::new, |rules| rules.cannot(&service, &plan));
    let last_backup = if cannot.iter().any(|(verb, _)| *verb == Verb::ListBackups) {
        // The service or the plan has no backups: that is known without being told.
        Known::Is(None)
    } else {
        Known::Unknown("Akkeris tells the backups of one database at a time".into())
    };
    cannot.extend(cannot_destroy(home, around.memory.is_administrator()).map(|why| (Verb::Destroy, why)));
    Addon {
        verbatim: None,
        key: AddonKey { profile: around.profile.clone(), id: id.into() },
        team: home.and_then(|home| home.team.clone()).or_else(|| space_of(&app).map(Into::into)),
        owner: Owner::App(app.into()),
        service: service.into(),
        plan: Some(plan.into()),
        state,
        state_word: state_word.into(),
        state_reason: state_reason.map(Into::into),
        health: Health::Unknown(
            "Akkeris does not look into a service: its state is the broker's last operation".into(),
        ),
        created_at: row.created_at,
        updated_at: row.updated_at,
        config_vars,
        attachments: Known::Is(attachments),
        endpoint: None,
        cannot: cannot.into(),
        restored_from: None,
        last_backup,
        work: None,
        price: price(row.billed_price),
        billing: None,
        facts: facts(home, row.web_url),
        name: name.into(),
    }
}

/// The bare names: those of this read, else those remembered.
fn names_of(
    around: &Around<'_>,
    row: &wire::Addon,
    id: &str,
    name: &str,
    remembered: Option<Vec<Text>>,
) -> Known<Vec<Text>> {
    let told = row.config_vars.as_ref().filter(|names| !names.0.is_empty());
    let Some(told) = told else {
        let why = match &row.config_vars {
            Some(_) => "it has none yet",
            None => "they are told with the add-on itself",
        };
        return remembered.map_or_else(|| Known::Unknown(why.into()), Known::Is);
    };
    let full: Vec<Text> = told.0.iter().map(|name| printable(name).into()).collect();
    match bare(&full, row.primary == Some(true), name) {
        Some(bare) => {
            around.memory.note(id, |seen| seen.bare = Some(bare.clone()));
            Known::Is(bare)
        }
        None => Known::Unknown(format!("{} do not begin as the variables of {name} should", full.join(", ")).into()),
    }
}

fn attachments(
    around: &Around<'_>,
    row: &wire::Addon,
    rows: &[wire::Attachment],
    bare: &Known<Vec<Text>>,
) -> Vec<Attachment> {
    let addon = printable(&row.name);
    let owner = printable(&row.app.name);
    let one = |id: Option<String>, name: String, app: String, is_owner, primary: Option<bool>, created_at| Attachment {
        config_vars: variables(bare, primary, &name),
        id: id.map(Into::into),
        alias: Some(name.into()),
        addon: addon.as_str().into(),
        app: app.into(),
        primary,
        owner_row: is_owner,
        created_at,
    };
    let mut attachments = vec![one(None, addon.clone(), owner.clone(), true, row.primary, row.created_at)];
    for listed in rows {
        let app = printable(&listed.app.name);
        // The list of all has the owner's row, those of one app don't (seen on a running server); it is never detached.
        if app == owner {
            continue;
        }
        let id = printable(&listed.id);
        around.memory.note_attachment(&id, &printable(&row.id));
        let primary = listed.primary.or_else(|| around.primaries.get(&(app.clone(), row.id.clone())).copied());
        attachments.push(one(Some(id), printable(&listed.name), app, false, primary, listed.created_at));
    }
    // Where attachments could not be listed, the add-on itself still tells at which apps it is.
    for told in row.attached_to.iter().flatten() {
        let app = printable(&told.name);
        if !told.owner && attachments.iter().all(|known| known.app != app) {
            let unnamed = Attachment { alias: None, ..one(None, String::new(), app, false, None, None) };
            let why = Known::Unknown("its attachment is not told".into());
            attachments.push(Attachment { config_vars: why, ..unnamed });
        }
    }
    attachments
}

fn variables(bare: &Known<Vec<Text>>, primary: Option<bool>, name: &str) -> Known<Vec<Text>> {
    match (bare, primary) {
        (Known::Unknown(why), _) => Known::Unknown(why.clone()),
        (Known::Is(bare), Some(primary)) => {
            Known::Is(bare.iter().map(|bare| full(bare, primary, name).into()).collect())
        }
        (Known::Is(_), None) => Known::Unknown("whether it is the app's primary is not told".into()),
    }
}

/// Where it stands, the platform's word, and why.
fn state(row: &wire::Addon, truth: &Truth, seen: &Seen) -> (State, String, Option<String>) {
    let last = || seen.state.clone().unwrap_or_else(|| (State::Unknown(NOT_ASKED.into()), "unknown".to_owned()));
    match truth {
        Truth::True => {
            let word = printable(&row.state);
            let state = true_state(row, seen);
            let said = Some(printable(row.state_description.trim())).filter(|said| !said.is_empty());
            let reason = if state == State::Failed { Some(failed(seen)) } else { said };
            (state, word, reason)
        }
        // Until it answers again, whatever it was before is no news.
        Truth::Unreachable => unreachable(last().0),
        Truth::Listed if seen.is_away => unreachable(last().0),
        Truth::Listed => {
            let (state, word) = last();
            let reason = (state == State::Failed).then(|| failed(seen));
            (state, word, reason)
        }
        Truth::Unread(why) => (State::Unknown(why.as_str().into()), "unknown".to_owned(), None),
    }
}

fn unreachable(last: State) -> (State, String, Option<String>) {
    (State::Unreachable(Box::new(last)), "unreachable".to_owned(), Some(NO_BROKER.to_owned()))
}

fn failed(seen: &Seen) -> String {
    if seen.was_ready { FAILED_LATER } else { FAILED }.to_owned()
}

/// Three words there are (seen on a running server). A change of plan, a restore and a restart read as `provisioning`, too;
/// its variables, which it has only once it was made, tell them from a first provision.
fn true_state(row: &wire::Addon, seen: &Seen) -> State {
    let was_made = seen.was_ready || row.config_vars.as_ref().is_some_and(|names| !names.0.is_empty());
    match row.state.as_str() {
        "provisioned" => State::Ready,
        "deprovisioned" => State::Failed,
        "provisioning" if seen.is_restoring => State::Restoring,
        "provisioning" if was_made => State::Updating,
        "provisioning" => State::Provisioning,
        other => State::Other(printable(other).into()),
    }
}

/// Only administrators destroy in spaces of these compliances (seen on a running server).
pub(super) fn cannot_destroy(home: Option<&App>, is_administrator: Option<bool>) -> Option<String> {
    let home = home?;
    let kind = guarded(home)?;
    (is_administrator == Some(false)).then(|| {
        format!("{} is in a {kind} space, where only administrators destroy add-ons; this account is none.", home.name)
    })
}

/// Whether an app's space has a compliance that guards its add-ons, and which.
pub(super) fn guarded(app: &App) -> Option<&'static str> {
    let has = |kind: &str| app.fact("compliance").is_some_and(|all| all.split(',').any(|one| one == kind));
    ["socs", "prod"].into_iter().find(|kind| has(kind))
}

fn facts(home: Option<&App>, web_url: Option<String>) -> Vec<Fact> {
    let mut facts = Vec::new();
    for name in ["region", "compliance", "organization"] {
        facts.extend(home.and_then(|home| home.fact(name)).map(|value| Fact::new(name, value)));
    }
    facts.extend(web_url.filter(|url| !url.is_empty()).map(|url| Fact::new("web url", printable(&url))));
    facts
}

/// The currency is not told; the vendor's client prints dollars (seen in its output).
pub(super) fn price(price: Option<wire::Price>) -> Known<Price> {
    let Some(wire::Price { cents: Some(cents), unit }) = price else {
        return Known::Unknown("Akkeris does not tell".into());
    };
    match unit.as_deref() {
        None | Some("month") => Known::Is(Price { cents_per_month: cents, currency: "USD".into() }),
        Some(unit) => Known::Unknown(format!("it is told by {}", printable(unit)).into()),
    }
}
