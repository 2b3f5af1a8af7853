//! Which profile is meant: flags before environment before file, and the local platform when nothing is named.

use std::path::{Path, PathBuf};

use secrecy::SecretString;

use super::found::{self, Asking, Env, Found};
use super::nearest::did_you_mean;
use super::offered;
use super::place::Place;
use super::{
    Authorities, BACKUP_MAX_AGE, ConfigError, ConfigFile, Endpoint, Paths, PathsError, PlatformKind, Profile,
    ProfileEntry, TokenSource, credential,
};
use crate::model::{Danger, ProfileName, ReadOnly, printable};

/// The token that goes with `--endpoint`.
const TOKEN: &str = "ATTACHE_TOKEN";

/// The variable that says what `--ca-file` says.
const CA_FILE: &str = "ATTACHE_CA_FILE";

/// What the command line says about the profile. A token is never among it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// `--profile`.
    pub profile: Option<String>,
    /// `--platform`.
    pub platform: Option<String>,
    /// `--endpoint`.
    pub endpoint: Option<String>,
    /// `--data-endpoint`.
    pub data_endpoint: Option<String>,
    /// `--read-only`.
    pub read_only: bool,
    /// `--state-dir`.
    pub state_dir: Option<PathBuf>,
    /// `--ca-file`.
    pub ca_file: Option<PathBuf>,
    /// Whether a dashboard has the terminal: a program that tells a token gets none, and not for ever to tell it in.
    pub is_on_screen: bool,
}

impl Wanted {
    /// The folders.
    ///
    /// # Errors
    /// When one that was named is no good.
    pub fn paths(&self) -> Result<Paths, PathsError> {
        Paths::find(self.state_dir.as_deref())
    }
}

/// A profile, and whether anybody named it.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// The way in.
    pub profile: Profile,
    /// False when the local platform was taken because nothing was named.
    pub is_named: bool,
    /// What lies around that could have been opened instead, where nothing was named.
    pub notice: Option<String>,
}

impl Resolved {
    fn named(profile: Profile) -> Self {
        Self { profile, is_named: true, notice: None }
    }
}

/// Finds the profile that is meant.
///
/// # Errors
/// When the names don't fit together or the credential can't be had.
pub fn resolve(wanted: &Wanted, file: &ConfigFile, paths: &Paths, env: Env<'_>) -> Result<Resolved, ConfigError> {
    let env: Env<'_> = &|name: &str| env(name).filter(|value| !value.is_empty());
    let mut resolved = match (&wanted.platform, &wanted.profile) {
        (Some(_), Some(_)) => {
            return Err(ConfigError(
                "--profile and --platform exclude each other: a profile already says which platform it is.".into(),
            ));
        }
        _ if wanted.data_endpoint.is_some()
            && (wanted.platform.as_deref() != Some(PlatformKind::Heroku.name()) || wanted.endpoint.is_none()) =>
        {
            return Err(ConfigError(
                "--data-endpoint goes with --platform heroku --endpoint URL; a profile names its own as data_endpoint."
                    .into(),
            ));
        }
        (Some(platform), None) => Resolved::named(ad_hoc(platform, wanted, paths, env)?),
        (None, _) if wanted.endpoint.is_some() => {
            return Err(ConfigError("--endpoint needs --platform beside it: --platform local --endpoint URL.".into()));
        }
        (None, Some(name)) => Resolved::named(by_name(name, file, paths, env, wanted.is_on_screen)?),
        (None, None) => match env("ATTACHE_PROFILE").or_else(|| file.default_profile.clone()) {
            Some(name) => Resolved::named(by_name(&name, file, paths, env, wanted.is_on_screen)?),
            None => Resolved {
                profile: by_name("local", file, paths, env, wanted.is_on_screen)?,
                is_named: false,
                notice: offered::notice(file, env),
            },
        },
    };
    if wanted.platform.is_some() {
        resolved.profile.backup_max_age = file.backup_max_age.unwrap_or(BACKUP_MAX_AGE);
    }
    add_authorities(&mut resolved.profile.authorities, wanted, env)?;
    let folder = std::env::current_dir().ok();
    resolved.profile.project = folder.and_then(|folder| found::project(resolved.profile.platform, &folder, env));
    // The flag is the stronger one: it can't be unlocked. What was found can't be either, and says the way out.
    if wanted.read_only && resolved.profile.read_only != Some(ReadOnly::Found) {
        resolved.profile.read_only = Some(ReadOnly::Flag);
    }
    Ok(resolved)
}

/// Those that are trusted whatever the profile: of the command line, or else of the environment.
fn add_authorities(authorities: &mut Authorities, wanted: &Wanted, env: Env<'_>) -> Result<(), ConfigError> {
    match (&wanted.ca_file, env(CA_FILE)) {
        (Some(file), _) => authorities.add("--ca-file", file),
        (None, Some(file)) if !file.starts_with('/') => {
            let variable = CA_FILE;
            Err(PathsError::NotAbsolute { variable, value: printable(&file) }.into())
        }
        (None, Some(file)) => authorities.add(CA_FILE, Path::new(&file)),
        (None, None) => Ok(()),
    }
}

/// A platform without a profile.
fn ad_hoc(name: &str, wanted: &Wanted, paths: &Paths, env: Env<'_>) -> Result<Profile, ConfigError> {
    let platform = kind(name)?;
    let place = match &wanted.endpoint {
        Some(url) => Some(Place::parse(url).map_err(|why| ConfigError(format!("The endpoint {why}")))?),
        None => None,
    };
    let of = |endpoint, token, token_source| Profile {
        backup_max_age: BACKUP_MAX_AGE,
        project: None,
        undocumented: false,
        authorities: Authorities::default(),
        name: ProfileName(platform.name().into()),
        platform,
        endpoint,
        data_endpoint: None,
        token,
        token_source,
        teams: Vec::new(),
        danger: platform.default_danger(),
        read_only: None,
    };
    let Some(place) = place else {
        // Endpoint and credential come as a pair: without an endpoint of its own, the token in the environment is not ours
        // to send.
        return match platform {
            PlatformKind::Local => Ok(of(Endpoint::Unix(paths.local()?.socket()), None, None)),
            PlatformKind::Akkeris | PlatformKind::Heroku | PlatformKind::Orkestr | PlatformKind::Watasu => {
                let found = found::of_platform(platform, env, Asking::IfNeeded)?;
                found.map_or_else(|| Err(nothing_found(platform, env)), |found| as_found(found, env))
            }
        };
    };
    let endpoint = Endpoint::Url(place.url.clone());
    let data_endpoint = match &wanted.data_endpoint {
        Some(url) => Some(Place::parse(url).map_err(|why| ConfigError(format!("The data endpoint {why}")))?.url),
        None => own_data_endpoint(platform, &place),
    };
    if let Some(token) = environment_token(env)? {
        let source = TokenSource::Variable(TOKEN.to_owned());
        return Ok(Profile { data_endpoint, ..of(endpoint, Some(token), Some(source)) });
    }
    if platform == PlatformKind::Local {
        return Ok(of(endpoint, None, None));
    }
    // A token that was found is for the places that it was found with.
    if wanted.data_endpoint.is_some() {
        return Err(ConfigError(format!("--data-endpoint needs the token in {TOKEN}, which goes to both places.")));
    }
    match found::of_place(platform, &place, env, Asking::IfNeeded)? {
        Some(found) => as_found(found, env),
        None => Err(ConfigError(format!(
            "There is no token for {} at {}. Set {TOKEN} to one, or log in with the platform's own tool for that address.{}",
            platform.name(),
            printable(&place.url),
            also(platform, env)
        ))),
    }
}

/// What nobody wrote a profile for: it can be looked at, and counts as production.
pub(super) fn as_found(found: Found, env: Env<'_>) -> Result<Profile, ConfigError> {
    let Found { platform, place, token, source } = found;
    let data_endpoint = match platform {
        PlatformKind::Heroku => found::data_place(&place, env)?.map(|place| place.url),
        PlatformKind::Local | PlatformKind::Akkeris | PlatformKind::Orkestr | PlatformKind::Watasu => None,
    };
    Ok(Profile {
        backup_max_age: BACKUP_MAX_AGE,
        project: None,
        undocumented: false,
        authorities: Authorities::default(),
        name: ProfileName(platform.name().into()),
        platform,
        endpoint: Endpoint::Url(place.url),
        data_endpoint,
        token: Some(token),
        token_source: Some(source),
        teams: Vec::new(),
        danger: Danger::Production,
        read_only: Some(ReadOnly::Found),
    })
}

fn nothing_found(platform: PlatformKind, env: Env<'_>) -> ConfigError {
    let hint = match (platform, env(TOKEN)) {
        (PlatformKind::Local, _) | (_, None) => "",
        (_, Some(_)) => " ATTACHE_TOKEN is set, and goes only to an address that is named with it: add --endpoint URL.",
    };
    ConfigError(format!(
        "No credential for {} was found on this machine. {}, or write a profile.{hint}{}",
        platform.name(),
        found::way_in(platform),
        also(platform, env)
    ))
}

/// A warning as a further sentence.
fn also(platform: PlatformKind, env: Env<'_>) -> String {
    found::warning(platform, env).map_or_else(String::new, |warning| format!(" {warning}"))
}

fn environment_token(env: Env<'_>) -> Result<Option<SecretString>, ConfigError> {
    let source = TokenSource::Variable(TOKEN.to_owned());
    env(TOKEN).map(|token| credential::check_characters(&source, token.trim())).transpose()
}

fn by_name(
    name: &str,
    file: &ConfigFile,
    paths: &Paths,
    env: Env<'_>,
    is_on_screen: bool,
) -> Result<Profile, ConfigError> {
    let built_in = ProfileEntry::of(PlatformKind::Local);
    let entry = match file.profiles.get(name) {
        Some(entry) => entry,
        None if name == "local" => &built_in,
        None => return Err(no_profile(name, file, paths)),
    };
    let platform = entry.platform;
    let place = place_of(entry).map_err(|why| ConfigError(format!("The endpoint of profile {name:?} {why}")))?;
    let sourced = entry.token.as_ref().map(|token| credential::token(name, token, env, is_on_screen)).transpose()?;
    let (sourced, data_endpoint) = match (sourced, &place) {
        (sourced, None) => (sourced, None),
        (Some(sourced), Some(place)) => (Some(sourced), own_data_endpoint(platform, place)),
        (None, Some(_)) if platform == PlatformKind::Local => (None, None),
        // The platform's own tool keeps one for that address: the profile names it so.
        (None, Some(place)) => {
            let found = found::of_place(platform, place, env, Asking::IfNeeded)?.ok_or_else(|| {
                ConfigError(format!(
                    "Profile {name:?} names no token, and none was found on this machine for {}. {}, or give the profile token_env, token_command or token_file.{}",
                    printable(&place.url),
                    found::way_in(platform),
                    also(platform, env)
                ))
            })?;
            let found = as_found(found, env)?;
            (found.token.zip(found.token_source), found.data_endpoint)
        }
    };
    let (token, token_source) = sourced.unzip();
    let mut authorities = Authorities::default();
    if let Some(file) = &entry.ca_file {
        authorities.add(&format!("ca_file of profile {}", printable(name)), &credential::in_home(file, env))?;
    }
    Ok(Profile {
        backup_max_age: entry.backup_max_age.or(file.backup_max_age).unwrap_or(BACKUP_MAX_AGE),
        project: None,
        undocumented: entry.undocumented,
        authorities,
        name: ProfileName(name.into()),
        platform,
        endpoint: match place {
            Some(place) => Endpoint::Url(place.url),
            None => Endpoint::Unix(paths.local()?.socket()),
        },
        data_endpoint: entry.data_endpoint.clone().or(data_endpoint),
        token,
        token_source,
        teams: entry.teams.clone(),
        danger: entry.danger.unwrap_or_else(|| platform.default_danger()),
        read_only: entry.read_only.then_some(ReadOnly::Configured),
    })
}

/// The address of a profile; none is that of our own socket.
pub(super) fn place_of(entry: &ProfileEntry) -> Result<Option<Place>, &'static str> {
    match (entry.platform, &entry.endpoint) {
        (_, Some(url)) => Place::parse(url).map(Some),
        (PlatformKind::Local, None) => Ok(None),
        (PlatformKind::Akkeris, None) => Err("is missing: add endpoint = \"https://apps.example.com\"."),
        (PlatformKind::Heroku | PlatformKind::Orkestr | PlatformKind::Watasu, None) => {
            entry.platform.own_endpoint().map(Place::parse).transpose()
        }
    }
}

/// The data API that belongs to an address whatever the environment says.
pub(super) fn own_data_endpoint(platform: PlatformKind, place: &Place) -> Option<String> {
    match platform {
        PlatformKind::Heroku => found::data_place(place, &|_| None).ok().flatten().map(|place| place.url),
        PlatformKind::Local | PlatformKind::Akkeris | PlatformKind::Orkestr | PlatformKind::Watasu => None,
    }
}

/// Nobody wrote a profile of that name.
pub(super) fn no_profile(name: &str, file: &ConfigFile, paths: &Paths) -> ConfigError {
    let names = file.names();
    let meant = match PlatformKind::from_name(name) {
        Some(platform) => format!(" For a credential that is kept on this machine: --platform {}.", platform.name()),
        None => did_you_mean(name, names.iter().copied()),
    };
    let listed = names.into_iter().map(printable).collect::<Vec<_>>().join(", ");
    ConfigError(format!(
        "There is no profile {:?}.{meant} The profiles are: {listed}. Add [profiles.NAME] to {}.",
        printable(name),
        paths.config_file_shown()
    ))
}

fn kind(name: &str) -> Result<PlatformKind, ConfigError> {
    PlatformKind::from_name(name).ok_or_else(|| {
        let names = PlatformKind::names();
        let (meant, list) = (did_you_mean(name, names), names.join(", "));
        ConfigError(format!(
            "{:?} is not a platform that this version speaks.{meant} It speaks: {list}. A profile is named with --profile.",
            printable(name)
        ))
    })
}

#[cfg(test)]
mod tests;
