//! Filling a new add-on from an archive, as its own unprivileged role.

use std::path::Path;
use std::time::Duration;

use tokio_postgres::Client;

use super::cluster::Cluster;
use super::sql::{as_admin, as_app, database_size, limited, patiently, quoted};
use super::tool::{self, PassFile, RESTORE};
use super::{archive, roles, usage};
use crate::local::programs::Program;
use crate::local::services::{StepError, Tally, secrets};
use crate::model::{Progress, size};

/// How often the size of the database is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// Puts what is in an archive in place of all that the add-on's database holds.
///
/// An archive may come from anybody, and whatever is written in it runs: as the add-on's role, which may do nothing outside
/// its own database. Meanwhile that role has a password that nobody is told, so that neither an app nor what a crash has left
/// of an earlier try can be in the way.
pub(super) async fn load(cluster: &Cluster<'_>, file: &Path, progress: &Tally) -> Result<String, StepError> {
    let settings = &cluster.instance.settings;
    let restore = tool::beside(&cluster.program()?, RESTORE)?;
    tool::end_leftovers(&[RESTORE], cluster.folder()).await?;
    let contents = archive::contents(&restore, file).await?;
    progress.tell(|told| {
        *told = Progress { total: Some(contents.tables), unit: Some("tables".to_owned()), ..Progress::default() };
    });

    let password = secrets::password();
    let admin = limited("to prepare the restore", async {
        let admin = as_admin(cluster).await?;
        roles::let_in(cluster, &admin, &password).await?;
        Ok(admin)
    })
    .await?;
    roles::end_sessions(cluster).await?;
    patiently("to empty the database", async {
        roles::drop_database(cluster, &admin).await?;
        roles::make_database(cluster, &admin).await
    })
    .await?;

    let pass = PassFile::new(cluster, RESTORE, &password)?;
    let mut command = tool::command(cluster, &restore, &settings.user, &pass);
    command.args(["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]);
    command.stdin(archive::open(file)?);
    let started = |line: &str| {
        if line.starts_with("pg_restore: processing data for table ") {
            progress.tell(|told| told.done = Some(told.done.map_or(0, |done| done + 1)));
        }
    };
    let loaded = tokio::select! {
        loaded = tool::run(RESTORE, command, started, |_| {}) => loaded.map_err(explain),
        // With it the tool is dropped, and killed.
        too_much = watch(cluster, &admin, progress) => Err(too_much),
    };
    drop(pass);
    let closed = close(cluster).await;
    // Where both have failed, this is the reason.
    loaded?;
    closed?;

    let bytes = limited("to measure the database", database_size(&admin, &settings.database)).await?;
    usage::check_storage(&cluster.instance.plan, bytes, "the data of the backup")?;
    progress.tell(|told| {
        told.bytes = Some(bytes);
        told.done = Some(contents.tables);
    });
    let settings = restore_settings(cluster, &restore, file).await?;
    Ok(format!("Loaded {}{settings}: the database takes {}.", archive::rows_of(contents.tables), size(bytes)))
}

/// Ends what the archive may have left at work, and lets the app in again. Whatever the archive has made of its role's
/// password: from here on it is the one in the settings.
async fn close(cluster: &Cluster<'_>) -> Result<(), StepError> {
    roles::end_sessions(cluster).await?;
    roles::create_role(cluster).await?;
    Ok(())
}

/// Gives the database the settings that the archive's own had, as far as its role may; tells how many.
async fn restore_settings(cluster: &Cluster<'_>, restore: &Program, file: &Path) -> Result<String, StepError> {
    let settings = archive::settings(restore, file).await?;
    if settings.is_empty() {
        return Ok(String::new());
    }
    let database = quoted(&cluster.instance.settings.database);
    limited("to set the database up", async {
        let app = as_app(cluster).await?;
        let mut done = 0;
        for setting in &settings {
            // What only a superuser may set, elsewhere, is no reason to go without the data.
            done += usize::from(app.batch_execute(&format!("ALTER DATABASE {database} {setting}")).await.is_ok());
        }
        Ok(match settings.len() - done {
            0 if done == 1 => " and one setting".to_owned(),
            0 => format!(" and {done} settings"),
            refused => format!(", {done} settings ({refused} were refused)"),
        })
    })
    .await
}

/// Waits until the database has more in it than the plan has room for.
async fn watch(cluster: &Cluster<'_>, admin: &Client, progress: &Tally) -> StepError {
    let mut look = tokio::time::interval(LOOK_EVERY);
    loop {
        look.tick().await;
        // A server that does not answer makes the tool fail, which tells more; and all is measured again at the end.
        let measured = limited("to measure the database", database_size(admin, &cluster.instance.settings.database));
        if let Ok(bytes) = measured.await {
            progress.tell(|told| told.bytes = Some(bytes));
            if let Err(too_much) = usage::check_storage(&cluster.instance.plan, bytes, "the data of the backup") {
                return too_much;
            }
        }
    }
}

fn explain(error: StepError) -> StepError {
    let message = if error.message.contains("No space left on device") {
        "The disk got full while the backup was loaded. Free some space and try again.".to_owned()
    } else {
        error.message
    };
    StepError { message, ..error }
}
