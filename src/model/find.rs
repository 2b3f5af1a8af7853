//! Finding a database by what people have at hand: its name, an app, `APP/VARIABLE`, an alias, a variable, an address.

use std::fmt;

use super::{Addon, Attachment, Endpoint, Known};

/// An add-on that fits what is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found<'a> {
    /// Which.
    pub addon: &'a Addon,
    /// What of it fits.
    pub by: By<'a>,
    /// Whether that fits as a whole, and not in part only.
    pub is_exact: bool,
}

/// What of an add-on fits. In a few words: `app billing`, `DATABASE_URL of billing`; empty when nothing was looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By<'a> {
    /// Nothing was looked for.
    Nothing,
    /// Its name.
    Name,
    /// Its id.
    Id,
    /// An app that uses it.
    App(&'a str),
    /// What an app calls it, and which app.
    Alias(&'a str, &'a str),
    /// A variable, and of which app.
    Variable(&'a str, &'a str),
    /// Where it is reached.
    Address(&'a Endpoint),
    /// The database in its server.
    Database(&'a str),
    /// Its user there.
    User(&'a str),
}

impl fmt::Display for By<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            By::Nothing => Ok(()),
            By::Name => write!(f, "its name"),
            By::Id => write!(f, "its id"),
            By::App(app) => write!(f, "app {app}"),
            By::Alias(alias, app) => write!(f, "alias {alias} of {app}"),
            By::Variable(name, app) => write!(f, "{name} of {app}"),
            By::Address(endpoint) => write!(f, "address {}:{}", endpoint.host, endpoint.port),
            By::Database(name) => write!(f, "database {name}"),
            By::User(name) => write!(f, "user {name}"),
        }
    }
}

/// How well something fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Exact,
    Start,
    Part,
}

/// `wanted` is in small letters.
fn fit(value: &str, wanted: &str) -> Option<Fit> {
    // Nearly all of ten thousand names are told apart without a copy of them.
    let place = if value.is_ascii() {
        let mut places = value.as_bytes().windows(wanted.len().max(1));
        match wanted.is_empty() {
            true => Some(0),
            false => places.position(|part| part.eq_ignore_ascii_case(wanted.as_bytes())),
        }
    } else {
        let value = value.to_lowercase();
        return Some(fit_at(value.find(wanted)?, &value, wanted));
    };
    Some(fit_at(place?, value, wanted))
}

fn fit_at(place: usize, value: &str, wanted: &str) -> Fit {
    match place {
        0 if value.len() == wanted.len() => Fit::Exact,
        0 => Fit::Start,
        _ => Fit::Part,
    }
}

/// The add-ons that fit, the best first: a name as a whole comes before an app as a whole, and that before a part of a name.
/// All of them when nothing is looked for. None is ever guessed: where several fit, several are told.
pub fn find_addons<'a>(addons: impl IntoIterator<Item = &'a Addon>, wanted: &str) -> Vec<Found<'a>> {
    let wanted = wanted.trim().to_lowercase();
    let found = addons.into_iter().filter_map(|addon| {
        let (fit, rank, by) = match wanted.is_empty() {
            true => (Fit::Part, 0, By::Nothing),
            false => best_way(addon, &wanted)?,
        };
        Some((fit, rank, Found { addon, by, is_exact: fit == Fit::Exact }))
    });
    let mut found: Vec<(Fit, usize, Found<'a>)> = found.collect();
    fn key<'b>((fit, rank, found): &'b (Fit, usize, Found<'_>)) -> (Fit, usize, &'b str) {
        (*fit, *rank, &found.addon.name)
    }
    found.sort_by(|one, other| key(one).cmp(&key(other)));
    found.into_iter().map(|(_, _, found)| found).collect()
}

type Way<'a> = Option<(Fit, By<'a>)>;

/// In which way an add-on fits best: how well, which way it is in the order in which they count, and by what.
fn best_way<'a>(addon: &'a Addon, wanted: &str) -> Option<(Fit, usize, By<'a>)> {
    let mut best: Option<(Fit, usize, By<'a>)> = None;
    for (rank, way) in WAYS.iter().enumerate() {
        if let Some((fit, by)) = way(addon, wanted)
            && best.is_none_or(|(known, ..)| fit < known)
        {
            best = Some((fit, rank, by));
            if fit == Fit::Exact {
                break;
            }
        }
    }
    best
}

/// All ways, in the order in which they count.
const WAYS: [for<'a> fn(&'a Addon, &str) -> Way<'a>; 8] =
    [by_name, by_id, by_app_and_name, by_app, by_alias, by_variable, by_address, by_database];

fn best<'a>(all: impl Iterator<Item = (Fit, By<'a>)>) -> Way<'a> {
    all.min_by_key(|(fit, _)| *fit)
}

fn by_name<'a>(addon: &'a Addon, wanted: &str) -> Way<'a> {
    fit(&addon.name, wanted).map(|fit| (fit, By::Name))
}

fn by_id<'a>(addon: &'a Addon, wanted: &str) -> Way<'a> {
    fit(&addon.key.id, wanted).filter(|fit| *fit == Fit::Exact).map(|fit| (fit, By::Id))
}

fn by_app_and_name<'a>(addon: &'a Addon, wanted: &str) -> Way<'a> {
    let (app, name) = wanted.split_once('/')?;
    best(addon.attachments.items().iter().filter_map(|row| in_app(row, app, name)))
}

fn by_app<'a>(addon: &'a Addon, wanted: &str) -> Way<'a> {
    best(addon.attachments.items().iter().filter_map(|row| Some((fit(&row.app, wanted)?, By::App(&row.app)))))
}

fn by_alias<'a>(addon: &'a Addon, wanted: &str) -> Way<'a> {
    best(addon.attachments.items().iter().filter_map(|row| {
        let alias = row.alias.as_ref()?;
        Some((fit(alias, wanted)?, By::Alias(alias, &row.app)))
    }))
}

fn by_variable<'a>(addon: &'a Addon, wanted: &str) -> Way<'a> {
    best(addon.attachments.items().iter().flat_map(|row| {
        let names = row.config_vars.items().iter();
        names.filter_map(|name| Some((fit(name, wanted)?, By::Variable(name, &row.app))))
    }))
}

fn by_address<'a>(addon: &'a Addon, wanted: &str) -> Way<'a> {
    let endpoint = addon.endpoint.as_deref()?;
    let whole = format!("{}:{}", endpoint.host, endpoint.port);
    let fit = fit(&endpoint.host, wanted).into_iter().chain(fit(&whole, wanted)).min()?;
    Some((fit, By::Address(endpoint)))
}

fn by_database<'a>(addon: &'a Addon, wanted: &str) -> Way<'a> {
    let endpoint = addon.endpoint.as_deref()?;
    let database = endpoint.database.as_ref().and_then(|name| Some((fit(name, wanted)?, By::Database(name))));
    database.or_else(|| endpoint.user.as_ref().and_then(|name| Some((fit(name, wanted)?, By::User(name)))))
}

/// `APP/VARIABLE`: a variable of an app, or what the app calls the add-on.
fn in_app<'a>(row: &'a Attachment, app: &str, wanted: &str) -> Way<'a> {
    let app_fit = fit(&row.app, app.trim())?;
    let names = row.config_vars.items().iter().chain(&row.alias);
    let (name_fit, name) =
        names.filter_map(|name| Some((fit(name, wanted.trim())?, name))).min_by_key(|(fit, _)| *fit)?;
    Some((app_fit.max(name_fit), By::Variable(name, &row.app)))
}

/// Where an add-on is used, in a few words: its apps with their aliases, that there are none, or that it is not known.
pub fn used_by(addon: &Addon) -> String {
    match &addon.attachments {
        Known::Unknown(why) => format!("unknown who uses it: {why}"),
        Known::Is(rows) if rows.is_empty() => "no app uses it".to_owned(),
        Known::Is(rows) => {
            let one = |row: &Attachment| match &row.alias {
                Some(alias) => format!("{} as {alias}", row.app),
                None => row.app.to_string(),
            };
            rows.iter().map(one).collect::<Vec<_>>().join(", ")
        }
    }
}

/// The part of a pasted text by which a database is found: of a URL its host and port alone, since it may hold a password.
pub fn without_secrets(text: &str) -> String {
    let Some((_, rest)) = text.split_once("://") else { return text.to_owned() };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    // A password may hold an @ that nobody escaped; a host never does.
    let last =
        rest.rsplit_once('@').map_or(authority, |(_, end)| end.split(['/', '?', '#']).next().unwrap_or_default());
    last.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AddonKey, Health, Owner, ProfileName, State};

    fn addon(name: &str, port: u16, rows: &[(&str, Option<&str>, &str)]) -> Addon {
        let attachment = |(app, alias, variable): &(&str, Option<&str>, &str)| Attachment {
            id: None,
            alias: alias.map(Into::into),
            addon: name.into(),
            app: (*app).into(),
            primary: None,
            owner_row: false,
            config_vars: Known::Is(vec![(*variable).into()]),
            created_at: None,
        };
        Addon {
            verbatim: None,
            key: AddonKey { profile: ProfileName("p".into()), id: format!("add_{port}").into() },
            name: name.into(),
            team: None,
            owner: Owner::Team("t".into()),
            service: "postgresql".into(),
            plan: None,
            state: State::Ready,
            state_word: "ready".into(),
            state_reason: None,
            health: Health::Ok,
            created_at: None,
            updated_at: None,
            config_vars: Known::Is(Vec::new()),
            attachments: Known::Is(rows.iter().map(attachment).collect()),
            endpoint: Some(Box::new(Endpoint {
                host: "10.0.0.7".into(),
                port,
                database: Some(format!("d{port}")),
                user: None,
            })),
            cannot: Default::default(),
            restored_from: None,
            last_backup: Known::Is(None),
            work: None,
            billing: None,
            facts: Vec::new(),
            price: crate::model::Known::Unknown("it was not told".into()),
        }
    }

    fn found(wanted: &str) -> Vec<(String, String, bool)> {
        let all = [
            addon("billing-db", 5432, &[("billing", None, "DATABASE_URL"), ("shop", Some("PAY"), "PAY_DATABASE_URL")]),
            addon("orders", 5433, &[("shop", None, "DATABASE_URL")]),
            addon("orders-restored", 5434, &[]),
            addon("billing", 5435, &[]),
        ];
        find_addons(&all, wanted)
            .into_iter()
            .map(|one| (one.addon.name.to_string(), one.by.to_string(), one.is_exact))
            .collect()
    }

    #[test]
    fn a_database_is_found_by_whatever_is_at_hand() {
        let one = |name: &str, by: &str, is_exact| (name.to_owned(), by.to_owned(), is_exact);
        for (wanted, expected) in [
            ("orders-restored", vec![one("orders-restored", "its name", true)]),
            ("add_5433", vec![one("orders", "its id", true)]),
            (
                "shop/database_url",
                vec![one("orders", "DATABASE_URL of shop", true), one("billing-db", "PAY_DATABASE_URL of shop", false)],
            ),
            ("shop/PAY", vec![one("billing-db", "PAY of shop", true)]),
            ("PAY", vec![one("billing-db", "alias PAY of shop", true)]),
            ("10.0.0.7:5433", vec![one("orders", "address 10.0.0.7:5433", true)]),
            ("5434", vec![one("orders-restored", "address 10.0.0.7:5434", false)]),
            ("d5434", vec![one("orders-restored", "database d5434", true)]),
            ("nothing", vec![]),
        ] {
            assert_eq!(found(wanted), expected, "{wanted}");
        }
    }

    #[test]
    fn what_fits_several_is_told_of_each_the_best_first() {
        let names = |wanted: &str| found(wanted).into_iter().map(|(name, _, exact)| (name, exact)).collect::<Vec<_>>();
        assert_eq!(names("billing"), [("billing".into(), true), ("billing-db".into(), true)], "a name and an app");
        assert_eq!(names("DATABASE_URL"), [("billing-db".into(), true), ("orders".into(), true)]);
        assert_eq!(names("orders"), [("orders".into(), true), ("orders-restored".into(), false)]);
        assert_eq!(names("10.0.0.7").len(), 4);
        assert_eq!(names(" ").len(), 4);
    }

    #[test]
    fn a_pasted_url_leaves_its_password_behind() {
        for url in [
            "postgres://u:s3cret@10.0.0.7:5432/shop?x=1",
            "postgres://u:s3/cr@et@10.0.0.7:5432",
            "redis://10.0.0.7:5432",
        ] {
            assert_eq!(without_secrets(url), "10.0.0.7:5432", "{url}");
        }
        assert_eq!(without_secrets("billing/DATABASE_URL"), "billing/DATABASE_URL");
    }
}
