//! A restore on its way, as a script plays it: a real journal, a platform in memory.

use attache::app::Tracked;
use attache::app::modal::{Gate, Modal};
use attache::model::*;
use attache::store::{Journal, Plan};

use super::fake::Fake;
use super::rig::ENDPOINT;
use super::stage::{Setting, Stage};

/// A script with a journal in a folder that lives as long as it.
pub(super) struct Play {
    pub(super) stage: Stage,
    folder: tempfile::TempDir,
}

fn step(act: Act, title: &str, done: &str, is_optional: bool) -> Step {
    Step { act, title: title.into(), done: done.into(), is_optional }
}

fn send(command: Command) -> Act {
    Act::Send { command: Box::new(command) }
}

/// Copy, download, restore, check, switch, clean up.
fn procedure(fake: &Fake) -> Procedure {
    let addon = fake.addon("orders");
    let goal = RestoreGoal {
        addon_id: addon.key.id.to_string(),
        addon: "orders".into(),
        backup_id: Some("b1".into()),
        backup_started_at: Some(fake.now - jiff::SignedDuration::from_hours(1)),
        backup_size: Some(1 << 20),
        good_moment: None,
        replacement: "orders-2".into(),
        way: attache::model::Way::Replacement,
    };
    let copy =
        Command::BackUp { addon_id: addon.key.id.to_string(), addon: "orders".into(), label: Some("broken".into()) };
    let restore = Command::Restore(RestoreBackup {
        backup_id: "b1".into(),
        of: Some("orders".into()),
        name: "orders-2".into(),
        team: None,
        service: "postgresql".into(),
        plan: "small".into(),
    });
    let file = std::path::PathBuf::from("/home/ada/orders.pgdump");
    let steps = vec![
        step(send(copy), "Back up orders as it is now", "broken state copied", true),
        step(Act::Download { backup_id: "b1".into(), file }, "Download backup b1", "backup downloaded", true),
        step(send(restore), "Restore backup b1 into orders-2", "replacement ready", false),
        step(Act::Check, "Check orders-2", "replacement checked", false),
        step(Act::Late { late: Late::SwitchOver }, "Switch 2 apps of orders over", "apps switched over", false),
        step(Act::CleanUp, "Clean up", "cleaned up", false),
    ];
    Procedure { goal: Goal::Restore(goal), steps }
}

/// Makes it look as if those that drive had ended.
fn leave(journal: &Journal) {
    for file in std::fs::read_dir(journal.dir()).unwrap().flatten() {
        if file.file_name().to_str().unwrap().ends_with(".course.jsonl") {
            let text = std::fs::read_to_string(file.path()).unwrap();
            let parts: Vec<&str> = text.split("\"began\":").collect();
            let others = parts[1..].iter().map(|part| part.trim_start_matches(|c: char| c.is_ascii_digit()));
            let left = std::iter::once(parts[0].to_owned()).chain(others.map(|part| format!("\"began\":1{part}")));
            std::fs::write(file.path(), left.collect::<String>()).unwrap();
        }
    }
}

impl Play {
    /// A procedure that another process began and left.
    pub(super) fn left(is_per_app: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let stage = Stage::open(Setting::default(), |fake| {
            fake.with_addon("orders", &[("storefront", None), ("billing", None)]);
            fake.with_backup("b1", "orders", BackupState::Finished, 1);
            fake.keep(folder.path());
            fake.rig.is_per_app = is_per_app;
            let plan = Plan::new(fake.profile.clone(), "local", ENDPOINT, procedure(fake));
            fake.real().begin_course(plan).unwrap();
            leave(fake.real());
        });
        let mut play = Self { stage, folder };
        play.stage.wait(3_000);
        play
    }

    /// The dashboard is killed, and another one is opened over the same platform and the same journal.
    pub(super) fn killed(self) -> Self {
        let Play { stage: Stage { mut fake, .. }, folder } = self;
        leave(fake.real());
        fake.keep(folder.path());
        let mut stage = Stage::over(fake, Setting::default());
        stage.wait(3_000);
        Self { stage, folder }
    }

    pub(super) fn course(&self) -> &Course {
        self.stage.state.courses.values().next().expect("there is a procedure")
    }

    pub(super) fn tracked(&self) -> Tracked<'_> {
        self.stage.state.tracked(&self.course().id).unwrap()
    }

    /// Shows the procedure on all of the screen.
    pub(super) fn open(&mut self) {
        if !self.stage.state.modals.iter().any(|modal| matches!(modal, Modal::Course(_))) {
            self.stage.keys("c");
        }
        assert!(matches!(self.stage.state.modals.last(), Some(Modal::Course(_))), "{:?}", self.stage.state.modals);
    }

    /// Says yes to the confirmation that is shown, as its gate wants it.
    pub(super) fn say_yes(&mut self) {
        self.stage.look();
        let confirm = self.stage.confirm().expect("a confirmation is shown");
        let name = confirm.name().to_owned();
        match &confirm.gate {
            Gate::Button(_) => self.stage.keys("<tab><enter>"),
            Gate::Key => self.stage.keys("y"),
            Gate::Typed(_) => self.stage.keys(&format!("{name}<enter>")),
        }
        self.stage.wait(3_000);
    }

    /// Picks the item of the menu whose label begins so.
    pub(super) fn pick(&mut self, label: &str) {
        let Some(Modal::Menu(menu)) = self.stage.state.modals.last() else { panic!("no menu is open") };
        let labels: Vec<&str> = menu.items.iter().map(|item| item.label.as_str()).collect();
        let at = labels.iter().position(|item| item.starts_with(label));
        let at = at.unwrap_or_else(|| panic!("{label:?} is not among {labels:?}"));
        self.stage.keys(&"<down>".repeat(at - menu.cursor));
        self.stage.keys("<enter>");
        self.stage.wait(3_000);
    }

    /// The platform ends what it was asked for.
    pub(super) fn end_work(&mut self) {
        let fake = &mut self.stage.fake;
        for backup in fake.backups.iter_mut().filter(|backup| backup.state == BackupState::Pending) {
            (backup.state, backup.finished_at) = (BackupState::Finished, Some(fake.now));
        }
        if fake.addons.iter().any(|addon| addon.name == "orders-2" && addon.state == State::Restoring) {
            fake.make_ready("orders-2");
        }
        self.stage.wait(6_000);
    }

    /// Does what is next, as a person would.
    pub(super) fn go_on(&mut self) {
        self.open();
        match self.course().next() {
            Next::Send { .. } | Next::Bind { .. } => {
                self.stage.keys("<enter>");
                self.say_yes();
            }
            Next::Follow { .. } => self.end_work(),
            Next::Person { step: 3 } => {
                self.stage.keys("G");
                self.stage.wait(1_000);
            }
            Next::Person { .. } => {
                self.stage.keys("<enter>");
                self.pick("Done");
            }
            Next::Download { .. } | Next::Verify { .. } | Next::Finish => self.stage.wait(6_000),
            next => panic!("{next:?}: {}", self.course().place()),
        }
    }

    pub(super) fn go_on_until(&mut self, is_there: impl Fn(&Course) -> bool) {
        for _ in 0..40 {
            if is_there(self.course()) {
                return;
            }
            self.go_on();
        }
        panic!("it never came there: {}", self.course().place());
    }

    pub(super) fn at_the_switch(is_per_app: bool) -> Self {
        let mut play = Self::left(is_per_app);
        play.go_on_until(|course| course.at() == 4);
        play
    }

    pub(super) fn uses(&self, name: &str) -> Vec<&str> {
        self.stage.fake.addon(name).attachments.items().iter().map(|one| one.app.as_str()).collect()
    }

    /// The verbs that were sent, in their order.
    pub(super) fn sent(&self) -> Vec<Verb> {
        self.stage.fake.submits.iter().map(Command::verb).collect()
    }
}
