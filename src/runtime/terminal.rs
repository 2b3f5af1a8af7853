//! The terminal: taken over and given back, whatever happens in between.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, Once, PoisonError};

use ratatui::layout::{Rect, Size};
use ratatui::{Frame, Terminal, TerminalOptions, Viewport};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::stdio::{stdin, stdout};
use rustix::termios::{OptionalActions, Termios, isatty, tcgetattr, tcgetwinsize, tcsetattr};
use tokio::sync::Notify;

use super::backend::AnsiBackend;
use super::kind::Kind;

/// Keeps the window's title for [`GIVE_TITLE`].
const KEEP_TITLE: &[u8] = b"\x1b[22;0t";
const GIVE_TITLE: &[u8] = b"\x1b[23;0t";
/// Alternate screen, no cursor, bracketed paste, focus events; plain pen on a cleared screen. Nothing that asks.
const ENTER: &[u8] = b"\x1b[?1049h\x1b[?25l\x1b[?2004h\x1b[?1004h\x1b[m\x1b[2J";
/// The same in reverse; also ends a frame that was cut off. Cleared first: a terminal without an alternate screen (the Linux
/// console, GNU screen as it comes) would go on showing what is no longer true, with the shell's line in its middle.
const LEAVE: &[u8] = b"\x1b[?2026l\x1b[?1004l\x1b[?2004l\x1b[m\x1b[H\x1b[2J\x1b[?25h\x1b[?1049l";
/// The terminal shows what is between these at once.
const BEGIN_FRAME: &[u8] = b"\x1b[?2026h";
const END_FRAME: &[u8] = b"\x1b[?2026l";
/// What a size of 0×0 means: nobody said.
const UNKNOWN_SIZE: Size = Size { width: 80, height: 24 };

/// What is given back when the terminal no longer is ours.
struct Taken {
    modes: Termios,
    has_title: bool,
}

/// What to give back while the terminal is ours. Here, because a panic in any thread must find it.
static TAKEN: Mutex<Option<Taken>> = Mutex::new(None);
/// Whoever writes to the terminal holds this, so that no frame goes on after the terminal was given back in its middle.
static WRITING: Mutex<()> = Mutex::new(());
/// A thread has panicked, and its report is written.
static PANICKED: Notify = Notify::const_new();
static HAS_PANICKED: AtomicBool = AtomicBool::new(false);

/// Why there can be no dashboard here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoTerminal {
    /// stdin or stdout is something else.
    #[error(
        "The dashboard needs a terminal, and {0} is none. In scripts and pipes use the verbs, such as `attache addons --json`; `attache help` lists them."
    )]
    NotATerminal(&'static str),
    /// `TERM=dumb`: no cursor movement.
    #[error(
        "TERM is `dumb`: this terminal can't move its cursor, so the dashboard can't be shown. Use the verbs, such as `attache addons`, or set TERM to what the terminal really is, such as `xterm`."
    )]
    Dumb,
}

/// Whether the dashboard can be shown at all.
///
/// # Errors
/// With the sentence to say before ending with status 2.
pub fn check(term: Option<&str>) -> Result<(), NoTerminal> {
    if !isatty(stdin()) {
        return Err(NoTerminal::NotATerminal("stdin"));
    }
    if !isatty(stdout()) {
        return Err(NoTerminal::NotATerminal("stdout"));
    }
    if term == Some("dumb") {
        return Err(NoTerminal::Dumb);
    }
    Ok(())
}

/// Our hold on the terminal. Dropping it gives the terminal back.
pub struct Screen {
    terminal: Terminal<AnsiBackend>,
    /// Bytes that are written with the next frame: taking over costs no write of its own.
    before: Vec<u8>,
    kind: Kind,
    /// The window's title as it was last written.
    title: Option<String>,
}

impl Screen {
    /// Takes the terminal over: raw mode now, the alternate screen with the first frame. A panic in any thread, and
    /// dropping the screen, give it back.
    ///
    /// # Errors
    /// When the terminal's modes can't be read or set.
    pub fn enter(color: bool) -> io::Result<Self> {
        static HOOK: Once = Once::new();
        HOOK.call_once(|| {
            let previous = std::panic::take_hook();
            std::panic::set_hook(Box::new(move |panic| {
                restore();
                previous(panic);
                HAS_PANICKED.store(true, Ordering::Relaxed);
                PANICKED.notify_one();
            }));
        });
        let kind = Kind::here();
        take_over(kind)?;
        let size = size();
        let options = TerminalOptions { viewport: Viewport::Fullscreen };
        let Ok(terminal) = Terminal::with_options(AnsiBackend::new(size, color), options);
        Ok(Self { terminal, before: entering(kind), kind, title: None })
    }

    /// Takes the terminal over again after [`restore`]; the next frame is painted whole.
    ///
    /// # Errors
    /// When the terminal's modes can't be set.
    pub fn reenter(&mut self) -> io::Result<()> {
        // A stop that did not come through us has given nothing back, and what was not written yet has kept no title.
        let keeps_title = !is_taken() || self.before.starts_with(KEEP_TITLE);
        take_over(self.kind)?;
        self.before = if keeps_title { entering(self.kind) } else { ENTER.to_vec() };
        self.title = None;
        self.repaint();
        Ok(())
    }

    /// The size as the view sees it.
    pub fn size(&self) -> Size {
        self.terminal.backend().known_size()
    }

    /// Asks the terminal's driver for its size; the next frame has it. Gives it when it is another one.
    pub fn measure(&mut self) -> Option<Size> {
        let new = size();
        let changed = new != self.size();
        if changed {
            self.terminal.backend_mut().set_size(new);
        }
        changed.then_some(new)
    }

    /// Paints all cells with the next frame, whatever is thought to be there.
    pub fn repaint(&mut self) {
        let area = Rect::from((ratatui::layout::Position::ORIGIN, self.terminal.backend().known_size()));
        self.terminal.backend_mut().forget();
        // The bytes that clear are left to be the first of the next frame.
        let Ok(()) = self.terminal.resize(area);
    }

    /// Gives the window another title, with the next frame and before it, where a window has one.
    pub fn set_title(&mut self, text: &str) {
        if self.kind.has_title && self.title.as_deref() != Some(text) {
            self.before.extend(super::tell::title(text));
            self.title = Some(text.to_owned());
        }
    }

    /// Writes one frame, at once and with the cursor hidden meanwhile; gives how many bytes that took. Nothing is written when
    /// nothing changed.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn draw(&mut self, view: impl FnOnce(&mut Frame<'_>)) -> io::Result<usize> {
        let Ok(_) = self.terminal.draw(view);
        let frame = self.terminal.backend_mut().take();
        if frame.is_empty() && self.before.is_empty() {
            return Ok(0);
        }
        let mut bytes = std::mem::take(&mut self.before);
        bytes.extend_from_slice(BEGIN_FRAME);
        bytes.extend(frame);
        bytes.extend_from_slice(END_FRAME);
        write(&bytes)?;
        Ok(bytes.len())
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        restore();
    }
}

/// What taking over begins with.
fn entering(kind: Kind) -> Vec<u8> {
    if kind.has_title { [KEEP_TITLE, ENTER].concat() } else { ENTER.to_vec() }
}

/// Sets raw mode and remembers what was before.
fn take_over(kind: Kind) -> io::Result<()> {
    let mut taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
    let before = tcgetattr(stdin())?;
    let mut raw = before.clone();
    raw.make_raw();
    retry(|| tcsetattr(stdin(), OptionalActions::Now, &raw))?;
    if taken.is_none() {
        *taken = Some(Taken { modes: before, has_title: kind.has_title });
    }
    Ok(())
}

fn is_taken() -> bool {
    TAKEN.lock().unwrap_or_else(PoisonError::into_inner).is_some()
}

/// Gives the terminal back, if it is taken. May be called from anywhere, any number of times.
pub fn restore() {
    // Nobody holds the lock for long, and a thread that panics while it does has got no further than reading the modes.
    let taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(Taken { modes, has_title }) = taken {
        // The modes first: a terminal that takes no bytes may keep us in the write. It may also be gone; then there is
        // nobody to give it back to.
        let _ = retry(|| tcsetattr(stdin(), OptionalActions::Now, &modes));
        let _writing = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = write_all(&[LEAVE, if has_title { GIVE_TITLE } else { b"" }].concat());
    }
}

/// Waits until a thread has panicked and has told it.
pub(super) async fn panicked() {
    PANICKED.notified().await;
}

/// Whether a thread has panicked and has told it since the terminal was taken over first.
pub(super) fn has_panicked() -> bool {
    HAS_PANICKED.load(Ordering::Relaxed)
}

/// Gives back what can be given back without waiting for a terminal that takes no bytes.
pub(super) fn restore_modes() {
    let taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(Taken { modes, .. }) = taken {
        let _ = tcsetattr(stdin(), OptionalActions::Now, &modes);
    }
}

/// Writes a frame, or bytes that are no part of one, such as OSC 52, as long as the terminal is ours: once a panic elsewhere
/// has given it back, nothing may be written over its report.
///
/// # Errors
/// When the terminal is gone.
pub(super) fn write(bytes: &[u8]) -> io::Result<()> {
    let _writing = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
    if !is_taken() {
        return Ok(());
    }
    write_all(bytes)
}

fn write_all(mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match rustix::io::write(stdout(), bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(count) => bytes = &bytes[count..],
            Err(Errno::INTR) => {}
            // Another program that shares the terminal may have made it non-blocking.
            Err(Errno::AGAIN) => {
                let out = stdout();
                let mut ready = [PollFd::new(&out, PollFlags::OUT)];
                retry(|| poll(&mut ready, None))?;
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

fn size() -> Size {
    let told = tcgetwinsize(stdout()).map(|size| Size { width: size.ws_col, height: size.ws_row }).unwrap_or_default();
    Size {
        width: if told.width == 0 { UNKNOWN_SIZE.width } else { told.width },
        height: if told.height == 0 { UNKNOWN_SIZE.height } else { told.height },
    }
}

fn retry<T>(mut call: impl FnMut() -> rustix::io::Result<T>) -> rustix::io::Result<T> {
    loop {
        match call() {
            Err(Errno::INTR) => {}
            result => return result,
        }
    }
}
