//! An add-on given to an app.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Known, Text, Texts};

/// One add-on given to one app. What its name does differs by platform; the variables are what counts.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Attachment {
    /// The platform's id, where it tells one.
    pub id: Option<Text>,
    /// The alias, where one was chosen.
    pub alias: Option<Text>,
    /// Name of the add-on.
    pub addon: Text,
    /// Name of the app.
    pub app: Text,
    /// Whether it is the app's primary of this service, where the platform knows such a thing.
    pub primary: Option<bool>,
    /// Whether this is the owner's own row, which can't be detached (Akkeris).
    pub owner_row: bool,
    /// Full names of the variables that the app gets through it.
    pub config_vars: Known<Vec<Text>>,
    /// When it was made.
    pub created_at: Option<Timestamp>,
}

impl Attachment {
    /// Whether the app is served through it: as its primary, or, where the platform knows no primaries, because it bears the
    /// name that the primary has there.
    pub fn is_primary(&self, name: &str) -> bool {
        self.primary.unwrap_or_else(|| self.alias.as_deref() == Some(name))
    }

    /// Keeps what it says as others of these say it.
    pub fn share(&mut self, texts: &mut Texts) {
        for text in self.id.iter_mut().chain(&mut self.alias).chain([&mut self.addon, &mut self.app]) {
            texts.share(text);
        }
        self.config_vars.share_all(texts);
    }

    /// Its app, and the alias where there is one: `billing-api as REPORTING`.
    pub fn in_words(&self) -> String {
        self.alias
            .as_ref()
            .map_or_else(|| self.app.clone(), |alias| format!("{} as {alias}", self.app).into())
            .to_string()
    }
}

/// The name under which a bare variable reaches the app: `REPORTING` and `PGHOST` give `REPORTING_PGHOST`
/// (Watasu's attach page; the local platform does the same).
pub fn variable_name(alias: Option<&str>, bare: &str) -> String {
    match alias {
        Some(alias) => format!("{alias}_{bare}"),
        None => bare.to_owned(),
    }
}

/// Checks an alias against the rule of Watasu and the local platform.
///
/// # Errors
/// A sentence that says the rule and what broke it.
pub fn check_alias(alias: &str) -> Result<(), String> {
    const RULE: &str = "an alias is 1 to 40 upper-case letters, digits and underscores, and starts with a letter";
    let starts_well = alias.starts_with(|c: char| c.is_ascii_uppercase());
    let all_allowed = alias.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    if starts_well && all_allowed && alias.len() <= 40 && !alias.ends_with('_') {
        return Ok(());
    }
    let shown = super::printable(alias);
    let suggestion: String =
        alias.to_ascii_uppercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).take(40).collect();
    let suggestion = suggestion.trim_matches('_');
    if suggestion.starts_with(|c: char| c.is_ascii_uppercase()) && suggestion != alias {
        Err(format!("{shown:?} is not an alias: {RULE}, and does not end with an underscore. Try {suggestion}."))
    } else {
        Err(format!("{shown:?} is not an alias: {RULE}, and does not end with an underscore."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alias_rule_suggests_the_nearest_good_name() {
        assert!(check_alias("REPORTING").is_ok());
        assert!(check_alias("A1_B").is_ok());
        assert!(check_alias("reporting").unwrap_err().ends_with("Try REPORTING."));
        for bad in ["", "1A", "_A", "A_", "A-B", "Ä", &"A".repeat(41)] {
            assert!(check_alias(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_alias_prefixes_every_variable() {
        assert_eq!(variable_name(Some("REPORTING"), "PGHOST"), "REPORTING_PGHOST");
        assert_eq!(variable_name(None, "PGHOST"), "PGHOST");
    }
}
