//! Which variables an app gets: plain names from the primary add-on of a service, prefixed ones from the others.

use crate::model::Text;

/// What stands before the variables of a secondary add-on of that name.
///
/// Upper case and an underscore; a name of three or more parts (as Akkeris makes them: service-noun-number) loses its
/// first two, of any other one the dashes go (seen on a running server: `akkeris-postgresql-dirt-7077` gives `DIRT_7077_`,
/// `my-db` gives `MYDB_`).
pub(super) fn prefix(name: &str) -> String {
    let parts: Vec<&str> = name.split('-').collect();
    let stem = if parts.len() >= 3 { parts[2..].join("_") } else { parts.concat() };
    format!("{}_", stem.to_ascii_uppercase())
}

/// The full name of a variable that reaches an app through an attachment of that name.
pub(super) fn full(bare: &str, is_primary: bool, name: &str) -> String {
    if is_primary { bare.to_owned() } else { format!("{}{bare}", prefix(name)) }
}

/// The bare names behind full ones; `None` where they don't have the form that is expected, so that they can't be told.
pub(super) fn bare(full: &[Text], is_primary: bool, name: &str) -> Option<Vec<Text>> {
    if is_primary {
        return Some(full.to_vec());
    }
    let prefix = prefix(name);
    full.iter().map(|full| full.strip_prefix(&prefix).filter(|rest| !rest.is_empty()).map(Text::from)).collect()
}

/// The space of an app: its name is `short-space`, and the short name has no dash (seen on a running server).
pub(super) fn space_of(app: &str) -> Option<&str> {
    app.split_once('-').map(|(_, space)| space).filter(|space| !space.is_empty())
}

/// The service of a plan, which is called `service:plan`, and its own short name.
pub(super) fn service_and_plan(plan: &str) -> (&str, &str) {
    plan.split_once(':').unwrap_or(("", plan))
}

/// The bare names that a service is known to give (recorded exchanges; the docs of the services). `None` for all others.
pub(super) fn of_service(service: &str) -> Option<&'static [&'static str]> {
    Some(match service {
        "akkeris-postgresql" | "akkeris-mysql" => &["DATABASE_URL"],
        "akkeris-redis" => &["REDIS_URL"],
        "akkeris-s3" => &["S3_BUCKET", "S3_REGION", "S3_LOCATION", "S3_ACCESS_KEY", "S3_SECRET_KEY"],
        "securekey" => &["SECURE_KEY"],
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secondary_is_told_by_what_its_name_ends_with() {
        for (name, expected) in [
            ("akkeris-postgresql-dirt-7077", "DIRT_7077_"),
            ("my-db", "MYDB_"),
            ("reporting", "REPORTING_"),
            ("a-b-c", "C_"),
            ("My_db", "MY_DB_"),
        ] {
            assert_eq!(prefix(name), expected, "{name}");
        }
        assert_eq!(full("DATABASE_URL", false, "ledger"), "LEDGER_DATABASE_URL");
        assert_eq!(full("DATABASE_URL", true, "ledger"), "DATABASE_URL");
    }

    #[test]
    fn bare_names_are_told_only_where_the_prefix_is_the_expected_one() {
        let full = |names: &[&str]| names.iter().map(|name| Text::from(*name)).collect::<Vec<_>>();
        let of = |names: &[&str], is_primary, name| bare(&full(names), is_primary, name);
        let both = ["LEDGER_DATABASE_URL", "LEDGER_DATABASE_READONLY_URL"];
        assert_eq!(of(&both, false, "ledger"), Some(full(&["DATABASE_URL", "DATABASE_READONLY_URL"])));
        assert_eq!(of(&["DATABASE_URL"], true, "ledger"), Some(full(&["DATABASE_URL"])));
        assert_eq!(of(&["LEDGER_DATABASE_URL", "DATABASE_URL"], false, "ledger"), None);
        assert_eq!(of(&["LEDGER_"], false, "ledger"), None);
    }

    #[test]
    fn a_space_is_what_follows_the_first_dash() {
        assert_eq!(space_of("shop-dev"), Some("dev"));
        assert_eq!(space_of("shop-perf-team"), Some("perf-team"));
        assert_eq!(space_of("shop"), None);
        assert_eq!(service_and_plan("akkeris-redis:small"), ("akkeris-redis", "small"));
        assert_eq!(service_and_plan("small"), ("", "small"));
    }
}
