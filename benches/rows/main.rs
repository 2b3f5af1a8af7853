//! What 100, 1,000 and 10,000 add-ons cost: `cargo bench`. At the end the medians stand beside the budgets of the design.

mod lists;
mod table;
mod world;

use std::collections::HashSet;
use std::time::{Duration, Instant};

use attache::app::{Action, Effect, Query, Reply};
use attache::model::ProfileName;
use attache::platform::Conditional;
use attache::store::{Addons, Cache, Snapshot, Store};
use criterion::{BatchSize, Criterion};
use crossterm::event::KeyCode;
use jiff::Timestamp;

use world::{ENTERED, World, addons, known, list, with_one_changed};

/// How many add-ons.
const SIZES: [usize; 3] = [100, 1_000, 10_000];

/// Keys and frames.
fn screen(criterion: &mut Criterion) {
    for size in SIZES {
        let mut world = World::new(size);
        criterion.bench_function(&id("frame", size), |bencher| bencher.iter(|| world.draw()));
        criterion.bench_function(&id("cursor key and frame", size), |bencher| {
            bencher.iter(|| {
                world.key(KeyCode::Char('j'));
                world.draw();
            });
        });
        criterion.bench_function(&id("sort key", size), |bencher| bencher.iter(|| world.key(KeyCode::Char('s'))));
        let mut asked = World::app_by_app(size);
        criterion.bench_function(&id("app by app: cursor key and frame", size), |bencher| {
            bencher.iter(|| {
                asked.key(KeyCode::Char('j'));
                asked.draw();
            });
        });
        world.key(KeyCode::Char('/'));
        for (what, before) in [("filter key, the first", ""), ("filter key, a later one", "repor")] {
            before.chars().for_each(|c| drop(world.key(KeyCode::Char(c))));
            criterion.bench_function(&id(what, size), |bencher| {
                bencher.iter_custom(|runs| timed(runs, &mut world, KeyCode::Char('t'), KeyCode::Backspace));
            });
        }
        criterion.bench_function(&id("filter key, taken back", size), |bencher| {
            bencher.iter_custom(|runs| {
                world.key(KeyCode::Char('t'));
                let taken = timed(runs, &mut world, KeyCode::Backspace, KeyCode::Char('t'));
                world.key(KeyCode::Backspace);
                taken
            });
        });
    }
}

/// Choosing one of all add-ons.
fn picking(criterion: &mut Criterion) {
    for size in SIZES {
        let mut world = World::restoring(size);
        criterion.bench_function(&id("picker: cursor key and frame", size), |bencher| {
            bencher.iter(|| {
                world.key(KeyCode::Down);
                world.draw();
            });
        });
        criterion.bench_function(&id("picker: key that looks for some", size), |bencher| {
            bencher.iter_custom(|runs| timed(runs, &mut world, KeyCode::Char('t'), KeyCode::Backspace));
        });
    }
}

/// How long one key takes, with another one after each.
fn timed(runs: u64, world: &mut World, key: KeyCode, back: KeyCode) -> Duration {
    let mut taken = Duration::ZERO;
    for _ in 0..runs {
        let started = Instant::now();
        world.key(key);
        taken += started.elapsed();
        world.key(back);
    }
    taken
}

/// Merging, off the loop; and what the loop has to do for it.
fn merging(criterion: &mut Criterion) {
    for size in SIZES {
        let rows = addons(size, ENTERED);
        let base = known(&rows);
        let changed = with_one_changed(&rows, true);
        for (what, base, rows) in [
            ("merge, nothing changed", &base, &rows),
            ("merge, one changed", &base, &changed),
            ("merge, all new", &Addons::default(), &rows),
        ] {
            criterion.bench_function(&id(what, size), |bencher| {
                let merge = || base.list_merge(list(rows.clone()), 2, true, HashSet::new());
                bencher.iter_batched(merge, |merge| merge.run(), BatchSize::PerIteration);
            });
        }
        let mut world = World::new(size);
        let is_list = |effect: &Effect| matches!(effect, Effect::Fetch { query: Query::Addons { .. }, .. });
        let mut flip = false;
        let mut poll = |what: &str| {
            let Some(Effect::Fetch { id, .. }) = world.until_asked(is_list) else { return Duration::ZERO };
            flip = !flip;
            let told = match what {
                "unchanged" => Conditional::Unchanged(Timestamp::UNIX_EPOCH),
                "the same" => Conditional::Changed(list(rows.clone())),
                _ => Conditional::Changed(list(with_one_changed(&rows, flip))),
            };
            let started = Instant::now();
            let effects = world.act(Action::Replied { id, reply: Ok(Reply::Addons(told)) });
            let taken = started.elapsed();
            taken + world.merge_timed(effects)
        };
        for what in ["unchanged", "the same", "one changed"] {
            criterion.bench_function(&id(&format!("loop's share of a poll, {what}"), size), |bencher| {
                bencher.iter_custom(|runs| (0..runs).map(|_| poll(what)).sum());
            });
        }
    }
}

/// What was seen last: written, and read for the first frame and after it.
fn cache(criterion: &mut Criterion) {
    let folder = std::env::temp_dir().join(format!("attache-bench-{}", std::process::id()));
    for size in SIZES {
        let cache = Cache::new(&folder, &ProfileName(ENTERED.into()));
        let mut store = Store::new(ProfileName(ENTERED.into()));
        store.addons = known(&addons(size, ENTERED));
        let snapshot = || Snapshot::of(&store, "unix");
        criterion.bench_function(&id("cache, loop's share of saving", size), |bencher| bencher.iter(snapshot));
        let Some(snapshot) = snapshot() else { continue };
        criterion.bench_function(&id("cache, written", size), |bencher| bencher.iter(|| cache.save(&snapshot)));
        criterion.bench_function(&id("cache, to the first frame", size), |bencher| {
            bencher.iter(|| {
                if let Ok(Some(seen)) = cache.glance("unix") {
                    World::from_cache(seen).draw();
                }
            });
        });
        criterion.bench_function(&id("cache, all of it", size), |bencher| bencher.iter(|| cache.load("unix")));
    }
    // What is left over is only in the way.
    let _ = std::fs::remove_dir_all(folder);
}

/// The combined list of five profiles.
fn combined(criterion: &mut Criterion) {
    for size in SIZES {
        let mut world = World::combined(size);
        criterion.bench_function(&id("combined: frame", size), |bencher| bencher.iter(|| world.draw()));
        criterion.bench_function(&id("combined: cursor key and frame", size), |bencher| {
            bencher.iter(|| {
                world.key(KeyCode::Char('j'));
                world.draw();
            });
        });
        criterion.bench_function(&id("combined: sort key", size), |bencher| {
            bencher.iter(|| world.key(KeyCode::Char('s')));
        });
        let rows = addons(size / 5, "team-1");
        let mut flip = false;
        let is_list = |effect: &Effect| matches!(effect, Effect::Look { profile, query: Query::Addons { .. }, .. } if profile.as_str() == "team-1");
        criterion.bench_function(&id("combined: loop's share of a poll, one changed", size), |bencher| {
            bencher.iter_custom(|runs| {
                let mut poll = || {
                    let Some(Effect::Look { id, profile, .. }) = world.until_asked(is_list) else {
                        return Duration::ZERO;
                    };
                    flip = !flip;
                    world.looked(id, profile, Conditional::Changed(list(with_one_changed(&rows, flip))))
                };
                (0..runs).map(|_| poll()).sum()
            });
        });
        world.key(KeyCode::Char('/'));
        criterion.bench_function(&id("combined: filter key", size), |bencher| {
            bencher.iter_custom(|runs| timed(runs, &mut world, KeyCode::Char('t'), KeyCode::Backspace));
        });
    }
}

fn id(what: &str, size: usize) -> String {
    format!("{what}/{size}")
}

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(150))
        .measurement_time(Duration::from_millis(600))
        .configure_from_args();
    let resident: Vec<(usize, f64)> = SIZES.into_iter().map(|size| (size, resident_of(size))).collect();
    screen(&mut criterion);
    picking(&mut criterion);
    merging(&mut criterion);
    lists::read(&mut criterion);
    cache(&mut criterion);
    combined(&mut criterion);
    criterion.final_summary();
    table::print();
    table::print_resident(&resident);
}

/// How many MB more are resident once a dashboard has read so many add-ons, and read them once more.
fn resident_of(size: usize) -> f64 {
    let before = resident();
    let mut world = World::new(size);
    let is_list = |effect: &Effect| matches!(effect, Effect::Fetch { query: Query::Addons { .. }, .. });
    if let Some(Effect::Fetch { id, .. }) = world.until_asked(is_list) {
        let told = Conditional::Changed(list(with_one_changed(&addons(size, ENTERED), true)));
        let effects = world.act(Action::Replied { id, reply: Ok(Reply::Addons(told)) });
        world.merge(effects);
    }
    world.draw();
    resident() - before
}

/// Of this process, in MB.
fn resident() -> f64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: f64 = statm.split_whitespace().nth(1).and_then(|pages| pages.parse().ok()).unwrap_or_default();
    pages * 4_096.0 / 1e6
}
