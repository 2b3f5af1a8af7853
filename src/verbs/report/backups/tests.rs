use super::*;
use crate::model::{AddonKey, BackupState, Health, Known, Owner, ProfileName, Schedule, State};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn row(name: &str, copy: LastCopy, policy: Option<BackupPolicy>) -> Row {
    let unknown = || "not told".to_owned();
    let last = copy.at().map(|at| Backup {
        id: "b1".to_owned(),
        addon_id: None,
        addon: None,
        service: None,
        plan: None,
        state: BackupState::Finished,
        started_at: Some(at),
        finished_at: None,
        size: None,
        checksum: None,
        trigger: None,
        label: None,
        message: None,
        keep_until: None,
        progress: None,
    });
    let addon = Addon {
        verbatim: None,
        key: AddonKey { profile: ProfileName("work".into()), id: name.into() },
        name: name.into(),
        team: None,
        owner: Owner::App("shop".into()),
        service: "postgresql".into(),
        plan: None,
        state: State::Ready,
        state_word: "ready".into(),
        state_reason: None,
        health: Health::Ok,
        created_at: None,
        updated_at: None,
        config_vars: Known::Unknown(unknown().into()),
        attachments: Known::Unknown(unknown().into()),
        endpoint: None,
        cannot: Default::default(),
        restored_from: None,
        last_backup: Known::Unknown(unknown().into()),
        work: None,
        price: Known::Unknown(unknown().into()),
        billing: None,
        facts: Vec::new(),
    };
    let max_age = SignedDuration::from_hours(26);
    Row { addon, copy, last, policy, max_age, now: at("2026-11-20T12:00:00Z") }
}

#[test]
fn each_kind_is_told_apart_and_nothing_unknown_is_empty_or_good() {
    let policy = |policy| Some(policy);
    let daily =
        BackupPolicy { schedule: Some(Schedule { hour: 3, time_zone: "UTC".to_owned() }), ..BackupPolicy::default() };
    let switched = |is_on| BackupPolicy { is_automatic: Some(is_on), ..BackupPolicy::default() };
    let why = || "why".to_owned();
    let then = at("2026-11-18T12:00:00Z");
    for (copy, policy, words) in [
        (LastCopy::Never, policy(switched(false)), ["never", "none", "off", "-"]),
        (LastCopy::Stale(then), policy(daily), ["stale", "2026-11-18 12:00:00Z (2d)", "daily at 03:00 UTC", "-"]),
        (LastCopy::Recent(then), policy(switched(true)), ["recent", "2026-11-18 12:00:00Z (2d)", "on", "-"]),
        (LastCopy::Unreadable(why()), None, ["unreadable", "unknown", "unknown", "why"]),
        (LastCopy::NotTold(why()), policy(BackupPolicy::default()), ["not told", "unknown", "no schedule", "why"]),
        (LastCopy::Unsupported(why()), None, ["unsupported", "-", "-", "why"]),
    ] {
        let row = row("orders", copy, policy);
        let cells = row.cells();
        assert_eq!([&cells[3], &cells[4], &cells[6], &cells[7]], words);
        let document = row.document();
        assert_eq!(document["backup"], words[0].replace(' ', "_"));
        assert_eq!(document["age_seconds"].is_null(), row.copy.at().is_none(), "unknown is not zero");
        assert_eq!(row.csv().len(), CSV.len());
        assert_eq!(row.csv()[8].is_empty(), row.copy.at().is_none());
        assert_eq!(is_bad(&row.copy), !matches!(words[0], "recent" | "unsupported"), "{}", words[0]);
    }
    assert_eq!(row("orders", LastCopy::Never, None).cells()[5], "26h");
}

#[test]
fn the_worst_comes_first() {
    let why = || "why".to_owned();
    let worst = [
        LastCopy::Never,
        LastCopy::Stale(at("2026-11-18T12:00:00Z")),
        LastCopy::Unreadable(why()),
        LastCopy::NotTold(why()),
        LastCopy::Unsupported(why()),
        LastCopy::Recent(at("2026-11-20T11:00:00Z")),
    ];
    assert!(worst.iter().map(rank).is_sorted_by(|left, right| left < right));
    let words: Vec<&str> = counts(&[]).iter().map(|(word, _)| *word).collect();
    assert_eq!(words, worst.iter().map(LastCopy::word).collect::<Vec<_>>(), "every kind is counted");
}
