//! A real terminal around a real process: what it writes is kept as a screen, and every wait is for a condition.

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use rustix::fs::{Mode, OFlags, open};
use rustix::process::{Pid, Signal, kill_process};
use rustix::termios::{LocalModes, tcgetattr};

/// The limit of every wait. Generous: it is reached by failing tests only.
const LIMIT: Duration = Duration::from_secs(90);

/// What came from the process so far.
#[derive(Default)]
struct Seen {
    screen: Option<vt100::Parser>,
    bytes: Vec<u8>,
    exited: Option<ExitStatus>,
    is_closed: bool,
    vanishes: bool,
    is_stuck: bool,
    rests: bool,
}

/// A process in a terminal of its own. It is killed when this goes.
pub(crate) struct Pty {
    /// `None` once the terminal was taken away.
    master: Option<Box<dyn MasterPty + Send>>,
    writer: Option<Box<dyn Write + Send>>,
    seen: Arc<(Mutex<Seen>, Condvar)>,
    pid: i32,
}

/// The program under test with nothing of our environment but PATH.
pub(crate) fn attache(home: &Path) -> CommandBuilder {
    let mut command = command(env!("CARGO_BIN_EXE_attache"));
    command.env("ATTACHE_HOME", home);
    command.env("HOME", home);
    command
}

/// Any program with nothing of our environment but PATH.
pub(crate) fn command(program: &str) -> CommandBuilder {
    let mut command = CommandBuilder::new(program);
    command.env_clear();
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("TERM", "xterm-256color");
    command.env("LANG", "C.UTF-8");
    command.cwd("/");
    command
}

impl Pty {
    /// Starts a program in a terminal with so many columns and rows.
    pub(crate) fn start(command: CommandBuilder, columns: u16, rows: u16) -> Self {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let seen =
            Arc::new((Mutex::new(Seen { screen: Some(parser(columns, rows)), ..Seen::default() }), Condvar::new()));
        let pid = i32::try_from(child.process_id().unwrap()).unwrap();
        keep_reading(pair.master.try_clone_reader().unwrap(), Arc::clone(&seen));
        let writer = pair.master.take_writer().unwrap();
        std::thread::spawn({
            let seen = Arc::clone(&seen);
            move || {
                let status = child.wait().unwrap();
                seen.0.lock().unwrap().exited = Some(status);
                seen.1.notify_all();
            }
        });
        Self { master: Some(pair.master), writer: Some(writer), seen, pid }
    }

    /// The process id of the program.
    pub(crate) fn pid(&self) -> i32 {
        self.pid
    }

    /// Types, in one write.
    pub(crate) fn send(&mut self, keys: &str) {
        self.writer.as_mut().unwrap().write_all(keys.as_bytes()).unwrap();
    }

    /// Types pieces, each in a read of its own: the next is typed when the one before was read. A program that waits for the
    /// rest of a sequence has read its beginning.
    pub(crate) fn send_apart(&mut self, pieces: &[&[u8]]) {
        let side = self.other_side();
        for piece in pieces {
            self.writer.as_mut().unwrap().write_all(piece).unwrap();
            let until = Instant::now() + LIMIT;
            while rustix::io::ioctl_fionread(&side).unwrap() > 0 {
                assert!(Instant::now() < until, "nobody reads {piece:?}");
                std::thread::yield_now();
            }
        }
    }

    /// Waits until the screen is as wanted.
    pub(crate) fn wait_until(&self, what: &str, wanted: impl Fn(&vt100::Screen) -> bool) {
        self.wait(what, |seen| seen.screen.as_ref().is_some_and(|screen| wanted(screen.screen())));
    }

    /// Waits until the screen shows a text.
    pub(crate) fn wait_for(&self, text: &str) {
        self.wait_until(&format!("{text:?} on the screen"), |screen| screen.contents().contains(text));
    }

    /// Waits until the screen does not show a text.
    pub(crate) fn wait_gone(&self, text: &str) {
        self.wait_until(&format!("{text:?} gone from the screen"), |screen| !screen.contents().contains(text));
    }

    /// Waits until the program has ended, whatever of its output is still on the way.
    pub(crate) fn wait_gone_process(&self) -> ExitStatus {
        self.wait("the end of the process", |seen| seen.exited.is_some());
        self.with(|seen| seen.exited.clone().unwrap())
    }

    /// Waits until the program has ended; gives its status.
    pub(crate) fn wait_exit(&self) -> ExitStatus {
        self.wait("the end of the program", |seen| seen.exited.is_some() && seen.is_closed);
        self.with(|seen| seen.exited.clone().unwrap())
    }

    /// Waits until these bytes came.
    pub(crate) fn wait_output(&self, what: &str, wanted: &[u8]) {
        self.wait_output_after(0, what, wanted);
    }

    /// Waits until these bytes came after so many others; gives what came up to their end.
    pub(crate) fn wait_output_after(&self, bytes: usize, what: &str, wanted: &[u8]) -> Vec<u8> {
        let find = |seen: &Seen| seen.bytes[bytes..].windows(wanted.len()).position(|window| window == wanted);
        self.wait(what, |seen| find(seen).is_some());
        self.with(|seen| seen.bytes[bytes..bytes + find(seen).unwrap() + wanted.len()].to_vec())
    }

    /// How many bytes came so far.
    pub(crate) fn bytes(&self) -> usize {
        self.with(|seen| seen.bytes.len())
    }

    /// What came after so many bytes.
    pub(crate) fn output_after(&self, bytes: usize) -> Vec<u8> {
        self.with(|seen| seen.bytes[bytes..].to_vec())
    }

    /// The screen as text.
    pub(crate) fn contents(&self) -> String {
        self.screen(|screen| screen.contents())
    }

    /// Looks at the screen.
    pub(crate) fn screen<T>(&self, look: impl FnOnce(&vt100::Screen) -> T) -> T {
        self.with(|seen| look(seen.screen.as_ref().unwrap().screen()))
    }

    /// Gives the terminal another size.
    pub(crate) fn resize(&mut self, columns: u16, rows: u16) {
        if let (Some(columns), Some(rows)) = (NonZeroU16::new(columns), NonZeroU16::new(rows)) {
            self.with(|seen| seen.screen.as_mut().unwrap().screen_mut().set_size(rows, columns));
        }
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        self.master.as_ref().unwrap().resize(size).unwrap();
    }

    /// Takes nothing from the program any more, as a cut connection that nobody has noticed yet: from here on the
    /// program's writes block.
    pub(crate) fn get_stuck(&self) {
        self.with(|seen| seen.is_stuck = true);
        let name = self.master.as_ref().unwrap().tty_name().unwrap();
        let flags = OFlags::WRONLY | OFlags::NOCTTY | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let other_side = open(name, flags, Mode::empty()).unwrap();
        // The reading thread sleeps in a read: a byte lets it find out.
        rustix::io::write(&other_side, b".").unwrap();
        self.wait("the reading thread to rest", |seen| seen.rests);
        while rustix::io::write(&other_side, b".").is_ok() {}
    }

    /// Takes everything again.
    pub(crate) fn get_unstuck(&self) {
        self.with(|seen| seen.is_stuck = false);
        self.seen.1.notify_all();
    }

    /// Takes the terminal away, as a closed window or a cut connection does.
    pub(crate) fn vanish(&mut self) {
        // The reading thread holds the terminal too, and sleeps in it: a byte from the other side wakes it up to let go. Where
        // the terminal is stuck it rests, and has to be told.
        let was_stuck = self.with(|seen| {
            seen.vanishes = true;
            std::mem::take(&mut seen.is_stuck)
        });
        self.seen.1.notify_all();
        if !was_stuck {
            rustix::io::write(self.other_side(), b" ").unwrap();
        }
        self.wait("the reading thread to let go", |seen| seen.is_closed);
        self.writer = None;
        self.master = None;
    }

    /// Whether the terminal echoes and takes whole lines, as a shell expects it.
    pub(crate) fn is_cooked(&self) -> bool {
        tcgetattr(self.other_side())
            .unwrap()
            .local_modes
            .contains(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG)
    }

    /// Fails unless the terminal was given back: modes, screen, cursor, paste and focus reports.
    pub(crate) fn assert_restored(&self) {
        assert!(self.is_cooked(), "the terminal is still raw\n{}", self.dump());
        self.screen(|screen| {
            assert!(!screen.alternate_screen(), "still on the alternate screen\n{}", self.dump_of(screen));
            assert!(!screen.hide_cursor(), "the cursor is still hidden");
            assert!(!screen.bracketed_paste(), "pastes are still bracketed");
        });
        let output = self.output_after(0);
        let last = |sequence: &[u8]| output.windows(sequence.len()).rposition(|window| window == sequence);
        assert!(last(b"\x1b[?1004l") > last(b"\x1b[?1004h"), "focus is still reported");
        assert!(last(b"\x1b[?2026l") > last(b"\x1b[?2026h"), "a frame was not ended");
    }

    /// The side of the terminal that the program has.
    fn other_side(&self) -> OwnedFd {
        let name = self.master.as_ref().unwrap().tty_name().unwrap();
        open(name, OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC, Mode::empty()).unwrap()
    }

    fn with<T>(&self, look: impl FnOnce(&mut Seen) -> T) -> T {
        look(&mut self.seen.0.lock().unwrap())
    }

    fn wait(&self, what: &str, wanted: impl Fn(&Seen) -> bool) {
        let until = Instant::now() + LIMIT;
        let mut seen = self.seen.0.lock().unwrap();
        while !wanted(&seen) {
            let left = until.saturating_duration_since(Instant::now());
            let ended_for_good = seen.exited.is_some() && seen.is_closed;
            if left.is_zero() || ended_for_good {
                let screen = seen.screen.as_ref().unwrap().screen();
                let why = if ended_for_good { "the program has ended" } else { "the limit has passed" };
                let dump = self.dump_of(screen);
                drop(seen);
                panic!("waited for {what}, but {why}\n{dump}");
            }
            seen = self.seen.1.wait_timeout(seen, left).unwrap().0;
        }
    }

    fn dump(&self) -> String {
        self.screen(|screen| self.dump_of(screen))
    }

    fn dump_of(&self, screen: &vt100::Screen) -> String {
        let (row, column) = screen.cursor_position();
        let (rows, columns) = screen.size();
        format!("── {columns}×{rows}, cursor at {column},{row} ──\n{}\n── end of screen ──", screen.contents())
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        if self.with(|seen| seen.exited.is_none()) {
            // It may have ended in between; nothing is lost then.
            let _ = kill_process(Pid::from_raw(self.pid).unwrap(), Signal::KILL);
        }
    }
}

fn parser(columns: u16, rows: u16) -> vt100::Parser {
    let or = |size: u16, unknown: u16| NonZeroU16::new(if size == 0 { unknown } else { size }).unwrap();
    vt100::Parser::new(or(rows, 24), or(columns, 80), 0)
}

fn keep_reading(mut reader: Box<dyn Read + Send>, seen: Arc<(Mutex<Seen>, Condvar)>) {
    std::thread::spawn(move || {
        let mut buffer = [0; 16 * 1024];
        // Linux reports the last close of the other side as EIO.
        while let Ok(count @ 1..) = reader.read(&mut buffer) {
            let mut now = seen.0.lock().unwrap();
            now.screen.as_mut().unwrap().process(&buffer[..count]);
            now.bytes.extend_from_slice(&buffer[..count]);
            seen.1.notify_all();
            if now.vanishes {
                break;
            }
            now.rests = now.is_stuck;
            if seen.1.wait_while(now, |now| now.is_stuck).unwrap().vanishes {
                break;
            }
        }
        drop(reader);
        seen.0.lock().unwrap().is_closed = true;
        seen.1.notify_all();
    });
}
