//! The thread that reads the terminal, and that notices when there is none any more.
//!
//! It sleeps in `poll` without a time-out: a vanished terminal wakes it, as a key does, and nothing else. A loop that never
//! writes when idle would otherwise not notice, for SIGHUP may be ignored or go to somebody else (sudo, setsid, tmux).

use std::io::{self, PipeReader, PipeWriter};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::stdio::stdin;
use tokio::sync::mpsc;

use super::input::{Input, Parser};
use super::terminal;

/// How long the loop may take to end after the terminal went away.
const GRACE: Duration = Duration::from_millis(1_800);
/// The status of a process that a hang-up ended: 128 + SIGHUP.
pub(super) const HUNG_UP: i32 = 129;

/// What one read gave.
#[derive(Debug)]
pub(super) enum Read {
    /// So much, read at this time.
    Inputs(Vec<Input>, Instant),
    /// The terminal is gone.
    Gone,
}

/// The reading thread. Dropping it stops the reading, so that what is typed next is the shell's.
pub(super) struct Reader {
    reads: mpsc::Receiver<Read>,
    _stop: PipeWriter,
}

impl Reader {
    /// Starts to read.
    ///
    /// # Errors
    /// When there can be no pipe or thread.
    pub(super) fn start() -> io::Result<Self> {
        let (stopped, stop) = io::pipe()?;
        let (sender, reads) = mpsc::channel(64);
        std::thread::Builder::new().name("terminal".into()).spawn(move || {
            if read_until(&stopped, &sender).is_err() {
                // Should the loop be stuck, in a write to that terminal for one, the process ends all the same.
                end_within(GRACE, HUNG_UP);
                let _ = sender.blocking_send(Read::Gone);
            }
        })?;
        Ok(Self { reads, _stop: stop })
    }

    /// The next read.
    pub(super) async fn recv(&mut self) -> Read {
        self.reads.recv().await.unwrap_or(Read::Gone)
    }

    /// A read that has come already.
    pub(super) fn try_recv(&mut self) -> Option<Read> {
        self.reads.try_recv().ok()
    }
}

/// The terminal is gone.
struct Gone;

/// Reads until it is stopped, or the terminal is gone.
fn read_until(stopped: &PipeReader, sender: &mpsc::Sender<Read>) -> Result<(), Gone> {
    let tty = stdin();
    let mut parser = Parser::default();
    let mut buffer = [0; 4096];
    loop {
        let hold = parser.hold().and_then(|hold| Timespec::try_from(hold).ok());
        let mut fds = [PollFd::new(&tty, PollFlags::IN), PollFd::new(stopped, PollFlags::IN)];
        let ready = match poll(&mut fds, hold.as_ref()) {
            Err(Errno::INTR) => continue,
            Err(_) => return Err(Gone),
            Ok(ready) => ready,
        };
        if !fds[1].revents().is_empty() {
            return Ok(());
        }
        let inputs = if ready == 0 {
            parser.expire()
        } else if fds[0].revents().contains(PollFlags::IN) {
            match rustix::io::read(tty, &mut buffer) {
                Ok(0) => return Err(Gone),
                Ok(count) => parser.feed(&buffer[..count]),
                Err(Errno::INTR | Errno::AGAIN) => continue,
                Err(_) => return Err(Gone),
            }
        } else {
            return Err(Gone);
        };
        if !inputs.is_empty() && sender.blocking_send(Read::Inputs(inputs, Instant::now())).is_err() {
            return Ok(());
        }
    }
}

/// Ends the process after so long, wherever it is stuck.
pub(super) fn end_within(limit: Duration, status: i32) {
    let end = move || {
        std::thread::sleep(limit);
        terminal::restore_modes();
        std::process::exit(status);
    };
    // Without a thread there is nothing left to be patient with.
    if std::thread::Builder::new().name("ending".into()).spawn(end).is_err() {
        std::process::exit(status);
    }
}
