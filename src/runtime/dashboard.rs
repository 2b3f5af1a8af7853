//! The loop. It sleeps until something happens or is due, and draws only when something visible changed.

use std::time::{Duration, Instant};

use ratatui::layout::Size;

use crate::app::{Action, Effect, Now, State, update};
use crate::config::Notify;
use crate::store::Cache;
use crate::view;

use super::clipboard::{self, Route};
use super::elsewhere::{Elsewhere, News, Ready};
use super::hangup::{Read, Reader};
use super::input::Input;
use super::leave::End;
use super::pace::Pace;
use super::signals::{Signal, Signals};
use super::suspend;
use super::tasks::{Panicked, Tasks};
use super::tell;
use super::terminal::{self, Screen};
use super::vitals::Vitals;

/// A deadline that has passed and is asked for again at once is served no faster than this.
const BREATH: Duration = Duration::from_millis(5);

/// The one owner of the state.
pub(super) struct Dashboard {
    pub(super) state: State,
    pub(super) screen: Screen,
    pub(super) tasks: Tasks,
    pub(super) elsewhere: Elsewhere,
    cache: Option<Cache>,
    route: Route,
    /// How somebody who looks elsewhere is told of an end.
    pub(super) notify: Notify,
    vitals: Vitals,
    started: Instant,
    /// The latest time that was told to the state; it never goes back.
    latest: Duration,
    painted: Option<u64>,
    pace: Pace,
    is_stopped: bool,
    end: Option<End>,
}

impl Dashboard {
    pub(super) fn new(
        state: State,
        screen: Screen,
        tasks: Tasks,
        elsewhere: Elsewhere,
        cache: Option<Cache>,
        started: Instant,
    ) -> Self {
        Self {
            state,
            screen,
            tasks,
            elsewhere,
            cache,
            route: Route::from_env(|name| std::env::var_os(name)),
            notify: Notify::default(),
            vitals: Vitals::from_env(|name| std::env::var_os(name)),
            started,
            latest: Duration::ZERO,
            painted: None,
            pace: Pace::new(Instant::now()),
            is_stopped: false,
            end: None,
        }
    }

    /// Runs until there is a reason to end.
    pub(super) async fn run(&mut self, signals: &mut Signals, reader: &mut Reader) -> End {
        // The first look at the state's deadlines: it asks its first questions now, after the first frame.
        self.act(Action::Deadline, Instant::now());
        loop {
            if let Some(end) = self.end.take() {
                return end;
            }
            self.paint();
            let wake = self.wake();
            tokio::select! {
                biased;
                signal = signals.recv() => self.signal(signal),
                read = reader.recv() => {
                    self.read(read);
                    // What has come meanwhile costs no frame of its own.
                    while self.end.is_none() && let Some(read) = reader.try_recv() {
                        self.read(read);
                    }
                }
                action = self.tasks.next() => {
                    self.reply(action.map(Some));
                    while self.end.is_none() && let Some(action) = self.tasks.try_next().transpose() {
                        self.reply(action.map(Some));
                    }
                }
                news = self.elsewhere.next() => match news {
                    Ok(News::Said(action)) => self.act(*action, Instant::now()),
                    Ok(News::Ready(ready)) => self.enter(*ready),
                    Err(Panicked) => self.end = Some(End::Panicked),
                },
                // Also in a task that nobody here waits for, such as one of a connection.
                () = terminal::panicked() => self.end = Some(End::Panicked),
                () = until(wake) => self.due(),
            }
        }
    }

    /// Paints when something visible changed, the terminal is ours, and the last frame was long enough ago.
    pub(super) fn paint(&mut self) {
        let revision = self.state.revision();
        if self.is_stopped || self.end.is_some() || self.painted == Some(revision) {
            return;
        }
        if self.pace.due().is_some_and(|due| Instant::now() < due) {
            return;
        }
        self.screen.set_title(&self.state.title());
        let state = &self.state;
        let mut extent = 0;
        let Ok(bytes) = self.screen.draw(|frame| extent = view::view_and_measure(state, frame)) else {
            self.end = Some(End::HungUp);
            return;
        };
        self.painted = Some(revision);
        self.pace.drawn(Instant::now(), bytes);
        if extent != self.state.ui.scroll_max {
            self.act(Action::Extent(extent), Instant::now());
        }
        self.act(Action::Painted, Instant::now());
    }

    /// When the loop has to wake by itself.
    fn wake(&self) -> Option<Instant> {
        let due = self.state.next_deadline().map(|due| {
            let due = if due <= self.latest { self.latest + BREATH } else { due };
            self.started + due
        });
        let is_waiting = !self.is_stopped && self.painted != Some(self.state.revision());
        let frame = if is_waiting { self.pace.due() } else { None };
        [due, frame].into_iter().flatten().min()
    }

    fn due(&mut self) {
        if self.state.next_deadline().is_some_and(|due| due <= self.started.elapsed()) {
            self.act(Action::Deadline, Instant::now());
        }
    }

    fn read(&mut self, read: Read) {
        let Read::Inputs(inputs, at) = read else {
            self.act(Action::Terminate, Instant::now());
            self.end = Some(End::HungUp);
            return;
        };
        self.pace.touch(at);
        let alone = inputs.len() == 1;
        for input in inputs {
            let action = match input {
                Input::Key(key) => Action::Key { key, alone },
                Input::Paste(text) => Action::Paste(text),
                Input::Focus(has_it) => Action::Focus(has_it),
            };
            // A key counts from when it came, not from when we got round to it: one that came before a modal was on the
            // screen must not look like an answer to it.
            self.act(action, at);
        }
    }

    fn reply(&mut self, action: Result<Option<Action>, Panicked>) {
        match action {
            Ok(Some(action)) => self.act(action, Instant::now()),
            Ok(None) => {}
            Err(Panicked) => self.end = Some(End::Panicked),
        }
    }

    fn signal(&mut self, signal: Signal) {
        self.pace.touch(Instant::now());
        match signal {
            Signal::End(number) => {
                self.act(Action::Terminate, Instant::now());
                self.end = Some(End::Signal(number));
            }
            Signal::Stop => self.suspend(),
            Signal::Continue => {
                // A hang-up comes with a SIGCONT, so that stopped processes hear of it.
                self.is_stopped = false;
                if self.screen.reenter().is_err() {
                    self.end = Some(End::HungUp);
                    return;
                }
                self.resized();
                self.act(Action::Continued, Instant::now());
                self.painted = None;
            }
            Signal::Resize => {
                self.resized();
                self.vitals.write(&self.state, &self.tasks);
            }
        }
    }

    fn resized(&mut self) {
        if let Some(Size { width, height }) = self.screen.measure() {
            self.act(Action::Resize(width, height), Instant::now());
            self.painted = None;
        }
    }

    /// Gives an action to the state and does what it wants done.
    fn act(&mut self, action: Action, at: Instant) {
        let mut next = Some(action);
        let mut at = at;
        while let Some(action) = next.take() {
            self.latest = self.latest.max(at.saturating_duration_since(self.started));
            let now = Now { wall: jiff::Timestamp::now(), mono: self.latest };
            let calls = self.state.calls();
            for effect in update(&mut self.state, action, now) {
                // Only the clipboard answers at once, and one update copies one thing.
                next = self.perform(effect).or(next);
            }
            at = Instant::now();
            if self.state.calls() != calls {
                self.pace.touch(at);
            }
        }
    }

    fn perform(&mut self, effect: Effect) -> Option<Action> {
        match effect {
            Effect::Fetch { id, profile: _, query } => self.tasks.fetch(id, query),
            Effect::Prepare { id, profile: _, command } => self.tasks.prepare(id, command),
            Effect::PlanRestore { id, profile: _, wish } => self.tasks.plan_restore(id, *wish),
            Effect::PrepareAgain { id, profile: _, operation } => self.tasks.prepare_again(id, operation),
            Effect::Submit { id, profile: _, prepared, part_of } => {
                self.tasks.submit(id, *prepared, part_of.map(|part_of| *part_of));
            }
            Effect::Course(effect) => self.tasks.course(effect),
            Effect::Follow { id, operation } => self.tasks.follow(id, *operation),
            Effect::ReadEntry(operation) => self.tasks.read_entry(operation),
            Effect::HandOff(operation) => self.tasks.hand_off(operation),
            Effect::LookAtJournal(id) => self.tasks.look_at_journal(id),
            Effect::Note(operation) => self.tasks.note(operation),
            Effect::Authorize { id, profile: _, code, app } => self.tasks.authorize(id, code, app),
            Effect::Unlock { id, profile: _, reason, until } => self.tasks.unlock(id, reason, until),
            Effect::Lock => self.tasks.lock(),
            Effect::Look { id, profile, query } => self.elsewhere.look(id, profile, query),
            Effect::Merge { id, merge } => self.elsewhere.merge(id, merge),
            Effect::Recall => {
                let session = &self.state.session;
                if let Some(cache) = self.cache.clone() {
                    self.elsewhere.recall(cache, session.profile.clone(), session.endpoint.clone());
                }
            }
            Effect::Enter { profile, addon_id } => self.elsewhere.enter(profile, addon_id),
            Effect::LoadCaches(of) => self.elsewhere.load_caches(of),
            Effect::Cancel(id) => {
                self.tasks.cancel(id);
                self.elsewhere.cancel(id);
            }
            Effect::Copy(text) => return Some(Action::Copied(clipboard::copy(&text, self.route))),
            // Between two frames: each of them is one write.
            Effect::Tell(text) => tell::tell(&text, self.notify, self.route),
            Effect::Repaint => {
                self.screen.repaint();
                self.painted = None;
            }
            Effect::SaveCache => self.save(),
            Effect::Suspend => self.suspend(),
            Effect::Quit => self.end = Some(End::Quit),
        }
        None
    }

    /// Writes what is seen now to the cache.
    fn save(&mut self) {
        if let Some((cache, snapshot)) = self.cache.clone().zip(self.state.snapshot()) {
            self.tasks.save(cache, snapshot);
        }
    }

    /// Shows another profile from now on, if that is still what is wanted. What is on its way in this one goes on.
    fn enter(&mut self, ready: Ready) {
        let Ready { profile, cached, note, addon_id } = ready;
        match self.state.may_enter(&profile.name) {
            Some(Ok(())) => {}
            Some(Err(why)) => return self.act(Action::NotEntered { profile: profile.name, why }, Instant::now()),
            // It was given up meanwhile.
            None => return,
        }
        self.save();
        let journal = self.tasks.journal();
        self.latest = self.latest.max(self.started.elapsed());
        let start = super::start(&profile, &journal, cached, note, self.screen.size(), self.latest);
        self.cache = self.elsewhere.cache(&profile.name);
        self.elsewhere.leave(std::mem::replace(&mut self.tasks, Tasks::new(profile, journal)));
        self.state = State::enter_from(&mut self.state, start, addon_id);
        // The first frame of it comes before any byte from the network.
        self.pace.restart(Instant::now());
        self.paint();
        self.tasks.connect(self.elsewhere.lines());
        self.act(Action::Deadline, Instant::now());
    }

    /// Gives the terminal to the shell and stops; SIGCONT brings us back.
    fn suspend(&mut self) {
        if let Err(reason) = suspend::check() {
            self.act(Action::Copied(Err(reason)), Instant::now());
            return;
        }
        terminal::restore();
        self.is_stopped = true;
        if suspend::stop().is_err() {
            self.is_stopped = false;
            if self.screen.reenter().is_err() {
                self.end = Some(End::HungUp);
            }
            self.painted = None;
        }
    }
}

async fn until(wake: Option<Instant>) {
    match wake {
        Some(wake) => tokio::time::sleep_until(wake.into()).await,
        None => std::future::pending().await,
    }
}
