//! What takes time: questions to the platform, and the confirmed commands.
//!
//! A read may be given up at any time and is cut off when we leave. A write is never given up: it runs to its answer, and
//! leaving waits for it. Both give their result as an [`Action`], so nothing is lost between them and the loop.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use jiff::SignedDuration;
use secrecy::SecretString;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::{AbortHandle, JoinError, JoinSet};

use crate::app::{Action, Query, Reply, RequestId};
use crate::config::Profile;
use crate::model::{Capability, Command, Operation, OperationId, ProfileName, Verb};
use crate::platform::{Budget, Connection, ReadError, ReadErrorKind, addons_since, counted};
use crate::store::door::RestoreWish;
use crate::store::{Cache, Journal, JournalChanges, PartOf, Prepared, Snapshot, SubmitResult, Watch, door, hand_off};

use super::lines::Lines;

mod courses;
mod sizes;
mod unlock;

/// Reads on the line at once; the rest waits its turn.
const READS_AT_ONCE: usize = 8;

/// How many words on progress wait to be heard.
const PROGRESS_AT_ONCE: usize = 16;

/// How many lines of a server's log are read to be shown.
const LOG_LINES: u32 = 200;

/// The connection once it is there, or the sentence why it never will be.
type Line = Option<Result<Connection, String>>;

/// A task panicked; the panic hook has told it already.
#[derive(Debug)]
pub(super) struct Panicked;

/// What a finished task was: it has something to say, or nothing.
enum Done {
    Said(Box<Action>),
    /// What was asked for under that id cost so many requests, and is over: it can't be given up any more.
    Asked(RequestId, u32, Box<Action>),
    /// The journal was looked at; what looks is given back.
    Looked(Box<Watch>, Box<Action>),
    Quiet,
}

/// All that is under way.
pub(super) struct Tasks {
    profile: Profile,
    journal: Result<Journal, String>,
    /// What looks at the journal, while it does not: one look at a time is asked for.
    watch: Option<Box<Watch>>,
    sender: Arc<watch::Sender<Line>>,
    line: watch::Receiver<Line>,
    permits: Arc<Semaphore>,
    reads: JoinSet<Done>,
    handles: HashMap<RequestId, AbortHandle>,
    writes: JoinSet<Done>,
    saving: JoinSet<Done>,
    /// How far the platform's clock was from ours when that was told last.
    skew: SignedDuration,
    /// How many more requests the platform took when that was told last.
    budget: Option<Budget>,
    /// Which state of what the platform can do was told last.
    capabilities: u64,
    /// What is said after something else that has to be known first.
    held: VecDeque<Action>,
    /// How far downloads are; what does not fit is not told.
    progress: mpsc::Sender<Action>,
    told: mpsc::Receiver<Action>,
}

impl Tasks {
    /// With nothing under way and no connection yet. Without a journal nothing is ever written; the sentence says why.
    pub(super) fn new(profile: Profile, journal: Result<Journal, String>) -> Self {
        let (sender, line) = watch::channel(None);
        let look =
            |journal: &Journal| Watch::new(journal.clone(), profile.name.clone(), super::endpoint(&profile.endpoint));
        let (progress, told) = mpsc::channel(PROGRESS_AT_ONCE);
        Self {
            progress,
            told,
            watch: journal.as_ref().ok().map(|journal| Box::new(look(journal))),
            profile,
            journal,
            sender: Arc::new(sender),
            line,
            permits: Arc::new(Semaphore::new(READS_AT_ONCE)),
            reads: JoinSet::new(),
            handles: HashMap::new(),
            writes: JoinSet::new(),
            saving: JoinSet::new(),
            skew: SignedDuration::ZERO,
            budget: None,
            capabilities: 0,
            held: VecDeque::new(),
        }
    }

    /// Gets the profile's client, which is made off the loop's thread. Reads that were asked for meanwhile wait for it.
    pub(super) fn connect(&mut self, lines: Lines) {
        let no_journal = self.journal.as_ref().err().cloned();
        let (sender, profile) = (Arc::clone(&self.sender), self.profile.clone());
        self.reads.spawn(async move {
            let name = profile.name.clone();
            let connection = match lines.wake(profile).await {
                Ok(()) => lines.enter(&name).await.map(|way| way.connection),
                Err(why) => Err(why),
            };
            let said = connection.as_ref().ok().map(|connection| connected(connection, no_journal));
            sender.send_replace(Some(connection));
            said.map_or(Done::Quiet, |action| Done::Said(Box::new(action)))
        });
    }

    /// Asks the platform.
    pub(super) fn fetch(&mut self, id: RequestId, query: Query) {
        let journal = self.journal.clone();
        self.read(id, move |connection| async move {
            let reply = match connection {
                Ok(connection) => ask(&connection, journal, query).await,
                Err(error) => Err(error),
            };
            Action::Replied { id, reply }
        });
    }

    /// Reads up on a proposed command.
    pub(super) fn prepare(&mut self, id: RequestId, command: Command) {
        let journal = self.journal.clone();
        self.read(id, move |connection| async move {
            let prepared = match connection {
                Ok(connection) => door::prepare(&connection, journal.as_ref().ok(), command).await.map(Box::new),
                Err(error) => Err(error),
            };
            Action::Prepared { id, prepared }
        });
    }

    /// Reads what a restore consists of.
    pub(super) fn plan_restore(&mut self, id: RequestId, wish: RestoreWish) {
        self.read(id, move |connection| async move {
            let plan = match connection {
                Ok(connection) => door::plan_restore(&connection, &wish).await.map(Box::new),
                Err(error) => Err(error),
            };
            Action::RestorePlanned { id, plan }
        });
    }

    /// Reads up on sending an operation of unknown outcome again.
    pub(super) fn prepare_again(&mut self, id: RequestId, operation: OperationId) {
        let (journal, profile) = (self.journal.clone(), self.profile.name.clone());
        self.read(id, move |connection| async move {
            let prepared = match (connection, journal) {
                (Ok(connection), Ok(journal)) => {
                    door::prepare_again(&connection, &journal, &profile, &operation).await.map(Box::new)
                }
                (Err(error), _) => Err(error),
                (_, Err(message)) => Err(ReadError::new(ReadErrorKind::Unreachable, message)),
            };
            Action::Prepared { id, prepared }
        });
    }

    /// Looks whether an operation has reached its end.
    pub(super) fn follow(&mut self, id: RequestId, operation: Operation) {
        let journal = self.journal.clone();
        self.read(id, move |connection| async move {
            let followed = match (connection, journal) {
                (Ok(connection), Ok(journal)) => door::follow(&connection, &journal, &operation).await.map(Box::new),
                (Err(error), _) => Err(error),
                (_, Err(message)) => Err(ReadError::new(ReadErrorKind::Unreachable, message)),
            };
            Action::Followed { id, followed }
        });
    }

    /// Sends a confirmed command through the door. Nothing stops this but the end of the process.
    pub(super) fn submit(&mut self, id: RequestId, prepared: Prepared, part_of: Option<PartOf>) {
        let profile = self.profile.name.clone();
        let journal = self.journal.clone();
        let line = self.line.clone();
        // What was confirmed goes through the door that was open then, also where it is closed before this begins.
        let known = self.line.borrow().clone().and_then(Result::ok);
        self.writes.spawn(async move {
            let known = match known {
                Some(known) => Ok(known),
                None => connection(line).await,
            };
            let submit = async {
                match (known, journal) {
                    (Ok(connection), Ok(journal)) => match part_of {
                        Some(part_of) => door::submit_part(&connection, &journal, &profile, prepared, part_of).await,
                        None => door::submit(&connection, &journal, &profile, prepared).await,
                    },
                    (Err(error), _) => SubmitResult::NotSent(error.message),
                    (_, Err(reason)) => SubmitResult::NotSent(reason),
                }
            };
            let (result, requests) = counted(submit).await;
            Done::Asked(id, requests, Box::new(Action::Submitted { id, result: Box::new(result) }))
        });
    }

    /// Gives the platform the code of a second factor.
    pub(super) fn authorize(&mut self, id: RequestId, code: SecretString, app: Option<String>) {
        let line = self.line.clone();
        self.writes.spawn(async move {
            let result = match connection(line).await {
                Ok(Connection { writer: Some(writer), .. }) => {
                    writer.authorize(code, app.as_deref()).await.map_err(|error| error.to_string())
                }
                Ok(_) => Err("This profile is read-only: nothing can be written through it now.".to_owned()),
                Err(error) => Err(error.message),
            };
            Done::Said(Box::new(Action::Authorized { id, result }))
        });
    }

    /// Records that a person took note of an unknown outcome.
    pub(super) fn note(&mut self, operation: OperationId) {
        let journal = self.journal.clone();
        self.saving.spawn_blocking(move || {
            let noted = journal.and_then(|journal| journal.note(&operation).map_err(|error| error.to_string()));
            Done::Said(Box::new(Action::Noted(noted.map(Box::new))))
        });
    }

    /// Reads all lines of an operation.
    pub(super) fn read_entry(&mut self, id: OperationId) {
        let journal = self.journal.clone();
        self.saving.spawn_blocking(move || {
            let entry = journal.and_then(|journal| journal.get(&id).map_err(|error| error.to_string()));
            Done::Said(Box::new(Action::Entry { id, entry: entry.map(|entry| entry.map(Box::new)) }))
        });
    }

    /// Makes the line that hands an operation or a procedure over.
    pub(super) fn hand_off(&mut self, id: OperationId) {
        let journal = self.journal.clone();
        self.saving.spawn_blocking(move || {
            let line = journal.and_then(|journal| hand_off(&journal, &id).map_err(|error| error.to_string()));
            Done::Said(Box::new(Action::HandedOff(line)))
        });
    }

    /// Looks what is new in the journal. Without one there never is anything.
    pub(super) fn look_at_journal(&mut self, id: RequestId) {
        let watch = self.watch.take();
        self.saving.spawn_blocking(move || {
            let Some(mut watch) = watch else {
                let nothing = JournalChanges { is_whole: true, ..JournalChanges::default() };
                return Done::Said(Box::new(Action::Journal { id, changes: Ok(Box::new(nothing)) }));
            };
            let changes = watch.look(jiff::Timestamp::now()).map(Box::new).map_err(|error| error.to_string());
            Done::Looked(watch, Box::new(Action::Journal { id, changes }))
        });
    }

    /// Writes what is seen now to the cache. That it could not be written is no reason to disturb anybody.
    pub(super) fn save(&mut self, cache: Cache, snapshot: Snapshot) {
        self.saving.spawn_blocking(move || match cache.save(&snapshot) {
            Ok(()) => Done::Quiet,
            Err(error) => {
                let why = format!("The cache {} can't be written: {error}.", cache.path().display());
                Done::Said(Box::new(Action::NotCached(why)))
            }
        });
    }

    /// Deletes the operations that are too old to be kept.
    pub(super) fn prune(&mut self) {
        let Ok(journal) = self.journal.clone() else { return };
        self.saving.spawn_blocking(move || {
            if let Err(error) = journal.prune(jiff::Timestamp::now()) {
                tracing::warn!("{error}");
            }
            Done::Quiet
        });
    }

    /// Gives up a read. A write is not touched.
    pub(super) fn cancel(&mut self, id: RequestId) {
        if let Some(handle) = self.handles.remove(&id) {
            handle.abort();
        }
    }

    /// What the next task that ends has to say. Waits for ever while none is under way.
    ///
    /// # Errors
    /// When a task panicked.
    pub(super) async fn next(&mut self) -> Result<Action, Panicked> {
        loop {
            if let Some(action) = self.held.pop_front() {
                return Ok(action);
            }
            let done = tokio::select! {
                Some(done) = self.writes.join_next() => done,
                Some(done) = self.reads.join_next() => done,
                Some(done) = self.saving.join_next() => done,
                Some(told) = self.told.recv() => return Ok(told),
                else => std::future::pending().await,
            };
            if let Some(action) = self.finish(done)? {
                return Ok(self.with_news(action));
            }
        }
    }

    /// What a task that has ended already has to say.
    ///
    /// # Errors
    /// When a task panicked.
    pub(super) fn try_next(&mut self) -> Result<Option<Action>, Panicked> {
        if let Some(action) = self.held.pop_front() {
            return Ok(Some(action));
        }
        while let Some(done) = self.writes.try_join_next().or_else(|| self.reads.try_join_next()) {
            if let Some(action) = self.finish(done)? {
                return Ok(Some(self.with_news(action)));
            }
        }
        Ok(None)
    }

    /// How many commands are on their way.
    pub(super) fn writes(&self) -> usize {
        self.writes.len()
    }

    /// The journal, or why there is none.
    pub(super) fn journal(&self) -> Result<Journal, String> {
        self.journal.clone()
    }

    /// Through which profile.
    pub(super) fn profile(&self) -> &ProfileName {
        &self.profile.name
    }

    /// Cuts the reads off: nobody waits for them any more.
    pub(super) fn cut_reads(&mut self) {
        self.reads.abort_all();
    }

    /// What became of the next command on its way, with no read between; `None` when all have their answers and everything is
    /// written.
    ///
    /// # Errors
    /// When a task panicked.
    pub(super) async fn settled(&mut self) -> Result<Option<Box<SubmitResult>>, Panicked> {
        while let Some(held) = self.held.pop_front() {
            if let Action::Submitted { result, .. } = held {
                return Ok(Some(result));
            }
        }
        while let Some(done) = self.writes.join_next().await {
            if let Some(Action::Submitted { result, .. }) = self.finish(done)? {
                return Ok(Some(result));
            }
        }
        while self.saving.join_next().await.is_some() {}
        Ok(None)
    }

    /// The action, or what has to be known before it: an answer is looked at by the clock that it came with.
    fn with_news(&mut self, action: Action) -> Action {
        let Some(Ok(connection)) = self.line.borrow().clone() else {
            self.held.push_back(action);
            return self.held.pop_front().unwrap_or(Action::Deadline);
        };
        let reader = &connection.reader;
        let (skew, budget, revision) = (reader.skew(), reader.budget(), reader.capabilities_revision());
        if revision != self.capabilities {
            self.capabilities = revision;
            self.held.push_back(Action::Capabilities(capabilities(&connection)));
        }
        if budget != self.budget {
            self.budget = budget;
            self.held.push_back(Action::Budget(budget));
        }
        if skew != self.skew {
            self.skew = skew;
            self.held.push_front(Action::Skewed(skew));
        }
        self.held.push_back(action);
        self.held.pop_front().unwrap_or(Action::Deadline)
    }

    fn finish(&mut self, done: Result<Done, JoinError>) -> Result<Option<Action>, Panicked> {
        match done {
            Ok(Done::Said(action)) => Ok(Some(*action)),
            Ok(Done::Asked(id, requests, action)) => {
                self.handles.remove(&id);
                self.held.push_back(Action::Spent { id, profile: self.profile.name.clone(), requests });
                Ok(Some(*action))
            }
            Ok(Done::Looked(watch, action)) => {
                self.watch = Some(watch);
                Ok(Some(*action))
            }
            Ok(Done::Quiet) => Ok(None),
            Err(error) if error.is_panic() => Err(Panicked),
            Err(_) => Ok(None),
        }
    }

    fn read<F>(&mut self, id: RequestId, ask: impl FnOnce(Result<Connection, ReadError>) -> F + Send + 'static)
    where
        F: Future<Output = Action> + Send,
    {
        let line = self.line.clone();
        let permits = Arc::clone(&self.permits);
        let handle = self.reads.spawn(async move {
            let connection = connection(line).await;
            // It is never closed; without a permit the read would only be less polite.
            let _permit = permits.acquire_owned().await;
            let (action, requests) = counted(ask(connection)).await;
            Done::Asked(id, requests, Box::new(action))
        });
        self.handles.insert(id, handle);
    }
}

/// The connection, as soon as it is built.
async fn connection(mut line: watch::Receiver<Line>) -> Result<Connection, ReadError> {
    let unreachable = |message: String| ReadError::new(ReadErrorKind::Unreachable, message);
    let line = line.wait_for(Option::is_some).await.map(|line| line.clone());
    match line {
        Ok(Some(connection)) => connection.map_err(unreachable),
        _ => Err(unreachable("The client for the platform was not built.".into())),
    }
}

/// What is known of a platform before it has said a word.
fn connected(connection: &Connection, no_journal: Option<String>) -> Action {
    let read_only = "This profile is read-only: nothing can be written through it now.";
    let no_writes = if connection.writer.is_none() { Some(read_only.to_owned()) } else { no_journal };
    Action::Connected { words: connection.reader.words(), capabilities: capabilities(connection), no_writes }
}

fn capabilities(connection: &Connection) -> Vec<(Verb, Capability)> {
    Verb::ALL.iter().map(|verb| (*verb, connection.reader.capability(*verb))).collect()
}

/// Asks one platform one question.
pub(super) async fn ask(
    connection: &Connection,
    journal: Result<Journal, String>,
    query: Query,
) -> Result<Reply, ReadError> {
    let platform = connection.reader.as_ref();
    Ok(match query {
        Query::Rehearsal { addon_id, addon, service } => {
            let endpoint = connection.endpoint.clone();
            let known = tokio::task::spawn_blocking(move || {
                journal.ok()?.rehearsal(&addon_id, &addon, &service, &endpoint).ok()
            });
            // That there is no journal is told elsewhere; here it means that nothing is known.
            Reply::Rehearsal(known.await.ok().flatten().unwrap_or_default())
        }
        Query::Account => Reply::Account(platform.account().await?),
        Query::Teams => Reply::Teams(platform.teams().await?),
        Query::Apps => Reply::Apps(platform.apps().await?),
        Query::Catalog => Reply::Catalog(platform.catalog().await?),
        Query::Addons { etag, at_most } => Reply::Addons(addons_since(platform, etag.as_deref(), at_most).await?),
        Query::AddonsOf(app) => Reply::AddonsOf(platform.addons_of(&app).await?),
        Query::Plans(service) => Reply::Plans(platform.plans(&service).await?),
        Query::Actions(addon) => Reply::Actions(platform.actions(&addon)),
        Query::ActionFields { addon_id, action } => {
            Reply::ActionFields(platform.action_fields(&addon_id, &action).await?)
        }
        Query::ActionAnswer { addon_id, action, subject } => {
            Reply::ActionAnswer(platform.read_action(&addon_id, &action, subject.as_deref()).await?)
        }
        Query::Addon(id) => Reply::Addon(Box::new(platform.addon(&id).await?)),
        Query::Events { addon_id, after } => Reply::Events(platform.events(&addon_id, after).await?),
        Query::Backups(id) => Reply::Backups(platform.backups(&id).await?),
        Query::Works => Reply::Works(connection.reader.works(None).await?.value),
        Query::AllBackups => Reply::AllBackups(platform.all_backups().await?),
        Query::Usage(id) => Reply::Usage(platform.usage(&id).await?),
        Query::Logs(id) => Reply::Logs(platform.logs(&id, LOG_LINES).await?),
        Query::Variables(app) => Reply::Variables(platform.config_var_names(&app).await?),
        Query::Releases(app) => Reply::Releases(platform.releases(&app).await?),
        Query::Environments(app) => Reply::Environments(platform.environments(&app).await?),
        Query::Deployments { app, environment_id } => {
            Reply::Deployments(platform.deployments(&app, environment_id.as_deref()).await?)
        }
        Query::Work(id) => Reply::Work(Box::new(platform.work(&id).await?)),
        Query::WorkLog(id) => Reply::WorkLog(platform.work_log(&id).await?),
    })
}
