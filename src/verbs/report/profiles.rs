//! Which profiles a report is about.

use std::io::IsTerminal;
use std::os::unix::net::UnixStream;

use crate::config::{
    self, ConfigError, ConfigFile, Endpoint, Listed, Paths, PlatformKind, Profile, Resolved, Token, TokenSource,
    Wanted, resolve,
};
use crate::verbs::{Exit, Failure};

/// The profiles of a report.
pub(super) struct Chosen {
    /// The folders.
    pub(super) paths: Paths,
    /// Each with its way in, or why there is none, in their order.
    pub(super) profiles: Vec<(String, Result<Profile, ConfigError>)>,
    /// What nobody named and would have had to be asked for.
    pub(super) left_out: Vec<LeftOut>,
}

/// A profile that was not named, and why it is not in the report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LeftOut {
    pub(super) name: String,
    pub(super) why: String,
}

/// Finds them: those that are named, or all that can be entered without asking anybody.
pub(super) fn choose(wanted: &Wanted) -> Result<Chosen, Failure> {
    let paths = wanted.paths()?;
    let file = ConfigFile::load(paths.config.as_deref())?;
    let env = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let named =
        wanted.profile.clone().or_else(|| if wanted.platform.is_none() { env("ATTACHE_PROFILE") } else { None });
    let way_in = |profile: Option<String>, platform: Option<String>| {
        // With the flag there is no door for writes at all.
        let wanted = Wanted { profile, platform, read_only: true, ..wanted.clone() };
        resolve(&wanted, &file, &paths, &env).map(|Resolved { profile, .. }| profile)
    };
    if let Some(platform) = &wanted.platform {
        let profile = way_in(wanted.profile.clone(), Some(platform.clone()))?;
        return Ok(Chosen { paths, profiles: vec![(platform.clone(), Ok(profile))], left_out: Vec::new() });
    }
    if let Some(named) = named {
        let names = names(&named, &file.names());
        // A slip in a name is told before anybody is asked.
        if let Some(name) = names.iter().find(|name| !file.names().contains(&name.as_str())) {
            way_in(Some(name.clone()), None)?;
        }
        let profiles = names.into_iter().map(|name| (name.clone(), way_in(Some(name), None))).collect();
        return Ok(Chosen { paths, profiles, left_out: Vec::new() });
    }
    let has_terminal =
        std::io::stdin().is_terminal() || std::io::stdout().is_terminal() || std::io::stderr().is_terminal();
    if !has_terminal || env("CI").is_some() {
        let why = if has_terminal { "CI is set" } else { "there is no terminal" };
        return Err(Failure::new(
            Exit::Usage,
            format!(
                "No profile is named, and {why}, so nobody would see which ones were left out of the report. Add --profile work,staging (with yours), or set ATTACHE_PROFILE."
            ),
        ));
    }
    let listing = config::list(&file, &paths, &env);
    let (mut profiles, mut left_out) = (Vec::new(), Vec::new());
    for listed in &listing.profiles {
        let is_running = match &listed.endpoint {
            Endpoint::Unix(socket) => UnixStream::connect(socket).is_ok(),
            Endpoint::Url(_) => true,
        };
        match asks(listed, is_running) {
            Some(why) => left_out.push(LeftOut { name: listed.name.clone(), why }),
            None => profiles.push((listed.name.clone(), way_in(Some(listed.name.clone()), None))),
        }
    }
    let offered = listing.offered.iter().map(|offered| LeftOut {
        name: offered.platform.name().to_owned(),
        why: format!(
            "no profile names the token from {}; report on it with --platform {}.",
            offered.source,
            offered.platform.name()
        ),
    });
    left_out.extend(offered);
    Ok(Chosen { paths, profiles, left_out })
}

/// Why a profile can't be entered without asking: a person for a passphrase, another program, or in vain.
fn asks(listed: &Listed, is_running: bool) -> Option<String> {
    let name = &listed.name;
    match &listed.token {
        Token::NotNeeded if !is_running && listed.platform == PlatformKind::Local => {
            Some("the local platform does not run. Start it with: attache platform up".to_owned())
        }
        Token::NotNeeded => None,
        Token::From(source @ (TokenSource::Command { .. } | TokenSource::Program(_)), _) => {
            Some(format!("{source} would have to be asked for its token; name it: --profile {name}"))
        }
        Token::From(_, None) => None,
        Token::From(source, Some(trouble)) => Some(format!("its token comes from {source}, {trouble}.")),
        Token::Missing(why) => Some(format!("it has no token: {why}")),
    }
}

/// `work,staging` as names, each once. A name that has a comma itself is meant where there is such a profile.
fn names(said: &str, known: &[&str]) -> Vec<String> {
    if known.contains(&said) {
        return vec![said.to_owned()];
    }
    let mut names: Vec<String> = Vec::new();
    for name in said.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    if names.is_empty() { vec![said.to_owned()] } else { names }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Danger;

    fn listed(platform: PlatformKind, token: Token) -> Listed {
        Listed {
            backup_max_age: crate::config::BACKUP_MAX_AGE,
            name: "work".to_owned(),
            platform,
            endpoint: Endpoint::Url("https://x".to_owned()),
            data_endpoint: None,
            teams: Vec::new(),
            danger: Danger::None,
            read_only: None,
            token,
            is_default: false,
        }
    }

    #[test]
    fn names_are_taken_apart_once_each() {
        assert_eq!(names("work, staging,work,", &["work", "staging"]), ["work", "staging"]);
        assert_eq!(names("a,b", &["a,b", "a", "b"]), ["a,b"]);
        assert_eq!(names(",", &[]), [","]);
    }

    #[test]
    fn nobody_is_asked_for_a_profile_that_nobody_named() {
        use PlatformKind::{Heroku, Local};
        let of = |token| asks(&listed(Heroku, token), true);
        assert_eq!(of(Token::From(TokenSource::Variable("T".to_owned()), None)), None);
        let command = Token::From(TokenSource::Command { profile: "work".to_owned(), command: Vec::new() }, None);
        assert!(of(command).unwrap().contains("--profile work"));
        assert!(of(Token::From(TokenSource::Program("heroku auth:token".to_owned()), None)).is_some());
        let unset = Token::From(TokenSource::Variable("T".to_owned()), Some("which is not set".to_owned()));
        assert_eq!(of(unset).unwrap(), "its token comes from the variable T, which is not set.");
        assert!(of(Token::Missing("Log in.".to_owned())).unwrap().contains("Log in."));
        assert_eq!(asks(&listed(Local, Token::NotNeeded), true), None);
        assert!(asks(&listed(Local, Token::NotNeeded), false).unwrap().contains("attache platform up"));
    }
}
