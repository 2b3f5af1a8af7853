//! What went wrong on the way, as sentences that name the endpoint and the way out.

use std::error::Error;
use std::io::ErrorKind;
use std::time::Duration;

use super::endpoint::{Target, Way};
use crate::model::printable;
use crate::platform::{ReadError, ReadErrorKind, Settings, SubmitError};

/// The most of a cause or of a server's message that goes into a sentence.
const QUOTED: usize = 500;

/// Why no complete answer came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// No connection: nothing was sent.
    NoWay {
        /// What the system said, where it was the system.
        io: Option<ErrorKind>,
        /// Whether it was given up after the connect time-out.
        timed_out: bool,
        /// In its own words.
        cause: String,
    },
    /// No answer in time.
    TimedOut,
    /// The connection ended before the answer did.
    CutOff(String),
    /// What came is not HTTP.
    NotHttp,
    /// The answer is larger than we take.
    TooLarge(usize),
}

impl Failure {
    /// Tells apart what reqwest reports. Its own text is not used: it holds the URL.
    pub(super) fn of(error: &reqwest::Error) -> Self {
        if error.is_connect() {
            return Self::NoWay { io: io_kind(error), timed_out: error.is_timeout(), cause: cause(error) };
        }
        if error.is_timeout() {
            return Self::TimedOut;
        }
        if sources(error).any(|source| source.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_parse)) {
            return Self::NotHttp;
        }
        Self::CutOff(cause(error))
    }

    /// Whether a read may come through when it is tried again soon. On this machine a missing server stays missing.
    pub(super) fn is_worth_another_try(&self, target: &Target) -> bool {
        match self {
            Self::NoWay { .. } => target.way == Way::Remote,
            Self::TimedOut | Self::CutOff(_) => true,
            Self::NotHttp | Self::TooLarge(_) => false,
        }
    }

    /// The same, once the request has left: nothing that happens then can mean that it did not.
    pub(super) fn after_sending(self) -> Self {
        match self {
            Self::NoWay { cause, .. } => Self::CutOff(cause),
            other => other,
        }
    }

    /// As the error of a read.
    pub(super) fn of_a_read(&self, target: &Target, settings: &Settings) -> ReadError {
        let kind = match self {
            Self::NoWay { .. } => ReadErrorKind::Unreachable,
            Self::TimedOut | Self::CutOff(_) => ReadErrorKind::TimedOut,
            Self::NotHttp | Self::TooLarge(_) => ReadErrorKind::Nonsense,
        };
        ReadError { kind, message: self.sentence(target, settings.read_timeout.min(settings.read_overall)) }
    }

    /// As the error of a write: without a connection nothing was sent, everything else is not known.
    pub(super) fn of_a_write(&self, target: &Target, settings: &Settings) -> SubmitError {
        let sentence = self.sentence(target, settings.read_timeout.min(settings.write_overall));
        match self {
            Self::NoWay { .. } => SubmitError::NotSent(format!("{sentence} Nothing was sent.")),
            _ => SubmitError::Unknown(format!("{sentence} The request had left, so it may or may not have happened.")),
        }
    }

    fn sentence(&self, target: &Target, patience: Duration) -> String {
        match self {
            Self::NoWay { timed_out: true, .. } => {
                format!("No connection to {target} could be made in time. Check the network and the endpoint.")
            }
            Self::NoWay { io, cause, .. } => no_way(target, *io, cause),
            Self::TimedOut => format!(
                "{target} did not answer within {} s. It may be overloaded or hang; its logs say more.",
                patience.as_secs_f64()
            ),
            Self::CutOff(cause) => {
                format!("The connection to {target} was cut off before the answer was complete ({cause}).")
            }
            Self::NotHttp => format!(
                "What answers at {target} does not speak HTTP. Check the endpoint of profile {}.",
                target.profile()
            ),
            Self::TooLarge(limit) => {
                format!("The answer of {target} is larger than {} MiB and was not read.", limit >> 20)
            }
        }
    }
}

fn no_way(target: &Target, io: Option<ErrorKind>, cause: &str) -> String {
    match (&target.way, io) {
        (Way::Unix(_), Some(ErrorKind::NotFound)) => format!(
            "The local platform isn't running: there is no socket at {target}. Start it with: attache platform up"
        ),
        (Way::Unix(_), Some(ErrorKind::ConnectionRefused)) => format!(
            "The local platform isn't running: its socket {target} is there, but nothing answers on it. Start it again with: attache platform up"
        ),
        (Way::Unix(_), Some(ErrorKind::PermissionDenied)) => format!(
            "You may not use the socket {target} of the local platform: it, or a folder on the way to it, is closed to you. Run attache as the user who started the platform, or open the folder."
        ),
        (_, Some(ErrorKind::ConnectionRefused)) => format!(
            "Nothing answers at {target} (connection refused). Start what should answer there, or correct the endpoint of profile {}.",
            target.profile()
        ),
        _ => format!(
            "{target} can't be reached: {cause}. Check the network and the endpoint of profile {}.",
            target.profile()
        ),
    }
}

/// A name that can't be part of a path.
pub(super) fn bad_name(path: &[&str]) -> ReadError {
    let name = path.iter().find(|part| part.is_empty() || part.starts_with('.')).copied().unwrap_or_default();
    ReadError {
        kind: ReadErrorKind::NotFound,
        message: format!("{:?} is not the name of anything. Nothing was asked.", printable(name)),
    }
}

/// What a server's own error body said.
pub(in crate::platform) struct Said {
    /// Its code.
    pub(in crate::platform) code: String,
    /// Its sentence.
    pub(in crate::platform) message: String,
}

/// The error for an answer whose status is not a good one. `said` is the platform's own error, where the body was one.
pub(in crate::platform) fn refused_read(
    target: &Target,
    status: u16,
    retry_after: Option<Duration>,
    said: Option<Said>,
) -> ReadError {
    // Only the platform itself can say that something is gone; a page of some proxy can't.
    if said.is_none() && matches!(status, 404 | 410) {
        return nonsense(target, &format!("an answer of this platform (status {status})"), None);
    }
    let (code, words) = match said {
        Some(Said { code, message }) => (code, shortened(&message)),
        None => (format!("http_{status}"), String::new()),
    };
    let or = |fallback: String| if words.is_empty() { fallback } else { words.clone() };
    let (kind, message) = match status {
        401 => (ReadErrorKind::Unauthorized, unauthorized(target)),
        403 => (ReadErrorKind::Unauthorized, or(format!("{target} does not allow this (403)."))),
        404 | 410 => (ReadErrorKind::NotFound, or(format!("{target} knows no such thing ({status})."))),
        429 => {
            let wait = retry_after.map_or(String::new(), |wait| format!(" It wants {} s of rest.", wait.as_secs()));
            (ReadErrorKind::RateLimited(retry_after), format!("{target} was asked too often (429).{wait}"))
        }
        300..=399 => (
            ReadErrorKind::Refused { status, code },
            format!(
                "{target} redirects to another address ({status}), which is not followed, so that the token goes to no other host. \
                 Put the final address into profile {}.",
                target.profile()
            ),
        ),
        500.. => {
            let words = if words.is_empty() { String::new() } else { format!(": {words}") };
            (
                ReadErrorKind::ServerError(status),
                format!("{target} answered with an error of its own ({status}){words}"),
            )
        }
        _ => (ReadErrorKind::Refused { status, code }, or(format!("{target} refused the request ({status})."))),
    };
    ReadError { kind, message }
}

/// The sentence for a 401.
pub(in crate::platform) fn unauthorized(target: &Target) -> String {
    if target.has_token_source() {
        format!("{target} did not accept the token from {} (401). Put the right one there.", target.token_words())
    } else {
        format!(
            "{target} wants a token (401), and profile {} names none. Name one with token_env, token_command or token_file; \
             the local platform keeps its own in the file run/token of its folder.",
            target.profile()
        )
    }
}

/// The answer could not be understood. The parser's own text is not used: it holds values.
pub(in crate::platform) fn nonsense(target: &Target, what: &str, error: Option<&serde_json::Error>) -> ReadError {
    let place = error.map_or(String::new(), |error| format!(" (at line {}, column {})", error.line(), error.column()));
    ReadError {
        kind: ReadErrorKind::Nonsense,
        message: format!(
            "{target} answered with something that is not {what}{place}. Check that profile {} leads to a platform of its kind.",
            target.profile()
        ),
    }
}

/// The innermost cause in its own words, which hold neither URL nor token.
pub(super) fn cause(error: &(dyn Error + 'static)) -> String {
    let innermost = sources(error).last().map_or_else(|| "no cause was told".to_owned(), |source| source.to_string());
    shortened(&innermost)
}

fn io_kind(error: &reqwest::Error) -> Option<ErrorKind> {
    sources(error).filter_map(|source| source.downcast_ref::<std::io::Error>()).map(std::io::Error::kind).last()
}

fn sources<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(error.source(), |source: &&'a (dyn Error + 'static)| (*source).source())
}

fn shortened(text: &str) -> String {
    printable(text.trim()).chars().take(QUOTED).collect()
}
