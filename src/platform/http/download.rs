//! Bytes on their way to us, told from a copy that is cut off or not what it was said to be.

use bytes::Bytes;
use futures_util::TryStreamExt;
use futures_util::stream::{self, BoxStream};
use reqwest::Response;
use reqwest::header::{CONTENT_DISPOSITION, ETAG, HeaderMap, HeaderName};
use sha2::{Digest, Sha256};

use super::failure::Failure;
use super::{Http, nonsense, reply};
use crate::model::printable;
use crate::platform::{Download, Exchange, ReadError};

const KIND: &str = "sha256:";

impl Http {
    /// The body of an answer as bytes that end with an error where they are not all, or not the right ones.
    pub(in crate::platform) fn download(self: &std::sync::Arc<Self>, response: Response, request: String) -> Download {
        let size = response.content_length();
        let checksum = checksum(response.headers());
        let extension = extension(response.headers());
        let expected = checksum.as_deref().and_then(|text| text.strip_prefix(KIND)).map(str::to_ascii_lowercase);
        let exchange = reply::exchange(&response, request, &self.target);
        let state = Incoming { http: self.clone(), exchange, response, expected, hash: Sha256::new() };
        let bytes: BoxStream<'static, _> = Box::pin(stream::try_unfold(state, Incoming::next).into_stream());
        Download { size, checksum, extension, bytes }
    }
}

struct Incoming {
    http: std::sync::Arc<Http>,
    response: Response,
    exchange: Exchange,
    expected: Option<String>,
    hash: Sha256,
}

impl Incoming {
    async fn next(mut self) -> Result<Option<(Bytes, Self)>, ReadError> {
        let chunk = self.response.chunk().await.map_err(|error| {
            let failure = Failure::of(&error, &self.http.target).after_sending();
            failure.of_a_read(&self.http.target, &self.http.settings).of(self.exchange.clone())
        })?;
        match chunk {
            Some(chunk) => {
                self.hash.update(&chunk);
                Ok(Some((chunk, self)))
            }
            None => self.check().map(|()| None),
        }
    }

    /// Nothing but the right bytes count as a backup. That they are all was seen to by the layer below, which knows the length.
    fn check(self) -> Result<(), ReadError> {
        let target = &self.http.target;
        let found: String = self.hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        if self.expected.is_some_and(|expected| expected != found) {
            let mut error = nonsense(target, "this backup", None);
            error.message = format!(
                "What {target} sent is not the backup that it says it is: the checksum differs. Don't use it; download it again."
            );
            return Err(error.of(self.exchange));
        }
        Ok(())
    }
}

/// The checksum, which is the tag.
fn checksum(headers: &HeaderMap) -> Option<String> {
    let tag = text(headers, &ETAG)?.trim_matches('"');
    tag.starts_with(KIND).then(|| printable(tag))
}

/// How the offered file name ends. Nothing else of that name is used: it is the server's.
fn extension(headers: &HeaderMap) -> Option<String> {
    let (_, name) = text(headers, &CONTENT_DISPOSITION)?.split_once("filename=")?;
    ending(name.split(';').next()?.trim().trim_matches('"'))
}

/// How a file's name ends, without the dot; what is compressed with what it is: `sql.gz`.
pub(in crate::platform) fn ending(name: &str) -> Option<String> {
    const COMPRESSED: [&str; 4] = ["gz", "bz2", "xz", "zst"];
    let is_plain = |part: &str| !part.is_empty() && part.len() <= 16 && part.chars().all(|c| c.is_ascii_alphanumeric());
    let (rest, last) = name.rsplit_once('.').filter(|(_, last)| is_plain(last))?;
    let inner = rest.rsplit_once('.').map(|(_, inner)| inner).filter(|inner| is_plain(inner));
    match inner.filter(|_| COMPRESSED.contains(&last)) {
        Some(inner) => Some(format!("{inner}.{last}")),
        None => Some(last.to_owned()),
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_ending_of_an_offered_name_is_taken_and_only_a_plain_one() {
        let of = |value: &'static str| {
            extension(&HeaderMap::from_iter([(CONTENT_DISPOSITION, reqwest::header::HeaderValue::from_static(value))]))
        };
        assert_eq!(of("attachment; filename=\"orders-bkp_7.pgdump\"").as_deref(), Some("pgdump"));
        assert_eq!(of("attachment; filename=a.tar; x=y").as_deref(), Some("tar"));
        assert_eq!(of("attachment; filename=\"orders.2026.sql.gz\"").as_deref(), Some("sql.gz"));
        for bad in ["attachment", "attachment; filename=\"../../etc/x.a/b\"", "attachment; filename=none"] {
            assert_eq!(of(bad), None, "{bad}");
        }
    }
}
