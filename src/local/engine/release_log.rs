//! Tells add-ons of the releases of their apps.
//!
//! A release is noted for them in the transaction that makes it, and forgotten after they have been told. So none is lost;
//! and a driver that is told one twice, after a crash in between, knows it by its last lines.

use super::Engine;
use crate::local::db::addons::{self, AddonState};
use crate::local::db::{DbError, release_notices};

impl Engine {
    /// Tells what there is to be told: after each write, and at each look for what could not be told then.
    pub(super) async fn tell_releases(&self) {
        // One at a time: what two told at once would be told twice.
        let _one = self.telling.lock().await;
        if let Err(error) = self.tell_all().await {
            tracing::error!("{error}");
        }
    }

    async fn tell_all(&self) -> Result<(), DbError> {
        for id in self.db.read(release_notices::addons).await? {
            loop {
                let of = id.clone();
                let read = self.db.read(move |state| {
                    Ok::<_, DbError>((addons::find(state, &of)?, release_notices::next(state, &of)?))
                });
                let (row, (releases, last)) = read.await?;
                let Some(row) = row.filter(|row| row.state == AddonState::Ready && !releases.is_empty()) else { break };
                let Some(driver) = self.services.driver(&row.service) else { break };
                if let Err(error) = driver.released(&self.services.instance(&row), &releases).await {
                    tracing::warn!(addon = row.name, "{}", error.message);
                    break;
                }
                let of = id.clone();
                self.db.write(move |state| release_notices::forget(state, &of, last)).await?;
            }
        }
        Ok(())
    }
}
