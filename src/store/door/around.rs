//! What goes on around a command, read beside what its effects depend on. A read that fails or takes long makes its part
//! unknown; it never keeps a command from being shown or sent.

use std::time::Duration;

use futures_util::{StreamExt, stream};
use jiff::Timestamp;
use tokio::time::{Instant, timeout_at};

use super::follow::follow;
use super::send::blocking;
use crate::model::{Addon, Backup, Backups, Change, Command, Effects, Known, Operation, Outcome, Release, Work};
use crate::platform::{
    Around, Connection, Journaled, LastBackup, Platform, ReadError, Situation, is_of_lately, is_worth_a_word,
};
use crate::store::{Entry, Journal};

/// How long each of the two rounds may take: nobody is kept from a confirmation by what it only is good to know.
pub(super) const PATIENCE: Duration = Duration::from_secs(4);
/// How many apps are read at a time.
const AT_ONCE: usize = 8;

/// What can be read beside the target itself.
pub(super) struct Beside {
    account: Known<String>,
    works: Known<Vec<Work>>,
    journaled: Known<Vec<Journaled>>,
}

/// Reads what needs to know no more than the command.
pub(super) async fn beside(
    connection: &Connection,
    journal: Option<&Journal>,
    command: &Command,
    patience: Duration,
) -> Beside {
    let until = Instant::now() + patience;
    let reader = connection.reader.as_ref();
    let account = known(until, async { reader.account().await.map(|account| account.name) });
    let (account, works, journaled) =
        tokio::join!(account, works(reader, command, until), journaled(connection, journal, command, until));
    Beside { account, works, journaled }
}

/// Reads the rest, once it is known what is touched.
pub(super) async fn of(
    reader: &dyn Platform,
    beside: Beside,
    command: &Command,
    situation: &Situation,
    effects: &Effects,
    now: Timestamp,
    patience: Duration,
) -> Around {
    let until = Instant::now() + patience;
    let (releases, last_backups) = tokio::join!(
        releases(reader, touched(effects, situation), now, until),
        last_backups(reader, command, situation, effects, until),
    );
    let subjects = Subjects::of(command).with(situation);
    let works = match beside.works {
        Known::Is(mut works) => {
            works.retain(|work| subjects.has(work) && is_worth_a_word(work, now));
            Known::Is(works)
        }
        unknown => unknown,
    };
    Around { account: beside.account, works, journaled: beside.journaled, releases, last_backups }
}

/// What operations would be about that get in the way of this one.
struct Subjects<'a> {
    addons: Vec<&'a str>,
    backup: Option<&'a str>,
    /// Only where the app itself is made or deleted: that another add-on is given to it gets in nobody's way.
    app: Option<&'a str>,
}

impl<'a> Subjects<'a> {
    fn of(command: &'a Command) -> Self {
        let mut addons: Vec<&str> = command.addon_id().into_iter().collect();
        let (mut backup, mut app) = (None, None);
        match command {
            Command::CreateApp { app: name, .. } | Command::DestroyApp { app: name } => app = Some(name.as_str()),
            Command::MoveAttachments { from_id, .. } => addons.push(from_id),
            Command::Restore(restore) => backup = Some(restore.backup_id.as_str()),
            Command::DeleteBackup { backup_id, .. }
            | Command::RestoreInto { backup_id, .. }
            | Command::CancelBackup { backup_id, .. } => backup = Some(backup_id.as_str()),
            _ => {}
        }
        Self { addons, backup, app }
    }

    /// With the add-on whose backup is restored.
    fn with(mut self, situation: &'a Situation) -> Self {
        let source = situation.backup.as_ref().and_then(|backup| backup.addon_id.as_deref());
        self.addons.extend(source.filter(|_| self.backup.is_some()));
        self
    }

    fn has(&self, work: &Work) -> bool {
        work.addon_id.as_deref().is_some_and(|id| self.addons.contains(&id))
            || (self.backup.is_some() && work.backup_id.as_deref() == self.backup)
    }

    /// Whether an operation of ours is about the same.
    fn meets(&self, operation: &Operation) -> bool {
        let other = Subjects::of(&operation.command);
        let made = operation.addon_id.as_deref();
        other.addons.iter().copied().chain(made).any(|id| self.addons.contains(&id))
            || (self.backup.is_some() && self.backup == other.backup)
            || (self.app.is_some() && self.app == operation.command.app())
    }
}

/// The platform's operations on the target: where a backup is the target, among all of them.
async fn works(reader: &dyn Platform, command: &Command, until: Instant) -> Known<Vec<Work>> {
    let subjects = Subjects::of(command);
    let of: Vec<Option<&str>> = match subjects.backup {
        Some(_) => vec![None],
        None => subjects.addons.into_iter().map(Some).collect(),
    };
    let reads = of.into_iter().map(|id| reader.newest_works(id));
    let read = async { futures_util::future::try_join_all(reads).await.map(|lists| lists.concat()) };
    let mut works = known(until, read).await;
    if let Known::Is(works) = &mut works {
        works.sort_by_key(|work| std::cmp::Reverse(work.created_at));
        works.dedup_by(|one, other| one.id == other.id);
    }
    works
}

async fn journaled(
    connection: &Connection,
    journal: Option<&Journal>,
    command: &Command,
    until: Instant,
) -> Known<Vec<Journaled>> {
    let Some(journal) = journal else {
        return Known::Unknown("there is no journal here".into());
    };
    let (kept, endpoint, command) = (journal.clone(), connection.endpoint.clone(), command.clone());
    let read = blocking(move || {
        let subjects = Subjects::of(&command);
        let open = kept.open_at(&endpoint)?;
        Ok(open.into_iter().filter(|entry| subjects.meets(&entry.operation)).map(journaled_of).collect::<Vec<_>>())
    });
    match read.await {
        Ok(open) => {
            let looks = open.into_iter().map(|one| looked_at(connection, journal, one, until));
            Known::Is(stream::iter(looks).buffered(AT_ONCE).filter_map(std::future::ready).collect().await)
        }
        Err(error) => Known::Unknown(error.0.into()),
    }
}

/// The same as it stands now; `None` where it has ended since: a verb that did not wait for the end left nobody behind who
/// would have seen it.
async fn looked_at(connection: &Connection, journal: &Journal, one: Journaled, until: Instant) -> Option<Journaled> {
    if one.is_driven || one.operation.outcome != Outcome::Accepted {
        return Some(one);
    }
    match timeout_at(until, follow(connection, journal, &one.operation)).await {
        Ok(Ok(followed)) if !followed.operation.is_open() => None,
        Ok(Ok(followed)) => Some(Journaled { operation: followed.operation, ..one }),
        // Not told in time, or at all: as the journal has it.
        Ok(Err(_)) | Err(_) => Some(one),
    }
}

fn journaled_of(entry: Entry) -> Journaled {
    let actor = entry.intent.actor;
    let user = match actor.sudo_user {
        Some(sudo) if sudo != actor.user => format!("{} (sudo by {sudo})", actor.user),
        _ => actor.user,
    };
    Journaled { operation: entry.operation, user, is_driven: entry.is_driven }
}

/// The apps that the command touches, and those whose connections it cuts.
fn touched(effects: &Effects, situation: &Situation) -> Vec<String> {
    let mut apps: Vec<String> = effects.apps().into_iter().map(str::to_owned).collect();
    if effects.changes.iter().any(|change| matches!(change, Change::Disturbs(_)))
        && let Some(addon) = &situation.addon
    {
        apps.extend(addon.app_names());
    }
    let mut seen = std::collections::HashSet::new();
    apps.retain(|app| seen.insert(app.clone()));
    apps
}

async fn releases(
    reader: &dyn Platform,
    apps: Vec<String>,
    now: Timestamp,
    until: Instant,
) -> Vec<(String, Known<Vec<Release>>)> {
    // Where an app is deployed as several environments, it has no releases that could be told.
    if reader.words().has_environments {
        return Vec::new();
    }
    let reads = apps.into_iter().map(|app| async move {
        let mut releases = known(until, reader.newest_releases(&app)).await;
        if let Known::Is(releases) = &mut releases {
            let current = releases.iter().map(|release| release.version).max();
            releases.retain(|one| {
                Some(one.version) == current || (one.created_at.is_some() && is_of_lately(one.created_at, now))
            });
        }
        (app, releases)
    });
    stream::iter(reads.collect::<Vec<_>>()).buffered(AT_ONCE).collect().await
}

/// The last finished backup of each add-on that is destroyed, replaced or switched, or of which something is lost.
async fn last_backups(
    reader: &dyn Platform,
    command: &Command,
    situation: &Situation,
    effects: &Effects,
    until: Instant,
) -> Vec<LastBackup> {
    let loses =
        |change: &Change| matches!(change, Change::LosesData(_) | Change::LosesWrites { .. } | Change::Irreversible(_));
    let replaces = matches!(command, Command::MoveAttachments { .. } | Command::ChangePlan { .. });
    if !replaces && !effects.changes.iter().any(loses) {
        return Vec::new();
    }
    if let Command::DeleteBackup { backup_id, addon_id: Some(id), addon, .. } = command {
        let name = addon.as_deref().unwrap_or(id);
        return vec![last_backup(reader, None, id, name, situation.backups.as_ref(), Some(backup_id), until).await];
    }
    let (first, second) = match &situation.source {
        Some(_) => (situation.backups.as_ref(), situation.target_backups.as_ref()),
        None => (None, situation.backups.as_ref()),
    };
    let mut last = Vec::new();
    for (addon, backups) in [(&situation.source, first), (&situation.addon, second)] {
        if let Some(addon) = addon {
            let (id, name) = (addon.key.id.as_str(), addon.name.as_str());
            last.push(last_backup(reader, Some(addon), id, name, backups, None, until).await);
        }
    }
    last
}

async fn last_backup(
    reader: &dyn Platform,
    addon: Option<&Addon>,
    id: &str,
    name: &str,
    told: Option<&Backups>,
    besides: Option<&str>,
    until: Instant,
) -> LastBackup {
    let last = |backups: &Backups| -> Option<Backup> {
        let finished = backups.list.iter().filter(|one| one.is_finished() && Some(one.id.as_str()) != besides);
        finished.max_by_key(|one| one.started_at).cloned()
    };
    let has_none = addon.is_some_and(|addon| addon.keeps_no_backups().is_some());
    let backup = match told {
        Some(backups) => Known::Is(last(backups)),
        None if has_none => Known::Is(None),
        // It was not asked for yet, or refused: then this says why.
        None => known(until, async { reader.backups(id).await.map(|backups| last(&backups)) }).await,
    };
    LastBackup { addon: name.to_owned(), backup }
}

/// What was read by then, or why it is not known.
async fn known<T>(until: Instant, read: impl Future<Output = Result<T, ReadError>>) -> Known<T> {
    match timeout_at(until, read).await {
        Ok(Ok(value)) => Known::Is(value),
        Ok(Err(error)) => Known::Unknown(error.message.into()),
        Err(_) => Known::Unknown("the platform took too long to tell".into()),
    }
}

#[cfg(test)]
mod tests;
