//! Credentials as the platforms' own tools keep them: read, never written, and each only for the address that it is kept for.

mod akkeris;
mod heroku;
mod orkestr;
mod program;

pub(super) use program::without_terminal;
mod watasu;

use std::path::{Path, PathBuf};

use secrecy::SecretString;

use super::credential::check_characters;
use super::place::Place;
use super::{ConfigError, PlatformKind, TokenSource, netrc, private};
use crate::model::printable;

/// The environment: variables that are set and not empty.
pub(super) type Env<'a> = &'a dyn Fn(&str) -> Option<String>;

/// A credential with the address that it is for.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) platform: PlatformKind,
    pub(super) place: Place,
    pub(super) token: SecretString,
    pub(super) source: TokenSource,
}

/// Whether another program may be started to ask it for its token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asking {
    /// Only what lies around is looked at.
    Never,
    /// Somebody wants this platform.
    IfNeeded,
}

/// What a platform's tool keeps for the address that it uses by itself.
///
/// # Errors
/// When there is something, and it can't be used.
pub(super) fn of_platform(platform: PlatformKind, env: Env<'_>, asking: Asking) -> Result<Option<Found>, ConfigError> {
    let place = match platform {
        PlatformKind::Local => None,
        PlatformKind::Akkeris => akkeris::place(env)?,
        PlatformKind::Heroku => Some(heroku::place(env)?),
        PlatformKind::Orkestr => orkestr::place(env)?,
        PlatformKind::Watasu => watasu::place()?,
    };
    place.map_or(Ok(None), |place| of_place(platform, &place, env, asking))
}

/// What a platform's tool keeps for one address.
///
/// # Errors
/// When there is something, and it can't be used.
pub(super) fn of_place(
    platform: PlatformKind,
    place: &Place,
    env: Env<'_>,
    asking: Asking,
) -> Result<Option<Found>, ConfigError> {
    let found = match platform {
        PlatformKind::Local => None,
        PlatformKind::Akkeris => akkeris::token(place, env)?,
        PlatformKind::Heroku => heroku::token(place, env, asking)?,
        PlatformKind::Orkestr => orkestr::token(place, env)?,
        PlatformKind::Watasu => watasu::token(place, env)?,
    };
    let of = |(token, source): (String, TokenSource)| {
        let token = check_characters(&source, token.trim())?;
        Ok(Found { platform, place: place.clone(), token, source })
    };
    found.map(of).transpose()
}

/// Where Heroku's databases are told of, for an address of Heroku's: a known one, or nothing.
///
/// # Errors
/// When the environment names one that the tool itself would send no token to.
pub(super) fn data_place(place: &Place, env: Env<'_>) -> Result<Option<Place>, ConfigError> {
    heroku::data_place(place, env)
}

/// What a person has to know about the environment who looks for a credential in vain.
pub(super) fn warning(platform: PlatformKind, env: Env<'_>) -> Option<String> {
    match platform {
        PlatformKind::Heroku => heroku::warning(env),
        PlatformKind::Orkestr => orkestr::warning(env),
        PlatformKind::Watasu => watasu::warning(env),
        PlatformKind::Local | PlatformKind::Akkeris => None,
    }
}

/// The app that the working folder is linked to by a file of the platform's own tool. Such a file never gives an address or a
/// token.
pub(super) fn project(platform: PlatformKind, folder: &Path, env: Env<'_>) -> Option<String> {
    match platform {
        PlatformKind::Orkestr => orkestr::project(folder, at_home(env, "").as_deref()),
        PlatformKind::Local | PlatformKind::Akkeris | PlatformKind::Heroku | PlatformKind::Watasu => None,
    }
}

/// The line that makes Heroku's own tool print its token.
pub(super) const HEROKU_LINE: &str = "heroku auth:token";

/// Whether Heroku's own tool could be asked for its token.
pub(super) fn has_program(env: Env<'_>) -> bool {
    env("PATH").is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join("heroku").is_file()))
}

/// How to get a credential where there is none.
pub(super) fn way_in(platform: PlatformKind) -> &'static str {
    match platform {
        PlatformKind::Local => "Start it with: attache platform up",
        PlatformKind::Akkeris => "Log in with its own tool (aka auth:login), or set AKKERIS_API_HOST and API_TOKEN",
        PlatformKind::Heroku => "Log in with its own tool (heroku login), or set HEROKU_API_KEY",
        PlatformKind::Orkestr => {
            "Log in with its own tool (orkestr login), or set ORKESTR_API_TOKEN (with ORKESTR_API_URL for another address)"
        }
        PlatformKind::Watasu => {
            "Log in with its own tool (watasu login), or set WATASU_API_KEY (both are for Watasu's own address alone)"
        }
    }
}

/// A path below the home folder.
fn at_home(env: Env<'_>, path: &str) -> Option<PathBuf> {
    env("HOME").map(|home| Path::new(&home).join(path))
}

/// What `.netrc` has for a place.
fn of_netrc(
    place: &Place,
    env: Env<'_>,
    login: &'static str,
) -> Result<Option<(SecretString, TokenSource)>, ConfigError> {
    of_machine(place.machine(), env, login)
}

/// What `.netrc` has for a machine.
fn of_machine(
    machine: String,
    env: Env<'_>,
    login: &'static str,
) -> Result<Option<(SecretString, TokenSource)>, ConfigError> {
    // Neither tool looks at NETRC (netrc-parser and credential handlers of heroku-cli-command, `netrc` in the aka client:
    // both take ~/.netrc), and neither do we: what it names is another program's.
    let Some(path) = at_home(env, ".netrc") else { return Ok(None) };
    let named = || printable(&path.display().to_string());
    let Some(text) = private::read(&path).map_err(|why| ConfigError(format!("{} {why}", named())))? else {
        return Ok(None);
    };
    let password = netrc::password(&text, &machine).map_err(|line| {
        ConfigError(format!(
            "{} line {line} is not what such a file has (machine, login, password). Put it right; what the line says is not shown.",
            named()
        ))
    })?;
    Ok(password.map(|password| (password, TokenSource::Netrc { path, machine, login })))
}

#[cfg(test)]
mod tests;
