//! What lies between the program and a platform: TLS before it, a proxy on the way.

use std::sync::{Arc, Mutex};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// A file of `pem/`.
pub(super) fn pem(name: &str) -> String {
    format!("{}/tests/suite/bastion/pem/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// Speaks TLS with that certificate and passes on what comes to `backend`; gives its port.
pub(super) async fn tls(certificate: &str, backend: &str) -> u16 {
    let chain = vec![CertificateDer::from_pem_file(pem(&format!("{certificate}.pem"))).unwrap()];
    let key = PrivateKeyDer::from_pem_file(pem(&format!("{certificate}.key"))).unwrap();
    let config = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let backend = backend.trim_start_matches("http://").to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, backend) = (acceptor.clone(), backend.clone());
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                let mut behind = TcpStream::connect(&backend).await.unwrap();
                // Whoever ends it first: the other end is gone, then.
                let _ = copy_bidirectional(&mut stream, &mut behind).await;
            });
        }
    });
    port
}

/// What a proxy does with who comes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Does {
    /// Connects to that port of this machine, whatever is asked for.
    Tunnel(u16),
    /// The same, but only for `anna` with her password.
    TunnelForAnna(u16),
    /// Answers with that status.
    Refuse(&'static str),
    /// Never answers.
    Hang,
    /// Speaks SOCKS 5, and connects to that port.
    Socks(u16),
}

/// A proxy that remembers what it was asked for.
pub(super) struct Proxy {
    /// `127.0.0.1:3128`
    pub(super) address: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    pub(super) async fn start(does: Does) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let remember = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, does, Arc::clone(&remember)));
            }
        });
        Self { address, asked }
    }

    /// Each connection's first words.
    pub(super) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

async fn serve(mut stream: TcpStream, does: Does, asked: Arc<Mutex<Vec<String>>>) {
    if let Does::Socks(port) = does {
        return socks(stream, port, asked).await;
    }
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => break,
        }
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    // `anna:hunter2`
    let is_anna = head.to_lowercase().contains("proxy-authorization: basic yw5uytpodw50zxiy");
    asked.lock().unwrap().push(head);
    let port = match does {
        Does::Tunnel(port) => port,
        Does::TunnelForAnna(port) if is_anna => port,
        Does::TunnelForAnna(_) => return say(stream, "407 Proxy Authentication Required").await,
        Does::Refuse(status) => return say(stream, status).await,
        Does::Hang | Does::Socks(_) => return std::future::pending().await,
    };
    stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
    pass_on(stream, port).await;
}

async fn say(mut stream: TcpStream, status: &str) {
    let _ = stream.write_all(format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n").as_bytes()).await;
    let _ = stream.shutdown().await;
}

async fn pass_on(mut stream: TcpStream, port: u16) {
    let mut behind = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let _ = copy_bidirectional(&mut stream, &mut behind).await;
}

/// RFC 1928, without authentication, for names.
async fn socks(mut stream: TcpStream, port: u16, asked: Arc<Mutex<Vec<String>>>) {
    let mut greeting = [0; 2];
    stream.read_exact(&mut greeting).await.unwrap();
    let mut methods = vec![0; usize::from(greeting[1])];
    stream.read_exact(&mut methods).await.unwrap();
    stream.write_all(&[5, 0]).await.unwrap();
    let mut request = [0; 5];
    stream.read_exact(&mut request).await.unwrap();
    assert_eq!(request[..4], [5, 1, 0, 3], "a connection to a name is asked for");
    let mut name = vec![0; usize::from(request[4]) + 2];
    stream.read_exact(&mut name).await.unwrap();
    asked.lock().unwrap().push(String::from_utf8_lossy(&name[..name.len() - 2]).into_owned());
    stream.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).await.unwrap();
    pass_on(stream, port).await;
}
