//! Where requests go, and whether a token may go there.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;

use hyper_util::client::proxy::matcher::Matcher;
use reqwest::Url;

use super::redact::Redactor;
use crate::config::{Authorities, Endpoint, Profile, TokenSource};
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
    authorities: Authorities,
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
        let proxy = if way == Way::Remote {
            proxy_of(&base, &|name| std::env::var(name).ok()).map_err(ConnectError::Client)?
        } else {
            None
        };
        Ok(Self {
            base,
            way,
            shown,
            proxy,
            authorities: profile.authorities.clone(),
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

    /// Who is trusted beside the system's authorities.
    pub(super) fn authorities(&self) -> &Authorities {
        &self.authorities
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

/// The variables that name a proxy for https, as they are looked for: the first that is set of each row.
const PROXIES: [[&str; 2]; 2] = [["HTTPS_PROXY", "https_proxy"], ["ALL_PROXY", "all_proxy"]];
const NO_PROXY: [&str; 2] = ["NO_PROXY", "no_proxy"];

/// The proxy that the environment names for an address, as reqwest finds it too; in words, without user and password.
///
/// # Errors
/// A sentence, when what is named is none: reqwest would go without one, past whoever wanted it.
fn proxy_of(url: &Url, env: &dyn Fn(&str) -> Option<String>) -> Result<Option<String>, String> {
    let first = |names: [&'static str; 2]| names.into_iter().find_map(|name| Some((name, env(name)?)));
    let Ok(uri) = url.as_str().parse() else { return Ok(None) };
    let said = |names| first(names).map_or_else(String::new, |(_, value)| value);
    let any = Matcher::builder().all("http://proxy").no(said(NO_PROXY)).build();
    if any.intercept(&uri).is_none() {
        return Ok(None);
    }
    let named = PROXIES.into_iter().filter_map(first).find(|(_, value)| !value.is_empty());
    if let Some((name, value)) = named
        && Matcher::builder().all(value).build().intercept(&uri).is_none()
    {
        return Err(format!(
            "The variable {name} names no proxy that can be used (what it says is not shown). Write it like http://proxy.example.com:3128, https://… or socks5h://…, or take it out. Nothing was sent."
        ));
    }
    let [of_https, of_all] = PROXIES.map(said);
    Ok(Matcher::builder().https(of_https).all(of_all).build().intercept(&uri).and_then(|proxy| {
        let uri = proxy.uri();
        let port = uri.port().map_or_else(String::new, |port| format!(":{port}"));
        Some(printable(&format!("the proxy {}://{}{port}", uri.scheme_str()?, uri.host()?)))
    }))
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
            authorities: crate::config::Authorities::default(),
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
    fn the_proxy_for_an_address_is_the_first_that_is_named_unless_no_proxy_has_it() {
        let of = |url: &str, env: &[(&str, &str)]| {
            let env = |name: &str| env.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
            proxy_of(&url.parse().unwrap(), &env)
        };
        let far = "https://api.example.com";
        let named = |words: &str| Ok(Some(words.to_owned()));
        assert_eq!(of(far, &[]), Ok(None));
        assert_eq!(of(far, &[("HTTP_PROXY", "http://p:1")]), Ok(None), "nothing is asked in plain http");
        assert_eq!(of(far, &[("ALL_PROXY", "p:1"), ("https_proxy", "u:p@q:2")]), named("the proxy http://q:2"));
        assert_eq!(of(far, &[("HTTPS_PROXY", ""), ("all_proxy", "socks5h://u@p:1")]), named("the proxy socks5h://p:1"));
        for (url, no_proxy, is_direct) in [
            (far, "example.com", true),
            (far, " other.test , .example.com", true),
            (far, "ample.com", false),
            (far, "api.example.com:443", false),
            ("https://10.1.2.3", "10.0.0.0/8", true),
            ("https://11.1.2.3", "10.0.0.0/8", false),
            ("https://[fd00::1]", "fd00::/8", true),
            (far, "*", true),
        ] {
            let found = of(url, &[("HTTPS_PROXY", "http://p:1"), ("NO_PROXY", no_proxy)]).unwrap();
            assert_eq!(found.is_none(), is_direct, "{url} {no_proxy}");
            // What is not asked has no say.
            assert_eq!(of(url, &[("HTTPS_PROXY", "ftp://s3cret"), ("no_proxy", no_proxy)]).is_ok(), is_direct);
        }
        let error = of(far, &[("ALL_PROXY", "ftp://s3cret:1")]).unwrap_err();
        assert!(error.contains("ALL_PROXY") && !error.contains("s3cret"), "{error}");
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
