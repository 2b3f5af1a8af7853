//! A panic gives the terminal back before it is told. The product has no way to panic on demand, so the code that owns the
//! terminal runs in this test binary, started once more inside a terminal.

use attache::runtime::terminal::Screen;
use ratatui::widgets::Paragraph;

use crate::support::pty::{Pty, command};

fn start(test: &str) -> Pty {
    let mut child = command(std::env::current_exe().unwrap().to_str().unwrap());
    child.args([test, "--exact", "--ignored", "--nocapture", "--test-threads=1"]);
    Pty::start(child, 80, 24)
}

/// Shows a frame and waits until the other side has seen it.
fn show_frame() -> Screen {
    let mut screen = Screen::enter(true).unwrap();
    screen.draw(|frame| frame.render_widget(Paragraph::new("the first frame"), frame.area())).unwrap();
    let mut key = [0; 1];
    rustix::io::read(rustix::stdio::stdin(), &mut key).unwrap();
    screen
}

#[test]
#[ignore = "started by a_panic_restores_the_terminal"]
fn child_panics() {
    let _screen = show_frame();
    panic!("on purpose, in the thread that draws");
}

#[test]
#[ignore = "started by a_panic_in_another_thread_restores_the_terminal"]
fn child_panics_elsewhere() {
    let mut screen = show_frame();
    let _ = std::thread::spawn(|| panic!("on purpose, in another thread")).join();
    // What the loop would still draw before it notices.
    screen.draw(|frame| frame.render_widget(Paragraph::new("drawn over the report"), frame.area())).unwrap();
}

fn check(test: &str, report: &str) {
    let mut pty = start(test);
    pty.wait_for("the first frame");
    pty.wait_until("the alternate screen", |screen| screen.alternate_screen() && screen.hide_cursor());
    assert!(!pty.is_cooked());
    pty.send("x");
    pty.wait_exit();
    pty.assert_restored();
    assert!(pty.contents().contains(report), "the report is not on the screen:\n{}", pty.contents());
    assert!(!pty.contents().contains("drawn over"), "{}", pty.contents());
}

#[test]
fn a_panic_restores_the_terminal() {
    check("terminal::panics::child_panics", "on purpose, in the thread that draws");
}

#[test]
fn a_panic_in_another_thread_restores_the_terminal() {
    check("terminal::panics::child_panics_elsewhere", "on purpose, in another thread");
}
