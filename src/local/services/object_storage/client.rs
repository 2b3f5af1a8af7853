//! The smallest S3 client: what is needed to check a bucket the way an app would reach it.

use std::net::Ipv4Addr;
use std::time::Duration;

use bytes::Bytes;
use hmac::{Hmac, KeyInit as _, Mac as _};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1;
use hyper::{HeaderMap, Request, StatusCode};
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use tokio::net::TcpStream;

use super::keys::hex;
use super::s3::REGION;

/// The longest that one request may take.
const TIME: Duration = Duration::from_secs(10);

/// What a server answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
}

/// A bucket on 127.0.0.1, and the keys that open it.
#[derive(Clone, Debug)]
pub struct Client {
    /// The TCP port.
    pub port: u16,
    /// The bucket.
    pub bucket: String,
    /// The access key.
    pub access_key: String,
    /// The secret key.
    pub secret_key: SecretString,
}

impl Client {
    /// Sends one signed request; without a key it is for the bucket itself.
    ///
    /// # Errors
    /// A sentence, when no answer came.
    pub async fn send(&self, method: &str, key: Option<&str>, body: impl Into<Bytes>) -> Result<Answer, String> {
        let (url, body) = (format!("http://127.0.0.1:{}", self.port), body.into());
        let failed = |error: &dyn std::fmt::Display| format!("The object storage at {url} did not answer: {error}.");
        let exchange = async {
            let request = self.sign(method, key, body).map_err(|error| failed(&error))?;
            let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).await.map_err(|error| failed(&error))?;
            let (mut sender, connection) =
                http1::handshake(TokioIo::new(stream)).await.map_err(|error| failed(&error))?;
            // Owns the sender: the connection ends when that and the body are gone, and must be driven until then.
            let answer = async move {
                let (head, body) = sender.send_request(request).await?.into_parts();
                let body = body.collect().await?.to_bytes();
                Ok::<_, hyper::Error>(Answer { status: head.status, headers: head.headers, body })
            };
            let (answer, _) = tokio::join!(answer, connection);
            answer.map_err(|error| failed(&error))
        };
        tokio::time::timeout(TIME, exchange).await.unwrap_or_else(|_| Err(failed(&"it took more than 10 seconds")))
    }

    /// The same request without sending it, signed by version 4 over the headers that matter here.
    ///
    /// # Errors
    /// When the method is no HTTP method.
    pub fn sign(
        &self,
        method: &str,
        key: Option<&str>,
        body: Bytes,
    ) -> Result<Request<Full<Bytes>>, hyper::http::Error> {
        const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');
        let now = Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string();
        let day = &now[..8];
        let path = match key {
            Some(key) => format!("/{}/{}", self.bucket, utf8_percent_encode(key, KEPT)),
            None => format!("/{}", self.bucket),
        };
        let host = format!("127.0.0.1:{}", self.port);
        let payload = hex(&Sha256::digest(&body));
        let signed = "host;x-amz-content-sha256;x-amz-date";
        let canonical = format!(
            "{method}\n{path}\n\nhost:{host}\nx-amz-content-sha256:{payload}\nx-amz-date:{now}\n\n{signed}\n{payload}"
        );
        let scope = format!("{day}/{REGION}/s3/aws4_request");
        let to_sign = format!("AWS4-HMAC-SHA256\n{now}\n{scope}\n{}", hex(&Sha256::digest(canonical.as_bytes())));
        let secret = format!("AWS4{}", self.secret_key.expose_secret());
        let signing_key = [day, REGION, "s3", "aws4_request"]
            .iter()
            .fold(secret.into_bytes(), |key, text| hmac(&key, text.as_bytes()));
        let signature = hex(&hmac(&signing_key, to_sign.as_bytes()));
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={signed}, Signature={signature}",
            self.access_key
        );
        Request::builder()
            .method(method)
            .uri(path)
            .header("host", host)
            .header("x-amz-date", now)
            .header("x-amz-content-sha256", payload)
            .header("authorization", authorization)
            .header("connection", "close")
            .body(Full::new(body))
    }
}

fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    // A key of any length will do, so this is never empty.
    Hmac::<Sha256>::new_from_slice(key).map_or_else(
        |_| Vec::new(),
        |mut mac| {
            mac.update(text);
            mac.finalize().into_bytes().to_vec()
        },
    )
}
