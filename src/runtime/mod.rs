//! The loop: it alone owns the state and performs effects. Everything else is data on its way to it or from it.

pub mod backend;
mod choices;
mod clipboard;
mod dashboard;
mod elsewhere;
mod hangup;
mod input;
mod kind;
mod leave;
mod lines;
mod look;
pub mod pace;
mod signals;
mod suspend;
mod tasks;
mod tell;
pub mod terminal;
mod vitals;

use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use color_eyre::eyre::WrapErr;

use crate::app::{Now, Opening, ProfileChoice, Session, Start, State};
use crate::config::{Endpoint, Notify, Paths, Profile};
use crate::store::{Cache, Journal, Snapshot};

use tokio::runtime::Runtime;

use dashboard::Dashboard;
use elsewhere::Elsewhere;
use hangup::Reader;
use leave::End;
use lines::Lines;
use signals::Signals;
use tasks::Tasks;
use terminal::Screen;

pub use crate::app::Look;
pub use choices::choices;
pub use lines::Ways;
pub use look::ColorChoice;

/// Wrong usage: there is no terminal to show a dashboard on.
const WRONG_USAGE: u8 = 2;

/// What the dashboard is started with.
pub struct DashboardOptions {
    /// The profile it shows first.
    pub profile: Profile,
    /// The profiles that may be entered, this one among them.
    pub profiles: Vec<ProfileChoice>,
    /// How each of them is come into.
    pub ways: Arc<dyn Ways>,
    /// Where things are on disk.
    pub paths: Paths,
    /// What `--color` said.
    pub color: ColorChoice,
    /// Whether `--ascii` was given.
    pub ascii: bool,
    /// Where it opens, if not on its panes.
    pub opening: Option<Opening>,
    /// How somebody who looks elsewhere is told of an end.
    pub notify: Notify,
    /// What is to be said once, at the start.
    pub notice: Option<String>,
}

/// Runs the dashboard until it is left, and gives the exit status: 0, 2 without a terminal, 5 when it was left before a
/// command's answer came, 101 when a part of the program panicked, 128 + n after signal n.
///
/// It makes its own tokio runtime, so it must not be called inside one.
///
/// # Errors
/// When the terminal can't be used; it is restored first.
pub fn run(options: DashboardOptions) -> color_eyre::Result<ExitCode> {
    let started = Instant::now();
    if let Err(reason) = terminal::check(std::env::var("TERM").ok().as_deref()) {
        // There is nowhere left to say that standard error is closed.
        let _ = writeln!(std::io::stderr(), "attache: {reason}");
        return Ok(ExitCode::from(WRONG_USAGE));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let handle = runtime.handle().clone();
    let _unwaiting = Unwaiting(Some(runtime));
    handle.block_on(show(options, started))
}

/// A runtime that is not waited for at the end, however that comes: what still waits in a system call must not keep us.
struct Unwaiting(Option<Runtime>);

impl Drop for Unwaiting {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

async fn show(options: DashboardOptions, started: Instant) -> color_eyre::Result<ExitCode> {
    let DashboardOptions { profile, profiles, ways, paths, color, ascii, opening, notify, notice } = options;
    let look = Look::decide(color, ascii, |name| std::env::var_os(name));
    let journal = journal(&paths);
    let cache = paths.cache.as_deref().map(|folder| Cache::new(folder, &profile.name));
    // From here on a signal ends us by way of the loop, which gives the terminal back.
    let mut signals = Signals::listen().wrap_err("Signals can't be listened to")?;
    let screen = Screen::enter(look.color).wrap_err("The terminal can't be taken over")?;
    // The first of it: the rest follows the first frame.
    let (cached, note) = or_note(cache.as_ref().map(|cache| cache.glance(&endpoint(&profile.endpoint))));
    // Without a journal its folder is what is to be mended, and the cache most likely lies beside it.
    let note = journal.as_ref().err().cloned().or(note);
    let notice = journal.as_ref().map_or(None, |journal| journal.doubt().or(notice));
    let mut start = start(&profile, &journal, cached, note, screen.size(), Duration::ZERO);
    (start.profiles, start.opening) = (profiles, opening);
    let mut state = State::new(start);
    state.ui.look = look;
    if let Some(notice) = notice {
        state.say(notice, Now { wall: jiff::Timestamp::now(), mono: Duration::ZERO });
    }
    let lines = Lines::new(ways, profile.clone());
    let elsewhere = Elsewhere::new(lines.clone(), paths, journal.clone());
    let tasks = Tasks::new(profile, journal);
    let mut dashboard = Dashboard::new(state, screen, tasks, elsewhere, cache, started);
    dashboard.notify = notify;
    // The first frame comes before the client is built and before any byte from the network.
    dashboard.paint();
    dashboard.tasks.connect(lines);
    dashboard.tasks.prune();
    let mut reader = Reader::start().wrap_err("The terminal can't be read")?;
    let end = dashboard.run(&mut signals, &mut reader).await;
    let Dashboard { screen, mut tasks, mut elsewhere, state, .. } = dashboard;
    leave::begin(&end);
    // What is typed from here on is the shell's.
    drop(reader);
    if !matches!(end, End::HungUp) {
        drop(screen);
    }
    leave::part(&state.parting(), &end);
    let is_settled = leave::settle(&mut tasks, &mut elsewhere, &mut signals, &end).await;
    // One that waited for its answer may have panicked only now.
    let end = if terminal::has_panicked() { End::Panicked } else { end };
    leave::tell_of_panic(&end);
    match end {
        End::Quit if !is_settled => Ok(ExitCode::from(leave::OUTCOME_UNKNOWN)),
        end => Ok(ExitCode::from(end.status())),
    }
}

/// What was seen last through a profile, or what is the matter with that.
fn seen_last(cache: Option<&Cache>, profile: &Profile) -> (Option<Snapshot>, Option<String>) {
    or_note(cache.map(|cache| cache.load(&endpoint(&profile.endpoint))))
}

fn or_note(seen: Option<Result<Option<Snapshot>, String>>) -> (Option<Snapshot>, Option<String>) {
    match seen {
        Some(Ok(cached)) => (cached, None),
        Some(Err(note)) => (None, Some(note)),
        None => (None, None),
    }
}

/// The journal of this user, or why there is none: then nothing is written anywhere.
fn journal(paths: &Paths) -> Result<Journal, String> {
    let folder = paths.operations().map_err(|error| error.to_string())?;
    Journal::open(&folder).map_err(|error| error.to_string())
}

/// What the state of a profile starts with: all of it is on this machine.
fn start(
    profile: &Profile,
    journal: &Result<Journal, String>,
    cached: Option<Snapshot>,
    note: Option<String>,
    size: ratatui::layout::Size,
    mono: Duration,
) -> Start {
    let no_journal = journal.as_ref().err().cloned();
    let mut session = Session {
        profile: profile.name.clone(),
        words: crate::platform::words(profile.platform),
        endpoint: endpoint(&profile.endpoint),
        account: profile.account(),
        danger: profile.danger,
        no_writes: no_journal.clone(),
        read_only: profile.read_only,
        no_journal,
        unlocked: None,
        budget: None,
        capabilities: Vec::new(),
    };
    session.no_writes = session.locked().or(session.no_writes);
    Start {
        session,
        size: (size.width, size.height),
        seed: rand::random(),
        cached,
        note,
        opening: None,
        profiles: Vec::new(),
        zone: jiff::tz::TimeZone::system(),
        // Where there is none, a download says so when its turn comes.
        downloads: std::env::current_dir().unwrap_or_default(),
        now: Now { wall: jiff::Timestamp::now(), mono },
    }
}

/// Where a profile leads, as the journal and the cache name it.
fn endpoint(endpoint: &Endpoint) -> String {
    match endpoint {
        Endpoint::Unix(path) => path.display().to_string(),
        Endpoint::Url(url) => url.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_of_the_loop_is_not_kept_by_what_hangs() {
        let (hold, held) = std::sync::mpsc::channel::<()>();
        let (tell, told) = std::sync::mpsc::channel();
        let ran = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
            let handle = runtime.handle().clone();
            let _unwaiting = Unwaiting(Some(runtime));
            handle.block_on(async {
                tokio::task::spawn_blocking(move || {
                    tell.send(()).unwrap();
                    drop(tell);
                    held.recv()
                });
                told.recv().unwrap();
                assert!(told.recv().is_ok(), "on purpose: the loop panics");
            });
        });
        assert!(ran.join().is_err(), "it ended while the other thread still hangs");
        drop(hold);
    }
}
