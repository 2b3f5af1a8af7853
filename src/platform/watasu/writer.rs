//! Writes: the program's, with what has to be remembered of them.

use std::sync::Arc;

use async_trait::async_trait;

use super::memory::Memory;
use super::program::ProgramWriter;
use crate::model::Command;
use crate::platform::{Receipt, Record, SubmitError, Writer};

/// The program as a writer. What it makes under a name of ours is attached to nothing, so no list will ever have it: the name
/// is kept before anything is sent, lest it be lost sight of while it costs.
pub(super) struct WatasuWriter {
    pub(super) program: ProgramWriter,
    pub(super) memory: Arc<Memory>,
}

#[async_trait]
impl Writer for WatasuWriter {
    async fn submit(&self, command: &Command, idempotency_key: &str) -> Result<Receipt, SubmitError> {
        self.program.submit(command, idempotency_key).await
    }

    async fn submit_recorded(
        &self,
        command: &Command,
        idempotency_key: &str,
        record: &dyn Record,
    ) -> Result<Receipt, SubmitError> {
        match command {
            Command::Restore(restore) => self.memory.note_name(&restore.name),
            Command::CreateAddon(create) if !create.name.is_empty() => self.memory.note_name(&create.name),
            _ => {}
        }
        self.program.submit_recorded(command, idempotency_key, record).await
    }
}
