//! Opening a door for writes through a read-only profile, and closing it.

use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::watch;

use super::{Done, Line, Tasks, connection};
use crate::app::{Action, RequestId};
use crate::config::Profile;
use crate::platform::{Connection, Settings, unlock};
use crate::store::{Journal, Unlock};

impl Tasks {
    /// Records an unlocking; only once that is on disk is a writer made, and put on the line.
    pub(in crate::runtime) fn unlock(&mut self, id: RequestId, reason: String, until: Timestamp) {
        let (profile, journal) = (self.profile.clone(), self.journal.clone());
        let (sender, line) = (Arc::clone(&self.sender), self.line.clone());
        self.saving.spawn(async move {
            let result = open(profile, journal, line, reason, until).await;
            let result = result.map(|connection| drop(sender.send_replace(Some(Ok(connection)))));
            Done::Said(Box::new(Action::Unlocked { id, result }))
        });
    }

    /// Takes the writer of an unlocking off the line. A command that has it already finishes.
    pub(in crate::runtime) fn lock(&mut self) {
        self.sender.send_if_modified(|line| match line {
            Some(Ok(connection)) if connection.unlocked_for.is_some() => {
                (connection.writer, connection.unlocked_for) = (None, None);
                true
            }
            _ => false,
        });
    }
}

async fn open(
    profile: Profile,
    journal: Result<Journal, String>,
    line: watch::Receiver<Line>,
    reason: String,
    until: Timestamp,
) -> Result<Connection, String> {
    let journal = journal?;
    let locked = connection(line).await.map_err(|error| error.message)?;
    let platform = locked.reader.words().platform;
    let record = Unlock::new(profile.name.clone(), platform, &locked.endpoint, reason.clone(), until);
    let opened = tokio::task::spawn_blocking(move || {
        journal.unlock(&record).map_err(|error| error.0)?;
        // The journal lies in the state folder.
        let settings = Settings::watched().remembering(journal.dir().parent());
        unlock(&profile, settings, &locked, &reason).map_err(|error| error.to_string())
    });
    opened.await.unwrap_or_else(|error| Err(format!("The profile could not be unlocked: {error}.")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Endpoint, Paths, PlatformKind};
    use crate::model::{Danger, ProfileName, ReadOnly};
    use crate::runtime::elsewhere::{Elsewhere, News};
    use crate::runtime::lines::{Lines, Plain};
    use crate::store::SubmitResult;

    fn read_only(why: ReadOnly) -> Profile {
        Profile {
            backup_max_age: crate::config::BACKUP_MAX_AGE,
            project: None,
            undocumented: false,
            authorities: crate::config::Authorities::default(),
            name: ProfileName("work".into()),
            platform: PlatformKind::Local,
            endpoint: Endpoint::Unix("/nowhere/api.sock".into()),
            token: None,
            token_source: None,
            teams: Vec::new(),
            danger: Danger::None,
            read_only: Some(why),
            data_endpoint: None,
        }
    }

    /// Everything for a read-only profile, connected, and where its journal is.
    async fn tasks(why: ReadOnly) -> (tempfile::TempDir, Journal, Tasks) {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(&folder.path().join("operations")).unwrap();
        let profile = read_only(why);
        let mut tasks = Tasks::new(profile.clone(), Ok(journal.clone()));
        tasks.connect(Lines::new(Arc::new(Plain), profile));
        assert!(matches!(tasks.next().await, Ok(Action::Connected { no_writes: Some(_), .. })));
        (folder, journal, tasks)
    }

    async fn ask(tasks: &mut Tasks) -> Result<(), String> {
        tasks.unlock(RequestId(7), "INC-4711".into(), "2026-11-20T03:41:00Z".parse().unwrap());
        match tasks.next().await {
            Ok(Action::Unlocked { id: RequestId(7), result }) => result,
            other => panic!("no answer: {:?}", other.is_ok()),
        }
    }

    fn has_writer(tasks: &Tasks) -> bool {
        tasks.line.borrow().as_ref().unwrap().as_ref().unwrap().writer.is_some()
    }

    #[tokio::test]
    async fn a_writer_comes_after_the_record_and_goes_with_the_lock() {
        let (_folder, journal, mut tasks) = tasks(ReadOnly::Configured).await;
        assert!(!has_writer(&tasks), "a read-only profile has none");
        ask(&mut tasks).await.unwrap();
        assert!(has_writer(&tasks));
        let connection = connection(tasks.line.clone()).await.unwrap();
        assert_eq!(connection.unlocked_for.as_deref(), Some("INC-4711"));
        let unlocks = journal.unlocks().unwrap();
        assert_eq!((unlocks.len(), unlocks[0].reason.as_str(), unlocks[0].profile.as_str()), (1, "INC-4711", "work"));
        assert_eq!(unlocks[0].endpoint, "/nowhere/api.sock");
        tasks.lock();
        assert!(!has_writer(&tasks));
        assert!(connection.writer.is_some(), "a command that has it already finishes");
    }

    #[tokio::test]
    async fn without_the_record_there_is_no_writer() {
        let (_folder, journal, mut tasks) = tasks(ReadOnly::Configured).await;
        std::fs::create_dir(journal.dir().join("unlocks.jsonl")).unwrap();
        let error = ask(&mut tasks).await.unwrap_err();
        assert!(error.contains("stays read-only"), "{error}");
        assert!(!has_writer(&tasks));
        tasks.journal = Err("The journal's folder can't be written.".into());
        assert!(ask(&mut tasks).await.unwrap_err().contains("journal"));
        assert!(!has_writer(&tasks));
    }

    #[tokio::test]
    async fn a_flag_of_this_run_is_not_unlocked_by_anybody() {
        let (_folder, _, mut tasks) = tasks(ReadOnly::Flag).await;
        let error = ask(&mut tasks).await.unwrap_err();
        assert!(error.contains("--read-only"), "{error}");
        assert!(!has_writer(&tasks));
    }

    #[tokio::test]
    async fn without_a_journal_nothing_can_be_written() {
        let profile = Profile { read_only: None, ..read_only(ReadOnly::Configured) };
        let mut tasks = Tasks::new(profile.clone(), Err("The journal's folder /x can't be written.".into()));
        tasks.connect(Lines::new(Arc::new(Plain), profile));
        let Ok(Action::Connected { no_writes: Some(why), .. }) = tasks.next().await else {
            panic!("writes are allowed")
        };
        assert!(why.contains("journal"), "{why}");
    }

    #[tokio::test]
    async fn locking_takes_no_writer_that_was_not_unlocked() {
        let profile = Profile { read_only: None, ..read_only(ReadOnly::Configured) };
        let folder = tempfile::tempdir().unwrap();
        let mut tasks = Tasks::new(profile.clone(), Journal::open(folder.path()).map_err(|error| error.0));
        tasks.connect(Lines::new(Arc::new(Plain), profile));
        assert!(matches!(tasks.next().await, Ok(Action::Connected { no_writes: None, .. })));
        tasks.lock();
        assert!(has_writer(&tasks));
    }

    fn elsewhere(folder: &std::path::Path) -> Elsewhere {
        let paths = Paths::below(folder);
        Elsewhere::new(Lines::new(Arc::new(Plain), read_only(ReadOnly::Configured)), paths, Err("None.".into()))
    }

    #[tokio::test]
    async fn leaving_an_unlocked_profile_takes_its_writer() {
        let (folder, _, mut tasks) = tasks(ReadOnly::Configured).await;
        ask(&mut tasks).await.unwrap();
        let line = tasks.line.clone();
        assert!(line.borrow().as_ref().unwrap().as_ref().unwrap().writer.is_some());
        elsewhere(folder.path()).leave(tasks);
        let left = line.borrow().clone().unwrap().unwrap();
        assert!(left.writer.is_none() && left.unlocked_for.is_none());
    }

    #[tokio::test]
    async fn a_command_of_a_profile_that_was_left_comes_to_its_answer() {
        let (folder, _, mut tasks) = tasks(ReadOnly::Configured).await;
        let (answer, comes) = tokio::sync::oneshot::channel::<()>();
        tasks.writes.spawn(async move {
            comes.await.unwrap();
            let result = Box::new(SubmitResult::NotSent("It came late.".into()));
            Done::Said(Box::new(Action::Submitted { id: RequestId(9), result }))
        });
        let mut elsewhere = elsewhere(folder.path());
        elsewhere.leave(tasks);
        assert_eq!(elsewhere.writes(), 1, "leaving the program waits for it");
        answer.send(()).expect("it still waits for its answer");
        let Ok(News::Said(action)) = elsewhere.next().await else { panic!("no end") };
        let Action::Left { profile, result } = *action else { panic!("nothing else was said") };
        assert_eq!(profile.as_str(), "work");
        assert!(matches!(*result, SubmitResult::NotSent(why) if why == "It came late."));
        assert_eq!(elsewhere.writes(), 0);
    }
}
