//! From payloads to the model.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::decode::{self, facts, moment, one, text, word};
use super::services::{self, NOT_TOLD};
use crate::model::{
    Account, Addon, AddonKey, App, Attachment, Health, Known, Owner, ProfileName, Release, State, Team, Text, Verb,
    printable, variable_name,
};

const NO_PRICE: &str = "Watasu tells prices in its dashboard alone";
/// Fields of an add-on that have a place of their own.
const TAKEN: [&str; 21] = [
    "name",
    "id",
    "uuid",
    "addon",
    "slug",
    "service",
    "plan",
    "state",
    "status",
    "team",
    "team_slug",
    "owner",
    "attachments",
    "created_at",
    "updated_at",
    "links",
    "uri",
    "url",
    "self",
    "app",
    "apps",
];
/// Where the platform's own word on a failure may stand (inferred; a public error is documented).
const REASONS: [&str; 6] = ["last_error_message", "public_error", "error_message", "error", "message", "state_reason"];

/// What a payload is read with.
pub(super) struct Reading<'a> {
    /// The profile that it was read through.
    pub(super) profile: &'a ProfileName,
    /// Takes what is secret out of text.
    pub(super) clean: &'a (dyn Fn(&str) -> String + Sync),
}

/// One row of an app's add-ons, or one add-on.
pub(super) struct Row {
    pub(super) addon: Addon,
    /// Whether its payload told which apps have it.
    pub(super) tells_attachments: bool,
    /// Whether it told how it stands.
    pub(super) tells_state: bool,
}

/// The words of a state, as far as they are documented. Every other word is shown as it is, and counts neither as good nor as bad.
fn state(word: Option<&str>) -> State {
    match word {
        Some("ready") => State::Ready,
        Some("waiting_for_capacity") => State::Waiting,
        Some(other) => State::Other(other.into()),
        None => State::Unknown("Watasu did not tell how it stands".into()),
    }
}

impl Reading<'_> {
    /// An add-on of a payload. `called` is the name that it was asked by, where it was.
    pub(super) fn addon(&self, value: &Value, called: Option<&str>) -> Option<Row> {
        let fields = match value {
            Value::String(name) => return Some(self.row(&Map::new(), printable(name))),
            other => one(other, "addon")?,
        };
        let named = text(fields, &["name", "addon", "slug"]).or_else(|| called.map(str::to_owned));
        Some(self.row(fields, named.or_else(|| text(fields, &["id", "uuid"]))?))
    }

    fn row(&self, fields: &Map<String, Value>, name: String) -> Row {
        let told_id = text(fields, &["id", "uuid"]);
        let (service, plan) = service_and_plan(fields);
        let state_word = text(fields, &["state", "status"]).map(|word| (self.clean)(&word));
        let team = text(fields, &["team", "team_slug", "owner"]);
        let bare_names = services::config_vars(&service);
        let attachments = fields.get("attachments").and_then(Value::as_array);
        let told = attachments.map(|rows| {
            rows.iter().filter_map(|row| self.attachment(row, &name, &bare_names)).collect::<Vec<Attachment>>()
        });
        let taken = [TAKEN.as_slice(), REASONS.as_slice()].concat();
        let no_backups = services::no_backups(&service);
        let tells_attachments = told.is_some();
        let addon = Addon {
            key: AddonKey { profile: self.profile.clone(), id: told_id.unwrap_or_else(|| name.clone()).into() },
            team: team.clone().map(Into::into),
            owner: Owner::Team(team.unwrap_or_else(|| NOT_TOLD.to_owned()).into()),
            plan: plan.map(Into::into),
            state: state(state_word.as_deref()),
            state_reason: reason(fields, &REASONS).map(|reason| (self.clean)(&reason)).map(Into::into),
            health: Health::Unknown("Watasu's MCP server tells no health".into()),
            created_at: moment(fields, &["created_at"]),
            updated_at: moment(fields, &["updated_at"]),
            config_vars: bare_names,
            attachments: match told {
                Some(rows) => Known::Is(rows),
                None => Known::Unknown("Watasu did not tell which apps have it".into()),
            },
            endpoint: None,
            cannot: services::cannot(&service).into(),
            restored_from: None,
            last_backup: match no_backups {
                Some(_) => Known::Is(None),
                None => Known::Unknown("its backups are told by the watasu command, one add-on at a time".into()),
            },
            work: None,
            price: Known::Unknown(NO_PRICE.into()),
            billing: None,
            facts: self.cleaned(facts(fields, &taken)),
            verbatim: None,
            service: service.into(),
            name: name.into(),
            state_word: state_word.clone().unwrap_or_else(|| NOT_TOLD.to_owned()).into(),
        };
        Row { addon, tells_attachments, tells_state: state_word.is_some() }
    }

    fn cleaned(&self, mut facts: Vec<crate::model::Fact>) -> Vec<crate::model::Fact> {
        facts.iter_mut().for_each(|fact| fact.value = (self.clean)(&fact.value).into());
        facts
    }

    /// An add-on of which came text that is no JSON.
    pub(super) fn unread(&self, name: &str, verbatim: &str) -> Addon {
        let mut addon = self.blank(name, "what Watasu told of it is no JSON: it is shown as it came");
        addon.verbatim = Some(decode::verbatim(verbatim, self.clean).into());
        addon
    }

    /// An add-on of which nothing but its name is known.
    pub(super) fn blank(&self, name: &str, why: &str) -> Addon {
        let mut addon = self.row(&Map::new(), printable(name)).addon;
        addon.state = State::Unknown(why.into());
        addon
    }

    /// A row that stands for the add-ons of an app, of which came text that is no JSON and names none of them. Nothing can be
    /// done with it but to read it.
    pub(super) fn unread_list(&self, app: &App, verbatim: &str) -> Addon {
        let name = format!("({}: not understood)", app.name);
        let why = "What Watasu told of this app's add-ons is no JSON and could not be taken apart: nothing can be done with it from here.";
        let mut addon = self.unread(&name, verbatim);
        addon.cannot = Arc::new(Verb::ALL.into_iter().map(|verb| (verb, why.to_owned())).collect());
        addon.team = app.team.clone();
        addon.attachments = Known::Unknown("which add-ons these are could not be told".into());
        addon
    }

    /// An attachment. Where Watasu tells no id, the app and the alias identify it.
    fn attachment(&self, value: &Value, addon: &str, bare: &Known<Vec<Text>>) -> Option<Attachment> {
        let fields = match value {
            Value::String(app) => return Some(attached(addon, &printable(app), None, bare)),
            other => one(other, "attachment")?,
        };
        let app = text(fields, &["app", "app_name", "app_slug"])?;
        let alias = text(fields, &["alias", "as", "name"]).filter(|alias| *alias != app);
        let mut row = attached(addon, &app, alias, bare);
        if let Some(id) = text(fields, &["id", "uuid"]) {
            row.id = Some(id.into());
        }
        let names = ["config_vars", "variables", "config_var_names"].iter().find_map(|name| fields.get(*name));
        if let Some(names) = names.and_then(variable_names) {
            row.config_vars = Known::Is(names.into_iter().map(Text::from).collect());
        }
        row.created_at = moment(fields, &["created_at"]);
        Some(row)
    }

    pub(super) fn account(&self, value: &Value) -> Option<Account> {
        let fields = ["user", "account", "whoami"].iter().find_map(|name| value.get(*name)?.as_object());
        let fields = fields.or_else(|| one(value, "whoami"))?;
        let name = text(fields, &["email", "login", "username", "account", "name", "id"])?;
        let rights = ["permissions", "scopes", "capabilities"].iter().find_map(|name| {
            let words: Vec<String> = fields.get(*name)?.as_array()?.iter().filter_map(word).collect();
            (!words.is_empty()).then(|| format!("Watasu tells its {name}: {}.", words.join(", ")))
        });
        Some(Account { name: (self.clean)(&name), rights })
    }

    pub(super) fn team(&self, value: &Value) -> Option<Team> {
        let name = match value {
            Value::String(name) => printable(name),
            other => text(one(other, "team")?, &["slug", "name", "id"])?,
        };
        let id = value.as_object().and_then(|fields| text(fields, &["id"]));
        Some(Team { id: id.unwrap_or_else(|| name.clone()), name })
    }

    pub(super) fn app(&self, value: &Value) -> Option<App> {
        let bare = Map::new();
        let fields = match value {
            Value::String(_) => &bare,
            other => one(other, "app")?,
        };
        let name = match value {
            Value::String(name) => printable(name),
            _ => text(fields, &["name", "slug", "app", "id"])?,
        };
        let release =
            ["current_release", "release", "latest_release"].iter().find_map(|name| match fields.get(*name)? {
                Value::Object(release) => version(release),
                other => number(other),
            });
        let known = [
            "name",
            "slug",
            "app",
            "id",
            "team",
            "created_at",
            "current_release",
            "release",
            "latest_release",
            "links",
            "uri",
            "self",
            "latest_build",
            "addons",
        ];
        Some(App {
            id: text(fields, &["id"]).unwrap_or_else(|| name.clone()).into(),
            team: text(fields, &["team", "team_slug"]).map(Into::into),
            created_at: moment(fields, &["created_at"]),
            release,
            maintenance: Known::Unknown("Watasu tells no maintenance mode of apps".into()),
            maintenance_since: None,
            maintenance_by: None,
            facts: self.cleaned(facts(fields, &known)),
            name: name.into(),
        })
    }

    pub(super) fn release(&self, value: &Value) -> Option<Release> {
        let fields = one(value, "release")?;
        let said = text(fields, &["description", "summary", "message", "reason", "title"]);
        let state = text(fields, &["state", "status"]);
        let description = match (said, state) {
            (Some(said), Some(state)) => format!("{said} ({state})"),
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => NOT_TOLD.to_owned(),
        };
        Some(Release {
            version: version(fields)?,
            description: (self.clean)(&description),
            by: text(fields, &["user", "by", "author", "created_by"]),
            created_at: moment(fields, &["created_at", "released_at"]),
        })
    }
}

/// An attachment of which app and alias are known. Watasu prefixes every variable with the alias (documented).
pub(super) fn attached(addon: &str, app: &str, alias: Option<String>, bare: &Known<Vec<Text>>) -> Attachment {
    let config_vars = match bare {
        Known::Is(names) => Known::Is(names.iter().map(|name| variable_name(alias.as_deref(), name).into()).collect()),
        Known::Unknown(why) => Known::Unknown(why.clone()),
    };
    let id = match &alias {
        Some(alias) => format!("{app}/{alias}"),
        None => app.to_owned(),
    };
    Attachment {
        id: Some(id.into()),
        alias: alias.map(Into::into),
        addon: addon.into(),
        app: app.into(),
        primary: None,
        owner_row: false,
        config_vars,
        created_at: None,
    }
}

/// Names alone: values are dropped where they stand, should a server send any.
fn variable_names(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::Array(items) => Some(
            items
                .iter()
                .filter_map(|item| match item {
                    Value::String(name) => Some(printable(name)),
                    other => text(other.as_object()?, &["key", "name"]),
                })
                .collect(),
        ),
        Value::Object(fields) => Some(fields.keys().map(|name| printable(name)).collect()),
        _ => None,
    }
}

/// `service:plan` in either field, or both apart.
fn service_and_plan(fields: &Map<String, Value>) -> (String, Option<String>) {
    let service = text(fields, &["service", "service_slug", "addon_service"]);
    let plan = text(fields, &["plan", "plan_slug"]);
    let split = |text: &str| text.split_once(':').map(|(service, plan)| (service.to_owned(), plan.to_owned()));
    match (service, plan) {
        (service, Some(plan)) => match split(&plan) {
            Some((of, plan)) => (service.unwrap_or(of), Some(plan)),
            None => (service.unwrap_or_else(|| NOT_TOLD.to_owned()), Some(plan)),
        },
        (Some(service), None) => match split(&service) {
            Some((service, plan)) => (service, Some(plan)),
            None => (service, None),
        },
        (None, None) => (NOT_TOLD.to_owned(), None),
    }
}

fn reason(fields: &Map<String, Value>, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| match fields.get(*name)? {
        Value::Object(inner) => text(inner, &["message", "reason"]),
        other => word(other),
    })
}

fn version(fields: &Map<String, Value>) -> Option<u64> {
    ["version", "number", "id"].iter().find_map(|name| number(fields.get(*name)?))
}

fn number(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.trim_start_matches('v').parse().ok(),
        _ => None,
    }
}
