//! A procedure on all of the screen, in its states.

use std::time::Duration;

use attache::app::modal::{CourseView, Modal};
use attache::app::{Action, CourseNews, Purpose};
use attache::model::*;
use attache::store::{Journal, Plan, Rehearsal, Usual};
use jiff::{SignedDuration, Timestamp};

use super::commands;
use super::look;
use super::world::{World, at};

const SIZES: [(u16, u16); 3] = [(120, 40), (80, 24), (40, 12)];
const OTTER: &str = "add_postgresqlcalmotter";

fn send(command: Command) -> Act {
    Act::Send { command: Box::new(command) }
}

fn give(app: &str) -> Command {
    let addon = "postgresql-calm-otter-restored".to_owned();
    Command::Attach {
        addon_id: "add_restored".into(),
        addon,
        app: app.into(),
        alias: None,
        confirm: None,
        credential: None,
    }
}

fn procedure() -> Procedure {
    let (otter, restored) = ("postgresql-calm-otter".to_owned(), "postgresql-calm-otter-restored".to_owned());
    let step =
        |act, title: &str, done: &str, is_optional| Step { act, title: title.into(), done: done.into(), is_optional };
    let copy = Command::BackUp { addon_id: OTTER.into(), addon: otter.clone(), label: Some("broken".into()) };
    let restore = Command::Restore(RestoreBackup {
        backup_id: "b012".into(),
        of: Some(otter.clone()),
        name: restored.clone(),
        team: Some("sandbox".into()),
        service: "postgresql".into(),
        plan: "small".into(),
    });
    let file = "/home/ada/postgresql-calm-otter-20261120T020000Z-b012.pgdump".into();
    let steps = vec![
        step(send(copy), "Back up postgresql-calm-otter as it is now", "broken state copied", true),
        step(Act::Download { backup_id: "b012".into(), file }, "Download backup b012", "backup downloaded", true),
        step(
            send(Command::Maintenance { app: "billing".into(), is_on: true }),
            "Stop the writers: billing into maintenance",
            "writers stopped",
            true,
        ),
        step(send(restore), "Restore backup b012 into postgresql-calm-otter-restored", "replacement ready", false),
        step(Act::Check, "Check postgresql-calm-otter-restored", "replacement checked", false),
        step(
            Act::Late { late: Late::SwitchOver },
            "Switch 3 apps of postgresql-calm-otter over to postgresql-calm-otter-restored",
            "apps switched over",
            false,
        ),
        step(Act::CleanUp, "Clean up", "cleaned up", false),
    ];
    let goal = RestoreGoal {
        way: attache::model::Way::Replacement,
        addon_id: OTTER.into(),
        addon: otter,
        backup_id: Some("b012".into()),
        backup_started_at: Some(at("2026-11-20T02:00:00Z")),
        backup_size: Some(1 << 30),
        good_moment: Some(at("2026-11-20T02:40:00Z")),
        replacement: restored,
    };
    Procedure { goal: Goal::Restore(goal), steps }
}

/// A procedure that is told line by line, each a minute after the one before.
struct Told {
    course: Course,
    now: Timestamp,
}

impl Told {
    fn new(course: Course) -> Self {
        Self { course, now: at("2026-11-20T02:55:00Z") }
    }

    fn mark(mut self, mark: Mark) -> Self {
        self.now += SignedDuration::from_secs(65);
        self.course.push(Marked { at: self.now, mark }, |_| None);
        self
    }

    fn done(self, step: usize, message: &str) -> Self {
        self.mark(Mark::Done { step, message: message.into() })
    }

    fn begun(mut self, step: usize, part: usize, outcome: Outcome) -> Self {
        let id = OperationId::new(self.now, (step * 10 + part) as u32);
        let took = if outcome.is_end() { 130 } else { 0 };
        let operation = Operation {
            child: None,
            id: id.clone(),
            profile: ProfileName("local".into()),
            command: self.course.steps[step].parts[part].command.clone(),
            started_at: self.now,
            updated_at: self.now + SignedDuration::from_secs(took),
            outcome,
            addon_id: Some("add_restored".into()),
            work_id: None,
            backup_id: Some("b017".into()),
            is_noted: false,
            before: None,
            asks: None,
        };
        let mark = Mark::Begun { step, part, operation: id };
        self.course.push(Marked { at: self.now, mark }, |_| Some(operation.clone()));
        self.now = operation.updated_at;
        self
    }

    /// As far as the restore.
    fn at_the_restore(self) -> Self {
        let fetched = "1.0 GiB, its checksum is right";
        self.begun(0, 0, Outcome::Done).done(1, fetched).begun(2, 0, Outcome::Done)
    }

    fn at_the_switch(self) -> Self {
        self.at_the_restore().begun(3, 0, Outcome::Done).done(4, "said to be good")
    }
}

/// A world in which we drive a procedure that stands so.
fn driven(columns: u16, rows: u16, tell: impl FnOnce(Told) -> Told) -> World {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(&folder.path().join("operations")).unwrap();
    let plan = Plan::new(ProfileName("local".into()), "local", "unix", procedure());
    let (real, wheel) = journal.begin_course(plan).unwrap();
    let began = at("2026-11-20T02:54:00Z");
    let (id, profile) = (real.id.clone(), real.profile.clone());
    let mut course = Course::new(id.clone(), profile, "unix".into(), "ada on bastion-1".into(), began, procedure());
    let driver = real.driven_by.clone().unwrap();
    course.push(Marked { at: began, mark: Mark::Driven(driver) }, |_| None);
    let course = tell(Told::new(course)).course;
    let mut world = World::of(columns, rows, "postgresql-calm-otter");
    world.act(Action::Course(Box::new(CourseNews::Taken(id.clone(), Ok(Box::new((course, wheel)))))));
    // What is said once is gone by now.
    world.pass(Duration::from_secs(10));
    world.answer();
    world.state.modals.push(Modal::Course(CourseView { id, at: None, scroll: 0 }));
    world
}

fn snap(name: &str, tell: impl Fn(Told) -> Told, more: impl Fn(&mut World)) {
    for (columns, rows) in SIZES {
        let mut world = driven(columns, rows, &tell);
        more(&mut world);
        look!(format!("course_{name}_{columns}x{rows}"), world.state);
    }
}

#[test]
fn the_restore_is_under_way_with_what_is_counted() {
    snap(
        "restoring",
        |told| told.at_the_restore().begun(3, 0, Outcome::Accepted),
        |world| {
            let running = world.state.courses.values().next().unwrap().operations().last().unwrap().clone();
            let progress =
                Progress { bytes: Some(412 << 20), done: Some(7), total: Some(20), unit: Some("tables".into()) };
            let work = Work {
                word: None,
                app: None,
                environment: None,
                steps: Vec::new(),
                id: "op_1".into(),
                kind: "restore".into(),
                addon_id: None,
                addon: None,
                backup_id: None,
                state: WorkState::Running,
                step: Some("load_tables".into()),
                message: None,
                by: None,
                created_at: None,
                started_at: Some(at("2026-11-20T03:03:10Z")),
                ended_at: None,
                progress: Some(progress),
            };
            world.state.works.insert(running.id, work);
            let usual = Usual {
                took: SignedDuration::from_secs(130),
                count: 4,
                last: at("2026-11-19T03:00:00Z"),
                is_of_this: true,
            };
            let known = Rehearsal { usual: Some(usual), drill: None };
            world.state.store.rehearsals.entry(OTTER.into()).or_default().good(known, at("2026-11-20T03:00:00Z"));
        },
    );
}

#[test]
fn the_replacement_is_checked() {
    snap("check", |told| told.at_the_restore().begun(3, 0, Outcome::Done), |_| {});
}

#[test]
fn app_by_app_one_did_not_move() {
    snap(
        "switching",
        |told| {
            let commands = ["billing", "storefront", "warehouse"].map(give).to_vec();
            let apps = ["billing", "storefront", "warehouse"].map(str::to_owned).to_vec();
            told.at_the_switch()
                .mark(Mark::Bound { step: 5, commands, apps, is_back: false })
                .begun(5, 0, Outcome::Done)
                .begun(5, 1, Outcome::Done)
                .begun(5, 2, Outcome::Failed { message: "The app warehouse is being released: try again.".into() })
        },
        |_| {},
    );
}

#[test]
fn an_app_was_read_again_and_had_not_moved() {
    snap(
        "not_moved",
        |told| {
            let (from, to) = ("postgresql-calm-otter".into(), "postgresql-calm-otter-restored".into());
            let moved = Command::MoveAttachments { from_id: OTTER.into(), from, to_id: "add_restored".into(), to };
            let apps = ["billing", "storefront", "warehouse"].map(str::to_owned).to_vec();
            let message = "2/3 apps moved. warehouse: not moved. Its variable STORE_DATABASE_URL still comes from postgresql-calm-otter.";
            told.at_the_switch()
                .mark(Mark::Bound { step: 5, commands: vec![moved], apps, is_back: false })
                .begun(5, 0, Outcome::Done)
                .mark(Mark::Failed { step: 5, message: message.into() })
        },
        |_| {},
    );
}

#[test]
fn what_is_left_over_is_listed() {
    snap(
        "clean_up",
        |told| {
            let commands = vec![give("billing")];
            told.at_the_switch()
                .mark(Mark::Bound { step: 5, commands, apps: vec!["billing".into()], is_back: false })
                .begun(5, 0, Outcome::Done)
                .done(5, "3/3 apps moved")
        },
        |_| {},
    );
}

#[test]
fn an_outcome_is_not_known() {
    let cut = "The connection was cut before the platform answered, so it may or may not have happened.";
    snap("unknown", |told| told.at_the_restore().begun(3, 0, Outcome::unknown(cut)), |_| {});
}

#[test]
fn somebody_else_drives_it() {
    for (columns, rows) in SIZES {
        let mut world = driven(columns, rows, |told| told.at_the_restore());
        let mut course = world.state.courses.values().next().unwrap().clone();
        let eve = DrivenBy {
            token: "0".into(),
            user: "eve".into(),
            host: Some("bastion-1".into()),
            pid: 4711,
            began: Some(1),
        };
        course.push(Marked { at: at("2026-11-20T03:10:00Z"), mark: Mark::Driven(eve) }, |_| None);
        course.is_driver_alive = Some(true);
        world.state.courses.insert(course.id.clone(), course);
        look!(format!("course_watched_{columns}x{rows}"), world.state);
    }
}

#[test]
fn it_was_stopped() {
    let over = || Mark::Over { is_reached: false, message: "stopped at 4/7: next: Check it".into() };
    snap("stopped", |told| told.at_the_restore().begun(3, 0, Outcome::Done).mark(over()), |_| {});
}

#[test]
fn all_that_a_restore_begins_with_is_confirmed_at_once() {
    for (columns, rows) in SIZES {
        let mut world = World::of(columns, rows, "postgresql-calm-otter");
        let confirm = commands::open(&mut world.state, commands::detach(), Danger::None);
        confirm.others = vec![commands::restore()];
        confirm.purpose = Purpose::Begin(Box::new(procedure()));
        look!(format!("course_begin_{columns}x{rows}"), world.state);
    }
}
