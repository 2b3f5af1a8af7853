//! Schedules: what is taken and what is refused.

use serde_json::json;

use super::refused;
use crate::local::engine::Write;
use crate::local::engine::rules::NewSchedule;
use crate::local::engine::tests::fake::{Platform, new_addon};

fn schedule(hour: i64, time_zone: &str) -> Write {
    Write::ScheduleBackups("orders".to_owned(), Some(NewSchedule { hour, time_zone: time_zone.to_owned() }))
}

#[test]
fn a_schedule_is_told_with_its_next_time_and_replaced_and_ended() {
    let platform = Platform::new();
    platform.create("orders", None).unwrap();
    platform.wait_for("orders", Some("ready"));
    let policy = platform.write(schedule(3, "europe/berlin")).unwrap()["policy"].clone();
    assert_eq!((&policy["keep_count"], &policy["keep_days"], &policy["evicts"]), (&json!(5), &json!(7), &json!(null)));
    assert_eq!(policy["schedule"], json!({ "hour": 3, "time_zone": "Europe/Berlin" }));
    let next: jiff::Timestamp = policy["next_at"].as_str().unwrap().parse().unwrap();
    assert_eq!(next.in_tz("Europe/Berlin").unwrap().hour(), 3);
    assert!(next > jiff::Timestamp::now());

    let policy = platform.write(schedule(0, "UTC")).unwrap()["policy"].clone();
    assert_eq!(policy["schedule"], json!({ "hour": 0, "time_zone": "UTC" }));

    for _ in 0..2 {
        let ended = Write::ScheduleBackups("orders".to_owned(), None);
        let policy = platform.write(ended).unwrap()["policy"].clone();
        assert_eq!((&policy["schedule"], &policy["next_at"]), (&json!(null), &json!(null)));
    }
    let told = platform.events("orders").iter().filter(|event| *event == "schedule note").count();
    assert_eq!(told, 3, "ending what is not there is no event");
}

#[test]
fn what_can_not_be_scheduled_is_refused_with_the_reason() {
    let platform = Platform::new();
    platform.create("orders", None).unwrap();
    for (hour, zone) in [(24, "UTC"), (-1, "UTC"), (i64::MAX, "UTC"), (3, "Mars/Olympus")] {
        let (status, code, _) = refused(platform.write(schedule(hour, zone)));
        assert_eq!((status, code), (422, "invalid_schedule"), "{hour} {zone}");
    }
    let mut cache = new_addon("cache", "valkey", None);
    cache.plan = Some("cache".to_owned());
    platform.write(Write::CreateAddon(cache)).unwrap();
    let wanted = NewSchedule { hour: 3, time_zone: "UTC".to_owned() };
    let (status, code, why) = refused(platform.write(Write::ScheduleBackups("cache".to_owned(), Some(wanted))));
    assert_eq!((status, code, why.as_str()), (422, "not_supported", "A cache has nothing to keep."));
    let (status, ..) = refused(platform.write(Write::ScheduleBackups("nothing".to_owned(), None)));
    assert_eq!(status, 404);
}
