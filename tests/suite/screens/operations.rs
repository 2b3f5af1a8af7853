//! The operations: the list with its sources, and one of them in full.

use attache::app::Action;
use attache::model::{
    Act, Course, Danger, Goal, Mark, Marked, OperationId, Outcome, Procedure, ProfileName, RestoreGoal, Step, Work,
    WorkState,
};
use attache::store::{Actor, Entry, Intent, Record, RecordKind};
use crossterm::event::KeyCode;

use super::look;
use super::modals::operations;
use super::world::{World, at};

const ALL_SIZES: [(u16, u16); 3] = [(120, 40), (80, 24), (40, 12)];

fn work(id: &str, kind: &str, addon: &str, state: WorkState, by: &str, when: &str) -> Work {
    Work {
        word: None,
        app: None,
        environment: None,
        steps: Vec::new(),
        id: id.into(),
        kind: kind.into(),
        addon_id: None,
        addon: Some(addon.into()),
        backup_id: None,
        step: (state == WorkState::Running).then(|| "pg_dump".to_owned()),
        state,
        message: None,
        by: Some(by.into()),
        created_at: Some(at(when)),
        started_at: Some(at(when)),
        ended_at: None,
        progress: None,
    }
}

fn restore() -> Course {
    let goal = RestoreGoal {
        addon_id: "add_ordersdb".into(),
        addon: "orders-db".into(),
        backup_id: Some("b_31".into()),
        backup_started_at: Some(at("2026-11-20T02:00:00Z")),
        backup_size: None,
        good_moment: None,
        replacement: "orders-db-restored".into(),
        way: attache::model::Way::Replacement,
    };
    let step = |title: &str, done: &str| Step {
        act: Act::Person { what: "Look.".into() },
        title: title.into(),
        done: done.into(),
        is_optional: false,
    };
    let steps = vec![
        step("Put billing into maintenance", "billing stopped"),
        step("Restore backup b_31", "replacement ready"),
        step("Check it", "checked"),
        step("Switch the apps over", "apps switched over"),
    ];
    let id = OperationId("20261120T030500Z-0000000a".into());
    let began = at("2026-11-20T03:05:00Z");
    let procedure = Procedure { goal: Goal::Restore(goal), steps };
    let mut course =
        Course::new(id, ProfileName("local".into()), "/s".into(), "ada on bastion-1".into(), began, procedure);
    for (step, when) in [(0, "2026-11-20T03:06:00Z"), (1, "2026-11-20T03:11:00Z")] {
        course.push(Marked { at: at(when), mark: Mark::Done { step, message: String::new() } }, |_| None);
    }
    course
}

fn world(columns: u16, rows: u16) -> World {
    let mut world = World::opened(columns, rows, "local", Danger::None, operations());
    world.works = vec![
        work("op_77", "back_up", "reports-db", WorkState::Running, "eve@acme.example", "2026-11-20T03:13:30Z"),
        work("op_71", "restart", "session-cache", WorkState::Done, "deploy-bot", "2026-11-20T01:00:00Z"),
    ];
    world.journal.courses = vec![restore()];
    world.pass(std::time::Duration::from_secs(11));
    world.answer();
    world.press(KeyCode::Char('o'));
    world.answer();
    world
}

#[test]
fn the_list_says_whose_record_each_is_from_and_the_open_ones_come_first() {
    for (columns, rows) in ALL_SIZES {
        let mut world = world(columns, rows);
        world.press(KeyCode::Down);
        look!(format!("operations_{columns}x{rows}"), world.state);
    }
}

#[test]
fn one_in_full_has_every_line() {
    for (columns, rows) in ALL_SIZES {
        let mut world = world(columns, rows);
        let known = world.state.past();
        let place = known.iter().position(|row| row.outcome == "unknown").unwrap();
        for _ in 0..place {
            world.press(KeyCode::Down);
        }
        world.press(KeyCode::Enter);
        let id = OperationId(known[place].id.to_string());
        let operation = world.state.operations[&id].clone();
        let began = operation.started_at;
        let intent = Intent {
            id: id.clone(),
            at: began,
            actor: Actor {
                user: "ada".into(),
                sudo_user: None,
                host: Some("bastion-1".into()),
                ssh_client: Some("192.0.2.7 51234 22".into()),
            },
            profile: ProfileName("local".into()),
            platform: "local".into(),
            endpoint: "/home/ada/.local/share/attache/platform/run/api.sock".into(),
            account: Some("ada@acme.example".into()),
            reason: None,
            target: operation.command.target().to_owned(),
            command: operation.command.clone(),
            idempotency_key: "k".into(),
            read_at: began,
            before: None,
        };
        let line = |seconds: i64, kind| Record { at: began + jiff::SignedDuration::from_secs(seconds), kind };
        let records = vec![
            line(0, RecordKind::Sent),
            line(30, RecordKind::End { outcome: operation.outcome.clone(), evidence: None, asks: None }),
        ];
        let entry = Entry { intent, records, damaged: 0, operation, is_driven: false };
        world.act(Action::Entry { id, entry: Ok(Some(Box::new(entry))) });
        look!(format!("operation_{columns}x{rows}"), world.state);
        world.press(KeyCode::Esc);
        world.press(KeyCode::Home);
        let first = world.state.past()[0].outcome.clone();
        assert_ne!(first, Outcome::Done.word());
    }
}
