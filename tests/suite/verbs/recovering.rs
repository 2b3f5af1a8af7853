//! A state file that is damaged or lost, and the way back, on a real platform.

use std::fs;
use std::path::Path;

use super::tools::{backups, capture, redis, variable};
use crate::support::eventually::eventually;
use crate::support::home::Home;

/// Waits until a platform that was killed is gone.
fn until_nobody_runs(home: &Home) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let is_gone = async || home.line("platform status --json").json()["running"] == false;
    runtime.block_on(eventually("the platform is gone", is_gone));
}

/// How many state files were moved aside; each may have its log beside it.
fn asides(home: &Home) -> usize {
    let entries = fs::read_dir(home.platform_folder()).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.contains(".damaged-") && !name.ends_with("-wal") && !name.ends_with("-shm")).count()
}

#[test]
fn damaged_in_any_way_it_comes_back_with_its_data_apps_and_backups() {
    let home = Home::new();
    home.platform_up();
    home.line("apps create shop").expect(0);
    home.line("addons create valkey --name cache --app shop --as X --wait").expect(0);
    redis(&variable(&home, "shop", "X_REDIS_URL"), &["SET", "a", "1"]).unwrap();
    let id = capture(&home, "cache");
    home.line("backups schedule cache --at 3 --time-zone UTC").expect(0);
    let state = home.platform_folder().join("state.db");
    let running = home.line("platform recover").expect(1);
    assert!(running.err.contains("its state is in use") && running.err.contains("platform down"), "{}", running.err);

    let truncate = |path: &Path| {
        let length = fs::metadata(path).unwrap().len();
        fs::OpenOptions::new().write(true).open(path).unwrap().set_len(length / 2 + 100).unwrap();
    };
    let overwrite = |path: &Path, from: usize, byte: fn(usize) -> u8| {
        let mut bytes = fs::read(path).unwrap();
        (from..bytes.len()).for_each(|at| bytes[at] = byte(at));
        fs::write(path, bytes).unwrap();
    };
    type Damage<'a> = Box<dyn Fn(&Path) + 'a>;
    let damages: [(&str, Damage<'_>); 5] = [
        ("cut off", Box::new(truncate)),
        ("zero pages", Box::new(|path| overwrite(path, 4096, |_| 0))),
        ("random bytes", Box::new(|path| overwrite(path, 100, |at| (at.wrapping_mul(2_654_435_761) >> 7) as u8))),
        ("empty", Box::new(|path| fs::write(path, "").unwrap())),
        ("deleted", Box::new(|path| fs::remove_file(path).unwrap())),
    ];
    for (how, damage) in &damages {
        home.line("platform down").expect(0);
        let good = home.line("platform recover").expect(1);
        assert!(good.err.contains("is good, so nothing was changed"), "{how}: {}", good.err);
        damage(&state);
        let before = fs::read(&state).ok();
        let kept = asides(&home);
        let refused = home.line("platform up").expect(1);
        assert!(refused.err.contains("attache platform recover"), "{how}: {}", refused.err);
        assert!(fs::read(&state).ok() == before, "{how}");
        let told = home.line("platform recover").expect(0);
        for words in ["add-on cache (valkey)", "1 backup", "storefront, billing, shop", "Not recovered:"] {
            assert!(told.out.contains(words), "{how}, {words}: {}", told.out);
        }
        assert_eq!(asides(&home), kept + usize::from(before.is_some()), "{how}");
        home.platform_up();
        home.line("addons wait cache").expect(0);
        assert_eq!(redis(&variable(&home, "shop", "X_REDIS_URL"), &["GET", "a"]).unwrap(), "1", "{how}");
        assert_eq!(backups(&home, "cache")[0]["id"], id.as_str(), "{how}");
        assert!(home.line("backups schedule cache").expect(0).out.contains("daily at 03:00 UTC"), "{how}");
        home.line("addons wait uploads").expect(0);
    }
    home.line("backups restore cache latest --name again --wait").expect(0);
    home.line("addons attach again --app billing").expect(0);
    assert_eq!(redis(&variable(&home, "billing", "REDIS_URL"), &["GET", "a"]).unwrap(), "1");
}

#[test]
fn without_the_snapshot_the_data_comes_back_all_the_same_and_servers_that_still_run_are_taken_over() {
    let home = Home::new();
    home.platform_up();
    home.line("addons create valkey --name cache --app billing --wait").expect(0);
    let url = variable(&home, "billing", "REDIS_URL");
    redis(&url, &["SET", "a", "1"]).unwrap();
    // As after a machine that lost files: the platform is gone, its servers are not.
    let pid: i32 = fs::read_to_string(home.platform_folder().join("lock")).unwrap().trim().parse().unwrap();
    let pid = rustix::process::Pid::from_raw(pid).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
    until_nobody_runs(&home);
    // All that was written is in the log yet: what is left is a good database with nothing in it, and no new platform.
    fs::remove_file(home.platform_folder().join("state.db-wal")).unwrap();
    let refused = home.line("platform up").expect(1);
    assert!(refused.err.contains("attache platform recover"), "{}", refused.err);
    for name in ["state.db", "platform.json"] {
        fs::remove_file(home.platform_folder().join(name)).unwrap();
    }
    let told = home.line("platform recover").expect(0);
    assert!(told.out.contains("there is no good platform.json"), "{}", told.out);
    home.platform_up();
    home.line("addons wait cache").expect(0);
    assert_eq!(redis(&url, &["GET", "a"]).unwrap(), "1", "the same server, port and password");
    assert_eq!(home.line("addons info cache --json").expect(0).json()["addon"]["attachments"], serde_json::json!([]));
    home.line("apps create billing").expect(0);
    home.line("addons attach cache --app billing").expect(0);
    assert_eq!(variable(&home, "billing", "REDIS_URL"), url);
    // What is lost again stays stoppable: `down` finds the servers by their manifests.
    home.line("platform down").expect(0);
}

#[test]
fn where_there_is_nothing_there_is_nothing_to_recover() {
    let home = Home::new();
    let ran = home.line("platform recover").expect(1);
    assert!(ran.err.contains("There is no platform in"), "{}", ran.err);
    assert!(!home.platform_folder().exists());
}
