//! Signals as values.

use std::io;
use std::time::Duration;

use tokio::signal::unix::{Signal as Listener, SignalKind, signal};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::hangup::end_within;

/// Who sends a signal wants us gone soon.
pub(super) const AFTER_SIGNAL: Duration = Duration::from_secs(5);
/// Beyond any limit of leaving, should something be stuck.
pub(super) const STUCK: Duration = Duration::from_secs(2);

/// SIGTSTP and SIGCONT have the numbers 20 and 18 on Linux, 18 and 19 on macOS and the BSDs.
const STOP: i32 = rustix::process::Signal::TSTP.as_raw();
const CONTINUE: i32 = rustix::process::Signal::CONT.as_raw();

/// Signals that were sent in one breath are heard in either order, but within so long.
const TOGETHER: Duration = Duration::from_millis(20);

/// How many wait to be heard.
const AT_ONCE: usize = 16;

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

/// Those that ask for the end.
struct Ends([(i32, Listener); 4]);

impl Ends {
    fn listen() -> io::Result<Self> {
        let listen = |kind: SignalKind| signal(kind).map(|listener| (kind.as_raw_value(), listener));
        let (terminate, hangup) = (listen(SignalKind::terminate())?, listen(SignalKind::hangup())?);
        Ok(Self([terminate, hangup, listen(SignalKind::interrupt())?, listen(SignalKind::quit())?]))
    }

    /// The next one's number.
    async fn recv(&mut self) -> i32 {
        let [(first, a), (second, b), (third, c), (fourth, d)] = &mut self.0;
        tokio::select! {
            _ = a.recv() => *first,
            _ = b.recv() => *second,
            _ = c.recv() => *third,
            _ = d.recv() => *fourth,
        }
    }
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
        let mut ends = Ends::listen()?;
        let mut stop = signal(SignalKind::from_raw(STOP))?;
        let mut go_on = signal(SignalKind::from_raw(CONTINUE))?;
        let mut resize = signal(SignalKind::window_change())?;
        let (sender, receiver) = mpsc::channel(AT_ONCE);
        tokio::spawn(async move {
            loop {
                let signal = tokio::select! {
                    biased;
                    number = ends.recv() => Signal::End(number),
                    // `kill` from a shell lets a stopped job run again with the same breath: one that took the terminal
                    // over then, in the background, would be stopped anew and never hear of its end.
                    _ = go_on.recv() => match timeout(TOGETHER, ends.recv()).await {
                        Ok(number) => Signal::End(number),
                        Err(_) => Signal::Continue,
                    },
                    _ = stop.recv() => Signal::Stop,
                    _ = resize.recv() => Signal::Resize,
                };
                if let Signal::End(number) = signal {
                    end_within(AFTER_SIGNAL + STUCK, 128 + number);
                }
                // One is as good as many, and while the loop is stuck they must not keep us from hearing of the end.
                if signal == Signal::Resize && sender.capacity() < AT_ONCE / 2 {
                    continue;
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
