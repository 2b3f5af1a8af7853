//! How far we get on the way to an endpoint: its name, a connection, TLS, an answer.

use super::report::{Outcome, Report};
use crate::config::Endpoint;
use crate::platform::{ReadError, ReadErrorKind};

/// The stations of the way.
const NAME: &str = "name";
const CONNECTION: &str = "connection";
const TLS: &str = "TLS";
const ANSWER: &str = "answer";

/// Tells each station, from the end of the first request: what it failed of lies behind all that it had passed.
pub(super) fn tell(report: &mut Report, endpoint: &Endpoint, error: Option<&ReadError>) {
    let (has_name, has_tls) = match endpoint {
        Endpoint::Unix(_) => (false, false),
        Endpoint::Url(url) => (has_name(url), url.starts_with("https:")),
    };
    let stations = [(NAME, has_name), (CONNECTION, true), (TLS, has_tls), (ANSWER, true)];
    let (failed, is_certain) = match error.map(|error| &error.kind) {
        None => (None, true),
        Some(ReadErrorKind::Dns) => (Some(NAME), true),
        Some(ReadErrorKind::NotListening | ReadErrorKind::Unreachable | ReadErrorKind::Proxy) => {
            (Some(CONNECTION), true)
        }
        Some(ReadErrorKind::Tls) => (Some(TLS), true),
        // Where the time was lost is not told.
        Some(ReadErrorKind::TimedOut) => (Some(ANSWER), false),
        Some(ReadErrorKind::CutOff | ReadErrorKind::Nonsense) => (Some(ANSWER), true),
        // Whatever it said, it has answered.
        Some(_) => (None, true),
    };
    let mut is_behind = false;
    for (station, is_there) in stations {
        if failed == Some(station) {
            report.failed(station, error.map_or_else(String::new, |error| error.message.clone()));
            is_behind = true;
        } else if is_behind {
            report.add(station, Outcome::NotChecked, "not reached");
        } else if !is_there {
            report.add(station, Outcome::Good, not_needed(station, endpoint));
        } else if is_certain {
            report.add(station, Outcome::Good, passed(station));
        } else {
            report.add(station, Outcome::NotChecked, "not known: no answer came in time");
        }
    }
}

fn passed(station: &str) -> &'static str {
    match station {
        NAME => "it has an address",
        CONNECTION => "made",
        TLS => "agreed on; its certificate is trusted here",
        _ => "it answers",
    }
}

fn not_needed(station: &str, endpoint: &Endpoint) -> &'static str {
    match (station, endpoint) {
        (NAME, Endpoint::Unix(_)) => "none needed: a socket of this machine",
        (NAME, Endpoint::Url(_)) => "none needed: it is an address",
        (_, Endpoint::Unix(_)) => "none needed: a socket of this machine",
        (_, Endpoint::Url(_)) => "none: plain http, which stays on this machine",
    }
}

/// Whether the host of an address is a name and has to be looked up.
fn has_name(url: &str) -> bool {
    let parsed = reqwest::Url::parse(url).ok();
    let host = parsed.as_ref().and_then(reqwest::Url::host_str).unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    address.parse::<std::net::IpAddr>().is_err()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(url: &str, kind: Option<ReadErrorKind>) -> Vec<(String, Outcome)> {
        let endpoint = Endpoint::Url(url.to_owned());
        let error = kind.map(|kind| ReadError::new(kind, "It failed."));
        let mut report = Report::default();
        tell(&mut report, &endpoint, error.as_ref());
        report.checks().map(|(what, outcome)| (what.to_owned(), outcome)).collect()
    }

    #[test]
    fn each_station_before_the_one_that_failed_is_good_and_none_behind_it() {
        use Outcome::{Failed, Good, NotChecked};
        let outcomes = |kind: Option<ReadErrorKind>| -> Vec<Outcome> {
            told("https://api.example.com", kind).into_iter().map(|(_, outcome)| outcome).collect()
        };
        assert_eq!(outcomes(None), [Good; 4]);
        assert_eq!(outcomes(Some(ReadErrorKind::Dns)), [Failed, NotChecked, NotChecked, NotChecked]);
        assert_eq!(outcomes(Some(ReadErrorKind::NotListening)), [Good, Failed, NotChecked, NotChecked]);
        assert_eq!(outcomes(Some(ReadErrorKind::Tls)), [Good, Good, Failed, NotChecked]);
        assert_eq!(outcomes(Some(ReadErrorKind::CutOff)), [Good, Good, Good, Failed]);
        assert_eq!(outcomes(Some(ReadErrorKind::TimedOut)), [NotChecked, NotChecked, NotChecked, Failed]);
        assert_eq!(outcomes(Some(ReadErrorKind::Unauthorized)), [Good; 4], "it has answered");
        assert_eq!(outcomes(Some(ReadErrorKind::ServerError(500))), [Good; 4]);
    }

    #[test]
    fn what_is_not_needed_is_said_so() {
        assert!(!has_name("http://127.0.0.1:1") && !has_name("http://[::1]:1") && has_name("http://localhost:1"));
        let mut report = Report::default();
        tell(&mut report, &Endpoint::Unix("/s".into()), None);
        assert_eq!(report.checks().count(), 4);
    }
}
