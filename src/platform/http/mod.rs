//! The one HTTP layer: a client that reads and may try again, and a client that writes and sends once. Both know their
//! endpoint's name for sentences, neither follows a redirect, and nothing here prints a token, a body or a user name.

mod allowance;
mod ask;
mod client;
mod download;
mod elsewhere;
mod endpoint;
mod failure;
mod meter;
// In the tests it is there always, so that it is tested.
#[cfg(any(test, feature = "own-resolver"))]
mod names;
mod read;
mod redact;
mod refusal;
mod reply;
mod skew;
mod upload;
mod write;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::{SignedDuration, Timestamp};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use secrecy::ExposeSecret;

use super::{ConnectError, Exchange, Settings};
use crate::config::Profile;

use allowance::Allowance;
pub(super) use download::ending;
pub(super) use endpoint::Target;
pub(super) use meter::Meter;
pub(super) use read::Opened;
pub(super) use redact::Redactor;
pub(super) use refusal::{Said, nonsense, refused_read};
use skew::Skew;
pub(super) use upload::Outgoing;

/// How one kind of platform is spoken to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Manners {
    /// What is asked for with every request that does not say otherwise.
    pub(super) accept: &'static str,
    /// Whether a write takes an idempotency key.
    pub(super) takes_keys: bool,
    /// The statuses after which a read is worth another try.
    pub(super) tried_again: &'static [u16],
}

/// Headers of one request, beside those that all have.
pub(super) type Headers<'a> = &'a [(HeaderName, HeaderValue)];

/// The clients of one endpoint.
pub(super) struct Http {
    read: reqwest::Client,
    write: reqwest::Client,
    upload: reqwest::Client,
    target: Target,
    token: Option<HeaderValue>,
    settings: Settings,
    manners: &'static Manners,
    skew: Skew,
    allowance: Allowance,
    sent: AtomicU64,
    meter: Option<Arc<Meter>>,
}

/// A complete answer with whatever status it has.
pub(super) struct Answer {
    /// HTTP status.
    pub(super) status: u16,
    /// The server's clock; ours where it told none.
    pub(super) at: Timestamp,
    /// The tag for the next conditional request.
    pub(super) etag: Option<String>,
    /// What is told of it in an error.
    pub(super) exchange: Exchange,
    /// Its headers: for what a platform tells there alone. Never shown.
    pub(super) headers: HeaderMap,
    /// The whole body.
    pub(super) body: Vec<u8>,
}

impl Http {
    /// Makes the clients. Nothing is sent.
    pub(super) fn new(profile: &Profile, settings: Settings, manners: &'static Manners) -> Result<Self, ConnectError> {
        let target = Target::new(profile)?;
        let token = match &profile.token {
            None => None,
            Some(token) => {
                let mut value = HeaderValue::from_str(&format!("Bearer {}", token.expose_secret()))
                    .map_err(|_| ConnectError::Client(target.bad_token_sentence()))?;
                value.set_sensitive(true);
                Some(value)
            }
        };
        let read = client::reading(&target, &settings, manners)?;
        let write = client::writing(&target, &settings, manners)?;
        let upload = client::uploading(&target, &settings, manners)?;
        Ok(Self {
            read,
            write,
            upload,
            target,
            token,
            settings,
            manners,
            skew: Skew::default(),
            allowance: Allowance::default(),
            sent: AtomicU64::new(0),
            meter: None,
        })
    }

    /// The same, counting its requests with all others of this token at this endpoint: so many may be sent in a minute. A
    /// read waits for its turn, or fails with the wait; a write is counted and goes through.
    pub(super) fn metered(mut self, profile: &Profile, limit: u32) -> Self {
        self.meter = profile.token.as_ref().map(|token| Meter::of(&self.target.to_string(), token, limit));
        self
    }

    /// The count of its requests, where they are counted.
    pub(super) fn meter(&self) -> Option<&Meter> {
        self.meter.as_deref()
    }

    /// Where it leads, for people and the journal.
    pub(super) fn target(&self) -> &Target {
        &self.target
    }

    /// The platform's clock less ours, as far as its answers show.
    pub(super) fn skew(&self) -> SignedDuration {
        self.skew.told()
    }

    /// How many more requests the platform said that it takes, where it said so.
    pub(super) fn remaining(&self) -> Option<u32> {
        self.allowance.remaining()
    }

    /// How many reading requests were sent, every try of them.
    pub(super) fn requests(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// How much is taken.
    pub(super) fn settings(&self) -> &Settings {
        &self.settings
    }
}
