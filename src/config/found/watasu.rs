//! As Watasu's own tools keep it (its docs on authentication, its SDKs).

use secrecy::ExposeSecret;

use super::{Env, of_machine};
use crate::config::place::Place;
use crate::config::{ConfigError, PlatformKind, TokenSource};
use crate::model::printable;

/// The variables with a key, in the order in which its TypeScript SDK looks at them.
const KEYS: [&str; 2] = ["WATASU_API_KEY", "WATASU_ACCESS_TOKEN"];
/// Where the `watasu` program keeps what it logged in with.
const MACHINE: &str = "api.watasu.io";
const URL: &str = "WATASU_API_URL";
const DOMAIN: &str = "WATASU_DOMAIN";

/// The address of its MCP server, the only one that is documented for reading add-ons.
pub(super) fn place() -> Result<Option<Place>, ConfigError> {
    let own = PlatformKind::Watasu.own_endpoint().map(Place::parse).transpose();
    own.map_err(|why| ConfigError(format!("Watasu's own address {why}")))
}

/// The token for it: a variable's, unless the environment says that its keys are for another place, or what netrc keeps.
pub(super) fn token(place: &Place, env: Env<'_>) -> Result<Option<(String, TokenSource)>, ConfigError> {
    if !self::place()?.is_some_and(|own| own.is_same_as(place)) {
        return Ok(None);
    }
    let key = KEYS.into_iter().find_map(|name| env(name).map(|key| (key, TokenSource::Variable(name.to_owned()))));
    if let Some(key) = key.filter(|_| elsewhere(env).is_none()) {
        return Ok(Some(key));
    }
    let found = of_machine(MACHINE.to_owned(), env, "watasu login")?;
    Ok(found.map(|(password, source)| (password.expose_secret().to_owned(), source)))
}

/// The variable that says that the keys of the environment are for another place than Watasu's own.
fn elsewhere(env: Env<'_>) -> Option<&'static str> {
    // Its SDKs look at the address first.
    if let Some(url) = env(URL) {
        let is_own =
            Place::parse(&url).is_ok_and(|place| place.url.starts_with("https:") && place.machine() == MACHINE);
        return (!is_own).then_some(URL);
    }
    let domain = env(DOMAIN)?;
    (!format!("api.{}", domain.trim()).eq_ignore_ascii_case(MACHINE)).then_some(DOMAIN)
}

/// A key that is set and not sent.
pub(super) fn warning(env: Env<'_>) -> Option<String> {
    let named = elsewhere(env)?;
    let key = KEYS.into_iter().find(|name| env(name).is_some())?;
    let own = PlatformKind::Watasu.own_endpoint().map(printable).unwrap_or_default();
    Some(format!(
        "{named} names another place than {MACHINE}, so {key} is for that place and was not taken for {own}. Unset {named}, or write a profile with an endpoint and a token of its own."
    ))
}
