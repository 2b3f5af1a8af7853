//! A panic gives the terminal back before it is told. The product has no way to panic on demand, so what owns the terminal runs
//! in this test binary, started once more inside a terminal: the screen alone, and the whole loop with ways that panic.

use std::io::Read;
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;
use std::sync::Arc;

use attache::config::{Authorities, BACKUP_MAX_AGE, Endpoint, Notify, Paths, PlatformKind, Profile};
use attache::model::{Danger, ProfileName};
use attache::platform::Connection;
use attache::runtime::terminal::Screen;
use attache::runtime::{ColorChoice, DashboardOptions, Ways};
use ratatui::widgets::Paragraph;

use crate::support::frames;
use crate::support::home::Home;
use crate::support::pty::{Pty, command};
use crate::support::screen::{NOWHERE, wait_first_frame};

fn start(test: &str, env: &[(&str, &str)]) -> Pty {
    let mut child = command(std::env::current_exe().unwrap().to_str().unwrap());
    child.args([test, "--exact", "--ignored", "--nocapture", "--test-threads=1"]);
    for (name, value) in env {
        child.env(name, value);
    }
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
    let mut pty = start(test, &[]);
    pty.wait_for("the first frame");
    pty.wait_until("the alternate screen", |screen| screen.alternate_screen() && screen.hide_cursor());
    assert!(!pty.is_cooked());
    pty.send("x");
    pty.wait_exit();
    pty.assert_restored();
    assert!(pty.contents().contains(report), "the report is not on the screen:\n{}", pty.contents());
    assert!(!pty.contents().contains("drawn over"), "{}", pty.contents());
    frames::check(&pty.output_after(0));
}

#[test]
fn a_panic_restores_the_terminal() {
    check("terminal::panics::child_panics", "on purpose, in the thread that draws");
}

#[test]
fn a_panic_in_another_thread_restores_the_terminal() {
    check("terminal::panics::child_panics_elsewhere", "on purpose, in another thread");
}

/// Where it panics, once somebody lets it.
#[derive(Clone, Copy)]
enum Where {
    /// In a task that the loop waits for.
    Waking,
    /// The same, a little later.
    Connecting,
    /// In a task that nobody waits for, as those are that libraries start.
    Detached,
    /// In a thread that nobody waits for.
    Thread,
}

const PLACES: [(&str, Where); 4] = [
    ("waking", Where::Waking),
    ("connecting", Where::Connecting),
    ("detached", Where::Detached),
    ("thread", Where::Thread),
];

/// Ways that hang until the test has seen the first frame, and panic then.
struct Panicking {
    at: Where,
    go: String,
}

impl Panicking {
    fn panic(go: &str) -> ! {
        // Ends when the test lets go.
        let _ = TcpStream::connect(go).unwrap().read(&mut [0; 1]);
        panic!("on purpose, in a task of the dashboard");
    }
}

impl Ways for Panicking {
    fn find(&self, _: &ProfileName) -> Result<Profile, String> {
        Err("There is only one.".into())
    }

    fn connect(&self, profile: &Profile) -> Result<Connection, String> {
        let go = self.go.clone();
        match self.at {
            Where::Waking => {}
            Where::Connecting => Self::panic(&go),
            Where::Detached => drop(tokio::spawn(async move { Self::panic(&go) })),
            Where::Thread => drop(std::thread::spawn(move || Self::panic(&go))),
        }
        attache::platform::connect(profile, attache::platform::Settings::watched()).map_err(|error| error.to_string())
    }

    fn wake(&self, _: &Profile) -> Result<(), String> {
        if matches!(self.at, Where::Waking) {
            Self::panic(&self.go);
        }
        Ok(())
    }
}

#[test]
#[ignore = "started by a_panic_in_any_task_of_the_dashboard_restores_the_terminal"]
fn child_dashboard_panics() {
    color_eyre::install().unwrap();
    let wanted = std::env::var("PLACE").unwrap();
    let at = PLACES.iter().find(|(name, _)| *name == wanted).unwrap().1;
    let profile = Profile {
        name: ProfileName("local".into()),
        platform: PlatformKind::Local,
        endpoint: Endpoint::Url(NOWHERE.into()),
        data_endpoint: None,
        token: Some("not-needed".to_owned().into()),
        token_source: None,
        teams: Vec::new(),
        danger: Danger::None,
        read_only: None,
        project: None,
        undocumented: false,
        authorities: Authorities::default(),
        backup_max_age: BACKUP_MAX_AGE,
    };
    let left = attache::runtime::run(DashboardOptions {
        profile,
        profiles: Vec::new(),
        ways: Arc::new(Panicking { at, go: std::env::var("GO").unwrap() }),
        paths: Paths::below(std::env::var("ATTACHE_HOME").unwrap().as_ref()),
        color: ColorChoice::Auto,
        ascii: false,
        opening: None,
        notify: Notify::default(),
        notice: None,
    })
    .unwrap();
    std::process::exit(if left == ExitCode::from(101) { 101 } else { 99 });
}

#[test]
fn a_panic_in_any_task_of_the_dashboard_restores_the_terminal() {
    for (place, _) in PLACES {
        let home = Home::new();
        let gate = TcpListener::bind("127.0.0.1:0").unwrap();
        let go = gate.local_addr().unwrap().to_string();
        let env = [("PLACE", place), ("GO", &go), ("ATTACHE_HOME", home.path().to_str().unwrap())];
        let pty = start("terminal::panics::child_dashboard_panics", &env);
        wait_first_frame(&pty);
        assert!(!pty.is_cooked());
        drop(gate.accept().unwrap());
        assert_eq!(pty.wait_exit().exit_code(), 101, "{place}\n{}", pty.contents());
        pty.assert_restored();
        let said = pty.contents();
        assert!(said.contains("on purpose, in a task of the dashboard"), "{place}\n{said}");
        let told = "attache operations` lists what was sent";
        assert!(said.replace('\n', " ").contains(told) || said.replace('\n', "").contains(told), "{place}\n{said}");
        let output = pty.output_after(0);
        frames::check(&output);
        // The report comes after the terminal was given back, and nothing is drawn over it.
        let find = |wanted: &[u8]| output.windows(wanted.len()).rposition(|window| window == wanted).unwrap();
        assert!(find(b"\x1b[?1049l") < find(b"on purpose"), "{place}");
    }
}
