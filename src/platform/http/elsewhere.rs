//! Bytes that a platform keeps at another address, which it signs: they are fetched without our token.

use std::sync::Arc;

use reqwest::Url;

use super::endpoint::is_loopback;
use super::read::Taken;
use super::{Http, Manners, Opened};
use crate::config::{Endpoint, Profile};
use crate::platform::{ReadError, ReadErrorKind, Settings};

/// A client for one signed address, and the answer that it gave.
pub(in crate::platform) struct Elsewhere {
    /// The client; it knows no token.
    pub(in crate::platform) http: Arc<Http>,
    /// What came.
    pub(in crate::platform) opened: Opened,
}

impl Http {
    /// Opens a signed address. It is a secret, so nothing of it but its host is shown. Over https or on this machine only.
    pub(in crate::platform) async fn open_elsewhere(
        profile: &Profile,
        settings: Settings,
        manners: &'static Manners,
        address: &str,
    ) -> Result<Elsewhere, ReadError> {
        let url = Url::parse(address).ok().filter(|url| url.has_host() && url.username().is_empty());
        let url = url.filter(|url| url.scheme() == "https" || (url.scheme() == "http" && is_loopback(url)));
        let Some(url) = url else {
            return Err(refused(
                "The address that the platform gave for the backup is not https, so it was not opened.",
            ));
        };
        let origin = Profile {
            endpoint: Endpoint::Url(url.origin().ascii_serialization()),
            token: None,
            token_source: None,
            data_endpoint: None,
            ..profile.clone()
        };
        let http = Self::new(&origin, settings, manners).map_err(|error| refused(&error.to_string()))?;
        let request = http.read.get(url);
        let opened = http.retrying(request, "GET (a signed address)", Taken::Bytes).await?;
        Ok(Elsewhere { http: Arc::new(http), opened })
    }
}

fn refused(message: &str) -> ReadError {
    ReadError::new(ReadErrorKind::Nonsense, message)
}
