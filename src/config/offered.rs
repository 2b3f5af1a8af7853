//! What can be entered: the profiles, and the credentials on this machine that no profile names. Nobody is asked for it: no
//! program is started, and nothing is sent.

use jiff::SignedDuration;

use super::found::{self, Asking, Env, Found};
use super::place::Place;
use super::resolve::{own_data_endpoint, place_of};
use super::{
    BACKUP_MAX_AGE, ConfigFile, Endpoint, Paths, PathsError, PlatformKind, ProfileEntry, TokenEntry, TokenSource,
    credential, private,
};
use crate::model::{Danger, ReadOnly, profile_lines, shell_quote};

/// The platforms whose own tools keep credentials.
const KEEPING: [PlatformKind; 4] =
    [PlatformKind::Akkeris, PlatformKind::Heroku, PlatformKind::Orkestr, PlatformKind::Watasu];

/// All that can be entered.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// The profiles, by name.
    pub profiles: Vec<Listed>,
    /// What no profile names.
    pub offered: Vec<Offered>,
    /// What is to be known besides, one sentence each.
    pub notes: Vec<String>,
}

/// A profile as it would be entered.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// Which platform.
    pub platform: PlatformKind,
    /// Where it is.
    pub endpoint: Endpoint,
    /// Where its databases are told of, where that is known and another place.
    pub data_endpoint: Option<String>,
    /// The teams to show; all when empty.
    pub teams: Vec<String>,
    /// How dangerous it is.
    pub danger: Danger,
    /// Why nothing is written through it.
    pub read_only: Option<ReadOnly>,
    /// Where its token comes from.
    pub token: Token,
    /// Whether it is entered when none is named.
    pub is_default: bool,
    /// How old its last finished backups may be before they are told as stale.
    pub backup_max_age: SignedDuration,
}

/// Where a token comes from, as far as that can be told without asking for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    /// None is needed.
    NotNeeded,
    /// From there; with what is the matter, if it can't be had now.
    From(TokenSource, Option<String>),
    /// There is none, with what to do.
    Missing(String),
}

/// A credential that was found with the address that it is for. It can be opened read-only and as production.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offered {
    /// Which platform.
    pub platform: PlatformKind,
    /// Where it is.
    pub endpoint: String,
    /// Where its databases are told of, where that is known and another place.
    pub data_endpoint: Option<String>,
    /// Where its token comes from.
    pub source: TokenSource,
    /// How old the last finished backups may be before they are told as stale.
    pub backup_max_age: SignedDuration,
}

impl Offered {
    /// The line that opens it.
    pub fn command(&self) -> String {
        format!("attache --platform {}", shell_quote(self.platform.name()))
    }

    /// The lines that make it a profile, through which one can write.
    pub fn lines(&self) -> Vec<String> {
        let name = self.platform.name();
        let mut lines = profile_lines(name, name, &self.endpoint).to_vec();
        let place = Place::parse(&self.endpoint).ok();
        let own = place.and_then(|place| own_data_endpoint(self.platform, &place));
        if let Some(data) = self.data_endpoint.as_ref().filter(|data| Some(*data) != own.as_ref()) {
            lines.push(format!("data_endpoint = {data:?}"));
        }
        lines.push("danger = \"production\"".to_owned());
        lines
    }
}

/// Everything that can be entered.
pub fn list(file: &ConfigFile, paths: &Paths, env: Env<'_>) -> Listing {
    let env: Env<'_> = &|name: &str| env(name).filter(|value| !value.is_empty());
    let built_in = ProfileEntry::of(PlatformKind::Local);
    let default = env("ATTACHE_PROFILE").or_else(|| file.default_profile.clone()).unwrap_or_else(|| "local".to_owned());
    let mut listing = Listing::default();
    for name in file.names() {
        let entry = file.profiles.get(name).unwrap_or(&built_in);
        let backup_max_age = entry.backup_max_age.or(file.backup_max_age).unwrap_or(BACKUP_MAX_AGE);
        match listed(name, entry, paths, env, name == default) {
            Ok(listed) => listing.profiles.push(Listed { backup_max_age, ..listed }),
            Err(error) => listing.notes.push(error.to_string()),
        }
    }
    listing.profiles.sort_by(|left, right| left.name.cmp(&right.name));
    for platform in KEEPING {
        match offer(platform, file, env) {
            Ok(offered) => listing.offered.extend(offered),
            Err(why) => listing.notes.push(why),
        }
        listing.notes.extend(found::warning(platform, env));
    }
    // One file may be in the way of both platforms.
    listing.notes.dedup();
    let is_open = |platform| !listing.offered.iter().any(|offered| offered.platform == platform);
    if is_open(PlatformKind::Heroku) && found::has_program(env) && !file.profiles.values().any(is_heroku) {
        let note = "The heroku program is installed. It may keep a token elsewhere; it is asked for it only by: attache --platform heroku";
        listing.notes.push(note.to_owned());
    }
    listing
}

fn is_heroku(entry: &ProfileEntry) -> bool {
    entry.platform == PlatformKind::Heroku
}

/// What lies around, for somebody who named nothing.
pub(super) fn notice(file: &ConfigFile, env: Env<'_>) -> Option<String> {
    // What can't be used is not worth a word here: `attache profiles` says it.
    let offered: Vec<Offered> =
        KEEPING.into_iter().filter_map(|platform| offer(platform, file, env).ok().flatten()).collect();
    let found = offered.iter().map(|one| {
        format!(
            "{} (the token from {}), which opens read-only with: {}",
            one.platform.name(),
            one.source,
            one.command()
        )
    });
    let found = found.collect::<Vec<_>>().join("; ");
    (!found.is_empty()).then(|| format!("Found, not entered: {found}"))
}

/// The credential of a platform's tool, unless a profile names it.
fn offer(platform: PlatformKind, file: &ConfigFile, env: Env<'_>) -> Result<Option<Offered>, String> {
    let found = found::of_platform(platform, env, Asking::Never).map_err(|error| error.0)?;
    let Some(found) = found.filter(|found| !file.profiles.values().any(|entry| names(entry, found))) else {
        return Ok(None);
    };
    let data_endpoint = match platform {
        PlatformKind::Heroku => found::data_place(&found.place, env).map_err(|error| error.0)?,
        PlatformKind::Local | PlatformKind::Akkeris | PlatformKind::Orkestr | PlatformKind::Watasu => None,
    };
    Ok(Some(Offered {
        backup_max_age: file.backup_max_age.unwrap_or(BACKUP_MAX_AGE),
        platform,
        endpoint: found.place.url,
        data_endpoint: data_endpoint.map(|place| place.url),
        source: found.source,
    }))
}

/// Whether a profile is the one for that credential.
fn names(entry: &ProfileEntry, found: &Found) -> bool {
    let is_there = place_of(entry)
        .ok()
        .flatten()
        .is_some_and(|place| entry.platform == found.platform && place.is_same_as(&found.place));
    is_there
        && match (&entry.token, &found.source) {
            (None, _) => true,
            (Some(TokenEntry::Variable(name)), TokenSource::Variable(found)) => name == found,
            (Some(_), _) => false,
        }
}

fn listed(
    name: &str,
    entry: &ProfileEntry,
    paths: &Paths,
    env: Env<'_>,
    is_default: bool,
) -> Result<Listed, PathsError> {
    let platform = entry.platform;
    let place = place_of(entry).ok().flatten();
    let token = match (&entry.token, &place) {
        (Some(token), _) => {
            let source = credential::source(name, token, env);
            let trouble = trouble(token, &source, env);
            Token::From(source, trouble)
        }
        (None, Some(place)) if platform != PlatformKind::Local => kept(platform, place, env),
        (None, _) => Token::NotNeeded,
    };
    // As it would be entered: the environment names Heroku's data API only beside the token of Heroku's own tool.
    let data_endpoint = place.as_ref().and_then(|place| match (platform, &entry.token) {
        (PlatformKind::Heroku, None) => found::data_place(place, env).ok().flatten().map(|place| place.url),
        _ => own_data_endpoint(platform, place),
    });
    Ok(Listed {
        backup_max_age: BACKUP_MAX_AGE,
        name: name.to_owned(),
        platform,
        endpoint: match place {
            Some(place) => Endpoint::Url(place.url),
            None => Endpoint::Unix(paths.local()?.socket()),
        },
        data_endpoint: entry.data_endpoint.clone().or(data_endpoint),
        teams: entry.teams.clone(),
        danger: entry.danger.unwrap_or_else(|| platform.default_danger()),
        read_only: entry.read_only.then_some(ReadOnly::Configured),
        token,
        is_default,
    })
}

/// What is the matter with a token that a profile names. A program is not run for it.
fn trouble(entry: &TokenEntry, source: &TokenSource, env: Env<'_>) -> Option<String> {
    match (entry, source) {
        (TokenEntry::Variable(name), _) => env(name).is_none().then(|| "which is not set".to_owned()),
        (TokenEntry::File(_), TokenSource::File(path)) => match private::read(path) {
            Ok(Some(_)) => None,
            Ok(None) => Some("which is not there".to_owned()),
            Err(why) => Some(format!("which {why}")),
        },
        _ => None,
    }
}

/// The token that the platform's own tool keeps.
fn kept(platform: PlatformKind, place: &Place, env: Env<'_>) -> Token {
    match found::of_place(platform, place, env, Asking::Never) {
        Ok(Some(found)) => Token::From(found.source, None),
        Err(error) => Token::Missing(error.0),
        Ok(None) if platform == PlatformKind::Heroku && found::has_program(env) => {
            Token::From(TokenSource::Program(found::HEROKU_LINE.to_owned()), None)
        }
        Ok(None) => Token::Missing(format!("{}, or give the profile a token.", found::way_in(platform))),
    }
}

#[cfg(test)]
mod tests;
