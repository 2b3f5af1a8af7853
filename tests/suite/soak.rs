//! A small soak of the real binary: what `scripts/soak leaks` does for a quarter of an hour, so that it can't rot. After polls,
//! commands and lost connections nothing is alive or kept that was not before.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use axum::http::Method;
use rustix::process::{Pid, Signal, kill_process};

use crate::stand_ins::heroku::{self, Heroku};
use crate::stand_ins::{Fault, Rig};
use crate::support::eventually::eventually;
use crate::support::home::Home;
use crate::support::pty::{Pty, attache};
use crate::support::screen::wait_first_frame;

const POLLS: usize = 50;
const COMMANDS: usize = 10;
const RECONNECTS: usize = 5;

/// What one look at a dashboard shows.
#[derive(Debug)]
struct Look {
    /// What it tells itself: tasks, reads, and how much is kept of each thing.
    told: BTreeMap<String, usize>,
    /// Descriptors that are no sockets.
    descriptors: usize,
    /// Connections are kept for the next request: some more or less are no leak. Each has a task.
    sockets: usize,
    threads: usize,
}

impl Look {
    fn told(&self, what: &str) -> usize {
        self.told[what]
    }

    /// Tasks that are not those of connections.
    fn tasks(&self) -> usize {
        self.told("tasks").saturating_sub(self.sockets)
    }

    fn rests(&self) -> bool {
        ["reads", "writes", "looks and saves", "questions under way"].iter().all(|what| self.told(what) == 0)
    }
}

struct Soaked {
    pty: Pty,
    rig: Rig<Heroku>,
    vitals: PathBuf,
}

impl Soaked {
    async fn start(home: &Home) -> Self {
        let mut world = Heroku::fleet(30);
        world.switches.remaining = 1_000_000;
        let (rig, url) = Rig::on_tcp("127.0.0.1:0", world, heroku::router()).await.unwrap();
        let config = home.path().join("config");
        std::fs::create_dir(&config).unwrap();
        let profile = format!(
            "[profiles.soak]\nplatform = \"heroku\"\nendpoint = \"{url}\"\ndata_endpoint = \"{url}\"\ndanger = \"none\"\n\
             token_env = \"SOAK_TOKEN\"\n"
        );
        std::fs::write(config.join("config.toml"), profile).unwrap();
        let vitals = home.path().join("vitals");
        let mut command = attache(home.path());
        command.args(["--profile", "soak"]);
        command.env("SOAK_TOKEN", "soak");
        command.env("ATTACHE_VITALS", &vitals);
        let pty = Pty::start(command, 120, 40);
        wait_first_frame(&pty);
        pty.wait_for("live");
        Self { pty, rig, vitals }
    }

    /// Asks the dashboard, by the signal that says that its terminal has another size.
    async fn look(&self) -> Look {
        // It is not there where nobody asked yet.
        let _ = std::fs::remove_file(&self.vitals);
        kill_process(Pid::from_raw(self.pty.pid()).unwrap(), Signal::WINCH).unwrap();
        eventually("the dashboard tells what it keeps", async || self.vitals.exists()).await;
        let text = std::fs::read_to_string(&self.vitals).unwrap();
        let told = text.lines().map(|line| {
            let (what, count) = line.split_once('\t').unwrap();
            (what.to_owned(), count.parse().unwrap())
        });
        let process = Path::new("/proc").join(self.pty.pid().to_string());
        let links: Vec<PathBuf> = std::fs::read_dir(process.join("fd"))
            .unwrap()
            .filter_map(|entry| std::fs::read_link(entry.unwrap().path()).ok())
            .collect();
        let sockets = links.iter().filter(|link| link.to_string_lossy().starts_with("socket:")).count();
        Look {
            told: told.collect(),
            descriptors: links.len() - sockets,
            sockets,
            threads: std::fs::read_dir(process.join("task")).unwrap().count(),
        }
    }

    /// A look while nothing is under way.
    async fn at_rest(&self) -> Look {
        self.look_until("nothing is under way", Look::rests).await
    }

    /// A look that is as wanted.
    async fn look_until(&self, what: &str, wanted: impl Fn(&Look) -> bool) -> Look {
        let found = std::cell::RefCell::new(None);
        eventually(what, async || {
            let look = self.look().await;
            let is_wanted = wanted(&look);
            found.replace(Some(look));
            is_wanted
        })
        .await;
        found.into_inner().unwrap()
    }

    /// Reads everything again, and waits until the list was asked for and shown.
    async fn poll(&mut self) {
        let before = self.lists();
        self.pty.send("r");
        eventually("another poll", async || self.lists() > before).await;
    }

    fn lists(&self) -> usize {
        self.rig.seen().iter().filter(|seen| seen.target == "/addons").count()
    }

    fn confirm(&mut self) {
        self.pty.wait_for("y does it");
        self.pty.send("y");
        self.pty.wait_gone("y does it");
    }

    /// Attaches an add-on to an app and detaches it again: two commands.
    fn attach_and_detach(&mut self, app: &str, alias: &str) {
        self.pty.send("A");
        self.pty.wait_for("Attach ");
        self.pty.send(app);
        self.pty.wait_for("will get");
        self.pty.send("\r");
        self.pty.send(alias);
        self.pty.wait_for(&format!("{alias}_"));
        // The default credential.
        self.pty.send("\r\r");
        self.pty.wait_for("POST /addon-attachments");
        self.confirm();
        self.settled("Attach", alias, true);
        self.pty.send("X");
        self.pty.wait_for("from which app?");
        while let other = self.marked()
            && !other.contains(&format!("as {alias};"))
        {
            self.pty.send("j");
            self.pty.wait_until("another app", |screen| marked_of(screen) != other);
        }
        self.pty.send("\r");
        self.pty.wait_for("DELETE /addon-attachments");
        self.confirm();
        self.settled("Detach", alias, false);
    }

    /// Waits until the newest command is done, its effect is on the screen, and keys go to the panes again.
    fn settled(&self, verb: &str, alias: &str, is_attached: bool) {
        self.pty.wait_until(&format!("the end of {verb} as {alias}"), |screen| {
            let shown = screen.contents();
            let newest = shown.lines().find(|line| line.contains(" done     ")).unwrap_or_default();
            let row = |line: &str| line.contains(&format!(" {alias} ")) && line.contains(&format!(" {alias}_"));
            newest.contains(&format!(" done     {verb} "))
                && shown.lines().any(|line| line.starts_with("C create"))
                && shown.lines().any(row) == is_attached
        });
    }

    /// What is under the cursor of the list of apps.
    fn marked(&self) -> String {
        self.pty.screen(marked_of)
    }

    async fn reconnect(&mut self) {
        self.rig.fail(Method::GET, "/", usize::MAX, Fault::Cut);
        self.pty.send("r");
        self.pty.wait_until("a lost connection", |screen| !first_line(screen).contains("live"));
        self.rig.forget_faults();
        self.pty.send("r");
        self.pty.wait_until("a connection again", |screen| first_line(screen).contains("live"));
    }
}

fn marked_of(screen: &vt100::Screen) -> String {
    let shown = screen.contents();
    shown.lines().find(|line| line.contains("> ") && line.contains(" as ")).unwrap_or_default().to_owned()
}

fn first_line(screen: &vt100::Screen) -> String {
    screen.contents().lines().next().unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn after_polls_commands_and_lost_connections_nothing_is_left_behind() {
    let home = Home::new();
    let mut soaked = Soaked::start(&home).await;
    // An add-on that can be shared, and an app that does not have it.
    let (addon, app) = soaked.rig.world(|world| {
        let addon = world.addons.iter().find(|one| one.service == "heroku-postgresql").unwrap().clone();
        let used: Vec<String> = world.attachments_of(&addon.id).map(|one| one.app.clone()).collect();
        let app = world.apps.iter().find(|app| !used.contains(&app.name)).unwrap().name.clone();
        (addon.name, app)
    });
    soaked.pty.send(&format!("/{addon}"));
    soaked.pty.wait_for("1 of 30");
    soaked.pty.send("\r");
    // Once round, so that what is kept for the next time is there.
    soaked.poll().await;
    soaked.attach_and_detach(&app, "WARM");
    soaked.reconnect().await;
    let before = soaked.at_rest().await;

    for _ in 0..POLLS {
        soaked.poll().await;
    }
    for number in 0..COMMANDS / 2 {
        soaked.attach_and_detach(&app, &format!("S{number}X"));
    }
    for _ in 0..RECONNECTS {
        soaked.reconnect().await;
    }
    assert_eq!(soaked.rig.writes(), COMMANDS + 2);

    // Threads that waited for work end by themselves after a while.
    let is_as_before = |look: &Look| look.rests() && look.threads <= before.threads;
    let after = soaked.look_until("as many threads as before", is_as_before).await;
    assert!(after.descriptors <= before.descriptors, "descriptors: {before:?}, then {after:?}");
    assert!(after.tasks() <= before.tasks(), "tasks: {before:?}, then {after:?}");
    assert!(after.sockets <= 20, "connections: {after:?}");
    // What a person did and what happened is kept, up to a bound; nothing else has grown.
    let grows = ["operations", "operations' authors", "works of operations", "activity", "errors"];
    for (what, count) in after.told.iter().filter(|(what, _)| !grows.contains(&what.as_str()) && *what != "tasks") {
        assert!(*count <= before.told(what) + 2, "{what}: {} before, then {count}", before.told(what));
    }
    assert_eq!(after.told("operations"), COMMANDS + 2);
    soaked.pty.send("q");
    assert_eq!(soaked.pty.wait_exit().exit_code(), 0);
    soaked.pty.assert_restored();
}
