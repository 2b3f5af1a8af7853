//! What can go wrong between us and a platform, told apart by what a person can do about it.

use std::time::Duration;

use jiff::Timestamp;

use crate::model::Asks;

/// Our own code for what a platform does not have.
const UNSUPPORTED: &str = "unsupported";

/// Why a read failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ReadError {
    /// What class of failure it is.
    pub kind: ReadErrorKind,
    /// A sentence that says what happened, to what, and what to do. Never a secret.
    pub message: String,
    /// The request and what was told in its answer, where there was a request. Boxed, so that results stay small.
    pub exchange: Option<Box<Exchange>>,
}

/// One request and what its answer told beside the body. Nothing in it is a secret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exchange {
    /// Method and path: `GET /v1/addons`. Of a query only the names: its values may be anything.
    pub request: String,
    /// HTTP status, where an answer came.
    pub status: Option<u16>,
    /// The platform's id of the request, where told.
    pub request_id: Option<String>,
    /// The platform's clock when it answered, where told.
    pub at: Option<Timestamp>,
    /// The field that was refused, where told.
    pub field: Option<String>,
    /// What the platform wants before it does it.
    pub asks: Option<Asks>,
    /// How long the platform asked to wait, where told.
    pub retry_after: Option<Duration>,
}

/// The classes of failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadErrorKind {
    /// The way there could not be taken at all: no client, no right to use the socket, no route.
    Unreachable,
    /// Its name has no address.
    Dns,
    /// The TLS handshake failed: a certificate that is not trusted, or no TLS at all.
    Tls,
    /// A proxy on the way refused, or could not be reached.
    Proxy,
    /// Nothing listens there: connection refused, or no socket.
    NotListening,
    /// It did not answer in time.
    TimedOut,
    /// The connection ended before the answer did.
    CutOff,
    /// 401: the credential was not accepted.
    Unauthorized,
    /// 403: the credential may not do this.
    Forbidden,
    /// 404 or 410.
    NotFound,
    /// 429, with the wait that was asked for.
    RateLimited(Option<Duration>),
    /// 400, 409, 422 and the like.
    Refused {
        /// HTTP status.
        status: u16,
        /// The platform's error code, such as `name_taken`.
        code: String,
    },
    /// 5xx.
    ServerError(u16),
    /// The answer could not be understood.
    Nonsense,
}

impl ReadErrorKind {
    /// Whether no complete answer came, so that nothing is known of what the platform would have said.
    pub fn is_no_answer(&self) -> bool {
        matches!(
            self,
            Self::Unreachable
                | Self::Dns
                | Self::Tls
                | Self::Proxy
                | Self::NotListening
                | Self::TimedOut
                | Self::CutOff
        )
    }

    /// Whether the platform was well and said no to this one question.
    pub fn is_denial(&self) -> bool {
        matches!(self, Self::Unauthorized | Self::Forbidden | Self::NotFound | Self::Refused { .. })
    }

    /// The words for lists and reports.
    pub fn words(&self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Dns => "DNS failed",
            Self::Tls => "TLS failed",
            Self::Proxy => "proxy failed",
            Self::NotListening => "nothing listens",
            Self::TimedOut => "timed out",
            Self::CutOff => "cut off",
            Self::Unauthorized => "not authorized",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not found",
            Self::RateLimited(_) => "asked too often",
            Self::Refused { status: 409, .. } => "conflict",
            Self::Refused { status: 422, .. } => "invalid",
            Self::Refused { .. } => "refused",
            Self::ServerError(_) => "server error",
            Self::Nonsense => "not understood",
        }
    }
}

impl ReadError {
    /// A failure of which no request is known.
    pub fn new(kind: ReadErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), exchange: None }
    }

    /// The same, with the request that it came of.
    pub fn of(self, exchange: Exchange) -> Self {
        Self { exchange: Some(Box::new(exchange)), ..self }
    }

    /// How long the platform asked to wait before the same is asked again.
    pub fn retry_after(&self) -> Option<Duration> {
        self.exchange.as_ref().and_then(|exchange| exchange.retry_after)
    }

    /// What the platform can't do, and the adapter or the door therefore refuses by itself.
    pub(crate) fn unsupported(message: &str) -> Self {
        Self::new(ReadErrorKind::Refused { status: 501, code: UNSUPPORTED.into() }, message)
    }

    /// Whether the platform has no such thing at all: then it is not a part that fails, and asking again is of no use.
    pub fn is_unsupported(&self) -> bool {
        matches!(&self.kind, ReadErrorKind::Refused { code, .. } if code == UNSUPPORTED)
    }

    /// The platform's id of the request, where told: what its operators look for.
    pub fn request_id(&self) -> Option<&str> {
        self.exchange.as_ref()?.request_id.as_deref()
    }

    /// The sentence with what its readers pass on to the platform's operators: status, code and id of the request.
    pub fn in_full(&self) -> String {
        let code = match &self.kind {
            // A code of our own making says nothing more than the status.
            ReadErrorKind::Refused { code, .. } if !code.starts_with("http_") && code != UNSUPPORTED => {
                Some(code.as_str())
            }
            _ => None,
        };
        let status = self.exchange.as_ref().and_then(|exchange| exchange.status);
        let status = status.filter(|status| !self.message.contains(&format!("({status})"))).map(|it| it.to_string());
        let what: Vec<&str> = status.as_deref().into_iter().chain(code).collect();
        let request = self.request_id().map(|id| format!("request {id}"));
        let facts: Vec<String> = [what.join(" ")].into_iter().filter(|it| !it.is_empty()).chain(request).collect();
        if facts.is_empty() { self.message.clone() } else { format!("{} ({})", self.message, facts.join(", ")) }
    }

    /// Whether it says the same as another one: what only the moment decides (ids of requests, times) does not count.
    pub fn is_like(&self, other: &Self) -> bool {
        self.kind == other.kind && self.message == other.message
    }
}

/// Why a write was not acknowledged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubmitError {
    /// Nothing left this machine.
    #[error("{}", .0.in_full())]
    NotSent(ReadError),
    /// The platform said no; nothing changed.
    #[error("{}", .0.in_full())]
    Refused(ReadError),
    /// It may or may not have happened: a time-out, a cut connection, a 5xx.
    #[error("{}", .0.in_full())]
    Unknown(ReadError),
}

impl SubmitError {
    /// The same, with the request that it came of.
    pub(super) fn of(self, request: &str) -> Self {
        let of = |reason: ReadError| reason.of(Exchange { request: request.to_owned(), ..Exchange::default() });
        match self {
            Self::NotSent(reason) => Self::NotSent(of(reason)),
            Self::Refused(reason) => Self::Refused(of(reason)),
            Self::Unknown(reason) => Self::Unknown(of(reason)),
        }
    }

    /// What the platform wants before it does it, where it refused for that.
    pub fn asks(&self) -> Option<&Asks> {
        match self {
            Self::Refused(reason) => reason.exchange.as_ref()?.asks.as_ref(),
            Self::NotSent(_) | Self::Unknown(_) => None,
        }
    }

    /// What went wrong, whatever that means for the write.
    pub fn reason(&self) -> &ReadError {
        match self {
            Self::NotSent(reason) | Self::Refused(reason) | Self::Unknown(reason) => reason,
        }
    }

    /// The platform's error code, where it refused with one.
    pub fn code(&self) -> Option<&str> {
        match &self.reason().kind {
            ReadErrorKind::Refused { code, .. } => Some(code),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_operators_look_for_stands_behind_the_sentence_and_nothing_stands_there_twice() {
        let refused = |status, code: &str| ReadErrorKind::Refused { status, code: code.into() };
        let exchange =
            |status| Exchange { status: Some(status), request_id: Some("req_7".into()), ..Exchange::default() };
        for (error, expected) in [
            (ReadError::new(refused(409, "name_taken"), "There is one."), "There is one. (name_taken)"),
            (
                ReadError::new(refused(409, "name_taken"), "There is one.").of(exchange(409)),
                "There is one. (409 name_taken, request req_7)",
            ),
            (
                ReadError::new(ReadErrorKind::ServerError(500), "It broke (500).").of(exchange(500)),
                "It broke (500). (request req_7)",
            ),
            (
                ReadError::new(refused(413, "http_413"), "Too large.")
                    .of(Exchange { request_id: None, ..exchange(413) }),
                "Too large. (413)",
            ),
        ] {
            assert_eq!(error.in_full(), expected);
        }
    }
}
