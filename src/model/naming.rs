//! What names a platform takes, and what it would call something itself.

use super::{check_alias, check_name, printable, suggest_name};

/// The rules of one platform for names that we choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    /// Watasu's rules, which the local platform has too.
    Local,
    /// Akkeris: an add-on is known by the name of its owner's attachment. A letter, then letters, digits, `_`, `-`; 2 to 22
    /// characters (seen on a running server).
    Akkeris,
    /// Heroku: add-on names are global, `^[a-zA-Z][A-Za-z0-9_-]+$` and at most 256 characters (hyper-schema, Terraform
    /// provider); attachment names are upper case.
    Heroku,
}

impl Naming {
    /// Whether a name tells an add-on from the others of its app alone. Akkeris takes any name any number of times (seen on a
    /// running server), so that we see to it, and act by id.
    pub fn is_of_the_app(self) -> bool {
        self == Naming::Akkeris
    }

    /// Checks the name of an add-on.
    ///
    /// # Errors
    /// A sentence that says the rule.
    pub fn check_addon(self, name: &str) -> Result<(), String> {
        match self {
            Naming::Local => check_name("add-on", name),
            Naming::Akkeris => check("an add-on here", name, self.longest()),
            Naming::Heroku => check("an add-on here", name, self.longest()),
        }
    }

    /// Checks the name under which an add-on is attached to an app.
    ///
    /// # Errors
    /// A sentence that says the rule.
    pub fn check_alias(self, alias: &str) -> Result<(), String> {
        match self {
            Naming::Local | Naming::Heroku => check_alias(alias),
            Naming::Akkeris => check("an attachment here", alias, 22),
        }
    }

    /// How many characters the name of an add-on may have.
    pub fn longest(self) -> usize {
        match self {
            Naming::Local => 40,
            Naming::Akkeris => 22,
            Naming::Heroku => 256,
        }
    }

    /// Whether an app owns each add-on, so that none can be made without one.
    pub fn needs_app(self) -> bool {
        self != Naming::Local
    }

    /// Whether services here are told more than a plan when they are made.
    pub fn has_options(self) -> bool {
        self == Naming::Heroku
    }

    /// Whether an app may be given one of several credentials of a service (Heroku Postgres alone).
    pub fn has_credentials(self, service: &str) -> bool {
        self == Naming::Heroku && service.contains("postgres")
    }

    /// The variables that an app would get by a name, in words; `None` where the names themselves can be told.
    pub fn pattern(self, alias: Option<&str>) -> Option<String> {
        match (self, alias) {
            (Naming::Local, _) => None,
            (Naming::Heroku, Some(alias)) => Some(format!("{}_URL", alias.to_uppercase())),
            (Naming::Heroku, None) => Some("NAME_URL, with a name that the platform chooses".to_owned()),
            (Naming::Akkeris, _) => {
                Some("DATABASE_URL for the first of its service, NAME_DATABASE_URL for another".to_owned())
            }
        }
    }

    /// What it means to give no alias, in a few words.
    pub fn without_alias(self) -> &'static str {
        match self {
            Naming::Local => "none: plain names",
            Naming::Akkeris => "none: plain names for the first of its service, else a prefix that Akkeris makes up",
            Naming::Heroku => "none: Heroku chooses a name",
        }
    }

    /// Where a variable is from that no add-on gives.
    pub fn of_no_addon(self) -> &'static str {
        match self {
            Naming::Local | Naming::Heroku => "the app's own",
            // Some are set by Akkeris itself, such as PORT (the notes' type `system`).
            Naming::Akkeris => "the app or Akkeris itself",
        }
    }

    /// What the add-on that an app uses for a service is known by there, where the platform has such a thing.
    pub fn primary(self, service: &str) -> Option<String> {
        match self {
            Naming::Local => None,
            Naming::Akkeris => Some(service.to_owned()),
            // `pg:promote` and `redis:promote` of its command line.
            Naming::Heroku => match service {
                "heroku-postgresql" => Some("DATABASE".to_owned()),
                "heroku-redis" => Some("REDIS".to_owned()),
                _ => None,
            },
        }
    }

    /// Checks the name of an app. Only the local platform makes apps.
    ///
    /// # Errors
    /// A sentence that says the rule.
    pub fn check_app(self, name: &str) -> Result<(), String> {
        check_name("app", name)
    }

    /// A name for an add-on that we choose, so that it can be found again; `random` makes clashes unlikely.
    pub fn suggest(self, service: &str, random: u32) -> String {
        let suggested = suggest_name(service, random);
        match self {
            Naming::Local | Naming::Heroku => suggested,
            // `service-noun-number` of Akkeris itself may be longer than it takes from others: the last words fit.
            Naming::Akkeris => {
                let words: Vec<&str> = suggested.rsplitn(4, '-').take(3).collect();
                words.into_iter().rev().collect::<Vec<_>>().join("-").chars().take(self.longest()).collect()
            }
        }
    }
}

fn check(what: &str, name: &str, longest: usize) -> Result<(), String> {
    let is_good = (2..=longest).contains(&name.chars().count())
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if is_good {
        return Ok(());
    }
    Err(format!(
        "{:?} can't be the name of {what}: a name is a letter and then letters, digits, hyphens and underscores, 2 to {longest} characters in all.",
        printable(name)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_two_databases_of_heroku_have_a_primary() {
        let of = |service: &str| Naming::Heroku.primary(service);
        assert_eq!(of("heroku-postgresql").as_deref(), Some("DATABASE"));
        assert_eq!(of("heroku-redis").as_deref(), Some("REDIS"));
        for other in ["papertrail", "adminium", "heroku-kafka", "rediscloud"] {
            assert_eq!(of(other), None, "{other}");
        }
    }

    #[test]
    fn what_is_suggested_is_taken() {
        for naming in [Naming::Local, Naming::Akkeris, Naming::Heroku] {
            for random in [0, 1, 77_777, u32::MAX] {
                for service in ["postgresql", "a-service-with-a-very-long-name", "x"] {
                    let name = naming.suggest(service, random);
                    assert_eq!(naming.check_addon(&name), Ok(()), "{naming:?}");
                }
            }
        }
        assert!(Naming::Akkeris.check_addon("My_db-1").is_ok());
        assert!(Naming::Akkeris.check_addon(&"a".repeat(23)).is_err());
        assert!(Naming::Heroku.check_addon("1a").is_err() && Naming::Heroku.check_addon("a b").is_err());
    }

    #[test]
    fn what_no_alias_means_differs() {
        assert_eq!(Naming::Local.without_alias(), "none: plain names");
        assert!(Naming::Akkeris.without_alias().contains("makes up"), "plain names only for the first of a service");
        assert!(Naming::Heroku.without_alias().contains("chooses"));
        assert!(Naming::Akkeris.of_no_addon().contains("Akkeris"), "PORT is no variable of the app's own");
    }
}
