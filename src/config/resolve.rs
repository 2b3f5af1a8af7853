//! Which profile is meant: flags before environment before file, and the local platform when nothing is named.

use secrecy::SecretString;

use super::credential;
use super::file::{ConfigError, ConfigFile, ProfileEntry};
use super::{Endpoint, Paths, PlatformKind, Profile, TokenSource};
use crate::model::{Danger, ProfileName, ReadOnly};

/// What the command line says about the profile. A token is never among it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// `--profile`.
    pub profile: Option<String>,
    /// `--platform`.
    pub platform: Option<String>,
    /// `--endpoint`.
    pub endpoint: Option<String>,
    /// `--read-only`.
    pub read_only: bool,
}

/// A profile, and whether anybody named it.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// The way in.
    pub profile: Profile,
    /// False when the local platform was taken because nothing was named.
    pub is_named: bool,
}

/// Finds the profile that is meant.
///
/// # Errors
/// When the names don't fit together or the credential can't be had.
pub fn resolve(
    wanted: &Wanted,
    file: &ConfigFile,
    paths: &Paths,
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<Resolved, ConfigError> {
    let env = |name: &str| env(name).filter(|value| !value.is_empty());
    let mut resolved = match (&wanted.platform, &wanted.profile) {
        (Some(_), Some(_)) => {
            return Err(ConfigError(
                "--profile and --platform exclude each other: a profile already says which platform it is.".into(),
            ));
        }
        (Some(platform), None) => Resolved { profile: ad_hoc(platform, wanted, paths, &env)?, is_named: true },
        (None, _) if wanted.endpoint.is_some() => {
            return Err(ConfigError("--endpoint needs --platform beside it: --platform local --endpoint URL.".into()));
        }
        (None, Some(name)) => Resolved { profile: by_name(name, file, paths, &env)?, is_named: true },
        (None, None) => match env("ATTACHE_PROFILE").or_else(|| file.default_profile.clone()) {
            Some(name) => Resolved { profile: by_name(&name, file, paths, &env)?, is_named: true },
            None => Resolved { profile: by_name("local", file, paths, &env)?, is_named: false },
        },
    };
    // The flag is the stronger one: it can't be unlocked.
    if wanted.read_only {
        resolved.profile.read_only = Some(ReadOnly::Flag);
    }
    Ok(resolved)
}

fn ad_hoc(
    platform: &str,
    wanted: &Wanted,
    paths: &Paths,
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<Profile, ConfigError> {
    let platform = kind(platform)?;
    // Endpoint and credential come as a pair: without an endpoint of its own, the token in the environment is not ours to send.
    let (endpoint, token) = match &wanted.endpoint {
        Some(url) => (endpoint_url(url)?, environment_token(env)?),
        None => (Endpoint::Unix(paths.platform_socket()), None),
    };
    Ok(Profile {
        name: ProfileName(platform.name().to_owned()),
        platform,
        endpoint,
        data_endpoint: None,
        token_source: token.is_some().then(|| TokenSource::Variable("ATTACHE_TOKEN".to_owned())),
        token,
        teams: Vec::new(),
        danger: default_danger(platform),
        read_only: None,
    })
}

fn environment_token(env: &dyn Fn(&str) -> Option<String>) -> Result<Option<SecretString>, ConfigError> {
    env("ATTACHE_TOKEN").map(|token| credential::check_characters("$ATTACHE_TOKEN", token.trim())).transpose()
}

fn by_name(
    name: &str,
    file: &ConfigFile,
    paths: &Paths,
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<Profile, ConfigError> {
    let built_in = ProfileEntry {
        platform: "local".into(),
        endpoint: None,
        teams: Vec::new(),
        danger: None,
        read_only: false,
        token_env: None,
        token_command: None,
        token_file: None,
    };
    let entry = match file.profiles.get(name) {
        Some(entry) => entry,
        None if name == "local" => &built_in,
        None => {
            return Err(ConfigError(format!(
                "There is no profile {:?}. The profiles are: {}. Add [profiles.NAME] to {}.",
                crate::model::printable(name),
                file.names().join(", "),
                paths.config.join("config.toml").display()
            )));
        }
    };
    let platform = kind(&entry.platform)?;
    let (token, token_source) = credential::token(name, entry, env)?.unzip();
    let endpoint = match &entry.endpoint {
        Some(url) => endpoint_url(url)?,
        None => Endpoint::Unix(paths.platform_socket()),
    };
    Ok(Profile {
        name: ProfileName(name.to_owned()),
        platform,
        endpoint,
        data_endpoint: None,
        token,
        token_source,
        teams: entry.teams.clone(),
        danger: entry.danger.unwrap_or_else(|| default_danger(platform)),
        read_only: entry.read_only.then_some(ReadOnly::Configured),
    })
}

fn kind(name: &str) -> Result<PlatformKind, ConfigError> {
    match name {
        "local" => Ok(PlatformKind::Local),
        "akkeris" => Ok(PlatformKind::Akkeris),
        "heroku" => Ok(PlatformKind::Heroku),
        other => Err(ConfigError(format!(
            "{:?} is not a platform that this version speaks. It speaks: local, akkeris, heroku.",
            crate::model::printable(other)
        ))),
    }
}

fn default_danger(platform: PlatformKind) -> Danger {
    match platform {
        PlatformKind::Local => Danger::None,
        PlatformKind::Akkeris | PlatformKind::Heroku => Danger::Production,
    }
}

fn endpoint_url(url: &str) -> Result<Endpoint, ConfigError> {
    let parsed = reqwest::Url::parse(url)
        .ok()
        .filter(|parsed| matches!(parsed.scheme(), "http" | "https") && parsed.has_host())
        .ok_or_else(|| {
            ConfigError("The endpoint is not a URL that begins with https:// or http:// and names a host.".into())
        })?;
    if !parsed.username().is_empty() || parsed.password().is_some() {
        return Err(ConfigError(
            "The endpoint has a user or password in it. Take it out, and give the token through ATTACHE_TOKEN or the profile.".into(),
        ));
    }
    Ok(Endpoint::Url(parsed.as_str().trim_end_matches('/').to_owned()))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use secrecy::ExposeSecret;

    use super::*;

    fn run(wanted: Wanted, file: &str, env: &[(&str, &str)]) -> Result<Resolved, ConfigError> {
        let file: ConfigFile = toml::from_str(file).unwrap();
        let paths = Paths::below(Path::new("/h")).unwrap();
        resolve(&wanted, &file, &paths, &|name| {
            env.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
    }

    const TWO: &str = "[profiles.a]\nplatform = \"local\"\ndanger = \"production\"\n[profiles.b]\nplatform = \"local\"\nread_only = true";

    #[test]
    fn flag_beats_environment_beats_file_and_local_is_the_last_resort() {
        let with_default = format!("default_profile = \"a\"\n{TWO}");
        let flag = Wanted { profile: Some("b".into()), ..Wanted::default() };
        let env = [("ATTACHE_PROFILE", "a")];
        assert_eq!(run(flag, TWO, &env).unwrap().profile.name.as_str(), "b");
        assert_eq!(run(Wanted::default(), TWO, &env).unwrap().profile.danger, Danger::Production);
        assert!(run(Wanted::default(), &with_default, &[]).unwrap().is_named);
        let fallback = run(Wanted::default(), TWO, &[("ATTACHE_PROFILE", "")]).unwrap();
        assert_eq!((fallback.profile.name.as_str(), fallback.is_named), ("local", false));
        assert_eq!(fallback.profile.endpoint, Endpoint::Unix("/h/data/platform/run/api.sock".into()));
    }

    #[test]
    fn a_token_in_the_environment_goes_only_with_an_endpoint_of_the_same_source() {
        let env = [("ATTACHE_TOKEN", "t")];
        let ad_hoc = |endpoint: Option<&str>| Wanted {
            platform: Some("local".into()),
            endpoint: endpoint.map(str::to_owned),
            ..Wanted::default()
        };
        let with = run(ad_hoc(Some("http://127.0.0.1:5602/")), TWO, &env).unwrap().profile;
        assert_eq!(with.endpoint, Endpoint::Url("http://127.0.0.1:5602".into()));
        assert_eq!(with.token.unwrap().expose_secret(), "t");
        assert!(run(ad_hoc(None), TWO, &env).unwrap().profile.token.is_none());
        assert!(run(Wanted::default(), TWO, &env).unwrap().profile.token.is_none());
    }

    #[test]
    fn what_does_not_fit_is_said() {
        let cases: [(Wanted, &str); 5] = [
            (Wanted { profile: Some("c".into()), ..Wanted::default() }, "The profiles are: a, b, local"),
            (Wanted { endpoint: Some("http://x".into()), ..Wanted::default() }, "needs --platform"),
            (Wanted { platform: Some("heroku2".into()), ..Wanted::default() }, "It speaks: local"),
            (
                Wanted { platform: Some("local".into()), endpoint: Some("ftp://x".into()), ..Wanted::default() },
                "https://",
            ),
            (
                Wanted {
                    platform: Some("local".into()),
                    endpoint: Some("http://u:p4ss@x".into()),
                    ..Wanted::default()
                },
                "user or password",
            ),
        ];
        for (wanted, expected) in cases {
            let error = run(wanted, TWO, &[]).unwrap_err().0;
            assert!(error.contains(expected) && !error.contains("p4ss"), "{error}");
        }
    }

    #[test]
    fn read_only_can_be_added_but_not_taken_away() {
        let asked = Wanted { profile: Some("a".into()), read_only: true, ..Wanted::default() };
        assert_eq!(run(asked, TWO, &[]).unwrap().profile.read_only, Some(ReadOnly::Flag));
        let not_asked = Wanted { profile: Some("b".into()), ..Wanted::default() };
        assert_eq!(run(not_asked, TWO, &[]).unwrap().profile.read_only, Some(ReadOnly::Configured));
        let both = Wanted { profile: Some("b".into()), read_only: true, ..Wanted::default() };
        assert_eq!(run(both, TWO, &[]).unwrap().profile.read_only, Some(ReadOnly::Flag), "it can't be unlocked");
    }
}
