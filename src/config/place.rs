//! An address of a platform, as far as it can be judged without asking anybody.

use std::net::IpAddr;

use reqwest::Url;

/// An address that requests and a token may be sent to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The address, without a slash at its end.
    pub(super) url: String,
    parsed: Url,
}

impl Place {
    /// Takes an address apart. The error follows the name of the key that it is about and never shows the address, which may
    /// hold a password.
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        let parsed = Url::parse(text.trim())
            .ok()
            .filter(|parsed| matches!(parsed.scheme(), "http" | "https") && parsed.has_host())
            .ok_or("is not an address that begins with https:// or http:// and names a host.")?;
        if !parsed.username().is_empty() || parsed.password().is_some() {
            return Err("has a user or password in it. Take it out, and name where the token comes from beside it.");
        }
        if parsed.query().is_some() || parsed.fragment().is_some() {
            return Err("has a query or a fragment in it. Take out everything from ? or # on.");
        }
        let place = Self { url: parsed.as_str().trim_end_matches('/').to_owned(), parsed };
        if place.parsed.scheme() == "http" && !place.is_loopback() {
            return Err("is plain http to another machine, where a token would cross the network in the clear. \
                        Write https://, or use a tunnel to 127.0.0.1.");
        }
        Ok(place)
    }

    /// The host, with the port where it is not the usual one: as `.netrc` files name machines.
    pub(super) fn machine(&self) -> String {
        let host = self.parsed.host_str().unwrap_or_default();
        self.parsed.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// The host alone.
    pub(super) fn host(&self) -> &str {
        self.parsed.host_str().unwrap_or_default()
    }

    /// Whether both are on the same host, port and scheme: what holds a credential for one holds it for the other.
    pub(super) fn is_same_as(&self, other: &Self) -> bool {
        self.parsed.origin() == other.parsed.origin()
    }

    /// The same port and scheme on another host.
    pub(super) fn with_host(&self, host: &str) -> Option<Self> {
        let mut parsed = self.parsed.clone();
        // A host with anything else in it would change more than the host.
        if host.is_empty() || !host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-')) {
            return None;
        }
        parsed.set_host(Some(host)).ok()?;
        Self::parse(parsed.as_str()).ok()
    }

    /// The same without a path, as tools know hosts alone.
    pub(super) fn with_path_dropped(&self) -> Result<Self, &'static str> {
        let mut parsed = self.parsed.clone();
        parsed.set_path("/");
        Self::parse(parsed.as_str())
    }

    /// Whether it is this machine.
    pub(super) fn is_loopback(&self) -> bool {
        let host = self.host();
        let address = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
        host == "localhost" || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_token_may_be_sent_to() {
        for good in ["https://api.example.com/", "http://127.0.0.1:5602", "http://localhost:1", "http://[::1]:2"] {
            assert!(Place::parse(good).is_ok(), "{good}");
        }
        for (bad, why) in [
            ("api.example.com", "https://"),
            ("ftp://api.example.com", "https://"),
            ("http://api.example.com", "plain http"),
            ("http://127.0.0.1.example.com", "plain http"),
            ("https://u:p4ss@api.example.com", "user or password"),
            ("https://api.example.com/?x=p4ss", "query"),
        ] {
            let error = Place::parse(bad).unwrap_err();
            assert!(error.contains(why) && !error.contains("p4ss"), "{bad}: {error}");
        }
    }

    #[test]
    fn machines_are_named_as_netrc_names_them() {
        let machine = |url: &str| Place::parse(url).unwrap().machine();
        assert_eq!(machine("https://api.heroku.com"), "api.heroku.com");
        assert_eq!(machine("https://API.heroku.com:443/x"), "api.heroku.com");
        assert_eq!(machine("http://127.0.0.1:5603"), "127.0.0.1:5603");
    }

    #[test]
    fn another_host_takes_nothing_else_along() {
        let place = Place::parse("http://127.0.0.1:5603").unwrap();
        assert_eq!(place.with_host("localhost").unwrap().url, "http://localhost:5603");
        for bad in ["data.example.com", "localhost/x", "u@localhost", "localhost:1", ""] {
            assert!(place.with_host(bad).is_none(), "{bad}");
        }
    }
}
