//! Lists of objects, uploads and parts.

use s3s::dto::{
    CommonPrefix, ListMultipartUploadsInput, ListMultipartUploadsOutput, ListObjectsInput, ListObjectsOutput,
    ListObjectsV2Input, ListObjectsV2Output, ListPartsInput, ListPartsOutput, MultipartUpload, Object,
    ObjectStorageClass, Part, StorageClass,
};
use s3s::{S3Request, S3Response, S3Result, s3_error};

use super::buckets::owner;
use super::wire::{self, KeyCoding, with_checksums};
use super::{Buckets, dto};
use crate::local::services::object_storage::keys;
use crate::local::services::object_storage::store::checksums::Algorithm;
use crate::local::services::object_storage::store::list::{Listed, Page, common_prefix};
use crate::local::services::object_storage::store::uploads::Upload;

fn objects(page: &Page, coding: &KeyCoding, owner_of: Option<&str>) -> Vec<Object> {
    let object = |listed: &Listed| Object {
        key: Some(coding.encode(&listed.key)),
        size: Some(listed.size.cast_signed()),
        e_tag: Some(wire::etag(listed.etag.as_str())),
        last_modified: Some(wire::timestamp(listed.modified_ms)),
        storage_class: Some(ObjectStorageClass::from_static(ObjectStorageClass::STANDARD)),
        owner: owner_of.map(owner),
        ..Default::default()
    };
    page.objects.iter().map(object).collect()
}

fn common_prefixes(prefixes: &[String], coding: &KeyCoding) -> Vec<CommonPrefix> {
    prefixes.iter().map(|prefix| CommonPrefix { prefix: Some(coding.encode(prefix)) }).collect()
}

pub(super) async fn list_objects(
    _: &Buckets,
    request: S3Request<ListObjectsInput>,
) -> S3Result<S3Response<ListObjectsOutput>> {
    let tenant = wire::tenant(&request)?;
    let ListObjectsInput { bucket, prefix, delimiter, marker, max_keys, encoding_type, .. } = request.input;
    let coding = KeyCoding::new(encoding_type.as_ref())?;
    let max = wire::page_size(max_keys, "max-keys")?;
    let (from, by, after) = (prefix.clone().unwrap_or_default(), delimiter.clone(), marker.clone());
    let page = tenant.run(move |store| store.list(&from, by.as_deref(), after.as_deref(), max)).await?;
    Ok(S3Response::new(ListObjectsOutput {
        contents: Some(objects(&page, &coding, Some(&bucket))),
        common_prefixes: Some(common_prefixes(&page.prefixes, &coding)),
        is_truncated: Some(page.next.is_some()),
        // S3 names it only for lists with a delimiter; with the last key it is the same without one.
        next_marker: coding.encode_some(page.next.as_deref()),
        marker: Some(coding.encode(&marker.unwrap_or_default())),
        prefix: Some(coding.encode(&prefix.unwrap_or_default())),
        delimiter: coding.encode_some(delimiter.as_deref()),
        max_keys: Some(wire::count(max)),
        name: Some(bucket),
        encoding_type,
        ..Default::default()
    }))
}

pub(super) async fn list_objects_v2(
    _: &Buckets,
    request: S3Request<ListObjectsV2Input>,
) -> S3Result<S3Response<ListObjectsV2Output>> {
    let tenant = wire::tenant(&request)?;
    let ListObjectsV2Input {
        bucket,
        prefix,
        delimiter,
        start_after,
        continuation_token,
        max_keys,
        encoding_type,
        fetch_owner,
        ..
    } = request.input;
    let coding = KeyCoding::new(encoding_type.as_ref())?;
    let max = wire::page_size(max_keys, "max-keys")?;
    // A token is where the last page ended, so that it means the same after a restart.
    let after = match &continuation_token {
        None => start_after.clone(),
        Some(token) => Some(
            keys::unhex(token)
                .and_then(|bytes| String::from_utf8(bytes).ok())
                .filter(|key| !key.is_empty())
                .ok_or_else(|| s3_error!(InvalidArgument, "The continuation token provided is incorrect"))?,
        ),
    };
    let (from, by) = (prefix.clone().unwrap_or_default(), delimiter.clone());
    let page = tenant.run(move |store| store.list(&from, by.as_deref(), after.as_deref(), max)).await?;
    Ok(S3Response::new(ListObjectsV2Output {
        contents: Some(objects(&page, &coding, (fetch_owner == Some(true)).then_some(&bucket))),
        common_prefixes: Some(common_prefixes(&page.prefixes, &coding)),
        key_count: Some(wire::count(page.objects.len() + page.prefixes.len())),
        is_truncated: Some(page.next.is_some()),
        next_continuation_token: page.next.map(|next| keys::hex(next.as_bytes())),
        continuation_token,
        start_after: coding.encode_some(start_after.as_deref()),
        prefix: Some(coding.encode(&prefix.unwrap_or_default())),
        delimiter: coding.encode_some(delimiter.as_deref()),
        max_keys: Some(wire::count(max)),
        name: Some(bucket),
        encoding_type,
        ..Default::default()
    }))
}

/// One entry of a list of uploads.
enum Entry {
    Upload(Box<Upload>),
    Prefix(String),
}

impl Entry {
    fn marker(&self) -> (&str, &str) {
        match self {
            Self::Upload(upload) => (&upload.key, &upload.id),
            Self::Prefix(prefix) => (prefix, ""),
        }
    }
}

pub(super) async fn list_multipart_uploads(
    _: &Buckets,
    request: S3Request<ListMultipartUploadsInput>,
) -> S3Result<S3Response<ListMultipartUploadsOutput>> {
    let tenant = wire::tenant(&request)?;
    let input = request.input;
    let coding = KeyCoding::new(input.encoding_type.as_ref())?;
    let max = wire::page_size(input.max_uploads, "max-uploads")?;
    let prefix = input.prefix.clone().unwrap_or_default();
    let from = prefix.clone();
    let uploads = tenant.run(move |store| store.uploads(&from)).await?;
    let mut entries: Vec<Entry> = Vec::new();
    for upload in uploads {
        match common_prefix(&upload.key, &prefix, input.delimiter.as_deref()) {
            Some(common) => {
                if !matches!(entries.last(), Some(Entry::Prefix(last)) if last == common) {
                    entries.push(Entry::Prefix(common.to_owned()));
                }
            }
            None => entries.push(Entry::Upload(Box::new(upload))),
        }
    }
    if let Some(key) = &input.key_marker {
        // Without an upload's id the marker stands for all uploads of that key.
        let id = input.upload_id_marker.as_deref().filter(|id| !id.is_empty());
        entries.retain(|entry| match (entry.marker(), id) {
            ((entry_key, entry_id), Some(id)) => (entry_key, entry_id) > (key.as_str(), id),
            ((entry_key, _), None) => entry_key > key.as_str(),
        });
    }
    let truncated = max > 0 && entries.len() > max;
    entries.truncate(max);
    let next = entries.last().filter(|_| truncated).map(Entry::marker);
    let next = next.map(|(key, id)| (coding.encode(key), id.to_owned()));
    let (next_key_marker, next_upload_id_marker) = next.unzip();
    let (mut found, mut prefixes) = (Vec::new(), Vec::new());
    for entry in entries {
        match entry {
            Entry::Upload(upload) => found.push(described(&upload, &coding, &tenant.bucket)),
            Entry::Prefix(prefix) => prefixes.push(prefix),
        }
    }
    Ok(S3Response::new(ListMultipartUploadsOutput {
        uploads: Some(found),
        common_prefixes: Some(common_prefixes(&prefixes, &coding)),
        is_truncated: Some(truncated),
        next_key_marker,
        next_upload_id_marker,
        key_marker: Some(coding.encode(&input.key_marker.unwrap_or_default())),
        upload_id_marker: Some(input.upload_id_marker.unwrap_or_default()),
        prefix: Some(coding.encode(&prefix)),
        delimiter: coding.encode_some(input.delimiter.as_deref()),
        max_uploads: Some(wire::count(max)),
        bucket: Some(input.bucket),
        encoding_type: input.encoding_type,
        ..Default::default()
    }))
}

fn described(upload: &Upload, coding: &KeyCoding, bucket: &str) -> MultipartUpload {
    MultipartUpload {
        key: Some(coding.encode(&upload.key)),
        upload_id: Some(upload.id.clone()),
        initiated: Some(wire::timestamp(upload.initiated_ms)),
        storage_class: Some(StorageClass::from_static(StorageClass::STANDARD)),
        owner: Some(owner(bucket)),
        checksum_algorithm: upload.algorithm.map(|algorithm| dto::ChecksumAlgorithm::from_static(algorithm.name())),
        ..Default::default()
    }
}

pub(super) async fn list_parts(
    _: &Buckets,
    request: S3Request<ListPartsInput>,
) -> S3Result<S3Response<ListPartsOutput>> {
    let tenant = wire::tenant(&request)?;
    let ListPartsInput { bucket, key, upload_id, max_parts, part_number_marker, .. } = request.input;
    let max = wire::page_size(max_parts, "max-parts")?;
    let after = part_number_marker.unwrap_or(0);
    let (id, of) = (upload_id.clone(), key.clone());
    let (upload, mut parts) = tenant.run(move |store| store.parts(&id, &of, after, max.saturating_add(1))).await?;
    let truncated = max > 0 && parts.len() > max;
    parts.truncate(max);
    let next = parts.last().map(|part| part.number);
    let parts = parts.into_iter().map(|part| {
        let mut described = Part {
            part_number: Some(part.number),
            size: Some(part.segment.size.cast_signed()),
            e_tag: Some(wire::etag(part.etag)),
            last_modified: Some(wire::timestamp(part.modified_ms)),
            ..Default::default()
        };
        with_checksums!(described, &part.checksums);
        described
    });
    Ok(S3Response::new(ListPartsOutput {
        parts: Some(parts.collect()),
        is_truncated: Some(truncated),
        next_part_number_marker: Some(next.unwrap_or(after)),
        part_number_marker: Some(after),
        max_parts: Some(wire::count(max)),
        storage_class: Some(StorageClass::from_static(StorageClass::STANDARD)),
        checksum_algorithm: upload.algorithm.map(|algorithm| dto::ChecksumAlgorithm::from_static(algorithm.name())),
        owner: Some(owner(&tenant.bucket)),
        bucket: Some(bucket),
        key: Some(key),
        upload_id: Some(upload_id),
        ..Default::default()
    }))
}
