//! Copying an app's database into an archive of `pg_dump`.

use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::SecretString;

use super::archive::rows_of;
use super::cluster::Cluster;
use super::config::READER;
use super::roles;
use super::sql::{self, as_admin, limited};
use super::tool::{self, DUMP, PassFile};
use crate::local::services::{StepError, Tally};
use crate::local::supervisor;
use crate::model::{Progress, size};

/// How long a copy waits for an app that holds a table for itself. While it waits, everybody else waits behind it.
const LOCK_LIMIT: &str = "--lock-wait-timeout=120s";

/// How often the file's size is told.
const TELL_EVERY: Duration = Duration::from_millis(200);

/// Tables of which `pg_dump` copies rows.
const COUNT_TABLES: &str = "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
    WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' \
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')";

/// Writes a copy to `file`, and removes it again when it does not get whole.
pub(super) async fn copy(cluster: &Cluster<'_>, file: &Path, progress: &Tally) -> Result<String, StepError> {
    let instance = cluster.instance;
    let dump = tool::beside(&cluster.program()?, DUMP)?;
    let folder = file.parent().unwrap_or(Path::new("/"));
    end_tools(cluster.folder(), folder).await?;
    let part = Part::make(file)?;
    progress.tell(|told| *told = Progress::default());

    let (admin, password) = limited("to prepare a copy", async {
        let admin = as_admin(cluster).await?;
        let password = roles::open_reader(cluster, &admin).await?;
        Ok((admin, password))
    })
    .await?;
    let pass = PassFile::new(cluster, DUMP, &password)?;
    let mut command = tool::command(cluster, &dump, READER, &pass);
    // Fast compression: at the tool's own default a copy takes three times as long and is 3 % smaller.
    command.args(["--compress=1", LOCK_LIMIT, "--file"]).arg(&part.path);

    let started = |line: &str| {
        if line.starts_with("pg_dump: dumping contents of table ") {
            progress.tell(|told| told.done = Some(told.done.map_or(0, |done| done + 1)));
        }
    };
    let ended = tokio::select! {
        ended = tool::run(DUMP, command, started, |_| {}) => ended,
        never = follow(cluster, &password, &part.path, progress) => match never {},
    };
    drop(pass);
    // Whether or not the copy went well; without it the password is unknown to anybody, and replaced before the next one.
    let closed = limited("to end the copy", roles::close_reader(&admin)).await;
    ended.map_err(|error| explain(error, &instance.name))?;
    closed?;

    let bytes = fs::metadata(&part.path).map_err(|error| supervisor::unwritable(file, &error))?.len();
    let tables = progress.now().done.map_or(0, |done| done + 1);
    progress.tell(|told| {
        told.bytes = Some(bytes);
        told.done = Some(tables);
        told.total = Some(tables);
        told.unit = Some("tables".to_owned());
    });
    part.keep();
    Ok(format!("{} with {}, by pg_dump {}.", size(bytes), rows_of(tables), dump.version))
}

/// Ends the tools that an earlier process of ours left: those that work in the add-on's folder, and those that write among its
/// copies. A `pg_restore` that somebody has given one of the copies to is not ours.
pub(super) async fn end_tools(addon: &Path, backups: &Path) -> Result<(), StepError> {
    tool::end_leftovers(&[DUMP, tool::RESTORE], addon).await?;
    tool::end_leftovers(&[DUMP], backups).await?;
    tool::remove_pass_files(addon);
    Ok(())
}

/// Tells how large the file is, and how many tables there are, for as long as it is asked to.
async fn follow(
    cluster: &Cluster<'_>,
    password: &SecretString,
    file: &Path,
    progress: &Tally,
) -> std::convert::Infallible {
    let counted = limited("to count the tables", async {
        let reader = sql::connect(cluster, READER, password, &cluster.instance.settings.database).await?;
        sql::counted(reader.query_one(COUNT_TABLES, &[]).await?.try_get(0)?)
    })
    .await;
    // A total that is not known is not told; the copy goes on.
    if let Ok(total) = counted {
        progress.tell(|told| {
            told.total = Some(total);
            told.unit = Some("tables".to_owned());
        });
    }
    let mut look = tokio::time::interval(TELL_EVERY);
    loop {
        look.tick().await;
        if let Ok(metadata) = fs::metadata(file) {
            progress.tell(|told| told.bytes = Some(metadata.len()));
        }
    }
}

/// A file that is removed again unless it is kept.
struct Part {
    path: PathBuf,
    is_kept: bool,
}

impl Part {
    /// Makes it, empty, for its owner alone. What a crash has left there goes.
    fn make(path: &Path) -> Result<Self, StepError> {
        let unwritable = |error: io::Error| supervisor::unwritable(path, &error);
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(unwritable(error)),
            _ => {}
        }
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(unwritable)?;
        // As the kernel names it, by which a tool that writes it is found again.
        let path = path.canonicalize().map_err(unwritable)?;
        Ok(Self { path, is_kept: false })
    }

    fn keep(mut self) {
        self.is_kept = true;
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if !self.is_kept {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Says in our words what keeps a copy from being made.
fn explain(error: StepError, addon: &str) -> StepError {
    let message = if error.message.contains("No space left on device") {
        format!("The disk got full while {addon} was copied; the copy was removed. Free some space and try again.")
    } else if error.message.contains("canceling statement due to lock timeout") {
        format!(
            "An app holds a table of {addon} for itself for two minutes already, so no copy could be made. Try again when it has done."
        )
    } else if error.message.contains("out of shared memory") {
        format!("{addon} has too many tables for one copy: PostgreSQL could not lock them all at once.")
    } else {
        error.message
    };
    StepError { message, ..error }
}
