//! Multipart uploads.

use s3s::dto::{
    self, AbortMultipartUploadInput, AbortMultipartUploadOutput, CompleteMultipartUploadInput,
    CompleteMultipartUploadOutput, CopyPartResult, CreateMultipartUploadInput, CreateMultipartUploadOutput,
    UploadPartCopyInput, UploadPartCopyOutput, UploadPartInput, UploadPartOutput,
};
use s3s::{S3Request, S3Response, S3Result, s3_error};

use super::Buckets;
use super::conditions::Conditions;
use super::wire::{self, Incoming, checksums_of, incoming_of, meta_of, source_conditions_of, with_checksums};
use crate::local::services::object_storage::store::blob::NewBlob;
use crate::local::services::object_storage::store::checksums::{Algorithm, Checksums};
use crate::local::services::object_storage::store::read::Snapshot;
use crate::local::services::object_storage::store::record::ObjectMeta;
use crate::local::services::object_storage::store::uploads::{Named, Whole};

pub(super) async fn create_multipart_upload(
    _: &Buckets,
    mut request: S3Request<CreateMultipartUploadInput>,
) -> S3Result<S3Response<CreateMultipartUploadOutput>> {
    let tenant = wire::tenant(&request)?;
    let input = &mut request.input;
    let meta = meta_of!(*input)?;
    let (algorithm, full_object) = checksum_plan(input.checksum_algorithm.as_ref(), input.checksum_type.as_ref())?;
    let key = std::mem::take(&mut input.key);
    let of = key.clone();
    let id = tenant.run(move |store| store.begin_upload(&of, &meta, algorithm, full_object)).await?;
    let kind = if full_object { dto::ChecksumType::FULL_OBJECT } else { dto::ChecksumType::COMPOSITE };
    Ok(S3Response::new(CreateMultipartUploadOutput {
        bucket: Some(tenant.bucket.clone()),
        key: Some(key),
        upload_id: Some(id),
        checksum_algorithm: algorithm.map(|algorithm| dto::ChecksumAlgorithm::from_static(algorithm.name())),
        checksum_type: algorithm.map(|_| dto::ChecksumType::from_static(kind)),
        ..Default::default()
    }))
}

/// Which checksum the parts have, and whether theirs become that of the whole.
fn checksum_plan(
    algorithm: Option<&dto::ChecksumAlgorithm>,
    kind: Option<&dto::ChecksumType>,
) -> S3Result<(Option<Algorithm>, bool)> {
    let Some(name) = algorithm else { return Ok((None, false)) };
    let Some(algorithm) = Algorithm::named(name.as_str()) else {
        return Err(s3_error!(InvalidArgument, "Unknown checksum algorithm."));
    };
    let full_object = match kind.map(dto::ChecksumType::as_str) {
        None => algorithm == Algorithm::Crc64nvme,
        Some(kind) => kind == dto::ChecksumType::FULL_OBJECT,
    };
    if full_object && !algorithm.combines() || !full_object && algorithm == Algorithm::Crc64nvme {
        return Err(s3_error!(InvalidRequest, "{} can't be used with this checksum type.", algorithm.name()));
    }
    Ok((Some(algorithm), full_object))
}

fn check_part_number(number: i32) -> S3Result<()> {
    if (1..=10_000).contains(&number) {
        return Ok(());
    }
    Err(s3_error!(InvalidArgument, "Part number must be an integer between 1 and 10000, inclusive"))
}

pub(super) async fn upload_part(
    _: &Buckets,
    mut request: S3Request<UploadPartInput>,
) -> S3Result<S3Response<UploadPartOutput>> {
    let tenant = wire::tenant(&request)?;
    let input = &mut request.input;
    let number = input.part_number;
    check_part_number(number)?;
    let (id, key) = (std::mem::take(&mut input.upload_id), std::mem::take(&mut input.key));
    let (of, at) = (id.clone(), key.clone());
    // Before the bytes are taken in; again when they are added.
    let upload = tenant.run(move |store| store.upload(&of, &at)).await?;
    let incoming = incoming_of!(request, upload.algorithm);
    let trailer = request.headers.get(wire::TRAILER).and_then(|value| value.to_str().ok());
    let blob = incoming.receive(&tenant, trailer).await?;
    let (etag, checksums) = (blob.etag(), blob.checksums.clone());
    let kept = checksums.clone();
    tenant.run(move |store| store.put_part(&id, &key, number, blob, &kept)).await?;
    let mut output = UploadPartOutput { e_tag: Some(wire::etag(etag)), ..Default::default() };
    with_checksums!(output, &checksums);
    Ok(S3Response::new(output))
}

pub(super) async fn upload_part_copy(
    buckets: &Buckets,
    mut request: S3Request<UploadPartCopyInput>,
) -> S3Result<S3Response<UploadPartCopyOutput>> {
    let tenant = wire::tenant(&request)?;
    let input = &mut request.input;
    let number = input.part_number;
    check_part_number(number)?;
    let source = buckets.copy_source(&tenant, &input.copy_source)?.to_owned();
    let (id, key) = (std::mem::take(&mut input.upload_id), std::mem::take(&mut input.key));
    let conditions = source_conditions_of!(*input);
    let range = match input.copy_source_range.as_deref().map(dto::Range::parse) {
        None => None,
        Some(Ok(range @ dto::Range::Int { last: Some(_), .. })) => Some(range),
        Some(_) => return Err(s3_error!(InvalidArgument, "x-amz-copy-source-range must be bytes=FIRST-LAST.")),
    };
    let (of, at) = (id.clone(), key.clone());
    let upload = tenant.run(move |store| store.upload(&of, &at)).await?;
    let object = tenant.run(move |store| Snapshot::take(store, &source)).await?;
    conditions.check_source(&object.head)?;
    let size = object.head.size;
    let bytes = match range {
        None => 0..size,
        Some(dto::Range::Int { last: Some(last), .. }) if last >= size => {
            return Err(s3_error!(InvalidRange, "The source has {size} bytes; the range ends beyond them."));
        }
        Some(range) => range.check(size)?,
    };
    let blob = tenant
        .run(move |store| {
            let mut blob = NewBlob::begin(store, upload.algorithm)?;
            let mut reader = object.into_reader(bytes);
            while let Some(chunk) = reader.next_chunk()? {
                blob.write(&chunk)?;
            }
            blob.finish()
        })
        .await?;
    let (etag, checksums) = (blob.etag(), blob.checksums.clone());
    let kept = checksums.clone();
    let modified = tenant.run(move |store| store.put_part(&id, &key, number, blob, &kept)).await?;
    let mut result = CopyPartResult {
        e_tag: Some(wire::etag(etag)),
        last_modified: Some(wire::timestamp(modified)),
        ..Default::default()
    };
    with_checksums!(result, &checksums);
    Ok(S3Response::new(UploadPartCopyOutput { copy_part_result: Some(result), ..Default::default() }))
}

pub(super) async fn complete_multipart_upload(
    _: &Buckets,
    mut request: S3Request<CompleteMultipartUploadInput>,
) -> S3Result<S3Response<CompleteMultipartUploadOutput>> {
    let tenant = wire::tenant(&request)?;
    let input = &mut request.input;
    let condition = wire::write_condition(input.if_match.as_ref(), input.if_none_match.as_ref())?;
    let whole = Whole { size: input.mpu_object_size, checksums: checksums_of!(*input), condition };
    let parts = input.multipart_upload.take().and_then(|list| list.parts).unwrap_or_default();
    if parts.is_empty() {
        return Err(s3_error!(MalformedXML, "The request names no parts."));
    }
    let named: Vec<Named> = parts
        .into_iter()
        .map(|part| Named {
            number: part.part_number.unwrap_or_default(),
            checksums: checksums_of!(part),
            etag: part.e_tag.map(dto::ETag::into_value),
        })
        .collect();
    let (id, key) = (std::mem::take(&mut input.upload_id), std::mem::take(&mut input.key));
    let of = key.clone();
    let (etag, checksums) = tenant.run(move |store| store.complete_upload(&id, &of, &named, &whole)).await?;
    let mut output = CompleteMultipartUploadOutput {
        bucket: Some(tenant.bucket.clone()),
        location: Some(format!("/{}/{key}", tenant.bucket)),
        key: Some(key),
        e_tag: Some(wire::etag(etag)),
        ..Default::default()
    };
    with_checksums!(output, &checksums);
    output.checksum_type = checksums.kind();
    Ok(S3Response::new(output))
}

pub(super) async fn abort_multipart_upload(
    _: &Buckets,
    request: S3Request<AbortMultipartUploadInput>,
) -> S3Result<S3Response<AbortMultipartUploadOutput>> {
    let tenant = wire::tenant(&request)?;
    let AbortMultipartUploadInput { upload_id, key, .. } = request.input;
    tenant.run(move |store| store.abort_upload(&upload_id, &key)).await?;
    Ok(S3Response::new(AbortMultipartUploadOutput::default()))
}
