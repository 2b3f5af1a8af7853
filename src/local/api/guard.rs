//! Who may ask. Over our own Unix socket: whoever gets into its 0700 folder. Over TCP: whoever has the token, and never a
//! web page.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::net::{IpAddr, SocketAddr};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use crate::local::engine::Refusal;

/// Who sent a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// A user of this machine, or how else it came.
    pub name: String,
}

/// The bearer token of the TCP listener.
#[derive(Clone)]
pub struct Token {
    digest: [u8; 32],
}

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// Others could read it.
    #[error("The token file {} can be read by others. Make it private with: chmod 600 {}", .0.display(), .0.display())]
    Public(PathBuf),
    /// It is empty or too short to be a secret.
    #[error("The token file {} holds no token of at least 32 characters. Remove it, and the next start makes a new one.", .0.display())]
    Weak(PathBuf),
    /// The system does not let us.
    #[error("The token file {} can't be used: {}.", .0.display(), .1)]
    Unusable(PathBuf, std::io::Error),
}

impl Token {
    /// Reads the token, or makes one in a file of mode 0600.
    ///
    /// # Errors
    /// When the file can't be used or others could read it.
    pub fn load_or_make(path: &Path) -> Result<Self, TokenError> {
        let unusable = |error| TokenError::Unusable(path.to_owned(), error);
        match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
            Ok(mut file) => {
                let random: [u8; 32] = rand::random();
                let text: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
                writeln!(file, "{text}").and_then(|()| file.sync_all()).map_err(unusable)?;
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(unusable(error)),
        }
        let mode = fs::metadata(path).map_err(unusable)?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(TokenError::Public(path.to_owned()));
        }
        let text = SecretString::from(fs::read_to_string(path).map_err(unusable)?);
        let token = text.expose_secret().trim();
        if token.len() < 32 {
            return Err(TokenError::Weak(path.to_owned()));
        }
        Ok(Self { digest: Sha256::digest(token).into() })
    }

    /// Compares digests, whose differences tell nothing about the token.
    fn is(&self, given: &str) -> bool {
        let given: [u8; 32] = Sha256::digest(given).into();
        given == self.digest
    }
}

/// What a TCP connection's requests are checked against.
#[derive(Clone)]
pub(super) struct Gate {
    pub(super) token: Token,
    pub(super) local: SocketAddr,
}

/// Lets a request over TCP in, or not.
pub(super) async fn gate(State(gate): State<Gate>, mut request: Request, next: Next) -> Response {
    match gate.check(request.headers(), request.uri().host()) {
        Ok(()) => {
            request.extensions_mut().insert(Peer { name: "token".to_owned() });
            next.run(request).await
        }
        Err(refusal) => refusal.into_response(),
    }
}

impl Gate {
    fn check(&self, headers: &HeaderMap, target_host: Option<&str>) -> Result<(), Refusal> {
        // A browser sends Origin; a page must never reach the platform, whatever else it knows.
        if headers.contains_key(header::ORIGIN) {
            return Err(Refusal::new(403, "forbidden", "Requests from web pages (with an Origin header) are refused."));
        }
        let mut hosts = headers.get_all(header::HOST).into_iter().map(|host| host.to_str().unwrap_or_default());
        // DNS rebinding: the name must be one that we listen under, not one that somebody points here.
        let good = hosts.next().is_some_and(|host| self.is_our_host(host))
            && hosts.next().is_none()
            && target_host.is_none_or(|host| self.is_our_name(host));
        if !good {
            return Err(Refusal::new(
                403,
                "forbidden",
                format!("The Host header must be {} or localhost:{}.", self.local, self.local.port()),
            ));
        }
        let authorization = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = authorization.and_then(|value| {
            let (scheme, token) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
        });
        match token {
            Some(token) if self.token.is(token) => Ok(()),
            Some(_) => Err(Refusal::new(401, "unauthorized", "The bearer token is not this platform's.")),
            None => Err(Refusal::new(
                401,
                "unauthorized",
                "A bearer token is needed: it stands in the file run/token of the platform's folder.",
            )),
        }
    }

    fn is_our_host(&self, host: &str) -> bool {
        let (name, port) = match host.rsplit_once(':') {
            Some((name, port)) if !port.ends_with(']') => (name, Some(port)),
            _ => (host, None),
        };
        let is_our_port = match port {
            Some(port) => port.parse() == Ok(self.local.port()),
            None => self.local.port() == 80,
        };
        is_our_port && self.is_our_name(name)
    }

    fn is_our_name(&self, name: &str) -> bool {
        let name = name.trim_start_matches('[').trim_end_matches(']');
        name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>() == Ok(self.local.ip())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate() -> (tempfile::TempDir, Gate, String) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        let token = Token::load_or_make(&path).unwrap();
        let text = fs::read_to_string(&path).unwrap().trim().to_owned();
        (folder, Gate { token, local: "127.0.0.1:7700".parse().unwrap() }, text)
    }

    fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
        let pair = |(name, value): &(&str, &str)| {
            (name.parse::<header::HeaderName>().unwrap(), value.parse::<header::HeaderValue>().unwrap())
        };
        pairs.iter().map(pair).collect()
    }

    #[test]
    fn only_the_token_opens() {
        let (_folder, gate, token) = gate();
        let with = |authorization: &str| {
            let headers = headers(&[("host", "127.0.0.1:7700"), ("authorization", authorization)]);
            gate.check(&headers, None).map_err(|refusal| refusal.status)
        };
        assert_eq!(with(&format!("Bearer {token}")), Ok(()));
        assert_eq!(with(&format!("bearer {token}")), Ok(()));
        assert_eq!(with("Bearer wrong"), Err(401));
        assert_eq!(with(&format!("Basic {token}")), Err(401));
        assert_eq!(with(&token), Err(401));
        let none = headers(&[("host", "127.0.0.1:7700")]);
        assert_eq!(gate.check(&none, None).unwrap_err().status, 401);
    }

    #[test]
    fn only_our_own_names_are_hosts_and_pages_stay_out() {
        let (_folder, gate, token) = gate();
        let bearer = format!("Bearer {token}");
        let with = |host: &str| {
            gate.check(&headers(&[("host", host), ("authorization", &bearer)]), None).map_err(|refusal| refusal.status)
        };
        assert_eq!(with("localhost:7700"), Ok(()));
        assert_eq!(with("LOCALHOST:7700"), Ok(()));
        for bad in
            ["evil.example:7700", "127.0.0.1", "127.0.0.1:7701", "127.0.0.2:7700", "", "localhost.evil.example:7700"]
        {
            assert_eq!(with(bad), Err(403), "{bad}");
        }
        let page =
            headers(&[("host", "localhost:7700"), ("authorization", &bearer), ("origin", "http://localhost:7700")]);
        assert_eq!(gate.check(&page, None).unwrap_err().status, 403);
        let rebound = headers(&[("host", "localhost:7700"), ("authorization", &bearer)]);
        assert_eq!(gate.check(&rebound, Some("evil.example")).unwrap_err().status, 403);
    }

    #[test]
    fn a_token_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        Token::load_or_make(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(Token::load_or_make(&path), Err(TokenError::Public(_))));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(&path, "short\n").unwrap();
        assert!(matches!(Token::load_or_make(&path), Err(TokenError::Weak(_))));
    }
}
