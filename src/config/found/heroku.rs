//! As the `heroku` program keeps it (its sources and what it was seen to do, version 11).

use secrecy::ExposeSecret;

use super::{Asking, Env, HEROKU_LINE, at_home, of_netrc, program};
use crate::config::place::Place;
use crate::config::{ConfigError, PlatformKind, TokenSource};

const KEY: &str = "HEROKU_API_KEY";
const HOST: &str = "HEROKU_HOST";
/// The hosts of the data API, the first that is set counts: `getHost` of the tool's pg and data commands.
const DATA_HOSTS: [&str; 2] = ["HEROKU_DATA_HOST", "HEROKU_POSTGRESQL_HOST"];
const DATA_API: &str = "https://api.data.heroku.com";
/// Where the tool sends its token: ALLOWED_HEROKU_DOMAINS of heroku-cli-command.
const DOMAINS: [&str; 4] = ["heroku.com", "herokai.com", "herokuspace.com", "herokudev.com"];

/// The address that the tool uses.
pub(super) fn place(env: Env<'_>) -> Result<Place, ConfigError> {
    let own = PlatformKind::Heroku.own_endpoint().unwrap_or_default();
    let Some(host) = env(HOST) else {
        return Place::parse(own).map_err(|why| ConfigError(format!("Heroku's own address {why}")));
    };
    let host = host.trim();
    let url = if host.starts_with("http") { host.to_owned() } else { format!("https://api.{host}") };
    let place = Place::parse(&url).map_err(|why| ConfigError(format!("{HOST} {why}")))?;
    if !is_trusted(&place) {
        return Err(ConfigError(format!(
            "{HOST} names neither a host of Heroku's nor this machine, so the heroku program would not use it, and its \
             credential is not sent there. Unset it, or write a profile with that endpoint and a token of its own."
        )));
    }
    place.with_path_dropped().map_err(|why| ConfigError(format!("{HOST} {why}")))
}

/// Whether the tool itself would send its token there.
fn is_trusted(place: &Place) -> bool {
    let host = place.host();
    let is_within =
        |domain: &str| host == domain || host.strip_suffix(domain).is_some_and(|before| before.ends_with('.'));
    place.is_loopback() || DOMAINS.into_iter().any(is_within)
}

/// The token that it would send there, in the order in which it looks itself: the variable, what the system keeps for it or
/// netrc. Only the program can say what the system keeps, and it is started only where somebody wants Heroku.
pub(super) fn token(place: &Place, env: Env<'_>, asking: Asking) -> Result<Option<(String, TokenSource)>, ConfigError> {
    if let Some(key) = env(KEY)
        && self::place(env).is_ok_and(|named| named.is_same_as(place))
    {
        return Ok(Some((key, TokenSource::Variable(KEY.to_owned()))));
    }
    // Where there is an encrypted one, the tool does not look at the plain one (netrc-parser).
    let is_encrypted = at_home(env, ".netrc.gpg").is_some_and(|path| path.exists());
    if !is_encrypted && let Some((password, source)) = of_netrc(place, env, "heroku login")? {
        return Ok(Some((password.expose_secret().to_owned(), source)));
    }
    if asking == Asking::Never || !is_trusted(place) {
        return Ok(None);
    }
    let own = PlatformKind::Heroku.own_endpoint();
    let host = (Some(place.url.as_str()) != own).then_some(place.url.as_str());
    let token = program::ask(program::HEROKU, host.map(|host| (HOST, host)), env)?;
    Ok(token.map(|token| (token, TokenSource::Program(HEROKU_LINE.to_owned()))))
}

/// The data API beside an address: the environment names its host where it also names this one; Heroku's own has Heroku's.
pub(super) fn data_place(place: &Place, env: Env<'_>) -> Result<Option<Place>, ConfigError> {
    let is_of_environment = self::place(env).is_ok_and(|named| named.is_same_as(place));
    let named = DATA_HOSTS.into_iter().find_map(|name| env(name).map(|host| (name, host)));
    if let Some((name, host)) = named.filter(|_| is_of_environment) {
        let beside = place.with_host(host.trim()).filter(is_trusted);
        return beside.map(Some).ok_or_else(|| {
            ConfigError(format!(
                "{name} is not the name of a host of Heroku's or of this machine, without port or path. Unset it, or put it right."
            ))
        });
    }
    let own = PlatformKind::Heroku.own_endpoint().and_then(|own| Place::parse(own).ok());
    Ok(if own.is_some_and(|own| own.is_same_as(place)) { Place::parse(DATA_API).ok() } else { None })
}

/// A variable that sounds right and is not read by the tool.
pub(super) fn warning(env: Env<'_>) -> Option<String> {
    (env("HEROKU_API_TOKEN").is_some() && env(KEY).is_none()).then(|| {
        "HEROKU_API_TOKEN is set, which neither the heroku program nor attache reads. The variable is HEROKU_API_KEY."
            .to_owned()
    })
}
