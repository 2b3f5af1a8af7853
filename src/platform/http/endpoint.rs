//! Where requests go, and whether a token may go there.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;

use hyper_util::client::proxy::matcher::Matcher;
use reqwest::Url;

use super::redact::Redactor;
use crate::config::{Endpoint, Profile, TokenSource};
use crate::model::printable;
use crate::platform::ConnectError;

/// How an endpoint is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::platform) enum Way {
    /// A Unix socket of this machine.
    Unix(PathBuf),
    /// This machine's own network.
    Loopback,
    /// Another machine, over TLS.
    Remote,
}

/// An endpoint that was found fit to be spoken to. Its `Display` is the socket's path or the URL.
#[derive(Clone, Debug)]
pub(in crate::platform) struct Target {
    pub(super) base: Url,
    pub(super) way: Way,
    shown: String,
    token_source: Option<TokenSource>,
    profile: String,
    proxy: Option<String>,
    redactor: Redactor,
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl Target {
    /// Checks a profile's endpoint.
    pub(super) fn new(profile: &Profile) -> Result<Self, ConnectError> {
        let (base, way, shown) = match &profile.endpoint {
            // The host of a socket's URL is never looked up; servers want one in the Host header.
            Endpoint::Unix(path) => (
                Url::parse("http://localhost/").map_err(|error| ConnectError::BadEndpoint(error.to_string()))?,
                Way::Unix(path.clone()),
                printable(&path.display().to_string()),
            ),
            Endpoint::Url(text) => {
                let url = parse(text, profile)?;
                let way = if is_loopback(&url) { Way::Loopback } else { Way::Remote };
                if way == Way::Remote && url.scheme() != "https" {
                    return Err(ConnectError::Insecure(format!(
                        "The endpoint {} of profile {} is plain http on another machine: everything, the token too, would \
                         cross the network in the clear. Use https://, or a tunnel to 127.0.0.1. Nothing was sent.",
                        printable(url.as_str()),
                        profile.name
                    )));
                }
                let shown = printable(url.as_str().trim_end_matches('/'));
                (url, way, shown)
            }
        };
        let proxy = if way == Way::Remote { proxy_of(&base) } else { None };
        Ok(Self {
            base,
            way,
            shown,
            proxy,
            redactor: Redactor::new(profile.token.as_ref()),
            token_source: profile.token.as_ref().and(profile.token_source.clone()),
            profile: profile.name.to_string(),
        })
    }

    /// The URL of a path below the endpoint, each part of it one segment whatever characters are in it.
    pub(super) fn url(&self, path: &[&str], query: &[(&str, &str)]) -> Option<Url> {
        let mut url = self.base.clone();
        {
            let mut segments = url.path_segments_mut().ok()?;
            segments.pop_if_empty();
            for part in path {
                // `.` and `..` would be dropped, and the request would mean something else.
                // Tabs and line ends would be, too.
                if part.is_empty() || *part == "." || *part == ".." || part.contains(char::is_control) {
                    return None;
                }
                segments.push(part);
            }
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Some(url)
    }

    /// The token can't be put into a header.
    pub(super) fn bad_token_sentence(&self) -> String {
        let source =
            self.token_source.as_ref().map_or_else(|| format!("profile {}", self.profile), ToString::to_string);
        format!("The token from {source} has characters that no token has. Put the right one there.")
    }

    /// Where the token came from that goes with each request, if one does.
    pub(super) fn token_source(&self) -> Option<&TokenSource> {
        self.token_source.as_ref()
    }

    /// The proxy on the way, in words, if there is one. Never with user or password.
    pub(super) fn proxy(&self) -> Option<&str> {
        self.proxy.as_deref()
    }

    /// Text of a server without our token in it, and without what addresses in it give away.
    pub(in crate::platform) fn clean(&self, text: &str) -> String {
        self.redactor.clean(text)
    }

    /// The name of the profile, for ways out.
    pub(super) fn profile(&self) -> &str {
        &self.profile
    }
}

fn parse(text: &str, profile: &Profile) -> Result<Url, ConnectError> {
    let bad = |why: &str| ConnectError::BadEndpoint(format!("The endpoint of profile {} {why}", profile.name));
    let url = Url::parse(text).map_err(|_| bad("is not a URL. Write it like https://platform.example.com."))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(bad("is not an http or https URL. Write it like https://platform.example.com."));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(bad("has a user name or a password in it. Take it out, and give the token through the profile."));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(bad("has a query or a fragment in it. Take out everything from ? or # on."));
    }
    Ok(url)
}

/// The proxy that the environment names for an address, as reqwest finds it too.
fn proxy_of(url: &Url) -> Option<String> {
    let proxy = Matcher::from_system().intercept(&url.as_str().parse().ok()?)?;
    let uri = proxy.uri();
    let port = uri.port().map_or_else(String::new, |port| format!(":{port}"));
    Some(printable(&format!("the proxy {}://{}{port}", uri.scheme_str()?, uri.host()?)))
}

/// Whether an address is one of this machine.
pub(super) fn is_loopback(url: &Url) -> bool {
    // An IPv6 address comes in brackets.
    let host = url.host_str().unwrap_or_default();
    let address = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
    host == "localhost" || address.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::PlatformKind;
    use crate::model::{Danger, ProfileName};

    fn target(endpoint: &str) -> Result<Target, ConnectError> {
        Target::new(&Profile {
            backup_max_age: crate::config::BACKUP_MAX_AGE,
            project: None,
            undocumented: false,
            name: ProfileName("work".into()),
            platform: PlatformKind::Local,
            endpoint: Endpoint::Url(endpoint.into()),
            token: Some("t0ken".to_owned().into()),
            token_source: None,
            teams: Vec::new(),
            danger: Danger::None,
            read_only: None,
            data_endpoint: None,
        })
    }

    #[test]
    fn a_token_goes_over_tls_or_stays_on_this_machine() {
        for good in ["https://example.com", "http://127.0.0.1:5602", "http://localhost:1", "http://[::1]:1/prefix"] {
            assert!(target(good).is_ok(), "{good}");
        }
        for bad in
            ["http://example.com", "http://127.0.0.1.example.com", "http://10.0.0.1", "http://localhost.evil.com"]
        {
            assert!(matches!(target(bad), Err(ConnectError::Insecure(_))), "{bad}");
        }
    }

    #[test]
    fn a_password_in_the_endpoint_is_refused_and_not_repeated() {
        for bad in ["https://alice:hunter2@example.com", "https://hunter2@example.com", "ftp://hunter2", "hunter2 x"] {
            let error = target(bad).unwrap_err();
            assert!(matches!(error, ConnectError::BadEndpoint(_)), "{bad}");
            assert!(!error.to_string().contains("hunter2") && !format!("{error:?}").contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn a_name_stays_one_segment_of_the_path() {
        let target = target("http://127.0.0.1:5602/prefix/").unwrap();
        let url = target.url(&["v1", "addons", "a/../b?c#d"], &[("after", "1&2")]).unwrap();
        assert_eq!(url.as_str(), "http://127.0.0.1:5602/prefix/v1/addons/a%2F..%2Fb%3Fc%23d?after=1%262");
        for bad in ["", ".", ".."] {
            assert_eq!(target.url(&["v1", "apps", bad], &[]), None);
        }
    }
}
