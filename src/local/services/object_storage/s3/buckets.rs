//! Operations on the bucket itself.

use s3s::dto::{
    Bucket, CreateBucketInput, CreateBucketOutput, DeleteBucketInput, DeleteBucketOutput, GetBucketLocationInput,
    GetBucketLocationOutput, HeadBucketInput, HeadBucketOutput, ListBucketsInput, ListBucketsOutput, Owner,
};
use s3s::{S3Request, S3Response, S3Result, s3_error};

use super::{Buckets, REGION, wire};
use crate::local::services::object_storage::store::{Store, StoreError};

/// Makes the tenant's bucket again after its key deleted it.
pub(super) async fn create_bucket(
    _: &Buckets,
    request: S3Request<CreateBucketInput>,
) -> S3Result<S3Response<CreateBucketOutput>> {
    let tenant = wire::tenant(&request)?;
    let input = request.input;
    let region = input.create_bucket_configuration.as_ref().and_then(|config| config.location_constraint.as_ref());
    if region.is_some_and(|region| !matches!(region.as_str(), "" | REGION)) {
        return Err(s3_error!(IllegalLocationConstraintException, "The only region here is {REGION}."));
    }
    if input.object_lock_enabled_for_bucket == Some(true) {
        return Err(s3_error!(NotImplemented, "Object lock is not implemented by this object storage."));
    }
    tenant.run(|store| store.create_bucket()).await?;
    Ok(S3Response::new(CreateBucketOutput { location: Some(format!("/{}", input.bucket)) }))
}

pub(super) async fn delete_bucket(
    _: &Buckets,
    request: S3Request<DeleteBucketInput>,
) -> S3Result<S3Response<DeleteBucketOutput>> {
    wire::tenant(&request)?.run(|store| store.delete_bucket()).await?;
    Ok(S3Response::new(DeleteBucketOutput::default()))
}

pub(super) async fn head_bucket(
    _: &Buckets,
    request: S3Request<HeadBucketInput>,
) -> S3Result<S3Response<HeadBucketOutput>> {
    wire::tenant(&request)?.run(|store| store.bucket_created_ms()).await?;
    let region = REGION.parse().ok();
    Ok(S3Response::new(HeadBucketOutput { bucket_region: region, ..Default::default() }))
}

/// The one bucket that the key opens.
pub(super) async fn list_buckets(
    _: &Buckets,
    request: S3Request<ListBucketsInput>,
) -> S3Result<S3Response<ListBucketsOutput>> {
    let tenant = wire::tenant(&request)?;
    let created = match tenant.run(|store: &std::sync::Arc<Store>| store.bucket_created_ms()).await {
        Ok(created) => Some(created),
        Err(StoreError::NoBucket) => None,
        Err(error) => return Err(error.into()),
    };
    let prefix = request.input.prefix;
    let wanted = prefix.as_ref().is_none_or(|prefix| tenant.bucket.starts_with(prefix.as_str()))
        && request.input.bucket_region.as_ref().is_none_or(|region| region.as_str() == REGION);
    let buckets = created.filter(|_| wanted).map(|created| Bucket {
        name: Some(tenant.bucket.clone()),
        creation_date: Some(wire::timestamp(created)),
        bucket_region: Some(REGION.into()),
    });
    Ok(S3Response::new(ListBucketsOutput {
        buckets: Some(buckets.into_iter().collect()),
        owner: Some(owner(&tenant.bucket)),
        prefix,
        ..Default::default()
    }))
}

pub(super) async fn get_bucket_location(
    _: &Buckets,
    request: S3Request<GetBucketLocationInput>,
) -> S3Result<S3Response<GetBucketLocationOutput>> {
    wire::tenant(&request)?.run(|store| store.bucket_created_ms()).await?;
    // S3 names every region here but this one, which is the empty word.
    Ok(S3Response::new(GetBucketLocationOutput::default()))
}

/// Who owns a bucket: there are no accounts, so the bucket stands for its own.
pub(super) fn owner(bucket: &str) -> Owner {
    Owner { display_name: Some(bucket.to_owned()), id: Some(bucket.to_owned()) }
}
