//! As the `orkestr` program keeps it (its client 0.5.3).

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{Env, at_home};
use crate::config::place::Place;
use crate::config::{ConfigError, PlatformKind, TokenSource, private};
use crate::model::printable;

const TOKEN: &str = "ORKESTR_API_TOKEN";
const URL: &str = "ORKESTR_API_URL";
/// How its tokens begin (its API page). Other programs use the same variable and the same folder for theirs.
const PREFIX: &str = "ork_";
const FILE: &str = ".orkestr/config.json";
/// A project's file is a few lines.
const LARGEST_PROJECT: u64 = 64 << 10;
/// A slug has at most 100 characters (its client), an id 36.
const LONGEST_PROJECT: usize = 100;

/// What we know of the user's file.
#[derive(Deserialize)]
struct Kept {
    api_url: Option<String>,
    api_token: Option<String>,
    /// As older versions named it.
    access_token: Option<String>,
}

/// A token with the address beside it, and what named them.
struct Pair {
    place: Place,
    token: Option<String>,
    source: TokenSource,
}

/// The address that the tool uses.
pub(super) fn place(env: Env<'_>) -> Result<Option<Place>, ConfigError> {
    let pair = match of_environment(env)? {
        Some(pair) => Some(pair),
        None => of_file(env)?,
    };
    Ok(pair.map(|pair| pair.place))
}

/// The token that it would send there: that of the source that names the address, and no other.
pub(super) fn token(place: &Place, env: Env<'_>) -> Result<Option<(String, TokenSource)>, ConfigError> {
    let is_for = |pair: &Pair| pair.place.is_same_as(place);
    if let Some(Pair { token: Some(token), source, .. }) = of_environment(env)?.filter(is_for) {
        return Ok(Some((token, source)));
    }
    let pair = of_file(env)?.filter(is_for);
    Ok(pair.and_then(|pair| pair.token.map(|token| (token, pair.source))))
}

/// What the environment names. An address alone is a pair without a token: what the file keeps is for the file's address.
fn of_environment(env: Env<'_>) -> Result<Option<Pair>, ConfigError> {
    let token = env(TOKEN);
    if token.as_ref().is_some_and(|token| !is_its(token)) || (token.is_none() && env(URL).is_none()) {
        return Ok(None);
    }
    let place = place_of(env(URL)).map_err(|why| ConfigError(format!("{URL} {why}")))?;
    Ok(Some(Pair { place, token, source: TokenSource::Variable(TOKEN.to_owned()) }))
}

fn of_file(env: Env<'_>) -> Result<Option<Pair>, ConfigError> {
    let Some(path) = at_home(env, FILE) else { return Ok(None) };
    let Some(kept) = kept(&path)? else { return Ok(None) };
    let Some(token) = kept.api_token.or(kept.access_token).filter(|token| is_its(token)) else { return Ok(None) };
    let place = place_of(kept.api_url.filter(|url| !url.trim().is_empty()))
        .map_err(|why| ConfigError(format!("\"api_url\" in {} {why}", shown(&path))))?;
    Ok(Some(Pair { place, token: Some(token), source: TokenSource::File(path) }))
}

fn kept(path: &Path) -> Result<Option<Kept>, ConfigError> {
    let Some(text) = private::read(path).map_err(|why| ConfigError(format!("{} {why}", shown(path))))? else {
        return Ok(None);
    };
    // What serde says of it could hold its text.
    serde_json::from_str(&text).map(Some).map_err(|error| {
        ConfigError(format!(
            "{} line {} is not what the orkestr program writes, so no token was taken from it. Let it write the file anew: orkestr login",
            shown(path),
            error.line()
        ))
    })
}

fn shown(path: &Path) -> String {
    printable(&path.display().to_string())
}

fn place_of(url: Option<String>) -> Result<Place, &'static str> {
    Place::parse(url.as_deref().or(PlatformKind::Orkestr.own_endpoint()).unwrap_or_default())
}

fn is_its(token: &str) -> bool {
    token.trim().starts_with(PREFIX)
}

/// What is there under its names and is not taken.
pub(super) fn warning(env: Env<'_>) -> Option<String> {
    let mut said = Vec::new();
    let foreign = env(TOKEN).is_some_and(|token| !is_its(&token));
    if foreign {
        said.push(format!(
            "{TOKEN} is set to something that does not begin with {PREFIX}, so it is no token of orkestr's and was not taken: another program may use that variable."
        ));
    }
    let path = at_home(env, FILE);
    // What the file can't be read for is told where it is looked at for its token.
    let kept = path.as_ref().and_then(|path| kept(path).ok().flatten());
    if let (Some(path), Some(token)) = (&path, kept.and_then(|kept| kept.api_token.or(kept.access_token)))
        && !token.trim().is_empty()
        && !is_its(&token)
    {
        said.push(format!(
            "The token in {} does not begin with {PREFIX}, so it is none of orkestr's and was not taken: another program may use that folder.",
            shown(path)
        ));
    }
    if !foreign && env(TOKEN).is_none() && env(URL).is_some() {
        said.push(format!(
            "{URL} is set without {TOKEN}: a token goes only to the address of its own source. Set both, or neither."
        ));
    }
    (!said.is_empty()).then(|| said.join(" "))
}

/// What we know of a project's file, which `orkestr init` writes. It may name an address or a token too: nobody asks it.
#[derive(Deserialize)]
struct Linked {
    project_id: Option<String>,
    project: Option<String>,
}

/// The project that a folder, or the nearest one around it, is linked to: its id, or its slug. `home` is the folder with the
/// user's own file, which links nothing.
pub(super) fn project(folder: &Path, home: Option<&Path>) -> Option<String> {
    let folders = folder.ancestors().filter(|folder| Some(*folder) != home);
    let path = folders.map(|folder| folder.join(FILE)).find(|path| path.is_file())?;
    let linked = linked(path)?;
    [linked.project_id, linked.project].into_iter().flatten().find(|name| is_project(name))
}

fn linked(path: PathBuf) -> Option<Linked> {
    let is_small = std::fs::metadata(&path).is_ok_and(|metadata| metadata.len() <= LARGEST_PROJECT);
    let text = is_small.then(|| std::fs::read_to_string(path).ok())??;
    serde_json::from_str(&text).ok()
}

/// Ids and slugs: letters, digits and hyphens (its client). It becomes a part of a path: nothing else is let through.
fn is_project(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= LONGEST_PROJECT
        && !name.starts_with('-')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}
