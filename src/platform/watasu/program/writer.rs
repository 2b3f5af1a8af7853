//! The door's far side: the program is started once for a command, and what became of that is for a reading to tell. How it
//! ended proves nothing: it may fail after it was done, and end well before.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;

use async_trait::async_trait;

use super::argv::argv;
use super::ask::{cannot_start, how};
use super::said::{in_its_words, last_sentence};
use super::{NAME, Program};
use crate::model::Command;
use crate::platform::{ReadError, ReadErrorKind, Receipt, Record, SubmitError, Writer};

/// The file in the operation's folder that has what the program printed.
const OUTPUT: &str = "watasu-output.txt";

/// Writes through the program.
pub(in crate::platform::watasu) struct ProgramWriter {
    pub(in crate::platform::watasu) program: Arc<Program>,
    /// Whether words are sent that no text of Watasu shows.
    pub(in crate::platform::watasu) undocumented: bool,
}

#[async_trait]
impl Writer for ProgramWriter {
    async fn submit(&self, _command: &Command, _idempotency_key: &str) -> Result<Receipt, SubmitError> {
        Err(not_sent("A program that can't be found again is not started."))
    }

    async fn submit_recorded(
        &self,
        command: &Command,
        _idempotency_key: &str,
        record: &dyn Record,
    ) -> Result<Receipt, SubmitError> {
        let argv = argv(command, self.undocumented).map_err(not_sent)?;
        let path = self.program.path().map_err(not_sent)?;
        let folder = record.folder().map_err(not_sent)?;
        let output = folder.join(OUTPUT);
        let printed = outputs(&output)
            .map_err(|error| not_sent(format!("The file {} can't be made ({error}).", output.display())))?;
        // Where it stands there is no file that it could take for a backup, and no Git remote that names an app.
        let mut child = self
            .program
            .start(&path, argv.words(), &folder, printed)
            .map_err(|error| not_sent(cannot_start(&path, &error)))?;
        if let Some(pid) = child.id()
            && let Err(error) = record.started(pid, &output)
        {
            // It is under way all the same; only after our own end nobody will find it again.
            tracing::error!(%error, pid, "the program that carries out a command could not be put on record");
        }
        let note = |sentence: &str| {
            if let Err(error) = record.progress(sentence) {
                tracing::warn!(%error, "what a program does could not be put on record");
            }
        };
        match tokio::time::timeout(self.program.settings.write_overall, child.wait()).await {
            Ok(Ok(status)) if status.success() => {
                note("the program watasu ended well; whether it was done is read");
            }
            Ok(Ok(status)) => {
                let said = last_sentence(&output, &self.program.cleaner);
                let message = format!(
                    "The program watasu ended with {}, which does not tell whether it was done.{}",
                    how(status),
                    in_its_words(said)
                );
                return Err(SubmitError::Unknown(ReadError::new(ReadErrorKind::CutOff, message)));
            }
            Ok(Err(error)) => note(&format!("how the program watasu ended can't be told ({error})")),
            Err(_) => note("the program watasu takes its time, and is followed from now on"),
        }
        Ok(Receipt { addon_id: command.addon_id().map(str::to_owned), is_under_way: true, ..Receipt::default() })
    }
}

/// One file for both of its outputs, for nobody else to read.
fn outputs(path: &Path) -> std::io::Result<(Stdio, Stdio)> {
    let file: File = OpenOptions::new().append(true).create_new(true).mode(0o600).open(path)?;
    Ok((file.try_clone()?.into(), file.into()))
}

fn not_sent(why: impl AsRef<str>) -> SubmitError {
    SubmitError::NotSent(ReadError::unsupported(&format!("{} Nothing was sent to {NAME}.", why.as_ref())))
}
