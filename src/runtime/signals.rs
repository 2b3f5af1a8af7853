//! Signals as values.

use std::io;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

use super::hangup::end_within;

/// Who sends a signal wants us gone soon.
pub(super) const AFTER_SIGNAL: Duration = Duration::from_secs(5);
/// Beyond any limit of leaving, should something be stuck.
pub(super) const STUCK: Duration = Duration::from_secs(2);

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

/// Signals on their way to the loop.
pub(super) struct Signals(mpsc::Receiver<Signal>);

impl Signals {
    /// Starts listening. From here on none of them ends the process by itself, but one that asks for the end is obeyed
    /// after a while even when the loop is stuck, in a write to a terminal that takes nothing for one. A parent's wish
    /// that SIGHUP be ignored is not kept: without a terminal there is no dashboard.
    ///
    /// # Errors
    /// When the handlers can't be installed.
    pub(super) fn listen() -> io::Result<Self> {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut hangup = signal(SignalKind::hangup())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut quit = signal(SignalKind::quit())?;
        let mut stop = signal(SignalKind::from_raw(STOP))?;
        let mut go_on = signal(SignalKind::from_raw(CONTINUE))?;
        let mut resize = signal(SignalKind::window_change())?;
        let (sender, receiver) = mpsc::channel(16);
        tokio::spawn(async move {
            loop {
                let signal = tokio::select! {
                    _ = terminate.recv() => Signal::End(SignalKind::terminate().as_raw_value()),
                    _ = hangup.recv() => Signal::End(SignalKind::hangup().as_raw_value()),
                    _ = interrupt.recv() => Signal::End(SignalKind::interrupt().as_raw_value()),
                    _ = quit.recv() => Signal::End(SignalKind::quit().as_raw_value()),
                    _ = go_on.recv() => Signal::Continue,
                    _ = stop.recv() => Signal::Stop,
                    _ = resize.recv() => Signal::Resize,
                };
                if let Signal::End(number) = signal {
                    end_within(AFTER_SIGNAL + STUCK, 128 + number);
                }
                if sender.send(signal).await.is_err() {
                    return;
                }
            }
        });
        Ok(Self(receiver))
    }

    /// The next one.
    pub(super) async fn recv(&mut self) -> Signal {
        match self.0.recv().await {
            Some(signal) => signal,
            None => std::future::pending().await,
        }
    }
}
