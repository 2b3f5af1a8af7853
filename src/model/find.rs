//! Finding a database by what people have at hand: its name, an app, `APP/VARIABLE`, an alias, a variable, an address.

use super::{Addon, Attachment, Known};

/// An add-on that fits what is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found<'a> {
    /// Which.
    pub addon: &'a Addon,
    /// What of it fits, in a few words: `app billing`, `DATABASE_URL of billing`; empty when nothing was looked for.
    pub by: String,
    /// Whether that fits as a whole, and not in part only.
    pub is_exact: bool,
}

/// How well something fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Exact,
    Start,
    Part,
}

fn fit(value: &str, wanted: &str) -> Option<Fit> {
    let value = value.to_lowercase();
    match value.find(wanted)? {
        _ if value == wanted => Some(Fit::Exact),
        0 => Some(Fit::Start),
        _ => Some(Fit::Part),
    }
}

/// The add-ons that fit, the best first: a name as a whole comes before an app as a whole, and that before a part of a name.
/// All of them when nothing is looked for. None is ever guessed: where several fit, several are told.
pub fn find_addons<'a>(addons: impl IntoIterator<Item = &'a Addon>, wanted: &str) -> Vec<Found<'a>> {
    let wanted = wanted.trim().to_lowercase();
    let mut found: Vec<(Fit, usize, Found<'a>)> = addons
        .into_iter()
        .filter_map(|addon| {
            let (fit, rank, by) = if wanted.is_empty() {
                (Fit::Part, 0, String::new())
            } else {
                let ways = ways(addon, &wanted).into_iter().enumerate();
                ways.filter_map(|(rank, way)| way.map(|(fit, by)| (fit, rank, by)))
                    .min_by_key(|(fit, rank, _)| (*fit, *rank))?
            };
            Some((fit, rank, Found { addon, by, is_exact: fit == Fit::Exact }))
        })
        .collect();
    fn key<'b>((fit, rank, found): &'b (Fit, usize, Found<'_>)) -> (Fit, usize, &'b str) {
        (*fit, *rank, &found.addon.name)
    }
    found.sort_by(|one, other| key(one).cmp(&key(other)));
    found.into_iter().map(|(_, _, found)| found).collect()
}

type Way = Option<(Fit, String)>;

/// In which ways an add-on fits, in the order in which they count.
fn ways(addon: &Addon, wanted: &str) -> Vec<Way> {
    let rows = addon.attachments.items();
    let best = |all: &mut dyn Iterator<Item = (Fit, String)>| all.min_by_key(|(fit, _)| *fit);
    let address = addon.endpoint.as_ref().and_then(|endpoint| {
        let whole = format!("{}:{}", endpoint.host, endpoint.port);
        let host = fit(&endpoint.host, wanted).into_iter().chain(fit(&whole, wanted)).min()?;
        Some((host, format!("address {whole}")))
    });
    let database = addon.endpoint.as_ref().and_then(|endpoint| {
        let of = |what: &str, name: &Option<String>| {
            let name = name.as_ref()?;
            Some((fit(name, wanted)?, format!("{what} {name}")))
        };
        of("database", &endpoint.database).or_else(|| of("user", &endpoint.user))
    });
    vec![
        fit(&addon.name, wanted).map(|fit| (fit, "its name".to_owned())),
        (addon.key.id.to_lowercase() == wanted).then(|| (Fit::Exact, "its id".to_owned())),
        wanted.split_once('/').and_then(|(app, name)| best(&mut rows.iter().filter_map(|row| in_app(row, app, name)))),
        best(&mut rows.iter().filter_map(|row| Some((fit(&row.app, wanted)?, format!("app {}", row.app))))),
        best(&mut rows.iter().filter_map(|row| {
            let alias = row.alias.as_ref()?;
            Some((fit(alias, wanted)?, format!("alias {alias} of {}", row.app)))
        })),
        best(&mut rows.iter().flat_map(|row| {
            let names = row.config_vars.items().iter();
            names.filter_map(|name| Some((fit(name, wanted)?, format!("{name} of {}", row.app))))
        })),
        address,
        database,
    ]
}

/// `APP/VARIABLE`: a variable of an app, or what the app calls the add-on.
fn in_app(row: &Attachment, app: &str, wanted: &str) -> Option<(Fit, String)> {
    let app_fit = fit(&row.app, app.trim())?;
    let names = row.config_vars.items().iter().chain(&row.alias);
    let (name_fit, name) =
        names.filter_map(|name| Some((fit(name, wanted.trim())?, name))).min_by_key(|(fit, _)| *fit)?;
    Some((app_fit.max(name_fit), format!("{name} of {}", row.app)))
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
    use crate::model::{AddonKey, Endpoint, Health, Owner, ProfileName, State};

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
        find_addons(&all, wanted).into_iter().map(|one| (one.addon.name.to_string(), one.by, one.is_exact)).collect()
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
