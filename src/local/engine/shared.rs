//! Services that listen once for all of their add-ons.

use rusqlite::Transaction;

use super::Engine;
use super::drive::note_new_address;
use crate::local::db::{DbError, addons, ports};
use crate::local::services::Availability;

/// How many other ports are tried before giving up.
const ATTEMPTS: usize = 20;

impl Engine {
    /// Opens every service that can be had. One that can't be opened is unavailable, with the reason; the others go on.
    pub(super) async fn open_services(&self) -> Result<(), DbError> {
        for (_, driver) in self.services.entries() {
            let service = driver.service();
            if matches!(driver.availability(), Availability::Missing(_)) {
                continue;
            }
            let mut port = if driver.shares_port() { self.shared_port(service).await? } else { 0 };
            for attempt in 1.. {
                match driver.open(port).await {
                    Ok(()) => break,
                    Err(error) if error.port_taken && driver.shares_port() && attempt < ATTEMPTS => {
                        tracing::warn!(service, port, "{}", error.message);
                        port = self.move_shared_port(service, port).await?;
                    }
                    Err(error) => {
                        tracing::error!(service, "{}", error.message);
                        self.services.set_closed(service, error.message);
                        break;
                    }
                }
            }
        }
        Ok(())
    }

    async fn shared_port(&self, service: &'static str) -> Result<u16, DbError> {
        self.db
            .write(move |state| match ports::of_owner(state, service)? {
                Some(port) => Ok(port),
                None => ports::allocate(state, service),
            })
            .await
    }

    async fn move_shared_port(&self, service: &'static str, old: u16) -> Result<u16, DbError> {
        let job = move |state: &Transaction<'_>| {
            let port = ports::allocate(state, service)?;
            for row in addons::all(state)?.iter().filter(|row| row.service == service && row.provisioned) {
                note_new_address(state, row, old, port)?;
            }
            Ok::<_, DbError>(port)
        };
        self.db.write(job).await
    }
}
