//! What the program gets of our environment.

use std::ffi::OsString;

use crate::foreign::VARIABLES;

/// What it gets beside what every program does. No `TERM`: nobody is to be asked anything.
const ALLOWED: [&str; 4] = ["TZ", "ALL_PROXY", "all_proxy", "SSL_CERT_DIR"];
/// Its own settings, such as `WATASU_DOMAIN` (its SDKs).
const OWN: &str = "WATASU_";
/// A credential does not log it in anyway (handbook), and what prints more than it has to might print one.
const NOT_OWN: [&str; 5] = ["KEY", "TOKEN", "SECRET", "PASSWORD", "DEBUG"];

/// The variables that it gets.
pub(super) fn allowed(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Vec<(OsString, OsString)> {
    let is_allowed = |name: &str| {
        VARIABLES.contains(&name)
            || ALLOWED.contains(&name)
            || (name.starts_with(OWN) && !NOT_OWN.iter().any(|word| name.contains(word)))
    };
    variables.into_iter().filter(|(name, _)| name.to_str().is_some_and(is_allowed)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_gets_its_own_settings_and_no_credential_of_anybody() {
        let names = [
            "PATH",
            "HOME",
            "LANG",
            "https_proxy",
            "WATASU_DOMAIN",
            "WATASU_API_URL",
            "WATASU_API_KEY",
            "WATASU_ACCESS_TOKEN",
            "WATASU_DEBUG",
            "ATTACHE_TOKEN",
            "ATTACHE_HOME",
            "HEROKU_API_KEY",
            "TERM",
            "LD_PRELOAD",
            "SSH_AUTH_SOCK",
            "PGPASSWORD",
        ];
        let given = allowed(names.map(|name| (OsString::from(name), OsString::from("x"))));
        let given: Vec<&str> = given.iter().filter_map(|(name, _)| name.to_str()).collect();
        assert_eq!(given, ["PATH", "HOME", "LANG", "https_proxy", "WATASU_DOMAIN", "WATASU_API_URL"]);
    }
}
