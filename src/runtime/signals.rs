//! Signals as values.

use std::io;

use tokio::signal::unix::{Signal as Listener, SignalKind, signal};

/// SIGTSTP and SIGCONT have the numbers 20 and 18 on Linux, 18 and 19 on macOS and the BSDs.
const STOP: i32 = rustix::process::Signal::TSTP.as_raw();
const CONTINUE: i32 = rustix::process::Signal::CONT.as_raw();

/// What a signal asks of us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Signal {
    /// End, with status 128 + this number.
    End(i32),
    /// Give the terminal back and stop.
    Stop,
    /// We run again.
    Continue,
    /// The terminal may have another size.
    Resize,
}

/// Listens for all of them. From here on none of them ends the process by itself.
pub(super) struct Signals {
    ending: [Listener; 4],
    stop: Listener,
    go_on: Listener,
    resize: Listener,
}

impl Signals {
    /// Starts listening. A parent's wish that SIGHUP be ignored is not kept: without a terminal there is no dashboard.
    ///
    /// # Errors
    /// When the handlers can't be installed.
    pub(super) fn listen() -> io::Result<Self> {
        Ok(Self {
            ending: [
                signal(SignalKind::terminate())?,
                signal(SignalKind::hangup())?,
                signal(SignalKind::interrupt())?,
                signal(SignalKind::quit())?,
            ],
            stop: signal(SignalKind::from_raw(STOP))?,
            go_on: signal(SignalKind::from_raw(CONTINUE))?,
            resize: signal(SignalKind::window_change())?,
        })
    }

    /// The next one.
    pub(super) async fn recv(&mut self) -> Signal {
        let [terminate, hangup, interrupt, quit] = &mut self.ending;
        tokio::select! {
            _ = terminate.recv() => Signal::End(SignalKind::terminate().as_raw_value()),
            _ = hangup.recv() => Signal::End(SignalKind::hangup().as_raw_value()),
            _ = interrupt.recv() => Signal::End(SignalKind::interrupt().as_raw_value()),
            _ = quit.recv() => Signal::End(SignalKind::quit().as_raw_value()),
            _ = self.go_on.recv() => Signal::Continue,
            _ = self.stop.recv() => Signal::Stop,
            _ = self.resize.recv() => Signal::Resize,
        }
    }
}
