//! The S3 operations, each over the storage of the tenant that the access check found. What is not here is refused there.

mod buckets;
mod conditions;
mod errors;
mod listing;
mod multipart;
mod objects;
pub(super) mod refuse;
pub(super) mod wire;

use async_trait::async_trait;
use s3s::dto::{self, CopySource};
use s3s::{S3, S3Request, S3Response, S3Result, s3_error};

use super::tenants::{Tenant, Tenants};

/// The one region that there is.
pub(super) const REGION: &str = "us-east-1";

/// All buckets of this platform.
#[derive(Clone, Debug)]
pub(super) struct Buckets {
    pub(super) tenants: Tenants,
}

impl Buckets {
    /// The key that a copy reads from, in the tenant's own bucket.
    fn copy_source<'s>(&self, tenant: &Tenant, source: &'s CopySource) -> S3Result<&'s str> {
        match source {
            CopySource::Bucket { bucket, key, version_id } => {
                self.tenants.check_bucket(tenant, bucket, false)?;
                if version_id.as_deref().is_some_and(|version| version != "null") {
                    return Err(s3_error!(
                        InvalidArgument,
                        "This bucket keeps no versions, so versionId can only be null."
                    ));
                }
                Ok(key)
            }
            _ => Err(s3_error!(NotImplemented, "A copy's source can only be BUCKET/KEY.")),
        }
    }
}

/// Operations that are one call of the function of the same name.
macro_rules! operations {
    ($($module:ident::$name:ident($input:ident) -> $output:ident;)*) => {
        #[async_trait]
        impl S3 for Buckets {
            $(async fn $name(&self, request: S3Request<dto::$input>) -> S3Result<S3Response<dto::$output>> {
                $module::$name(self, request).await
            })*
        }
    };
}

operations! {
    buckets::create_bucket(CreateBucketInput) -> CreateBucketOutput;
    buckets::delete_bucket(DeleteBucketInput) -> DeleteBucketOutput;
    buckets::head_bucket(HeadBucketInput) -> HeadBucketOutput;
    buckets::list_buckets(ListBucketsInput) -> ListBucketsOutput;
    buckets::get_bucket_location(GetBucketLocationInput) -> GetBucketLocationOutput;
    objects::put_object(PutObjectInput) -> PutObjectOutput;
    objects::get_object(GetObjectInput) -> GetObjectOutput;
    objects::head_object(HeadObjectInput) -> HeadObjectOutput;
    objects::copy_object(CopyObjectInput) -> CopyObjectOutput;
    objects::delete_object(DeleteObjectInput) -> DeleteObjectOutput;
    objects::delete_objects(DeleteObjectsInput) -> DeleteObjectsOutput;
    listing::list_objects(ListObjectsInput) -> ListObjectsOutput;
    listing::list_objects_v2(ListObjectsV2Input) -> ListObjectsV2Output;
    listing::list_multipart_uploads(ListMultipartUploadsInput) -> ListMultipartUploadsOutput;
    listing::list_parts(ListPartsInput) -> ListPartsOutput;
    multipart::create_multipart_upload(CreateMultipartUploadInput) -> CreateMultipartUploadOutput;
    multipart::upload_part(UploadPartInput) -> UploadPartOutput;
    multipart::upload_part_copy(UploadPartCopyInput) -> UploadPartCopyOutput;
    multipart::complete_multipart_upload(CompleteMultipartUploadInput) -> CompleteMultipartUploadOutput;
    multipart::abort_multipart_upload(AbortMultipartUploadInput) -> AbortMultipartUploadOutput;
}
