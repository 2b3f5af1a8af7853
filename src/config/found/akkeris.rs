//! As the `aka` program keeps it (facts of its client, version 3.1.26).

use secrecy::ExposeSecret;
use serde::Deserialize;

use super::{Env, at_home, of_netrc};
use crate::config::place::Place;
use crate::config::{ConfigError, TokenSource};
use crate::model::printable;

const HOST: &str = "AKKERIS_API_HOST";
const TOKEN: &str = "API_TOKEN";

/// What we know of `~/.akkeris/config.json`; its other keys are the log-in host and whether to look for updates.
#[derive(Deserialize)]
struct Kept {
    apps: Option<String>,
}

/// The API host that the tool uses: the environment's, or else that of its file.
pub(super) fn place(env: Env<'_>) -> Result<Option<Place>, ConfigError> {
    if let Some(host) = env(HOST) {
        return of_host(&host).map(Some).map_err(|why| ConfigError(format!("{HOST} {why}")));
    }
    let Some(path) = at_home(env, ".akkeris/config.json") else { return Ok(None) };
    let Ok(text) = std::fs::read_to_string(&path) else { return Ok(None) };
    let named = || printable(&path.display().to_string());
    // What serde says of it could hold its text.
    let kept: Kept = serde_json::from_str(&text).map_err(|error| {
        ConfigError(format!(
            "{} line {} is not what the aka program writes. Let it write the file anew: aka auth:profile",
            named(),
            error.line()
        ))
    })?;
    let Some(host) = kept.apps.filter(|host| !host.trim().is_empty()) else { return Ok(None) };
    of_host(&host).map(Some).map_err(|why| ConfigError(format!("\"apps\" in {} {why}", named())))
}

/// A host as the tool takes it: in any case, with spaces around it, `https` unless it says otherwise.
fn of_host(host: &str) -> Result<Place, &'static str> {
    let host = host.trim().to_lowercase();
    let is_whole = host.starts_with("https://") || host.starts_with("http://");
    let text = if is_whole { host } else { format!("https://{host}") };
    let place = Place::parse(&text)?;
    // The tool takes the host alone.
    place.with_path_dropped()
}

/// The token that it would send there: `API_TOKEN`, which goes with the host of the environment alone, or that of netrc.
pub(super) fn token(place: &Place, env: Env<'_>) -> Result<Option<(String, TokenSource)>, ConfigError> {
    let is_of_environment = env(HOST).and_then(|host| of_host(&host).ok()).is_some_and(|named| named.is_same_as(place));
    if is_of_environment && let Some(token) = env(TOKEN) {
        return Ok(Some((token, TokenSource::Variable(TOKEN.to_owned()))));
    }
    let found = of_netrc(place, env, "aka auth:login")?;
    Ok(found.map(|(password, source)| (password.expose_secret().to_owned(), source)))
}
