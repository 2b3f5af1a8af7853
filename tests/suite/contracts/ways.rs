//! What may stand in the way of an answer, each on a real socket: told apart, named, and without a secret.

use std::io::Write;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use attache::config::{Endpoint, PlatformKind, Profile, TokenSource};
use attache::model::{Command, Danger, ProfileName};
use attache::platform::{ReadError, ReadErrorKind, SubmitError, connect};

use super::impatient;

const TOKEN: &str = "t0p-secret-t0ken";

/// For localhost; signed by itself, so nobody trusts it.
const OWN_CERTIFICATE: &str = include_str!("localhost.pem");

fn profile(url: &str) -> Profile {
    Profile {
        backup_max_age: attache::config::BACKUP_MAX_AGE,
        project: None,
        undocumented: false,
        authorities: attache::config::Authorities::default(),
        name: ProfileName("work".into()),
        platform: PlatformKind::Local,
        endpoint: Endpoint::Url(url.into()),
        token: Some(TOKEN.to_owned().into()),
        token_source: Some(TokenSource::Command { profile: "work".into(), command: Vec::new() }),
        teams: Vec::new(),
        danger: Danger::Production,
        read_only: None,
        data_endpoint: None,
    }
}

/// What reading from there, and writing to there, come to.
async fn both(url: &str) -> (ReadError, SubmitError) {
    let connection = connect(&profile(url), impatient()).unwrap();
    let read = connection.reader.addons(None).await.unwrap_err();
    let command = Command::CreateApp { app: "shop".into(), team: None };
    let write = connection.writer.unwrap().submit(&command, "key-1").await.unwrap_err();
    assert!(!format!("{read:?} {read} {write:?} {write}").contains(TOKEN), "{read:?} {write:?}");
    assert_eq!(read.exchange.as_ref().map(|exchange| exchange.request.as_str()), Some("GET /v1/addons"));
    (read, write)
}

/// A server that does that with each connection.
async fn server<F: Future<Output = ()> + Send + 'static>(act: impl Fn(TcpStream) -> F + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(act(stream));
        }
    });
    address.to_string()
}

/// Reads what there is of a request, then says this and ends the connection.
async fn say(mut stream: TcpStream, what: &'static [u8]) {
    let mut bytes = vec![0; 64 << 10];
    let _ = stream.read(&mut bytes).await;
    let _ = stream.write_all(what).await;
    let _ = stream.shutdown().await;
}

#[tokio::test]
async fn a_name_without_an_address_is_told() {
    let (read, write) = both("https://platform.invalid").await;
    assert_eq!(read.kind, ReadErrorKind::Dns, "{read}");
    assert!(read.message.starts_with("The name of https://platform.invalid has no address ("), "{read}");
    assert!(matches!(&write, SubmitError::NotSent(_)) && write.to_string().ends_with("Nothing was sent."), "{write}");
}

#[tokio::test]
async fn a_closed_port_is_told() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    for scheme in ["http", "https"] {
        let (read, write) = both(&format!("{scheme}://{free}")).await;
        assert_eq!(read.kind, ReadErrorKind::NotListening, "{read}");
        assert!(read.message.contains("(connection refused)"), "{read}");
        assert!(matches!(write, SubmitError::NotSent(_)), "{write}");
    }
}

#[tokio::test]
async fn a_server_without_tls_is_told_from_one_that_ends_the_handshake() {
    let garbage = server(|stream| say(stream, b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n")).await;
    let (read, write) = both(&format!("https://{garbage}")).await;
    assert_eq!(read.kind, ReadErrorKind::Tls, "{read}");
    assert!(read.message.contains("does not speak TLS"), "{read}");
    assert!(matches!(write, SubmitError::NotSent(_)), "{write}");
    let ended = server(|stream| say(stream, b"")).await;
    let (read, write) = both(&format!("https://{ended}")).await;
    assert_eq!(read.kind, ReadErrorKind::Tls, "{read}");
    assert!(read.message.contains("broke off the TLS handshake"), "{read}");
    assert!(matches!(write, SubmitError::NotSent(_)), "{write}");
}

#[tokio::test]
async fn a_certificate_that_nobody_trusts_is_told_and_nothing_is_sent() {
    let pem = OWN_CERTIFICATE.as_bytes();
    let certificate = CertificateDer::from_pem_slice(pem).unwrap();
    let key = PrivateKeyDer::from_pem_slice(pem).unwrap();
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let config = Arc::new(config);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    let (came, mut heard) = tokio::sync::mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut connection = rustls::ServerConnection::new(config.clone()).unwrap();
            let mut stream = stream.unwrap();
            // The handshake ends in the client's refusal; a request would come behind it.
            while let Ok((read, written)) = connection.complete_io(&mut stream) {
                let mut request = [0; 1024];
                if let Ok(length @ 1..) = std::io::Read::read(&mut connection.reader(), &mut request) {
                    came.send(length).unwrap();
                }
                if read == 0 && written == 0 {
                    break;
                }
            }
            let _ = stream.flush();
        }
    });
    let (read, write) = both(&url).await;
    assert_eq!(read.kind, ReadErrorKind::Tls, "{read}");
    assert!(read.message.contains("an authority that this machine does not trust"), "{read}");
    assert!(matches!(write, SubmitError::NotSent(_)), "{write}");
    assert!(heard.try_recv().is_err(), "not a byte of a request");
}

#[tokio::test]
async fn a_server_that_never_answers_is_told_from_one_that_cuts_in_the_middle() {
    let silent = server(|stream| async move {
        let _kept = stream;
        std::future::pending::<()>().await;
    })
    .await;
    let (read, write) = both(&format!("http://{silent}")).await;
    assert_eq!(read.kind, ReadErrorKind::TimedOut, "{read}");
    assert!(read.message.contains("did not answer within 0.15 s"), "{read}");
    assert!(matches!(write, SubmitError::Unknown(_)), "{write}");
    let cut = server(|stream| say(stream, b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"addons\":")).await;
    let (read, write) = both(&format!("http://{cut}")).await;
    assert_eq!(read.kind, ReadErrorKind::CutOff, "{read}");
    assert!(read.message.contains("cut off before the answer was complete"), "{read}");
    assert!(matches!(write, SubmitError::Unknown(_)), "{write}");
    let other = server(|stream| say(stream, b"220 mail.example.com ESMTP\r\n")).await;
    let (read, _) = both(&format!("http://{other}")).await;
    assert_eq!(read.kind, ReadErrorKind::Nonsense, "{read}");
    assert!(read.message.contains("does not speak HTTP"), "{read}");
}

/// What the program says whose way to another machine leads through that proxy.
async fn through(proxy: &str) -> String {
    let home = tempfile::tempdir().unwrap();
    let output = tokio::process::Command::new(env!("CARGO_BIN_EXE_attache"))
        .args(["--platform", "local", "--endpoint", "https://platform.invalid", "addons"])
        .env_clear()
        .env("ATTACHE_HOME", home.path())
        .env("ATTACHE_TOKEN", TOKEN)
        .env("HTTPS_PROXY", proxy)
        .output()
        .await
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(6), "not reached: {said}");
    assert!(!said.contains(TOKEN) && !said.contains("hunter2") && !said.contains("anna"), "{said}");
    said
}

#[tokio::test]
async fn a_proxy_that_stands_in_the_way_is_named_without_its_password() {
    for (answer, words) in [
        (&b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n"[..], "which refused to connect us."),
        (
            b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n",
            "which wants a user and a password (407).",
        ),
        (b"", "which ended the connection without an answer."),
    ] {
        let proxy = server(move |stream| say(stream, answer)).await;
        let said = through(&format!("http://anna:hunter2@{proxy}")).await;
        let expected = format!("https://platform.invalid is reached through the proxy http://{proxy}, {words}");
        assert!(said.contains(&expected), "{said}");
    }
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let said = through(&format!("http://anna:hunter2@{free}")).await;
    assert!(said.contains("which does not listen (connection refused)"), "{said}");
    let said = through("http://anna:hunter2@proxy.invalid:3128").await;
    assert!(said.contains("the proxy http://proxy.invalid:3128, which has a name without an address"), "{said}");
}
