//! What an operation costs while it runs: its rows change, nothing ticks.

use std::time::{Duration, Instant};

use attache::app::{Action, Query, Reply};
use attache::model::{Addon, Danger, EventStatus, Outcome, Progress, TimelineEvent};
use attache::runtime::pace::Pace;
use jiff::Timestamp;

use super::copies::work;
use super::paint::Wire;
use super::world::{NOW, World, at};
use super::{commands, modals};

/// A minute of an operation whose every second tells something: how far it is, and another step.
const SECONDS: u64 = 60;

/// How many seconds have passed.
fn passed(now: Timestamp) -> u64 {
    u64::try_from(now.as_second() - at(NOW).as_second()).unwrap()
}

fn steps(query: &Query, _: &[Addon], now: Timestamp) -> Option<Reply> {
    let Query::Events { after, .. } = query else { return None };
    let event = |id: u64| TimelineEvent {
        id,
        at: at(NOW) + jiff::SignedDuration::from_secs(i64::try_from(id).unwrap()),
        step: format!("copy_part_{id}"),
        status: EventStatus::Done,
        message: format!("Copied part {id} of 60."),
        log: Vec::new(),
    };
    Some(Reply::Events((1..=passed(now)).filter(|id| id > after).map(event).collect()))
}

/// The bytes of each second while an add-on's backup goes on, with or without news of it. The title counts as well.
fn minute(columns: u16, rows: u16, has_news: bool) -> Vec<usize> {
    let mut operation = modals::operations().remove(0);
    operation.command = commands::create_alone().command;
    operation.outcome = Outcome::Accepted;
    operation.addon_id = Some("add_uploads".into());
    operation.work_id = Some("op_1".into());
    let mut world = World::opened(columns, rows, "local", Danger::None, vec![operation]);
    world.special = Some(if has_news { steps } else { |_, _, _| None });
    world.answer();
    world.select("uploads");
    let mut wire = Wire::new(columns, rows);
    let mut title = world.state.title();
    wire.draw(&world.state);
    let mut revision = world.state.revision();
    let mut written = Vec::new();
    // Nobody has pressed a key for a while.
    let start = Instant::now();
    let mut pace = Pace::new(start - Duration::from_secs(60));
    for second in 1..=SECONDS {
        for addon in world.addons.iter_mut().filter(|addon| addon.name == "uploads") {
            let progress =
                Progress { done: Some(second), total: Some(SECONDS), unit: Some("objects".into()), bytes: None };
            addon.work = Some(work("back_up", "copy_data", has_news.then_some(progress)).into());
        }
        world.pass(Duration::from_secs(1));
        world.answer();
        // As the dashboard does it: a frame when something moved and it is time for one.
        let now = start + Duration::from_secs(second);
        let is_due = pace.due().is_none_or(|due| due <= now);
        let mut bytes = 0;
        if is_due && world.state.revision() != revision {
            revision = world.state.revision();
            bytes = wire.draw_changes(&world.state);
            if world.state.title() != title {
                title = world.state.title();
                bytes += title.len() + "\x1b]2;\x1b\\".len();
            }
            pace.drawn(now, bytes);
            world.act(Action::Painted);
        }
        written.push(bytes);
    }
    written
}

#[test]
fn a_running_operation_costs_at_most_sixty_four_bytes_a_second() {
    for (columns, rows) in [(120, 40), (80, 24)] {
        for (has_news, budget) in [(true, 64), (false, 0)] {
            let written = minute(columns, rows, has_news);
            // The first second shows that it is followed at all.
            let all: usize = written.iter().skip(1).sum();
            let a_second = all / (written.len() - 1);
            println!("{columns}×{rows}, news: {has_news}: {a_second} bytes/s of {budget}; each second: {written:?}");
            assert!(a_second <= budget, "{columns}×{rows}, news: {has_news}: {a_second} bytes/s: {written:?}");
        }
    }
}
