//! What a new platform holds: a team, two apps, and one bucket, so that the first screen shows something that works.

use std::sync::Arc;

use rusqlite::Transaction;

use super::Engine;
use super::refusal::Refusal;
use super::rules::{self, NewAddon, NewApp, Write};
use super::services::Services;
use crate::local::db::{DbError, apps, meta, set_meta};

/// The note that a platform was filled once; one whose state was rebuilt is not filled again.
pub const SEEDED: &str = "seeded";

impl Engine {
    /// Fills a new platform, once in its life and all or nothing.
    pub(super) async fn seed(&self) -> Result<(), DbError> {
        let services = Arc::clone(&self.services);
        let job = move |state: &Transaction<'_>| seed(state, &services);
        self.db.write::<_, Refusal, _>(job).await.map_err(|refusal| DbError::Other(refusal.message))
    }
}

fn seed(state: &Transaction<'_>, services: &Services) -> Result<(), Refusal> {
    if meta(state, SEEDED)?.is_some() {
        return Ok(());
    }
    let by = "attache";
    apps::insert_team(state, "sandbox")?;
    for name in ["storefront", "billing"] {
        rules::apply(state, services, &Write::CreateApp(NewApp { name: name.to_owned(), team: None }), by)?;
    }
    let bucket = NewAddon {
        name: Some("uploads".to_owned()),
        team: None,
        service: "object-storage".to_owned(),
        plan: None,
        app: Some("storefront".to_owned()),
        alias: None,
    };
    match rules::apply(state, services, &Write::CreateAddon(bucket), by) {
        // A platform without buckets starts all the same; its catalog says why they can't be had.
        Ok(_) => {}
        Err(refusal) if matches!(refusal.code, "service_unavailable_here" | "unknown_service") => {}
        Err(refusal) => return Err(refusal),
    }
    set_meta(state, SEEDED, &crate::local::db::now())?;
    Ok(())
}
