//! The engine is broken off before and after every step of every operation, the platform killed, and started again: each
//! time it ends where it would have ended, with nothing forgotten and nothing left over.

use std::collections::HashSet;
use std::fs;
use std::sync::Mutex;

use secrecy::ExposeSecret;

use super::fake::{Fault, Platform, Point};
use crate::local::db::addons::{self, AddonState};
use crate::local::db::operations::OperationState;
use crate::local::engine::operations::{Kind, course};
use crate::local::engine::rules::Change;
use crate::local::engine::services::locked;
use crate::local::engine::{Write, folder};
use crate::local::services::Step;

/// How many platforms are broken off at the same time: each waits for the disk for most of its time.
const WORKERS: usize = 4;

/// An operation, and how it ends.
struct Case {
    kind: Kind,
    /// What goes wrong in it.
    fault: Option<Fault>,
    /// Whether the add-on sleeps when it is asked for.
    is_asleep: bool,
    /// What is asked of the add-on `orders`, which is ready and attached to `billing`.
    ask: fn() -> Write,
    /// The state of the operation at its end …
    ends: OperationState,
    /// … that of the add-on; none for gone …
    addon: Option<AddonState>,
    /// … and the last release of `billing`.
    release: &'static str,
}

impl Case {
    fn new(kind: Kind, ask: fn() -> Write) -> Self {
        Self {
            kind,
            fault: None,
            is_asleep: false,
            ask,
            ends: OperationState::Done,
            addon: Some(AddonState::Ready),
            release: "Attach orders",
        }
    }
}

fn orders() -> String {
    "orders".to_owned()
}

fn cases() -> Vec<Case> {
    let plan = || Write::ChangeAddon(orders(), Change::Plan("standard-0".to_owned()));
    let rotate = || Write::Rotate(orders());
    let rotated = "Rotate the credentials of orders";
    let create = || Write::CreateAddon(super::fake::new_addon("orders", "postgresql", Some("billing")));
    let failed = OperationState::Failed;
    vec![
        Case::new(Kind::Create, create),
        Case {
            fault: Some(Fault::Fail("check")),
            ends: failed,
            addon: Some(AddonState::Failed),
            release: "",
            ..Case::new(Kind::Create, create)
        },
        Case {
            addon: None,
            release: "Detach orders (destroyed)",
            ..Case::new(Kind::Destroy, || Write::DestroyAddon(orders()))
        },
        Case::new(Kind::ChangePlan, plan),
        Case { fault: Some(Fault::Fail("check_fit")), ends: failed, ..Case::new(Kind::ChangePlan, plan) },
        Case { fault: Some(Fault::FailNew("resume")), ends: failed, ..Case::new(Kind::ChangePlan, plan) },
        Case { fault: Some(Fault::FailNew("apply_plan")), ends: failed, ..Case::new(Kind::ChangePlan, plan) },
        Case { is_asleep: true, ..Case::new(Kind::ChangePlan, plan) },
        Case::new(Kind::Rename, || Write::ChangeAddon(orders(), Change::Name("invoices".to_owned()))),
        Case { release: rotated, ..Case::new(Kind::Rotate, rotate) },
        Case { fault: Some(Fault::FailNew("change_password")), ends: failed, ..Case::new(Kind::Rotate, rotate) },
        Case { is_asleep: true, release: rotated, ..Case::new(Kind::Rotate, rotate) },
        Case::new(Kind::Restart, || Write::Restart(orders())),
        Case { is_asleep: true, ..Case::new(Kind::Restart, || Write::Restart(orders())) },
        Case { addon: Some(AddonState::Sleeping), ..Case::new(Kind::Sleep, || Write::Sleep(orders())) },
        Case { is_asleep: true, ..Case::new(Kind::Wake, || Write::Wake(orders())) },
    ]
}

/// A platform on which `case` is about to be asked for.
fn prepare(case: &Case) -> Platform {
    let platform = Platform::with_plans(|plan| {
        // So that the ordinary plan sleeps too, on demand only: the fake does not tell who is connected.
        let sleep_after = crate::model::Limit {
            name: "sleep_after".to_owned(),
            value: 1,
            unit: "seconds".to_owned(),
            enforced_by: None,
        };
        plan.limits.push(sleep_after);
    });
    if case.kind != Kind::Create {
        platform.create("orders", Some("billing")).unwrap();
        platform.wait_for("orders", Some("ready"));
        let id = platform.row("orders").id;
        fs::write(platform.engine().services.addon_folder(&id).join("data"), "rows").unwrap();
    }
    if case.is_asleep {
        platform.write(Write::Sleep(orders())).unwrap();
        platform.wait_for("orders", Some("sleeping"));
    }
    platform.set_fault(case.fault);
    locked(&platform.world.points).clear();
    platform
}

fn ask(platform: &Platform, case: &Case) -> String {
    platform.write((case.ask)()).unwrap()["operation"]["id"].as_str().unwrap().to_owned()
}

/// Asserts that the operation ended as it must, and that rows, folders, manifests and servers agree.
fn check(platform: &Platform, case: &Case, id: &str, at: Option<Point>) {
    let operation = platform.wait_for_end(id);
    assert_eq!((operation.kind, operation.state), (case.kind, case.ends), "{at:?}: {:?}", operation.message);
    assert!(operation.message.is_some() && operation.ended_at.is_some(), "{at:?}");
    let rows = platform.block_on(platform.engine().db.read(addons::all)).unwrap();
    assert_eq!(rows.iter().map(|row| row.state).next(), case.addon, "{at:?}: {:?}", rows.first());
    let releases = platform.releases("billing");
    assert_eq!(releases.last().map_or("", String::as_str), case.release, "{at:?}");
    let once: std::collections::BTreeSet<_> = releases.iter().collect();
    assert_eq!(once.len(), releases.len(), "{at:?}: no release is made twice: {releases:?}");
    check_invariants(platform, at);
}

/// What holds on a platform whose operations have all ended.
pub(super) fn check_invariants(platform: &Platform, at: Option<Point>) {
    assert!(platform.operations().iter().all(|operation| !operation.state.is_unfinished()), "{at:?}");
    let rows = platform.block_on(platform.engine().db.read(addons::all)).unwrap();
    let folders = fs::read_dir(platform.folder().join("addons")).map_or(0, Iterator::count);
    let with_folder = rows.iter().filter(|row| platform.engine().services.addon_folder(&row.id).exists()).count();
    assert_eq!(folders, with_folder, "{at:?}: a folder without a row");
    for row in &rows {
        let path = platform.engine().services.addon_folder(&row.id);
        if row.state == AddonState::Failed && !row.provisioned {
            assert!(!path.join("start_server").exists(), "{at:?}: a server runs on unseen");
            continue;
        }
        assert!(row.provisioned, "{at:?}: {:?}", row.state);
        // Where the platform was started anew, the server is looked for beside the operations.
        platform.until(|| path.join("start_server").exists() == (row.state == AddonState::Ready));
        let manifest = folder::read_manifest(&path).unwrap();
        assert_eq!((&manifest.name, &manifest.plan), (&row.name, &row.plan), "{at:?}");
        assert_eq!(manifest.settings.port, row.settings.port, "{at:?}");
        let password = row.settings.password.expose_secret();
        assert_eq!(manifest.settings.password.expose_secret(), password, "{at:?}");
        if let Ok(of_the_server) = fs::read_to_string(path.join("password")) {
            assert_eq!(of_the_server, password, "{at:?}: the server has another password than the row");
        }
        if let Ok(of_the_server) = fs::read_to_string(path.join("plan")) {
            assert_eq!(of_the_server, row.plan.name, "{at:?}: the server has another plan than the row");
        }
    }
}

#[test]
fn an_operation_broken_off_before_or_after_any_step_ends_where_it_would_have_ended() {
    let cases_left = Mutex::new(cases());
    let points = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                loop {
                    let Some(case) = locked(&cases_left).pop() else { return };
                    let broken_off_at = break_off_everywhere(&case);
                    locked(&points).extend(broken_off_at);
                }
            });
        }
    });
    let points = points.into_inner().unwrap();
    let seen: HashSet<(Kind, Step)> = points.iter().map(|(kind, step, _)| (*kind, *step)).collect();
    println!("broken off at {} points of {} steps of kinds, the servers alive and dead", points.len(), seen.len());
    for kind in cases().iter().map(|case| case.kind) {
        for step in course(kind)
            .steps(Some(&super::fake::any()))
            .into_iter()
            .chain(course(kind).undo(Some(&super::fake::any())))
        {
            assert!(seen.contains(&(kind, step)), "{kind} is never broken off at {step}");
        }
    }
}

/// Gives the points at which the operation was broken off.
fn break_off_everywhere(case: &Case) -> Vec<Point> {
    let platform = prepare(case);
    let id = ask(&platform, case);
    check(&platform, case, &id, None);
    let all = locked(&platform.world.points).clone();
    drop(platform);
    let points: Vec<Point> = all.into_iter().filter(|(kind, ..)| *kind == case.kind).collect();
    for (index, point) in points.iter().enumerate() {
        // Steps that undo are those of the way there: when one is come by again, that is another point.
        let passes = points[..index].iter().filter(|earlier| *earlier == point).count();
        for power_fails in [false, true] {
            break_off(case, *point, passes, power_fails);
        }
    }
    points
}

fn break_off(case: &Case, point: Point, passes: usize, power_fails: bool) {
    let mut platform = prepare(case);
    *locked(&platform.world.breakpoint) = Some((point, passes));
    let id = ask(&platform, case);
    platform.block_on(platform.world.hangs.notified());
    platform.kill();
    if power_fails {
        for folder in fs::read_dir(platform.folder().join("addons")).into_iter().flatten().flatten() {
            drop(fs::remove_file(folder.path().join("start_server")));
        }
    }
    platform.start();
    check(&platform, case, &id, Some(point));
}
