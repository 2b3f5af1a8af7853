//! Which key opens which bucket.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use s3s::access::{S3Access, S3AccessContext};
use s3s::auth::{S3Auth, SecretKey};
use s3s::{S3Result, s3_error};
use secrecy::{ExposeSecret as _, SecretString};

use super::s3::refuse;
use super::store::{Store, StoreError};
use crate::local::services::Settings;

/// One add-on: a bucket and the one key pair that opens it.
#[derive(Debug)]
pub(super) struct Tenant {
    pub(super) bucket: String,
    pub(super) access_key: String,
    pub(super) secret_key: SecretString,
    pub(super) store: Arc<Store>,
    /// Files that were missing when the storage was opened.
    pub(super) lost: usize,
    /// False once the secret key is another one: requests that came in with the old one get no further.
    gate: RwLock<bool>,
}

impl Tenant {
    pub(super) fn new(settings: &Settings, store: Arc<Store>, lost: usize) -> Self {
        Self {
            bucket: settings.database.clone(),
            access_key: settings.user.clone(),
            secret_key: settings.password.clone(),
            store,
            lost,
            gate: RwLock::new(true),
        }
    }

    /// Runs a storage operation on a thread that may block.
    pub(super) async fn run<T: Send + 'static, E: From<StoreError> + Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Arc<Store>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        let tenant = Arc::clone(self);
        let allowed = move || {
            // Held while it is done: when the gate has closed, nothing of before is still being done.
            let gate = tenant.gate.read().unwrap_or_else(PoisonError::into_inner);
            if *gate { work(&tenant.store) } else { Err(StoreError::Revoked.into()) }
        };
        tokio::task::spawn_blocking(allowed).await.unwrap_or_else(|_| Err(StoreError::Interrupted.into()))
    }

    /// Ends what came in with this key pair, and waits for what is just being done to the storage.
    fn revoke(&self) {
        *self.gate.write().unwrap_or_else(PoisonError::into_inner) = false;
    }
}

/// All add-ons that are being served, by access key.
#[derive(Clone, Debug, Default)]
pub(super) struct Tenants(Arc<RwLock<HashMap<String, Arc<Tenant>>>>);

impl Tenants {
    /// The one that an access key belongs to.
    pub(super) fn by_access_key(&self, access_key: &str) -> Option<Arc<Tenant>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(access_key).cloned()
    }

    /// Whether some add-on has this bucket.
    fn has_bucket(&self, bucket: &str) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).values().any(|tenant| tenant.bucket == bucket)
    }

    /// Serves an add-on from now on.
    pub(super) fn add(&self, tenant: Tenant) {
        let mut tenants = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(earlier) = tenants.insert(tenant.access_key.clone(), Arc::new(tenant)) {
            earlier.store.close();
        }
    }

    /// Gives an add-on that is being served another secret key: the old one is dead when this returns. False when it is not
    /// being served. Blocks.
    pub(super) fn rekey(&self, settings: &Settings) -> bool {
        let mut tenants = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let Some(old) = tenants.get(&settings.user).cloned() else { return false };
        let new = Tenant::new(settings, Arc::clone(&old.store), old.lost);
        tenants.insert(settings.user.clone(), Arc::new(new));
        drop(tenants);
        old.revoke();
        true
    }

    /// Ends an add-on's service: its keys are dead at once, and nothing more is written to its folder.
    pub(super) fn remove(&self, access_key: &str) {
        let removed = self.0.write().unwrap_or_else(PoisonError::into_inner).remove(access_key);
        if let Some(tenant) = removed {
            tenant.store.close();
        }
    }

    /// Ends all service.
    pub(super) fn clear(&self) {
        let all = std::mem::take(&mut *self.0.write().unwrap_or_else(PoisonError::into_inner));
        all.into_values().for_each(|tenant| tenant.store.close());
    }
}

#[async_trait]
impl S3Auth for Tenants {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        match self.by_access_key(access_key) {
            Some(tenant) => Ok(SecretKey::from(tenant.secret_key.expose_secret())),
            None => Err(s3_error!(InvalidAccessKeyId, "The access key that you provided does not exist here.")),
        }
    }
}

/// Runs after the signature was checked and before anything of the request is acted upon.
#[async_trait]
impl S3Access for Tenants {
    async fn check(&self, cx: &mut S3AccessContext<'_>) -> S3Result<()> {
        let Some(tenant) = cx.credentials().and_then(|credentials| self.by_access_key(&credentials.access_key)) else {
            return Err(s3_error!(AccessDenied, "Requests must be signed: anonymous access is not possible here."));
        };
        refuse::unsupported(cx)?;
        if let Some(bucket) = cx.s3_path().get_bucket_name() {
            self.check_bucket(&tenant, bucket, cx.s3_op().name() == "CreateBucket")?;
        }
        cx.extensions_mut().insert(tenant);
        Ok(())
    }
}

impl Tenants {
    /// Lets a key into its own bucket and no other.
    pub(super) fn check_bucket(&self, tenant: &Tenant, bucket: &str, create: bool) -> S3Result<()> {
        if bucket == tenant.bucket {
            return Ok(());
        }
        if create {
            return Err(s3_error!(
                AccessDenied,
                "This key pair opens one bucket, {}, and can't create others. Create another add-on for another bucket.",
                tenant.bucket
            ));
        }
        if self.has_bucket(bucket) {
            return Err(s3_error!(AccessDenied, "This key pair opens the bucket {} only.", tenant.bucket));
        }
        Err(s3_error!(NoSuchBucket, "The specified bucket does not exist; this key pair opens {}.", tenant.bucket))
    }
}
