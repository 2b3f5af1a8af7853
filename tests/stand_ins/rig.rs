//! A running stand-in: it listens, writes down what comes, and misbehaves as it is told.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::Method;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::serve::Listener;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use serde_json::Value;
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::{RwLock, watch};
use tokio_util::sync::CancellationToken;

use super::counters::Counters;
use super::fault::{Rule, broken_off, flood, say};
use super::{Fault, Seen, control};

/// What a stand-in knows. It is cloned to find out what an answer would be without acting.
pub(crate) trait World: Clone + Send + 'static {
    /// Moves what goes on by itself (a provisioning, a restore) by so many steps.
    fn advance(&mut self, steps: u32);

    /// Changes by hand how it behaves.
    fn set(&mut self, _told: &Value) -> Result<(), String> {
        Err("Nothing can be set in this world.".into())
    }
}

/// How many requests are kept to be looked at: in a test more than any sends.
const KEPT: usize = if cfg!(test) { 1_000_000 } else { 1_000 };

type Hook = Box<dyn Fn(&Seen) + Send + Sync>;

/// A request that is acted on later.
struct Late {
    seen: Seen,
    next: Next,
    after_reads: Option<usize>,
}

pub(super) struct Shared<W> {
    pub(super) world: Arc<Mutex<W>>,
    pub(super) rules: Mutex<Vec<Rule>>,
    pub(super) seen: Mutex<Vec<Seen>>,
    pub(super) counters: Counters,
    pub(super) connections: AtomicUsize,
    /// Requests that are not answered yet: now, and at most.
    pub(super) at_once: Mutex<(usize, usize)>,
    /// The writes among them.
    writes_at_once: Mutex<(usize, usize)>,
    on_write: Mutex<Option<Hook>>,
    late: Mutex<Vec<Late>>,
    /// Written when everything that waits may go on.
    released: watch::Sender<()>,
    /// How many requests wait.
    waiting: watch::Sender<usize>,
    /// Whoever acts for good reads; whoever acts and takes it back writes.
    turn: RwLock<()>,
}

/// A running stand-in; it ends when it is dropped.
pub(crate) struct Rig<W> {
    shared: Arc<Shared<W>>,
    end: CancellationToken,
}

impl<W> Drop for Rig<W> {
    fn drop(&mut self) {
        self.end.cancel();
    }
}

/// Counts something up while it lives.
struct Counted<F: Fn(bool)>(F);

impl<F: Fn(bool)> Counted<F> {
    fn new(count: F) -> Self {
        count(true);
        Self(count)
    }
}

impl<F: Fn(bool)> Drop for Counted<F> {
    fn drop(&mut self) {
        (self.0)(false);
    }
}

impl<W: World> Rig<W> {
    /// On that address (port 0 for any); the URL is told with it.
    pub(crate) async fn on_tcp(
        address: &str,
        world: W,
        router: Router<Arc<Mutex<W>>>,
    ) -> std::io::Result<(Self, String)> {
        let listener = TcpListener::bind(address).await?;
        let url = format!("http://{}", listener.local_addr()?);
        Ok((Self::serve(listener, world, router), url))
    }

    /// On a Unix socket.
    pub(crate) fn on_unix(socket: &Path, world: W, router: Router<Arc<Mutex<W>>>) -> std::io::Result<Self> {
        Ok(Self::serve(UnixListener::bind(socket)?, world, router))
    }

    fn serve<L: Listener>(mut listener: L, world: W, router: Router<Arc<Mutex<W>>>) -> Self {
        let world = Arc::new(Mutex::new(world));
        // The rig reads a body to its end before a handler sees it.
        let router = router.layer(DefaultBodyLimit::disable()).with_state(world.clone());
        let shared = Arc::new(Shared {
            world,
            rules: Mutex::default(),
            seen: Mutex::default(),
            counters: Counters::default(),
            connections: AtomicUsize::new(0),
            at_once: Mutex::default(),
            writes_at_once: Mutex::default(),
            on_write: Mutex::default(),
            late: Mutex::default(),
            released: watch::Sender::default(),
            waiting: watch::Sender::default(),
            turn: RwLock::default(),
        });
        let rig = Self { shared: shared.clone(), end: CancellationToken::new() };
        let end = rig.end.clone();
        tokio::spawn(async move {
            loop {
                let io = tokio::select! {
                    () = end.cancelled() => return,
                    (io, _) = listener.accept() => io,
                };
                shared.connections.fetch_add(1, Ordering::SeqCst);
                let cut = end.child_token();
                let around = from_fn_with_state((shared.clone(), cut.clone()), answer::<W>);
                let router: Router = router.clone().layer(around);
                tokio::spawn(async move {
                    let serving = hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(io), TowerToHyperService::new(router));
                    tokio::select! {
                        () = cut.cancelled() => {}
                        _ended = serving => {}
                    }
                });
            }
        });
        rig
    }

    /// Looks at the world, or changes it.
    pub(crate) fn world<T>(&self, act: impl FnOnce(&mut W) -> T) -> T {
        act(&mut self.shared.world())
    }

    /// Misbehaves on the next `times` requests of that method whose target begins so.
    pub(crate) fn fail(&self, method: Method, path: impl Into<String>, times: usize, fault: Fault) {
        self.shared.rules.lock().unwrap().push(Rule { method: Some(method), path: path.into(), times, fault });
    }

    /// Behaves from now on.
    pub(crate) fn forget_faults(&self) {
        self.shared.rules.lock().unwrap().clear();
    }

    /// Lets go on whatever waits, and does what was to be done late.
    pub(crate) async fn release(&self) {
        self.shared.release().await;
    }

    /// Returns when so many requests wait for being released.
    pub(crate) async fn until_waiting(&self, count: usize) {
        self.shared.waiting.subscribe().wait_for(|waiting| *waiting >= count).await.unwrap();
    }

    /// Called with each write before anything is done about it.
    pub(crate) fn on_write(&self, hook: impl Fn(&Seen) + Send + Sync + 'static) {
        *self.shared.on_write.lock().unwrap() = Some(Box::new(hook));
    }

    /// Every request so far, but those below `/__stand_in/`.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.shared.seen.lock().unwrap().clone()
    }

    /// How many requests of that method came whose target begins so.
    pub(crate) fn count(&self, method: Method, path: &str) -> usize {
        self.seen().iter().filter(|seen| seen.method == method && seen.target.starts_with(path)).count()
    }

    /// How many writes came.
    pub(crate) fn writes(&self) -> usize {
        self.seen().iter().filter(|seen| seen.is_write()).count()
    }

    pub(crate) fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// How many requests were unanswered at the same time, at most.
    pub(crate) fn most_at_once(&self) -> usize {
        self.shared.at_once.lock().unwrap().1
    }

    /// How many writes were unanswered at the same time, at most.
    pub(crate) fn most_writes_at_once(&self) -> usize {
        self.shared.writes_at_once.lock().unwrap().1
    }
}

impl<W: World> Shared<W> {
    pub(super) fn world(&self) -> MutexGuard<'_, W> {
        self.world.lock().unwrap()
    }

    fn note(&self, seen: &Seen) {
        self.counters.asked(seen);
        let mut all = self.seen.lock().unwrap();
        all.push(seen.clone());
        if all.len() / 2 >= KEPT {
            all.drain(..KEPT);
        }
    }

    pub(super) async fn release(&self) {
        self.act_late(|_| true).await;
        self.released.send_replace(());
    }

    async fn act_late(&self, is_due: impl Fn(&Late) -> bool) {
        let due: Vec<Late> = {
            let mut late = self.late.lock().unwrap();
            let (due, left) = late.drain(..).partition(|one| is_due(one));
            *late = left;
            due
        };
        for one in due {
            self.act(&one.seen, &one.next).await;
        }
    }

    async fn act(&self, seen: &Seen, next: &Next) -> Response {
        let _turn = self.turn.read().await;
        next.clone().run(seen.request()).await
    }

    /// What would be answered.
    async fn act_and_take_back(&self, seen: &Seen, next: &Next) -> Response {
        let _turn = self.turn.write().await;
        let before = self.world().clone();
        let answer = next.clone().run(seen.request()).await;
        *self.world() = before;
        answer
    }

    /// What is due after so many reads, when another one comes.
    async fn count_read(&self) {
        self.act_late(|one| one.after_reads == Some(0)).await;
        for one in &mut *self.late.lock().unwrap() {
            one.after_reads = one.after_reads.map(|reads| reads.saturating_sub(1));
        }
    }

    async fn until_released(&self) {
        let mut released = self.released.subscribe();
        let _waiting = Counted::new(|is_more| {
            self.waiting.send_modify(|waiting| *waiting = if is_more { *waiting + 1 } else { *waiting - 1 });
        });
        released.changed().await.unwrap();
    }
}

async fn answer<W: World>(
    State((shared, cut)): State<(Arc<Shared<W>>, CancellationToken)>,
    request: Request,
    next: Next,
) -> Response {
    let never = std::future::pending::<Response>;
    // Whoever sends cut it off: nothing is acted on.
    let Some(seen) = Seen::read(request).await else { return say(400, &[], String::new()) };
    if let Some(path) = seen.target.strip_prefix("/__stand_in/") {
        return control::answer(&shared, path, &seen).await;
    }
    let count = |counts: &Mutex<(usize, usize)>, is_more| {
        let (now, most) = &mut *counts.lock().unwrap();
        *now = if is_more { *now + 1 } else { *now - 1 };
        *most = (*now).max(*most);
    };
    let _counted = Counted::new(|is_more| {
        count(&shared.at_once, is_more);
        if seen.is_write() {
            count(&shared.writes_at_once, is_more);
        }
    });
    shared.note(&seen);
    if seen.is_write()
        && let Some(hook) = &*shared.on_write.lock().unwrap()
    {
        hook(&seen);
    }
    if seen.method == Method::GET {
        shared.count_read().await;
    }
    let later = |after_reads| {
        shared.late.lock().unwrap().push(Late { seen: seen.clone(), next: next.clone(), after_reads });
    };
    let fault = Rule::take(&mut shared.rules.lock().unwrap(), &seen);
    let answer = match fault {
        None => shared.act(&seen, &next).await,
        Some(Fault::Delay(time)) => {
            match time {
                Some(time) => tokio::time::sleep(time).await,
                None => shared.until_released().await,
            }
            shared.act(&seen, &next).await
        }
        Some(Fault::Hang) => never().await,
        Some(Fault::ActAndHang) => {
            shared.act(&seen, &next).await;
            never().await
        }
        Some(Fault::Cut) => {
            cut.cancel();
            never().await
        }
        Some(Fault::ActAndCut) => {
            shared.act(&seen, &next).await;
            cut.cancel();
            never().await
        }
        Some(Fault::ActAndCutInBody) => broken_off(shared.act(&seen, &next).await, false).await,
        Some(Fault::ActAndCutHalfWay) => broken_off(shared.act(&seen, &next).await, true).await,
        Some(Fault::ActAndSay(status, body)) => {
            shared.act(&seen, &next).await;
            say(status, &[], body.into())
        }
        Some(Fault::ActLate(after_reads)) => {
            let answer = shared.act_and_take_back(&seen, &next).await;
            later(after_reads);
            answer
        }
        Some(Fault::CutAndActLate(after_reads)) => {
            later(after_reads);
            cut.cancel();
            never().await
        }
        Some(Fault::Flood) => flood(),
        Some(Fault::Say(status, headers, body)) => say(status, &headers, body),
    };
    shared.counters.answered(&seen, &answer);
    answer
}
