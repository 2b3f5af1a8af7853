//! Whether anything answers at an address at all.

use super::http::{Http, Manners};
use super::{ConnectError, ReadError, Settings};
use crate::config::{Endpoint, Profile};

const MANNERS: Manners = Manners { accept: "*/*", takes_keys: false, tried_again: &[] };

/// Asks for the root of an address of a profile, without its token. Whatever is answered, it is reached.
///
/// # Errors
/// The outer one when the address is no good, the inner one when no answer came.
pub async fn reach(profile: &Profile, url: &str, settings: Settings) -> Result<Result<(), ReadError>, ConnectError> {
    let without =
        Profile { endpoint: Endpoint::Url(url.to_owned()), token: None, token_source: None, ..profile.clone() };
    let http = Http::new(&without, settings, &MANNERS)?;
    Ok(http.get(&[], &[], None).await.map(drop))
}
