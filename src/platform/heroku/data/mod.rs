//! The data API: backups, health and maintenance of Heroku's own databases. It is undocumented and has a host of its own, so it
//! is a layer that may be missing: everything else goes on without it.

mod client;
mod info;
pub(super) mod map;
pub(super) mod whose;
pub(super) mod wire;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use reqwest::Url;

use super::MANNERS;
use super::services;
use crate::config::{Endpoint, Profile};
use crate::model::{Addon, Capability, Verb};
use crate::platform::http::Http;
use crate::platform::{ConnectError, ReadError, ReadErrorKind, Settings};

pub(super) use client::refused;

/// Where Heroku's own is (the CLI's source).
const DEFAULT: &str = "https://api.data.heroku.com";
/// The Platform API beside it.
const PLATFORM_HOST: &str = "api.heroku.com";
/// For how long it is not asked for mere details once it could not be reached.
const REST: Duration = Duration::from_secs(30);

/// The way to the data API, or why there is none.
pub(super) struct Layer {
    way: Result<Http, String>,
    /// When it could not be reached last, and why. Any answer clears it.
    down: Mutex<Option<(Instant, ReadError)>>,
}

impl Layer {
    /// The token goes to the host that the profile names, and to Heroku's own where the profile leads to Heroku: to no other.
    pub(super) fn new(profile: &Profile, settings: Settings) -> Result<Self, ConnectError> {
        let way = match address(profile) {
            Ok(address) => {
                let of = Profile { endpoint: Endpoint::Url(address), ..profile.clone() };
                Ok(Http::new(&of, settings, &MANNERS)?)
            }
            Err(why) => Err(why),
        };
        Ok(Self { way, down: Mutex::new(None) })
    }

    /// The client.
    pub(super) fn http(&self) -> Result<&Http, ReadError> {
        self.way.as_ref().map_err(|why| ReadError::unsupported(why))
    }

    /// Whether a verb of the data API can be used at all.
    pub(super) fn capability(&self, verb: Verb) -> Capability {
        match &self.way {
            Err(why) if services::is_of_data_api(verb) => Capability::Cannot(why.clone()),
            _ => Capability::Can,
        }
    }

    /// Adds to an add-on what can't be done with it while the layer is missing.
    pub(super) fn add_reasons(&self, addon: &mut Addon) {
        let why = match (&self.way, self.is_down()) {
            (Err(why), _) => why.clone(),
            (Ok(_), Some(error)) => format!("The data API could not be reached: {}", error.message),
            (Ok(_), None) => return,
        };
        for verb in Verb::ALL {
            if services::is_of_data_api(verb) && addon.cannot(verb).is_none() {
                Arc::make_mut(&mut addon.cannot).push((verb, why.clone()));
            }
        }
    }

    /// Why it could not be reached a moment ago.
    pub(super) fn is_down(&self) -> Option<ReadError> {
        let down = self.down.lock().unwrap_or_else(PoisonError::into_inner);
        down.as_ref().filter(|(at, _)| at.elapsed() < REST).map(|(_, error)| error.clone())
    }

    /// Takes note of how a request ended.
    pub(super) fn saw<T>(&self, result: &Result<T, ReadError>) {
        let down = match result {
            Err(error) if error.kind.is_no_answer() || matches!(error.kind, ReadErrorKind::ServerError(_)) => {
                Some((Instant::now(), error.clone()))
            }
            _ => None,
        };
        *self.down.lock().unwrap_or_else(PoisonError::into_inner) = down;
    }
}

/// Where a profile's data API is.
fn address(profile: &Profile) -> Result<String, String> {
    if let Some(named) = &profile.data_endpoint {
        return Ok(named.clone());
    }
    let is_heroku = match &profile.endpoint {
        Endpoint::Url(url) => Url::parse(url).is_ok_and(|url| url.host_str() == Some(PLATFORM_HOST)),
        Endpoint::Unix(_) => false,
    };
    if is_heroku {
        return Ok(DEFAULT.to_owned());
    }
    Err(format!(
        "Profile {} leads to another place than Heroku and names no data API, so backups and what databases tell are not there. Name it with data_endpoint, or --data-endpoint.",
        profile.name
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::PlatformKind;
    use crate::model::{Danger, ProfileName};

    fn profile(endpoint: &str, data_endpoint: Option<&str>) -> Profile {
        Profile {
            backup_max_age: crate::config::BACKUP_MAX_AGE,
            project: None,
            undocumented: false,
            authorities: crate::config::Authorities::default(),
            name: ProfileName("work".into()),
            platform: PlatformKind::Heroku,
            endpoint: Endpoint::Url(endpoint.into()),
            data_endpoint: data_endpoint.map(str::to_owned),
            token: None,
            token_source: None,
            teams: Vec::new(),
            danger: Danger::Production,
            read_only: None,
        }
    }

    #[test]
    fn the_token_goes_to_herokus_own_data_api_or_to_the_one_that_is_named() {
        assert_eq!(address(&profile("https://api.heroku.com", None)).as_deref(), Ok(DEFAULT));
        let named = profile("http://127.0.0.1:1", Some("http://127.0.0.1:2"));
        assert_eq!(address(&named).as_deref(), Ok("http://127.0.0.1:2"));
        for other in ["http://127.0.0.1:1", "https://api.heroku.com.evil.example", "https://heroku.example.com"] {
            let why = address(&profile(other, None)).unwrap_err();
            assert!(why.contains("data_endpoint"), "{why}");
            let layer = Layer::new(&profile(other, None), Settings::default()).unwrap();
            assert!(layer.http().is_err());
            assert!(matches!(layer.capability(Verb::BackUp), Capability::Cannot(_)));
            assert_eq!(layer.capability(Verb::Create), Capability::Can);
        }
    }
}
