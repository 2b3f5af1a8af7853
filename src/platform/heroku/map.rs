//! From the wire to the model. Every text is cleaned on the way.

use std::sync::Arc;

use super::services::{self, Kind};
use super::wire;
use crate::model::{
    Addon, AddonKey, App, Attachment, Capability, Fact, Health, Known, Owner, Plan, Price, ProfileName, Release,
    Service, State, printable,
};

/// What all of Heroku's prices are in: it tells cents and no currency (its own tables say `$`).
const CURRENCY: &str = "USD";

/// How facts begin that hold the address of a provider's page.
pub(super) const LINK: &str = "link ";

fn optional(text: Option<String>) -> Option<String> {
    text.map(|text| printable(&text)).filter(|text| !text.is_empty())
}

fn named(name: &str, of: Option<wire::Named>) -> Option<Fact> {
    of.map(|of| Fact::new(name, printable(&of.name)))
}

pub(super) fn app(app: wire::App) -> App {
    let facts = [
        named("region", app.region),
        named("space", app.space),
        named("stack", app.stack),
        named("generation", app.generation),
        app.archived_at.map(|at| Fact::new("archived", at.strftime("%Y-%m-%d").to_string())),
    ];
    App {
        id: printable(&app.id).into(),
        name: printable(&app.name).into(),
        team: app.team.map(|team| printable(&team.name)).map(Into::into),
        created_at: app.created_at,
        release: None,
        maintenance: match app.maintenance {
            Some(is_on) => Known::Is(is_on),
            None => Known::Unknown("Heroku does not tell whether it is in maintenance".into()),
        },
        maintenance_since: None,
        maintenance_by: None,
        facts: facts.into_iter().flatten().collect(),
    }
}

/// An add-on with those of the attachments that are its own.
pub(super) fn addon(profile: &ProfileName, addon: &wire::Addon, attachments: Known<Vec<Attachment>>) -> Addon {
    let full = addon.plan.as_ref().map(|plan| printable(&plan.name)).unwrap_or_default();
    let (service, plan) = match full.split_once(':') {
        Some((service, plan)) => (service.to_owned(), Some(plan.to_owned())),
        None => (String::new(), Some(full).filter(|plan| !plan.is_empty())),
    };
    let service = addon.addon_service.as_ref().map_or(service, |one| printable(&one.name));
    let word = printable(addon.state.as_deref().unwrap_or("not told"));
    let kind = Kind::of(&service, plan.as_deref());
    let billing = addon.billing_entity.as_ref();
    Addon {
        verbatim: None,
        key: AddonKey { profile: profile.clone(), id: printable(&addon.id).into() },
        name: printable(&addon.name).into(),
        team: billing.filter(|one| one.kind.as_deref() == Some("team")).map(|one| printable(&one.name).into()),
        owner: Owner::App(addon.app.as_ref().map(|app| printable(&app.name)).unwrap_or_default().into()),
        state: state(addon.state.as_deref()),
        state_reason: (word == "deprovisioned")
            .then(|| "Heroku says deprovisioned: it could not be made, or it has been removed.".into()),
        state_word: word.into(),
        // `provisioned` says nothing about it (Dev Center).
        health: Health::Unknown(kind.no_health().into()),
        created_at: addon.created_at,
        updated_at: addon.updated_at,
        config_vars: match &addon.config_vars {
            Some(names) => Known::Is(names.iter().map(|name| printable(name).into()).collect()),
            None => Known::Unknown("Heroku does not tell the names of its variables".into()),
        },
        attachments,
        endpoint: None,
        cannot: Arc::new(services::cannot(kind, plan.as_deref())),
        restored_from: None,
        last_backup: match kind {
            // There is none, and never was: that is known without being told.
            Kind::KeyValue => Known::Is(None),
            _ => Known::Unknown("Heroku tells it with the backups alone".into()),
        },
        work: None,
        price: billed(addon),
        billing: billing.map(|one| printable(&one.name)).map(Into::into),
        facts: facts(addon),
        service: service.into(),
        plan: plan.map(Into::into),
    }
}

/// Our word for Heroku's. `deprovisioning` is missing from its schema and occurs (the CLI's source); any other is no good.
fn state(word: Option<&str>) -> State {
    match word {
        Some("provisioning") => State::Provisioning,
        Some("provisioned") => State::Ready,
        Some("deprovisioning") => State::Deprovisioning,
        Some("deprovisioned") => State::Gone,
        Some(other) => State::Other(printable(other).into()),
        None => State::Unknown("Heroku does not tell it".into()),
    }
}

fn facts(addon: &wire::Addon) -> Vec<Fact> {
    let told = |name: &str, text: &Option<String>| optional(text.clone()).map(|text| Fact::new(name, text));
    let mut facts: Vec<Fact> = [told("web url", &addon.web_url), told("provider message", &addon.provision_message)]
        .into_iter()
        .flatten()
        .collect();
    for action in addon.actions.iter().flatten() {
        let label = optional(action.label.clone());
        // One without an address of its own is reached through the add-on's page: how is not documented.
        let url = optional(action.url.clone()).or_else(|| optional(addon.web_url.clone()));
        facts.extend(label.zip(url).map(|(label, url)| Fact::new(format!("{LINK}{label}"), url)));
    }
    facts
}

/// What this customer pays. It may differ from the plan's price, so the plan's is never taken for it.
fn billed(addon: &wire::Addon) -> Known<Price> {
    let is_metered = addon.plan.as_ref().and_then(|plan| plan.price.as_ref()?.metered) == Some(true);
    match &addon.billed_price {
        Some(price) if is_metered => self::price(Some(&wire::Price { metered: Some(true), ..price.clone() })),
        price => self::price(price.as_ref()),
    }
}

fn price(price: Option<&wire::Price>) -> Known<Price> {
    let unknown = |why: &str| Known::Unknown(why.into());
    match price {
        None => unknown("Heroku does not tell a price"),
        Some(price) if price.contract == Some(true) => unknown("contract"),
        Some(price) if price.metered == Some(true) => unknown("metered"),
        Some(wire::Price { cents: Some(cents), unit, .. }) => match unit.as_deref() {
            Some("month") | None => Known::Is(Price { cents_per_month: *cents, currency: CURRENCY.into() }),
            Some(_) if *cents == 0 => Known::Is(Price { cents_per_month: 0, currency: CURRENCY.into() }),
            Some(unit) => Known::Unknown(format!("{cents} cents per {}", printable(unit)).into()),
        },
        Some(_) => unknown("Heroku does not tell a price"),
    }
}

pub(super) fn attachment(attachment: &wire::Attachment) -> Attachment {
    let name = printable(&attachment.name);
    Attachment {
        id: Some(printable(&attachment.id).into()),
        addon: printable(&attachment.addon.name).into(),
        app: printable(&attachment.app.name).into(),
        // Heroku knows names alone: who bears DATABASE serves the app as DATABASE, and so with any other name.
        primary: None,
        owner_row: false,
        config_vars: match &attachment.config_vars {
            Some(names) => Known::Is(names.iter().map(|name| printable(name).into()).collect()),
            None => Known::Unknown("Heroku does not tell the names of its variables".into()),
        },
        created_at: attachment.created_at,
        alias: Some(name.into()),
    }
}

pub(super) fn service(service: wire::Service) -> Service {
    let name = printable(&service.name);
    let human = optional(service.human_name).unwrap_or_else(|| name.clone());
    let word = optional(service.state);
    let kind = Kind::of(&name, None);
    Service {
        summary: match word.as_deref() {
            None | Some("ga") => human,
            Some(word) => format!("{human} ({word})"),
        },
        unavailable: (word.as_deref() == Some("shutdown")).then(|| "Its provider is shutting it down.".to_owned()),
        program: None,
        config_vars: Known::Unknown("Heroku tells the names once there is an add-on: NAME_URL for most".into()),
        backups: match kind {
            Kind::Postgres | Kind::AdvancedPostgres => Known::Is(Capability::Can),
            Kind::KeyValue => Known::Is(Capability::Cannot(services::NO_KEY_VALUE_BACKUPS.to_owned())),
            Kind::OtherOfHeroku => Known::Is(Capability::Cannot(services::OF_HEROKU.to_owned())),
            Kind::Other => Known::Is(Capability::Cannot(services::OF_A_PARTNER.to_owned())),
        },
        backup_format: matches!(kind, Kind::Postgres).then(|| "pg_dump custom format".to_owned()),
        plans: Vec::new(),
        are_plans_unread: true,
        name,
    }
}

/// The plans that can be ordered, cheapest first; those without a price in cents come last.
pub(super) fn plans(plans: Vec<wire::Plan>) -> Vec<Plan> {
    let mut plans: Vec<Plan> = plans.into_iter().filter(|plan| plan.visible != Some(false)).map(plan).collect();
    plans.sort_by_key(|plan| plan.price.get().map_or(u64::MAX, |price| price.cents_per_month));
    plans
}

fn plan(plan: wire::Plan) -> Plan {
    let full = printable(&plan.name);
    Plan {
        name: full.split_once(':').map_or(full.as_str(), |(_, name)| name).to_owned(),
        summary: optional(plan.description).or_else(|| optional(plan.human_name)).unwrap_or_default(),
        is_default: plan.default == Some(true),
        price: price(plan.price.as_ref()),
        limits: Vec::new(),
    }
}

pub(super) fn release(release: wire::Release) -> Release {
    let mut description = optional(release.description).unwrap_or_else(|| "no description".to_owned());
    if let Some(status) = optional(release.status).filter(|status| status != "succeeded") {
        description.push_str(&format!(" ({status})"));
    }
    Release {
        version: release.version,
        description,
        by: release.user.and_then(|user| optional(user.email)),
        created_at: release.created_at,
    }
}

/// How facts begin that name the credential of an attachment.
pub(super) const CREDENTIAL: &str = "credential of ";

/// The credential, or the pool, that an app uses, where it is not the default one.
pub(super) fn credential(attachment: &wire::Attachment) -> Option<Fact> {
    let namespace = attachment.namespace.as_deref()?;
    let name = printable(namespace.strip_prefix("credential:").unwrap_or(namespace));
    let of = printable(&format!("{}::{}", attachment.app.name, attachment.name));
    Some(Fact::new(format!("{CREDENTIAL}{of}"), name))
}
