//! How the two clients are built.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Once};

use reqwest::header::{ACCEPT, HeaderMap, HeaderValue};
use reqwest::{Client, ClientBuilder, redirect, retry};

use super::Manners;
use super::endpoint::{Target, Way};
use crate::model::printable;
use crate::platform::{ConnectError, Settings};

static PROVIDER: Once = Once::new();

/// The client for reads. Trying again is done, and counted, by us alone.
pub(super) fn reading(target: &Target, settings: &Settings, manners: &Manners) -> Result<Client, ConnectError> {
    finish(base(target, settings, manners)?, target)
}

/// The client for writes. Without a pool every request gets a connection of its own: hyper-util's client sends a
/// request again when a reused connection turns out to be closed, and only then.
pub(super) fn writing(target: &Target, settings: &Settings, manners: &Manners) -> Result<Client, ConnectError> {
    finish(base(target, settings, manners)?.pool_max_idle_per_host(0).timeout(settings.write_overall), target)
}

/// The client for files: as for writes, but the time that a file takes is nobody's to limit here, and reqwest's read
/// time-out would run while it is sent. Who uses it watches that something moves.
pub(super) fn uploading(target: &Target, settings: &Settings, manners: &Manners) -> Result<Client, ConnectError> {
    finish(untimed(target, settings, manners)?.pool_max_idle_per_host(0), target)
}

fn base(target: &Target, settings: &Settings, manners: &Manners) -> Result<ClientBuilder, ConnectError> {
    Ok(untimed(target, settings, manners)?.read_timeout(settings.read_timeout))
}

fn untimed(target: &Target, settings: &Settings, manners: &Manners) -> Result<ClientBuilder, ConnectError> {
    // reqwest takes the process's provider where it builds TLS itself; a second installation is refused, which is fine.
    PROVIDER.call_once(|| drop(rustls::crypto::ring::default_provider().install_default()));
    let headers = HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static(manners.accept))]);
    let builder = Client::builder()
        .user_agent(concat!("attache/", env!("CARGO_PKG_VERSION")))
        .default_headers(headers)
        .connect_timeout(settings.connect_timeout)
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .referer(false);
    #[cfg(feature = "own-resolver")]
    let builder = builder.dns_resolver(super::names::Names::shared());
    Ok(match &target.way {
        Way::Unix(path) => builder.unix_socket(path.as_path()).no_proxy().tls_backend_preconfigured(no_tls(target)?),
        Way::Loopback => {
            let builder = builder.no_proxy().resolve_to_addrs("localhost", &localhost(target));
            // Reading the system's certificates takes milliseconds that plain http need not spend.
            match target.base.scheme() {
                "http" => builder.tls_backend_preconfigured(no_tls(target)?),
                _ => trusting(builder, target)?,
            }
        }
        Way::Remote => trusting(builder, target)?.https_only(true),
    })
}

/// With the authorities that were named, beside the system's.
fn trusting(builder: ClientBuilder, target: &Target) -> Result<ClientBuilder, ConnectError> {
    let certificates = target.authorities().certificates.iter().map(|der| reqwest::Certificate::from_der(der));
    let certificates: Vec<_> =
        certificates.collect::<Result<_, _>>().map_err(|error| not_built(target, &super::failure::cause(&error)))?;
    Ok(if certificates.is_empty() { builder } else { builder.tls_certs_merge(certificates) })
}

/// `localhost` is this machine, whatever a resolver says.
fn localhost(target: &Target) -> [SocketAddr; 2] {
    let port = target.base.port_or_known_default().unwrap_or_default();
    [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)].map(|address| SocketAddr::new(address, port))
}

/// A configuration that trusts nobody, for clients that never speak TLS.
fn no_tls(target: &Target) -> Result<rustls::ClientConfig, ConnectError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Ok(rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| not_built(target, &error.to_string()))?
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth())
}

fn finish(builder: ClientBuilder, target: &Target) -> Result<Client, ConnectError> {
    builder.build().map_err(|error| not_built(target, &target.clean(&super::failure::cause(&error))))
}

fn not_built(target: &Target, why: &str) -> ConnectError {
    ConnectError::Client(if why.contains(NO_ROOTS) {
        format!(
            "This machine has no certificates of authorities, so nobody can tell whether {target} is who it says: {}. Install them (package ca-certificates), or name a file with one: --ca-file FILE. Nothing was sent.",
            looked_for()
        )
    } else {
        format!("The HTTP client for {target} could not be made: {why}.")
    })
}

/// What rustls-platform-verifier says where it finds none.
const NO_ROOTS: &str = "No CA certificates were loaded from the system";

/// Where the system's certificates were looked for: what the variables name is all that is read then (openssl-probe).
fn looked_for() -> String {
    let named = ["SSL_CERT_FILE", "SSL_CERT_DIR"]
        .into_iter()
        .filter_map(|name| Some(format!("{name} ({})", printable(&std::env::var(name).ok()?))));
    let named = named.collect::<Vec<_>>().join(" and ");
    if named.is_empty() {
        "there are none in /etc/ssl, /etc/pki, /usr/lib/ssl, /usr/share/ssl and the like".to_owned()
    } else {
        format!("there are none in {named}, which stands for /etc/ssl and the like")
    }
}
