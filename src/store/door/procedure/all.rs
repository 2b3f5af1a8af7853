//! Commands that are confirmed together and sent one after another: each is told as it will be when its turn comes.

use crate::model::{Attachment, Command, Known, Naming};
use crate::platform::{Connection, Platform, ReadError, Situation};
use crate::store::door::prepare;
use crate::store::{Journal, Prepared};

/// Reads live what several commands would do, each as if those before it were done.
///
/// # Errors
/// As [`prepare`].
pub async fn prepare_all(
    connection: &Connection,
    journal: Option<&Journal>,
    commands: Vec<Command>,
) -> Result<Vec<Prepared>, ReadError> {
    let reads = commands.iter().map(|command| prepare(connection, journal, command.clone()));
    let mut all = futures_util::future::try_join_all(reads).await?;
    for (at, prepared) in all.iter_mut().enumerate() {
        let done = commands.get(..at).unwrap_or_default();
        assume(connection.reader.as_ref(), prepared, done);
    }
    Ok(all)
}

/// What the platform has to be told in order to destroy an add-on, read live; several commands where one does not do.
///
/// # Errors
/// When the platform can't be read.
pub async fn destruction(connection: &Connection, addon_id: &str) -> Result<Vec<Command>, ReadError> {
    let reader = connection.reader.as_ref();
    let addon = reader.addon(addon_id).await?.value;
    Ok(reader.destruction(&addon))
}

/// What is detached is not there any more, for whatever comes after it.
fn assume(reader: &dyn Platform, prepared: &mut Prepared, done: &[Command]) {
    let mut has_changed = false;
    for command in done {
        if let Command::Detach { attachment_id, addon, app, .. } = command {
            detach(&mut prepared.situation, attachment_id, addon, app);
            has_changed = true;
        }
        if let Command::Attach { addon_id, addon, app, alias: Some(alias), .. } = command
            && reader.words().naming == Naming::Heroku
        {
            attach(&mut prepared.situation, addon_id, (addon, app, alias));
            has_changed = true;
        }
    }
    if has_changed {
        prepared.effects = reader.effects(&prepared.command, &prepared.situation);
    }
}

/// A way more, under a name of its own.
fn attach(situation: &mut Situation, addon_id: &str, (name, app, alias): (&str, &str, &str)) {
    let row = Attachment {
        id: None,
        alias: Some(alias.into()),
        addon: name.into(),
        app: app.into(),
        primary: None,
        owner_row: false,
        config_vars: Known::Unknown("it is not attached yet".into()),
        created_at: None,
    };
    let addons = situation.addon.iter_mut().chain(situation.source.iter_mut()).chain(&mut situation.neighbours);
    for addon in addons.filter(|addon| addon.key.id == addon_id) {
        if let Known::Is(rows) = &mut addon.attachments {
            rows.push(row.clone());
        }
    }
}

fn detach(situation: &mut Situation, attachment_id: &str, name: &str, app: &str) {
    let is_it = |row: &Attachment| row.id.as_deref() == Some(attachment_id);
    let addons = situation.addon.iter_mut().chain(situation.source.iter_mut()).chain(&mut situation.neighbours);
    for addon in addons {
        if let Known::Is(rows) = &mut addon.attachments {
            rows.retain(|row| !is_it(row));
        }
    }
    let still = situation.addon.as_ref().is_some_and(|addon| addon.apps().contains(&app));
    if !still {
        situation.variables.retain(|(one, _)| one != app);
        situation.neighbours.retain(|one| one.name != name || !one.apps().is_empty());
    }
}
