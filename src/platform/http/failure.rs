//! Why no complete answer came, as sentences that name the endpoint and the way out.

use std::error::Error;
use std::io::{self, ErrorKind};
use std::time::Duration;

use rustls::CertificateError;

use super::endpoint::{Target, Way};
use crate::model::printable;
use crate::platform::{ReadError, ReadErrorKind, Settings, SubmitError};

/// The most of a cause that goes into a sentence.
const QUOTED: usize = 500;

/// Why no complete answer came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// No connection: nothing was sent.
    NoWay(NoWay),
    /// No answer in time.
    TimedOut,
    /// The connection ended before the answer did.
    CutOff(String),
    /// What came is not HTTP.
    NotHttp,
    /// The answer is larger than we take.
    TooLarge(usize),
}

/// What stood in the way of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NoWay {
    /// The name has no address.
    Dns(String),
    /// A proxy did not let us through; in words that follow its name.
    Proxy(String),
    /// The handshake failed; a sentence.
    Tls(String),
    /// It was given up after the connect time-out.
    TimedOut,
    /// What the system said, and in which words.
    Io(Option<ErrorKind>, String),
}

impl Failure {
    /// Tells apart what reqwest reports. Its own text is not used: it holds the URL.
    pub(super) fn of(error: &reqwest::Error, target: &Target) -> Self {
        if error.is_connect() {
            return Self::NoWay(NoWay::of(error, target));
        }
        if error.is_timeout() {
            return Self::TimedOut;
        }
        if sources(error).any(|source| source.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_parse)) {
            return Self::NotHttp;
        }
        Self::CutOff(target.clean(&cause(error)))
    }

    /// Whether a read may come through when it is tried again soon. On this machine a missing server stays missing.
    pub(super) fn is_worth_another_try(&self, target: &Target) -> bool {
        match self {
            Self::NoWay(NoWay::Tls(_)) => false,
            Self::NoWay(_) => target.way == Way::Remote,
            Self::TimedOut | Self::CutOff(_) => true,
            Self::NotHttp | Self::TooLarge(_) => false,
        }
    }

    /// The same, once the request has left: nothing that happens then can mean that it did not.
    pub(super) fn after_sending(self) -> Self {
        match self {
            Self::NoWay(_) => Self::CutOff("the connection was lost".to_owned()),
            other => other,
        }
    }

    /// As the error of a read.
    pub(super) fn of_a_read(&self, target: &Target, settings: &Settings) -> ReadError {
        self.error(target, settings.read_timeout.min(settings.read_overall), "")
    }

    /// As the error of a write: without a connection nothing was sent, everything else is not known.
    pub(super) fn of_a_write(&self, target: &Target, settings: &Settings) -> SubmitError {
        let patience = settings.read_timeout.min(settings.write_overall);
        match self {
            Self::NoWay(_) => SubmitError::NotSent(self.error(target, patience, " Nothing was sent.")),
            _ => {
                let unknown = " The request had left, so it may or may not have happened.";
                SubmitError::Unknown(self.error(target, patience, unknown))
            }
        }
    }

    fn error(&self, target: &Target, patience: Duration, and: &str) -> ReadError {
        ReadError::new(self.kind(target), format!("{}{and}", self.sentence(target, patience)))
    }

    fn kind(&self, target: &Target) -> ReadErrorKind {
        match self {
            Self::NoWay(NoWay::Dns(_)) => ReadErrorKind::Dns,
            Self::NoWay(NoWay::Proxy(_)) => ReadErrorKind::Proxy,
            Self::NoWay(NoWay::Tls(_)) => ReadErrorKind::Tls,
            Self::NoWay(NoWay::TimedOut) | Self::TimedOut => ReadErrorKind::TimedOut,
            Self::NoWay(NoWay::Io(Some(ErrorKind::ConnectionRefused), _)) => ReadErrorKind::NotListening,
            Self::NoWay(NoWay::Io(Some(ErrorKind::NotFound), _)) if matches!(target.way, Way::Unix(_)) => {
                ReadErrorKind::NotListening
            }
            Self::NoWay(NoWay::Io(..)) => ReadErrorKind::Unreachable,
            Self::CutOff(_) => ReadErrorKind::CutOff,
            Self::NotHttp | Self::TooLarge(_) => ReadErrorKind::Nonsense,
        }
    }

    fn sentence(&self, target: &Target, patience: Duration) -> String {
        match self {
            Self::NoWay(way) => way.sentence(target),
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

impl NoWay {
    fn of(error: &reqwest::Error, target: &Target) -> Self {
        // A tunnel through a proxy has errors of its own, whose type nobody may name.
        let tunnel = sources(error).map(ToString::to_string).find(|text| text.starts_with("tunnel error: "));
        if let Some(text) = tunnel {
            return Self::Proxy(refused_tunnel(&text, error, target));
        }
        let socks = sources(error).map(ToString::to_string).find(|text| text.contains("socks proxy"));
        if let Some(text) = socks {
            return Self::Proxy(refused_tunnel(&text, error, target));
        }
        if error.is_timeout() {
            // Whose fault it is can't be told from here.
            return match target.proxy() {
                Some(_) => Self::Proxy("did not answer in time, or nothing answered behind it".to_owned()),
                None => Self::TimedOut,
            };
        }
        if error.is_dns() {
            return Self::Dns(target.clean(&cause(error)));
        }
        if let Some(error) = sources(error).find_map(|source| source.downcast_ref::<rustls::Error>()) {
            return Self::Tls(tls_sentence(error, target));
        }
        let kind = io_kind(error);
        // Once there is a connection, only a handshake can still end it here.
        let is_ended =
            matches!(kind, Some(ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset | ErrorKind::BrokenPipe));
        if is_ended && target.base.scheme() == "https" {
            return Self::Tls(format!(
                "{target} broke off the TLS handshake. It may speak no TLS, or a proxy or firewall on the way may not let it through: check the endpoint of profile {}.",
                target.profile()
            ));
        }
        Self::Io(kind, target.clean(&cause(error)))
    }

    fn sentence(&self, target: &Target) -> String {
        match self {
            Self::TimedOut => {
                format!("No connection to {target} could be made in time. Check the network and the endpoint.")
            }
            Self::Dns(cause) => format!(
                "The name of {target} has no address ({cause}). Check the endpoint of profile {} and this machine's DNS.",
                target.profile()
            ),
            Self::Proxy(what) => format!(
                "{target} is reached through {}, which {what}. Check the proxy, or name the host in NO_PROXY.",
                target.proxy().unwrap_or("a proxy")
            ),
            Self::Tls(sentence) => sentence.clone(),
            Self::Io(io, cause) => no_way(target, *io, cause),
        }
    }
}

fn refused_tunnel(text: &str, error: &reqwest::Error, target: &Target) -> String {
    if text.ends_with("proxy authorization required") {
        return "wants a user and a password (407)".to_owned();
    }
    if text.ends_with("unsuccessful") {
        return "refused to connect us".to_owned();
    }
    if text.ends_with("unexpected end of file") {
        return "ended the connection without an answer".to_owned();
    }
    match io_kind(error) {
        _ if error.is_dns() => "has a name without an address".to_owned(),
        Some(ErrorKind::ConnectionRefused) => "does not listen (connection refused)".to_owned(),
        _ => format!("can't be used ({})", target.clean(&cause(error))),
    }
}

fn tls_sentence(error: &rustls::Error, target: &Target) -> String {
    let certificate = |what: &str| format!("The certificate of {target} {what}");
    let profile = target.profile();
    match error {
        rustls::Error::InvalidCertificate(reason) => match reason {
            CertificateError::UnknownIssuer => certificate(&format!(
                "was made by an authority that this machine does not trust{}. If it is yours, name its certificate with --ca-file FILE (ca_file in a profile), or add it to the system's; if not, somebody may be in between. Nothing was sent.",
                target.authorities().shown().map_or_else(String::new, |files| format!(", and that is not in {files}"))
            )),
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => certificate(
                "has expired, or this machine's clock is wrong. Check the clock (date -u); else its operators have to renew it. Nothing was sent.",
            ),
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => certificate(
                "is not valid yet: this machine's clock is probably behind. Check it (date -u). Nothing was sent.",
            ),
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                certificate(&format!("is for another name. Check the endpoint of profile {profile}. Nothing was sent."))
            }
            other if format!("{other:?}").contains("CaUsedAsEndEntity") => certificate(
                "is that of an authority, which no server may use as its own. Its operators have to make one for the server (CA:FALSE). Nothing was sent.",
            ),
            other => certificate(&format!("can't be accepted ({}). Nothing was sent.", shortened(&other.to_string()))),
        },
        rustls::Error::InvalidMessage(_) => format!(
            "What answers at {target} does not speak TLS. Check the endpoint of profile {profile}: its port, and whether it is https."
        ),
        other => format!(
            "No TLS with {target} could be agreed on ({}). Check the endpoint of profile {profile}.",
            shortened(&other.to_string())
        ),
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

/// The innermost cause in its own words, which hold neither URL nor token.
pub(super) fn cause(error: &(dyn Error + 'static)) -> String {
    let innermost = sources(error).last().map_or_else(|| "no cause was told".to_owned(), |source| source.to_string());
    shortened(&innermost)
}

fn io_kind(error: &reqwest::Error) -> Option<ErrorKind> {
    sources(error).filter_map(|source| source.downcast_ref::<io::Error>()).map(io::Error::kind).last()
}

/// What an error comes of, the nearest first. An I/O error hides what it was made of from its sources.
fn sources<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(error.source(), |source: &&'a (dyn Error + 'static)| {
        match source.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner as &(dyn Error + 'static)),
            None => (*source).source(),
        }
    })
}

/// Text of others as it goes into a sentence.
pub(super) fn shortened(text: &str) -> String {
    printable(text.trim()).chars().take(QUOTED).collect()
}
