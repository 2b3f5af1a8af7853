//! What went wrong, kept so that it can be looked at and passed on.

use jiff::{SignedDuration, Timestamp};

use super::State;
use super::state::Link;
use crate::model::{printable, scrubbed};
use crate::platform::ReadError;
use crate::store::poll::Topic;

/// What failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The way to the platform: all parts at once.
    Link,
    /// One part of what is read.
    Part(Topic),
    /// Something that was done or meant to be done.
    Act,
}

/// One error that can be opened again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorEntry {
    /// By which it is found again; a later one has a higher one.
    pub id: u64,
    /// What failed.
    pub subject: Subject,
    /// The same in words: `the backups of orders-db`, `Attach orders to billing`.
    pub part: String,
    /// When it came first, by the platform's clock as far as it is known.
    pub at: Timestamp,
    /// When it came last.
    pub last: Timestamp,
    /// How often it came in a row.
    pub times: u32,
    /// When that part was well again, if it was.
    pub over: Option<Timestamp>,
    /// The whole text, as it came last.
    pub text: String,
    /// What is known of it beside the text, where it came of a read.
    pub error: Option<ReadError>,
}

impl ErrorEntry {
    /// What class of failure it is, in words.
    pub fn kind(&self) -> &'static str {
        self.error.as_ref().map_or("failed", |error| error.kind.words())
    }

    /// Whether it is a part of what is read that is not well now.
    pub fn is_of_now(&self) -> bool {
        self.over.is_none() && matches!(self.subject, Subject::Part(_))
    }

    /// How often, and since or until when, in words.
    pub fn course(&self) -> String {
        let time = |at: Timestamp| at.strftime("%H:%M:%SZ").to_string();
        let times = match self.times {
            0 | 1 => format!("once, at {}", time(self.at)),
            times => format!("{times} times in a row, first {}, last {}", time(self.at), time(self.last)),
        };
        match (self.over, &self.subject) {
            (Some(over), _) => format!("{times}; well again since {}", time(over)),
            (None, Subject::Act) => times,
            (None, _) => format!("{times}; not well since"),
        }
    }
}

impl State {
    /// The errors as they are listed: what came last is first.
    pub fn errors_shown(&self) -> Vec<&ErrorEntry> {
        let mut errors: Vec<&ErrorEntry> = self.errors.iter().collect();
        errors.sort_by_key(|error| std::cmp::Reverse((error.last, error.id)));
        errors
    }

    /// How far this machine's clock is from the platform's, in words; `None` where they agree.
    pub fn clock_words(&self) -> Option<String> {
        let skew = self.skew;
        if skew.is_zero() {
            return None;
        }
        let where_to = if skew.is_positive() { "behind" } else { "ahead of" };
        Some(format!(
            "this machine's clock is {} {where_to} the platform's; ages are told by the platform's",
            length(skew.abs())
        ))
    }

    /// How the platform is reached just now, as one line of a report.
    fn link_words(&self) -> String {
        match self.link() {
            Link::Connecting => "connecting; nothing was answered yet".to_owned(),
            Link::Live(_) => "live".to_owned(),
            Link::Down { since, words, failures, next_try, .. } => {
                format!("down{}: {words} {failures} times in a row, next try {}", since_words(since), stamp(next_try))
            }
            Link::Failing { since, words, failures, .. } => {
                format!("the list of add-ons fails{}: {words}, {failures} times in a row", since_words(since))
            }
        }
    }

    /// An error as a text to pass on: all that helps to find its cause, nothing that is a secret.
    pub fn report(&self, entry: &ErrorEntry) -> String {
        let mut lines = Vec::new();
        let mut fact = |label: &str, value: String| lines.push(format!("{label:<9} {value}"));
        fact(
            "attache",
            format!("{} on {} {}", env!("CARGO_PKG_VERSION"), std::env::consts::OS, std::env::consts::ARCH),
        );
        fact("platform", format!("{} at {}", self.session.words.platform, host(&self.session.endpoint)));
        fact("profile", self.session.profile.to_string());
        fact("part", entry.part.clone());
        fact("error", entry.text.clone());
        let mut kind = vec![entry.kind().to_owned()];
        let exchange = entry.error.as_ref().and_then(|error| error.exchange.as_deref());
        if let Some(status) = exchange.and_then(|exchange| exchange.status) {
            kind.push(format!("status {status}"));
        }
        if let Some(crate::platform::ReadErrorKind::Refused { code, .. }) =
            entry.error.as_ref().map(|error| &error.kind)
        {
            kind.push(format!("code {code}"));
        }
        if let Some(field) = exchange.and_then(|exchange| exchange.field.as_ref()) {
            kind.push(format!("field {field}"));
        }
        fact("kind", kind.join(", "));
        if let Some(exchange) = exchange {
            let id = exchange.request_id.as_ref().map_or_else(|| "id not told".to_owned(), |id| format!("id {id}"));
            fact("request", format!("{}, {id}", exchange.request));
            if let Some(at) = exchange.at {
                fact("answered", format!("{} by the platform's clock", stamp(at)));
            }
        }
        fact("first", stamp(entry.at));
        fact("course", entry.course());
        fact("link now", self.link_words());
        fact("clock", self.clock_words().unwrap_or_else(|| "no difference from the platform's is known".to_owned()));
        // Each fact is one line, whatever somebody else put into it.
        lines.iter().map(|line| scrubbed(&printable(line)) + "\n").collect()
    }
}

fn stamp(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

fn since_words(since: Option<Timestamp>) -> String {
    since.map_or_else(String::new, |since| format!(" since {}", stamp(since)))
}

/// The host of an endpoint, with its port: never a user, a password, or where somebody's files are.
fn host(endpoint: &str) -> String {
    match endpoint.split_once("://") {
        None => "a Unix socket of this machine".to_owned(),
        Some((scheme, rest)) => {
            let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
            let host = authority.rsplit('@').next().unwrap_or_default();
            format!("{scheme}://{host}")
        }
    }
}

/// `4 m 12 s`, `1 h 3 m`, `2 d 1 h`.
fn length(duration: SignedDuration) -> String {
    let seconds = duration.as_secs();
    let two = |whole: i64, big: &str, rest: i64, small: &str| match rest {
        0 => format!("{whole} {big}"),
        rest => format!("{whole} {big} {rest} {small}"),
    };
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => two(seconds / 60, "m", seconds % 60, "s"),
        3_600..86_400 => two(seconds / 3_600, "h", seconds % 3_600 / 60, "m"),
        _ => two(seconds / 86_400, "d", seconds % 86_400 / 3_600, "h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_have_two_units() {
        for (seconds, words) in
            [(31, "31 s"), (252, "4 m 12 s"), (3_600, "1 h"), (3_780, "1 h 3 m"), (180_000, "2 d 2 h")]
        {
            assert_eq!(length(SignedDuration::from_secs(seconds)), words);
        }
    }

    #[test]
    fn of_an_endpoint_the_host_alone_is_told() {
        assert_eq!(host("/home/ada/run/api.sock"), "a Unix socket of this machine");
        assert_eq!(host("https://u:p@ss@h.example.com:8443/x?token=y"), "https://h.example.com:8443");
    }
}
