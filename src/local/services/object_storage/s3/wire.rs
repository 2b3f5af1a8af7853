//! Between the index and what goes over the line.

use std::time::{Duration, UNIX_EPOCH};

use futures_util::StreamExt as _;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use s3s::dto::{ETag, ETagCondition, EncodingType, Expires, Metadata, StreamingBlob, Timestamp, TimestampFormat};
use s3s::{S3Error, S3ErrorCode, S3Request, S3Result, TrailingHeaders, s3_error};

use crate::local::services::object_storage::store::StoreError;
use crate::local::services::object_storage::store::blob::{Blob, NewBlob};
use crate::local::services::object_storage::store::checksums::{Algorithm, Checksums};
use crate::local::services::object_storage::store::record::{ObjectMeta, WriteCondition};
use crate::local::services::object_storage::tenants::Tenant;

/// Names the checksums that come after the bytes.
pub(super) const TRAILER: &str = "x-amz-trailer";
/// The most bytes of one put or part.
const MOST: u64 = 5 * 1024 * 1024 * 1024;
/// The most bytes of names and values of user metadata.
const MOST_METADATA: usize = 2 * 1024;
/// How many bytes are gathered before a thread writes them.
const BUFFER: usize = 256 * 1024;

/// Fills the five checksums.
macro_rules! with_checksums {
    ($output:ident, $checksums:expr) => {{
        let checksums = $checksums;
        $output.checksum_crc32 = checksums.get(Algorithm::Crc32);
        $output.checksum_crc32c = checksums.get(Algorithm::Crc32c);
        $output.checksum_crc64nvme = checksums.get(Algorithm::Crc64nvme);
        $output.checksum_sha1 = checksums.get(Algorithm::Sha1);
        $output.checksum_sha256 = checksums.get(Algorithm::Sha256);
    }};
}

/// The five checksums of a request.
macro_rules! checksums_of {
    ($input:expr) => {{
        let input = &$input;
        let values = [
            (Algorithm::Crc32, &input.checksum_crc32),
            (Algorithm::Crc32c, &input.checksum_crc32c),
            (Algorithm::Crc64nvme, &input.checksum_crc64nvme),
            (Algorithm::Sha1, &input.checksum_sha1),
            (Algorithm::Sha256, &input.checksum_sha256),
        ];
        let values = values.into_iter().filter_map(|(algorithm, value)| Some((algorithm, value.clone()?))).collect();
        Checksums { values, composite: false }
    }};
}

/// The headers that an object keeps, from any request that sets them.
macro_rules! meta_of {
    ($input:expr) => {{
        let input = &mut $input;
        $crate::local::services::object_storage::s3::wire::checked_meta(ObjectMeta {
            content_type: input.content_type.take(),
            cache_control: input.cache_control.take(),
            content_disposition: input.content_disposition.take(),
            content_encoding: input.content_encoding.take(),
            content_language: input.content_language.take(),
            expires: input
                .expires
                .take()
                .and_then(|at| $crate::local::services::object_storage::s3::wire::format_http_date(&at)),
            user: input.metadata.take().unwrap_or_default().into_iter().collect(),
        })
    }};
}

/// What a put or a part says of the bytes that come with it; `$also` are algorithms that are wanted beside its own.
macro_rules! incoming_of {
    ($request:expr, $also:expr) => {{
        let input = &mut $request.input;
        let named = input.checksum_algorithm.as_ref().and_then(|name| Algorithm::named(name.as_str()));
        Incoming {
            body: input.body.take(),
            length: input.content_length,
            md5: input.content_md5.take(),
            checksums: checksums_of!(*input),
            wanted: named.into_iter().chain($also).collect(),
            trailers: $request.trailing_headers.take(),
        }
    }};
}

/// What a copy asks of its source.
macro_rules! source_conditions_of {
    ($input:expr) => {{
        let input = &mut $input;
        Conditions {
            matches: input.copy_source_if_match.take(),
            none_match: input.copy_source_if_none_match.take(),
            modified_since: input.copy_source_if_modified_since.take(),
            unmodified_since: input.copy_source_if_unmodified_since.take(),
        }
    }};
}

pub(super) use {checksums_of, incoming_of, meta_of, source_conditions_of, with_checksums};

/// The tenant that the access check found.
pub(super) fn tenant<T>(request: &S3Request<T>) -> S3Result<std::sync::Arc<Tenant>> {
    request.extensions.get().cloned().ok_or_else(|| s3_error!(AccessDenied))
}

/// What the macro took, made fit to be kept.
pub(super) fn checked_meta(mut meta: ObjectMeta) -> S3Result<ObjectMeta> {
    // The coding of the transfer is not one of the object.
    meta.content_encoding = meta.content_encoding.and_then(|codings| {
        let kept: Vec<_> = codings.split(',').map(str::trim).filter(|coding| *coding != "aws-chunked").collect();
        let kept = kept.join(", ");
        (!kept.is_empty()).then_some(kept)
    });
    let size: usize = meta.user.iter().map(|(name, value)| name.len() + value.len()).sum();
    if size > MOST_METADATA {
        return Err(s3_error!(MetadataTooLarge, "User metadata has {size} bytes; at most {MOST_METADATA} are kept."));
    }
    Ok(meta)
}

/// `If-Match` and `If-None-Match` of a write.
pub(super) fn write_condition(
    matches: Option<&ETagCondition>,
    none_match: Option<&ETagCondition>,
) -> S3Result<WriteCondition> {
    let absent = match none_match {
        None => false,
        Some(ETagCondition::Any) => true,
        Some(ETagCondition::ETag(_)) => {
            return Err(s3_error!(NotImplemented, "If-None-Match of a write can only be *."));
        }
    };
    let etag = matches.map(|condition| condition.as_etag().map_or("*", ETag::value).to_owned());
    Ok(WriteCondition { absent, etag })
}

/// What a request says of the bytes that come with it.
pub(super) struct Incoming {
    pub(super) body: Option<StreamingBlob>,
    pub(super) length: Option<i64>,
    pub(super) md5: Option<String>,
    pub(super) checksums: Checksums,
    /// Algorithms that it wants beside those it gives.
    pub(super) wanted: Vec<Algorithm>,
    pub(super) trailers: Option<TrailingHeaders>,
}

impl Incoming {
    /// Takes the bytes in, holding few of them in memory, and makes them durable.
    pub(super) async fn receive(mut self, tenant: &std::sync::Arc<Tenant>, trailer: Option<&str>) -> S3Result<Blob> {
        if self.length.is_some_and(|length| length.unsigned_abs() > MOST) {
            return Err(too_large());
        }
        let wanted_md5 = self.md5.as_deref().map(decode_md5).transpose()?;
        let mut algorithms = std::mem::take(&mut self.wanted);
        algorithms.extend(self.checksums.values.keys());
        algorithms.extend(Algorithm::ALL.into_iter().filter(|algorithm| {
            trailer
                .is_some_and(|names| names.split(',').any(|name| name.trim().eq_ignore_ascii_case(algorithm.header())))
        }));
        let mut blob = tenant.run(move |store| NewBlob::begin(store, algorithms)).await?;
        if let Some(body) = self.body.take() {
            blob = write_all(blob, body).await?;
        }
        if self.length.is_some_and(|length| length.unsigned_abs() != blob.size()) {
            return Err(s3_error!(IncompleteBody, "The body has {} bytes, not as many as announced.", blob.size()));
        }
        let blob = tenant.run(move |_| blob.finish()).await?;
        if wanted_md5.is_some_and(|wanted| wanted != blob.md5) {
            return Err(StoreError::BadDigest("Content-MD5").into());
        }
        self.read_trailers();
        if let Some(algorithm) = self.checksums.differs_from(&blob.checksums) {
            return Err(StoreError::BadDigest(algorithm.header()).into());
        }
        Ok(blob)
    }

    /// Checksums that came after the bytes.
    fn read_trailers(&mut self) {
        let Some(trailers) = self.trailers.take() else { return };
        trailers.read(|headers| {
            for algorithm in Algorithm::ALL {
                if let Some(value) = headers.get(algorithm.header()).and_then(|value| value.to_str().ok()) {
                    self.checksums.values.insert(algorithm, value.to_owned());
                }
            }
        });
    }
}

/// Writes one buffer while the next one fills.
async fn write_all(blob: NewBlob, mut body: StreamingBlob) -> S3Result<NewBlob> {
    let mut writing = None;
    let mut idle = Some(blob);
    let mut buffer: Vec<bytes::Bytes> = Vec::new();
    let mut held = 0;
    let mut size = 0_u64;
    loop {
        let chunk = body.next().await.transpose().map_err(|error| incomplete(error.as_ref()))?;
        let ended = chunk.is_none();
        if let Some(chunk) = chunk {
            held += chunk.len();
            size += chunk.len() as u64;
            if size > MOST {
                return Err(too_large());
            }
            buffer.push(chunk);
        }
        if held >= BUFFER || ended {
            let mut blob = match (idle.take(), writing.take()) {
                (Some(blob), _) => blob,
                (None, Some(writing)) => joined(writing).await?,
                (None, None) => return Err(StoreError::Interrupted.into()),
            };
            let full = std::mem::take(&mut buffer);
            held = 0;
            let writer =
                tokio::task::spawn_blocking(move || full.iter().try_for_each(|bytes| blob.write(bytes)).map(|()| blob));
            if ended {
                return Ok(joined(writer).await?);
            }
            writing = Some(writer);
        }
    }
}

async fn joined(writer: tokio::task::JoinHandle<Result<NewBlob, StoreError>>) -> Result<NewBlob, StoreError> {
    writer.await.unwrap_or(Err(StoreError::Interrupted))
}

fn too_large() -> S3Error {
    s3_error!(EntityTooLarge, "One put or part can have at most 5 GiB; larger objects are uploaded in parts.")
}

/// The body ended early, or was not what its signature says.
fn incomplete(error: &(dyn std::error::Error + Send + Sync + 'static)) -> S3Error {
    let text = error.to_string().to_ascii_lowercase();
    if text.contains("signature") {
        return s3_error!(SignatureDoesNotMatch, "A chunk of the body does not match its signature.");
    }
    if text.contains("checksum") || text.contains("sha256") {
        let code = S3ErrorCode::Custom("XAmzContentSHA256Mismatch".into());
        let mut error = S3Error::with_message(code, "The body does not match x-amz-content-sha256.");
        error.set_status_code(hyper::StatusCode::BAD_REQUEST);
        return error;
    }
    s3_error!(IncompleteBody, "The body ended before the number of bytes that was announced, or was malformed.")
}

fn decode_md5(text: &str) -> S3Result<[u8; 16]> {
    base64_simd::STANDARD
        .decode_to_vec(text)
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| s3_error!(InvalidDigest, "Content-MD5 is not the base64 of 16 bytes."))
}

/// A time of the index.
pub(super) fn timestamp(ms: i64) -> Timestamp {
    Timestamp::from(UNIX_EPOCH + Duration::from_millis(ms.unsigned_abs()))
}

/// A time of the index as an HTTP date.
pub(super) fn http_date(ms: i64) -> String {
    format_http_date(&timestamp(ms)).unwrap_or_default()
}

/// A time as an HTTP date.
pub(super) fn format_http_date(at: &Timestamp) -> Option<String> {
    let mut text = Vec::new();
    at.format(TimestampFormat::HttpDate, &mut text).ok()?;
    String::from_utf8(text).ok()
}

/// Whole seconds since 1970.
pub(super) fn unix_seconds(at: &Timestamp) -> Option<i64> {
    let mut text = Vec::new();
    at.format(TimestampFormat::EpochSeconds, &mut text).ok()?;
    String::from_utf8(text).ok()?.split('.').next()?.parse().ok()
}

/// `Expires` as it was sent.
pub(super) fn expires(meta: &ObjectMeta) -> Option<Expires> {
    Timestamp::parse(TimestampFormat::HttpDate, meta.expires.as_deref()?).ok()
}

/// User metadata as it was sent.
pub(super) fn metadata(meta: &ObjectMeta) -> Option<Metadata> {
    (!meta.user.is_empty()).then(|| meta.user.clone().into_iter().collect())
}

/// A strong ETag.
pub(super) fn etag(value: impl Into<String>) -> ETag {
    ETag::Strong(value.into())
}

/// Keys as they are written in a list: percent-encoded where the client asked for it.
pub(super) struct KeyCoding(bool);

impl KeyCoding {
    /// What the client asked for.
    pub(super) fn new(asked: Option<&EncodingType>) -> S3Result<Self> {
        match asked.map(EncodingType::as_str) {
            None => Ok(Self(false)),
            Some(EncodingType::URL) => Ok(Self(true)),
            Some(_) => Err(s3_error!(InvalidArgument, "Invalid Encoding Method specified in Request")),
        }
    }

    /// One key, prefix or delimiter.
    pub(super) fn encode(&self, text: &str) -> String {
        const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'*').remove(b'/');
        if self.0 { utf8_percent_encode(text, KEPT).to_string() } else { text.to_owned() }
    }

    /// The same for one that may not be there.
    pub(super) fn encode_some(&self, text: Option<&str>) -> Option<String> {
        text.map(|text| self.encode(text))
    }
}

/// How many entries a page may have.
pub(super) fn page_size(asked: Option<i32>, name: &str) -> S3Result<usize> {
    match usize::try_from(asked.unwrap_or(1000)) {
        Ok(size) => Ok(size.min(1000)),
        Err(_) => Err(s3_error!(InvalidArgument, "{name} must be between 0 and 2147483647.")),
    }
}

/// A count for the line.
pub(super) fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
