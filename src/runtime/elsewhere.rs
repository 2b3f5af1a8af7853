//! What goes on in other profiles than the one that is shown: looks at them, the way into the next one, and the commands of
//! those that were left.

use std::collections::HashMap;

use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinError, JoinSet};

use super::lines::Lines;
use super::tasks::{self, Panicked, Tasks};
use crate::app::{Action, Query, RequestId};
use crate::config::{Paths, Profile};
use crate::model::ProfileName;
use crate::platform::counted;
use crate::store::{Cache, Journal, ListMerge, Snapshot, SubmitResult};

/// How many ends of commands wait to be heard; one that does not fit waits with its task.
const ENDS_AT_ONCE: usize = 16;

/// What became of a command of a profile that was left.
type Ended = Result<(ProfileName, Box<SubmitResult>), Panicked>;

/// A profile that can be shown now. Nothing was sent through it yet.
pub(super) struct Ready {
    pub(super) profile: Profile,
    /// What was seen there last.
    pub(super) cached: Option<Snapshot>,
    /// What is the matter with that.
    pub(super) note: Option<String>,
    /// The add-on that the cursor goes to.
    pub(super) addon_id: Option<String>,
}

/// What comes of it.
pub(super) enum News {
    /// Something for the state.
    Said(Box<Action>),
    /// Another profile can be shown.
    Ready(Box<Ready>),
}

/// All that goes on elsewhere.
pub(super) struct Elsewhere {
    lines: Lines,
    paths: Paths,
    journal: Result<Journal, String>,
    looks: JoinSet<(RequestId, Action)>,
    handles: HashMap<RequestId, AbortHandle>,
    loading: JoinSet<Action>,
    entering: JoinSet<News>,
    /// Profiles that were left with commands on their way.
    left: JoinSet<()>,
    /// How many commands that are.
    writes: usize,
    tell: mpsc::Sender<Ended>,
    told: mpsc::Receiver<Ended>,
}

impl Elsewhere {
    /// With nothing going on.
    pub(super) fn new(lines: Lines, paths: Paths, journal: Result<Journal, String>) -> Self {
        let (tell, told) = mpsc::channel(ENDS_AT_ONCE);
        Self {
            lines,
            paths,
            journal,
            looks: JoinSet::new(),
            handles: HashMap::new(),
            loading: JoinSet::new(),
            entering: JoinSet::new(),
            left: JoinSet::new(),
            writes: 0,
            tell,
            told,
        }
    }

    /// The clients, shared with the profile that is shown.
    pub(super) fn lines(&self) -> Lines {
        self.lines.clone()
    }

    /// Where it is kept what was seen last through a profile.
    pub(super) fn cache(&self, profile: &ProfileName) -> Option<Cache> {
        Some(Cache::new(self.paths.cache.as_deref()?, profile))
    }

    /// Asks the platform of a profile that is only looked at.
    pub(super) fn look(&mut self, id: RequestId, profile: ProfileName, query: Query) {
        let (lines, journal) = (self.lines.clone(), self.journal.clone());
        let handle = self.looks.spawn(async move {
            let looked = lines.look(&profile, async move |connection| {
                let (reply, requests) = counted(tasks::ask(&connection, journal, query)).await;
                (reply, connection.reader.budget(), requests)
            });
            let (reply, budget, requests) = match looked.await {
                Ok(looked) => looked,
                Err(error) => (Err(error), None, 0),
            };
            (id, Action::Looked { id, profile, reply, budget, requests })
        });
        self.handles.insert(id, handle);
    }

    /// Merges a list: on a thread of its own, for a long one takes a while.
    pub(super) fn merge(&mut self, id: RequestId, merge: Box<ListMerge>) {
        self.loading.spawn_blocking(move || Action::Merged { id, merged: Box::new(merge.run()) });
    }

    /// Reads all that was seen last through the profile that is shown.
    pub(super) fn recall(&mut self, cache: Cache, profile: ProfileName, endpoint: String) {
        self.loading.spawn_blocking(move || {
            let seen = cache.load(&endpoint).map(|seen| seen.map(Box::new));
            Action::Recalled { profile, seen }
        });
    }

    /// Reads what was seen last through profiles that are only looked at.
    pub(super) fn load_caches(&mut self, of: Vec<(ProfileName, String)>) {
        let folder = self.paths.cache.clone();
        self.loading.spawn_blocking(move || {
            // One that is damaged is as good as none: its rows come from the platform.
            let caches = of
                .iter()
                .filter_map(|(name, endpoint)| Cache::new(folder.as_deref()?, name).load(endpoint).ok().flatten());
            Action::Caches(caches.collect())
        });
    }

    /// Gives up a look.
    pub(super) fn cancel(&mut self, id: RequestId) {
        if let Some(handle) = self.handles.remove(&id) {
            handle.abort();
        }
    }

    /// Finds the way into another profile, and what was seen there last. Whatever was on its way to be entered is not any more.
    pub(super) fn enter(&mut self, name: ProfileName, addon_id: Option<String>) {
        let (lines, cache) = (self.lines.clone(), self.cache(&name));
        self.entering.abort_all();
        self.entering.spawn(async move {
            let profile = match lines.enter(&name).await {
                Ok(way) => way.profile,
                Err(why) => return News::Said(Box::new(Action::NotEntered { profile: name, why })),
            };
            let loaded = {
                let profile = profile.clone();
                tokio::task::spawn_blocking(move || super::seen_last(cache.as_ref(), &profile)).await
            };
            // Without it, the rows come from the platform.
            let (cached, note) = loaded.unwrap_or_default();
            News::Ready(Box::new(Ready { profile, cached, note, addon_id }))
        });
    }

    /// Takes what a profile that is left has under way: its reads are cut off and it is locked; its commands go on to their
    /// answers.
    pub(super) fn leave(&mut self, mut tasks: Tasks) {
        tasks.lock();
        tasks.cut_reads();
        self.writes = self.writes() + tasks.writes();
        let tell = self.tell.clone();
        self.left.spawn(async move {
            let profile = tasks.profile().clone();
            loop {
                let ended = match tasks.settled().await {
                    Ok(Some(result)) => Ok((profile.clone(), result)),
                    Ok(None) => return,
                    Err(panicked) => Err(panicked),
                };
                // Nobody listens any more once the process ends.
                if tell.send(ended).await.is_err() {
                    return;
                }
            }
        });
    }

    /// How many commands of profiles that were left are on their way.
    pub(super) fn writes(&mut self) -> usize {
        while self.left.try_join_next().is_some() {}
        if self.left.is_empty() && self.told.is_empty() {
            self.writes = 0;
        }
        self.writes
    }

    /// Cuts the looks off.
    pub(super) fn cut_reads(&mut self) {
        self.looks.abort_all();
        self.entering.abort_all();
    }

    /// What comes next from elsewhere. Waits for ever while nothing goes on there.
    ///
    /// # Errors
    /// When a task panicked.
    pub(super) async fn next(&mut self) -> Result<News, Panicked> {
        loop {
            tokio::select! {
                Some(ended) = self.told.recv() => {
                    let (profile, result) = self.ended(ended)?;
                    return Ok(News::Said(Box::new(Action::Left { profile, result })));
                }
                Some(entered) = self.entering.join_next() => {
                    if let Some(news) = finished(entered)? {
                        return Ok(news);
                    }
                }
                Some(loaded) = self.loading.join_next() => {
                    if let Some(action) = finished(loaded)? {
                        return Ok(News::Said(Box::new(action)));
                    }
                }
                Some(looked) = self.looks.join_next() => {
                    if let Some((id, action)) = finished(looked)? {
                        self.handles.remove(&id);
                        return Ok(News::Said(Box::new(action)));
                    }
                }
            }
        }
    }

    /// What became of the next command of a profile that was left; `None` when all have their answers.
    ///
    /// # Errors
    /// When a task panicked.
    pub(super) async fn settled(&mut self) -> Result<Option<(ProfileName, Box<SubmitResult>)>, Panicked> {
        loop {
            tokio::select! {
                biased;
                Some(ended) = self.told.recv() => return self.ended(ended).map(Some),
                left = self.left.join_next() => match left {
                    Some(_) => {}
                    None => return self.told.try_recv().ok().map(|ended| self.ended(ended)).transpose(),
                },
            }
        }
    }

    fn ended(&mut self, ended: Ended) -> Result<(ProfileName, Box<SubmitResult>), Panicked> {
        self.writes = self.writes.saturating_sub(1);
        ended
    }
}

/// What a task that ended has to say; nothing if it was cut off.
fn finished<T>(done: Result<T, JoinError>) -> Result<Option<T>, Panicked> {
    match done {
        Ok(said) => Ok(Some(said)),
        Err(error) if error.is_panic() => Err(Panicked),
        Err(_) => Ok(None),
    }
}
