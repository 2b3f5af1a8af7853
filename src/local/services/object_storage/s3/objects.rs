//! Operations on objects.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use s3s::dto::{
    self, CopyObjectInput, CopyObjectOutput, CopyObjectResult, DeleteObjectInput, DeleteObjectOutput,
    DeleteObjectsInput, DeleteObjectsOutput, DeletedObject, GetObjectInput, GetObjectOutput, HeadObjectInput,
    HeadObjectOutput, MetadataDirective, PutObjectInput, PutObjectOutput, StreamingBlob,
};
use s3s::{S3Error, S3Request, S3Response, S3Result, s3_error};

use super::Buckets;
use super::conditions::Conditions;
use super::wire::{self, Incoming, checksums_of, incoming_of, meta_of, source_conditions_of, with_checksums};
use crate::local::services::object_storage::store::StoreError;
use crate::local::services::object_storage::store::checksums::{Algorithm, Checksums};
use crate::local::services::object_storage::store::read::{Reader, Snapshot};
use crate::local::services::object_storage::store::record::{ObjectHead, ObjectMeta, WriteCondition};
use crate::local::services::object_storage::tenants::Tenant;

pub(super) async fn put_object(
    _: &Buckets,
    mut request: S3Request<PutObjectInput>,
) -> S3Result<S3Response<PutObjectOutput>> {
    let tenant = wire::tenant(&request)?;
    let input = &mut request.input;
    let condition = wire::write_condition(input.if_match.as_ref(), input.if_none_match.as_ref())?;
    let meta = meta_of!(*input)?;
    let incoming = incoming_of!(request, None);
    // Before the bytes are taken in, so that a put that must fail does not transfer them; again when it is committed.
    let key = request.input.key;
    if condition != WriteCondition::default() {
        let (key, condition) = (key.clone(), condition.clone());
        tenant.run(move |store| store.check_write(&key, &condition)).await?;
    }
    let trailer = request.headers.get(wire::TRAILER).and_then(|value| value.to_str().ok());
    let blob = incoming.receive(&tenant, trailer).await?;
    let (etag, checksums) = (blob.etag(), blob.checksums.clone());
    let kept = checksums.clone();
    tenant.run(move |store| store.put(&key, blob, &meta, &kept, &condition)).await?;
    let mut output = PutObjectOutput { e_tag: Some(wire::etag(etag)), ..Default::default() };
    with_checksums!(output, &checksums);
    output.checksum_type = checksums.kind();
    Ok(S3Response::new(output))
}

/// What a read asks for: conditions, a range or a part.
struct Selection {
    conditions: Conditions,
    range: Option<dto::Range>,
    part: Option<i32>,
    checksums: bool,
}

/// What is sent of an object.
struct Selected {
    bytes: Range<u64>,
    partial: bool,
    parts: Option<usize>,
}

macro_rules! selection {
    ($request:ident) => {{
        let if_range =
            $request.headers.get(hyper::header::IF_RANGE).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let input = &mut $request.input;
        let selection = Selection {
            conditions: Conditions {
                matches: input.if_match.take(),
                none_match: input.if_none_match.take(),
                modified_since: input.if_modified_since.take(),
                unmodified_since: input.if_unmodified_since.take(),
            },
            range: input.range.take(),
            part: input.part_number.take(),
            checksums: input.checksum_mode.take().is_some_and(|mode| mode.as_str() == dto::ChecksumMode::ENABLED),
        };
        (selection, if_range)
    }};
}

impl Selection {
    fn select(&self, object: &Snapshot, if_range: Option<&str>) -> S3Result<Selected> {
        let head = &object.head;
        self.conditions.check_read(head)?;
        // A range of another version than the client began with would be glued to the wrong bytes.
        let same = if_range
            .is_none_or(|named| named.trim_matches('"') == head.etag || named == wire::http_date(head.modified_ms));
        match (self.part, &self.range) {
            (Some(_), Some(_)) => {
                Err(s3_error!(InvalidRequest, "Cannot specify both Range header and partNumber query parameter."))
            }
            (Some(part), None) => select_part(object, part),
            (None, Some(range)) if same => {
                let bytes = range.check(head.size).map_err(|_| not_satisfiable(head))?;
                Ok(Selected { partial: true, bytes, parts: None })
            }
            (None, _) => Ok(Selected { bytes: 0..head.size, partial: false, parts: None }),
        }
    }
}

fn select_part(object: &Snapshot, part: i32) -> S3Result<Selected> {
    let head = &object.head;
    let count = if head.multipart { object.segments.len() } else { 1 };
    let index = usize::try_from(part).ok().and_then(|part| part.checked_sub(1)).filter(|index| *index < count);
    let Some(index) = index else {
        return Err(not_satisfiable(head));
    };
    let start: u64 = object.segments.iter().take(index).map(|segment| segment.size).sum();
    let size = object.segments.get(index).map_or(0, |segment| segment.size);
    // An empty object has no range that could be named.
    Ok(Selected { bytes: start..start + size, partial: size > 0, parts: head.multipart.then_some(count) })
}

fn not_satisfiable(head: &ObjectHead) -> S3Error {
    let mut error = s3_error!(InvalidRange, "The requested range is not satisfiable");
    if let Ok(value) = format!("bytes */{}", head.size).parse() {
        error.set_headers(std::iter::once((s3s::header::CONTENT_RANGE, value)).collect());
    }
    error
}

/// The headers that a GET and a HEAD have in common.
macro_rules! describe {
    ($output:ident, $head:expr, $selected:expr, $checksums:expr) => {{
        let (head, selected): (&ObjectHead, &Selected) = ($head, $selected);
        $output.accept_ranges = Some("bytes".to_owned());
        $output.content_length = Some((selected.bytes.end - selected.bytes.start).cast_signed());
        $output.content_range = selected
            .partial
            .then(|| format!("bytes {}-{}/{}", selected.bytes.start, selected.bytes.end - 1, head.size));
        $output.parts_count = selected.parts.map(wire::count);
        $output.e_tag = Some(wire::etag(head.etag.as_str()));
        $output.last_modified = Some(wire::timestamp(head.modified_ms));
        $output.content_type = Some(head.meta.content_type.clone().unwrap_or_else(|| "binary/octet-stream".to_owned()));
        $output.cache_control = head.meta.cache_control.clone();
        $output.content_disposition = head.meta.content_disposition.clone();
        $output.content_encoding = head.meta.content_encoding.clone();
        $output.content_language = head.meta.content_language.clone();
        $output.expires = wire::expires(&head.meta);
        $output.metadata = wire::metadata(&head.meta);
        // A checksum is that of the whole; a client would compare it with what it got.
        if $checksums && !selected.partial {
            with_checksums!($output, &head.checksums);
            $output.checksum_type = head.checksums.kind();
        }
    }};
}

pub(super) async fn get_object(
    _: &Buckets,
    mut request: S3Request<GetObjectInput>,
) -> S3Result<S3Response<GetObjectOutput>> {
    let tenant = wire::tenant(&request)?;
    let (selection, if_range) = selection!(request);
    let key = request.input.key;
    let object = tenant.run(move |store| Snapshot::take(store, &key)).await?;
    let selected = selection.select(&object, if_range.as_deref())?;
    let mut output = GetObjectOutput::default();
    describe!(output, &object.head, &selected, selection.checksums);
    // The first bytes are read before the answer begins, so that missing ones are an error and not a torn body.
    let mut reader = object.into_reader(selected.bytes);
    let (first, reader) = tokio::task::spawn_blocking(move || reader.next_chunk().map(|first| (first, reader)))
        .await
        .unwrap_or(Err(StoreError::Interrupted))?;
    output.body = Some(into_body(tenant, reader, first));
    Ok(S3Response::new(output))
}

/// `first` and what follows it, as a response's body.
fn into_body(tenant: Arc<Tenant>, reader: Reader, first: Option<Bytes>) -> StreamingBlob {
    let start = (tenant, reader, first);
    StreamingBlob::wrap(futures_util::stream::try_unfold(start, |(tenant, mut reader, first)| async move {
        if let Some(bytes) = first {
            return Ok::<_, StoreError>(Some((bytes, (tenant, reader, None))));
        }
        let (next, reader) = tenant.run(move |_| Ok::<_, StoreError>((reader.next_chunk()?, reader))).await?;
        Ok(next.map(|bytes| (bytes, (tenant, reader, None))))
    }))
}

pub(super) async fn head_object(
    _: &Buckets,
    mut request: S3Request<HeadObjectInput>,
) -> S3Result<S3Response<HeadObjectOutput>> {
    let tenant = wire::tenant(&request)?;
    let (selection, if_range) = selection!(request);
    let key = request.input.key;
    let object = tenant.run(move |store| Snapshot::take(store, &key)).await?;
    let selected = selection.select(&object, if_range.as_deref())?;
    let mut output = HeadObjectOutput::default();
    describe!(output, &object.head, &selected, selection.checksums);
    Ok(S3Response::new(output))
}

pub(super) async fn copy_object(
    buckets: &Buckets,
    mut request: S3Request<CopyObjectInput>,
) -> S3Result<S3Response<CopyObjectOutput>> {
    let tenant = wire::tenant(&request)?;
    let input = &mut request.input;
    let source = buckets.copy_source(&tenant, &input.copy_source)?.to_owned();
    let conditions = source_conditions_of!(*input);
    let meta = new_meta(input)?;
    let wanted = match &input.checksum_algorithm {
        None => None,
        Some(name) => Some(
            Algorithm::named(name.as_str()).ok_or_else(|| s3_error!(InvalidArgument, "Unknown checksum algorithm."))?,
        ),
    };
    let target = std::mem::take(&mut input.key);
    if source == target && meta.is_none() {
        return Err(s3_error!(
            InvalidRequest,
            "This copy request is illegal because it is trying to copy an object to itself without changing its metadata."
        ));
    }
    let (head, modified) = tenant
        .run(move |store| {
            store.copy(&source, &target, meta.as_ref(), |head| {
                conditions.check_source(head)?;
                match wanted {
                    Some(algorithm) if head.checksums.get(algorithm).is_none() => Err(s3_error!(
                        NotImplemented,
                        "A copy keeps the checksums of its source, and this source has no {}.",
                        algorithm.name()
                    )),
                    _ => Ok(()),
                }
            })
        })
        .await?;
    let mut result = CopyObjectResult {
        e_tag: Some(wire::etag(head.etag)),
        last_modified: Some(wire::timestamp(modified)),
        checksum_type: head.checksums.kind(),
        ..Default::default()
    };
    with_checksums!(result, &head.checksums);
    Ok(S3Response::new(CopyObjectOutput { copy_object_result: Some(result), ..Default::default() }))
}

/// The headers that replace those of the source; nothing when those are kept.
fn new_meta(input: &mut CopyObjectInput) -> S3Result<Option<ObjectMeta>> {
    match input.metadata_directive.as_ref().map_or(MetadataDirective::COPY, MetadataDirective::as_str) {
        MetadataDirective::COPY => Ok(None),
        MetadataDirective::REPLACE => Ok(Some(meta_of!(*input)?)),
        _ => Err(s3_error!(InvalidArgument, "Unknown metadata directive.")),
    }
}

pub(super) async fn delete_object(
    _: &Buckets,
    request: S3Request<DeleteObjectInput>,
) -> S3Result<S3Response<DeleteObjectOutput>> {
    let tenant = wire::tenant(&request)?;
    let condition = wire::write_condition(request.input.if_match.as_ref(), None)?;
    let keys = [request.input.key];
    tenant.run(move |store| store.delete(&keys, &condition)).await?;
    Ok(S3Response::new(DeleteObjectOutput::default()))
}

/// All of them in one commit.
pub(super) async fn delete_objects(
    _: &Buckets,
    request: S3Request<DeleteObjectsInput>,
) -> S3Result<S3Response<DeleteObjectsOutput>> {
    let tenant = wire::tenant(&request)?;
    let delete = request.input.delete;
    if delete.objects.is_empty() || delete.objects.len() > 1000 {
        return Err(s3_error!(
            MalformedXML,
            "Between 1 and 1000 keys can be deleted at once, not {}.",
            delete.objects.len()
        ));
    }
    for object in &delete.objects {
        if object.e_tag.is_some() || object.size.is_some() || object.last_modified_time.is_some() {
            return Err(s3_error!(
                NotImplemented,
                "Conditions in DeleteObjects are not implemented by this object storage."
            ));
        }
        if object.version_id.as_deref().is_some_and(|version| version != "null") {
            return Err(s3_error!(InvalidArgument, "This bucket keeps no versions, so VersionId can only be null."));
        }
    }
    let keys: Vec<String> = delete.objects.into_iter().map(|object| object.key).collect();
    let deleted = (delete.quiet != Some(true))
        .then(|| keys.iter().map(|key| DeletedObject { key: Some(key.clone()), ..Default::default() }).collect());
    tenant.run(move |store| store.delete(&keys, &WriteCondition::default())).await?;
    Ok(S3Response::new(DeleteObjectsOutput { deleted, ..Default::default() }))
}
