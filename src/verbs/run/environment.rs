//! What a command gets to see: our own environment without what is ours, and the app's config vars over it.

use std::collections::BTreeMap;
use std::ffi::OsString;

use secrecy::{ExposeSecret, SecretString};

use crate::model::ConfigVar;

/// The environment of a command. Values in it are secrets: it has no `Debug`.
pub(super) struct Environment(pub(super) BTreeMap<OsString, OsString>);

/// The caller's environment, less our own settings and the platform's token under whatever name it stands there, with the
/// app's config vars.
pub(super) fn of_command(variables: &[ConfigVar], token: Option<&SecretString>) -> Environment {
    compose(std::env::vars_os(), variables, token)
}

fn compose(
    own: impl Iterator<Item = (OsString, OsString)>,
    variables: &[ConfigVar],
    token: Option<&SecretString>,
) -> Environment {
    let is_ours = |name: &OsString| name.to_str().is_some_and(|name| name.starts_with("ATTACHE_"));
    let is_token = |value: &OsString| token.is_some_and(|token| value == token.expose_secret());
    let mut environment: BTreeMap<OsString, OsString> =
        own.filter(|(name, value)| !is_ours(name) && !is_token(value)).collect();
    for variable in variables {
        environment.insert(variable.name.name.clone().into(), variable.value.expose_secret().into());
    }
    Environment(environment)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ConfigVarName;

    #[test]
    fn a_command_gets_the_config_vars_and_nothing_of_ours() {
        let own = [("PATH", "/bin"), ("DATABASE_URL", "old"), ("ATTACHE_TOKEN", "t0ken"), ("MY_KEY", "t0ken")];
        let own = own.into_iter().map(|(name, value)| (name.into(), value.into()));
        let name = ConfigVarName { name: "DATABASE_URL".into(), addon: Some("orders".into()) };
        let variables = [ConfigVar { name, value: "postgres://new".into() }];
        let Environment(environment) = compose(own, &variables, Some(&"t0ken".into()));
        let all: Vec<_> =
            environment.iter().map(|(name, value)| (name.to_str().unwrap(), value.to_str().unwrap())).collect();
        assert_eq!(all, [("DATABASE_URL", "postgres://new"), ("PATH", "/bin")]);
    }
}
