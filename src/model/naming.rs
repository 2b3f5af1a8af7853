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
    /// orkestr: `^[a-z0-9][a-z0-9-]*$`, 2 to 100 characters (its client, for projects; for add-ons inferred). What an app gets is
    /// one variable, whose whole name is chosen.
    Orkestr,
    /// Watasu: it makes up the name of a new add-on, and takes one for a replacement or a follower (handbook). The rule for
    /// those is not published: ours is the narrow one.
    Watasu,
}

impl Naming {
    /// Whether a name tells an add-on from the others of its app alone. Akkeris takes any name any number of times (seen on a
    /// running server), so that we see to it, and act by id.
    pub fn is_of_the_app(self) -> bool {
        matches!(self, Naming::Akkeris | Naming::Orkestr)
    }

    /// Whether the platform makes up the name of a new add-on.
    pub fn is_made_up(self) -> bool {
        self == Naming::Watasu
    }

    /// Checks the name of an add-on.
    ///
    /// # Errors
    /// A sentence that says the rule.
    pub fn check_addon(self, name: &str) -> Result<(), String> {
        match self {
            Naming::Local | Naming::Watasu => check_name("add-on", name),
            Naming::Orkestr => check_slug(name),
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
            Naming::Local | Naming::Heroku | Naming::Watasu => check_alias(alias),
            Naming::Orkestr => check_variable(alias),
            Naming::Akkeris => check("an attachment here", alias, 22),
        }
    }

    /// How many characters the name of an add-on may have.
    pub fn longest(self) -> usize {
        match self {
            Naming::Local | Naming::Watasu => 40,
            Naming::Orkestr => 100,
            Naming::Akkeris => 22,
            Naming::Heroku => 256,
        }
    }

    /// Whether none can be made without an app: because an app owns each, or, on Watasu, because no text shows how.
    pub fn needs_app(self) -> bool {
        self != Naming::Local
    }

    /// What it means that an add-on is made for an app, or for none.
    pub fn made_for(self) -> &'static str {
        match self {
            Naming::Local => {
                "With an app it is attached to it as soon as it is ready; without one it waits to be attached."
            }
            Naming::Akkeris | Naming::Heroku => {
                "The app owns it: it goes when the app goes, and may be attached to others."
            }
            // The page on add-ons: each is scoped to one project, and injected when a container is made.
            Naming::Orkestr => {
                "Its project owns it and nobody else can have it. What runs gets its variable with the next deployment."
            }
            // The handbook: detaching the last app destroys nothing.
            Naming::Watasu => "The app gets it, and a release. It outlives the app, and goes on costing.",
        }
    }

    /// What is said where a form has no line for a name; `None` where a name is chosen.
    pub fn names_itself(self) -> Option<&'static str> {
        self.is_made_up().then_some("The platform makes up its name; it is told once it is made.")
    }

    /// Whether services here are told more than a plan when they are made.
    pub fn has_options(self) -> bool {
        matches!(self, Naming::Heroku | Naming::Orkestr)
    }

    /// Whether an app may be given one of several credentials of a service (Heroku Postgres alone).
    pub fn has_credentials(self, service: &str) -> bool {
        self == Naming::Heroku && service.contains("postgres")
    }

    /// The variables that an app would get by a name, in words; `None` where the names themselves can be told.
    pub fn pattern(self, alias: Option<&str>) -> Option<String> {
        match (self, alias) {
            (Naming::Local | Naming::Watasu | Naming::Orkestr, _) => None,
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
            Naming::Local | Naming::Watasu => "none: plain names",
            Naming::Orkestr => "none: its usual variable, such as DATABASE_URL",
            Naming::Akkeris => "none: plain names for the first of its service, else a prefix that Akkeris makes up",
            Naming::Heroku => "none: Heroku chooses a name",
        }
    }

    /// What the line for an alias is called: five letters.
    pub fn alias_label(self) -> &'static str {
        match self {
            // One variable, whose whole name is chosen.
            Naming::Orkestr => "Var  ",
            Naming::Local | Naming::Watasu | Naming::Akkeris | Naming::Heroku => "Alias",
        }
    }

    /// What it means to tell a service nothing beside its plan, in a few words.
    pub fn without_options(self) -> &'static str {
        match self {
            Naming::Orkestr => "none: the platform's own version; version=16",
            _ => "none; KEY=VALUE, as the service has them",
        }
    }

    /// Where a variable is from that no add-on gives.
    pub fn of_no_addon(self) -> &'static str {
        match self {
            Naming::Local | Naming::Heroku | Naming::Watasu => "the app's own",
            // Whether its list has those of add-ons is not told.
            Naming::Orkestr => "the app or one of its add-ons",
            // Some are set by Akkeris itself, such as PORT (the notes' type `system`).
            Naming::Akkeris => "the app or Akkeris itself",
        }
    }

    /// What the add-on that an app uses for a service is known by there, where the platform has such a thing.
    pub fn primary(self, service: &str) -> Option<String> {
        match self {
            Naming::Local | Naming::Watasu | Naming::Orkestr => None,
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
            Naming::Local | Naming::Heroku | Naming::Orkestr | Naming::Watasu => suggested,
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

fn check_slug(name: &str) -> Result<(), String> {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let is_good = (2..=100).contains(&name.chars().count())
        && name.starts_with(is_plain)
        && name.chars().all(|c| is_plain(c) || c == '-');
    if is_good {
        return Ok(());
    }
    Err(format!(
        "{:?} can't be the name of an add-on here: a name is lower-case letters, digits and hyphens, 2 to 100 characters, and starts with a letter or digit.",
        printable(name)
    ))
}

fn check_variable(name: &str) -> Result<(), String> {
    let shown = printable(name);
    let is_good = name.len() <= 100
        && name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_')
        && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    if !is_good {
        return Err(format!(
            "{shown:?} can't be the name of a variable: upper-case letters, digits and underscores, and no digit first. Try DATABASE_URL."
        ));
    }
    // Its page on environments keeps these for the runtime.
    if name.starts_with("ORKESTR_") {
        return Err(format!(
            "{shown:?} can't be the name of a variable: orkestr keeps names that begin with ORKESTR_."
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_variable_is_chosen_whole_on_orkestr() {
        let check = |name: &str| Naming::Orkestr.check_alias(name);
        assert!(check("REPORTING_URL").is_ok() && check("_X1").is_ok());
        for bad in ["", "url", "1A", "A-B", "ORKESTR_URL"] {
            assert!(check(bad).is_err(), "{bad}");
        }
        assert!(Naming::Orkestr.check_addon("1-db").is_ok());
        for bad in ["", "a", "-db", "Db", "a_b"] {
            assert!(Naming::Orkestr.check_addon(bad).is_err(), "{bad}");
        }
    }

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
        for naming in [Naming::Local, Naming::Akkeris, Naming::Heroku, Naming::Orkestr, Naming::Watasu] {
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
