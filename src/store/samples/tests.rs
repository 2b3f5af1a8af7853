use std::os::unix::fs::PermissionsExt;

use super::*;
use crate::model::{AddonKey, Figure, Health, Limit, Owner, Price, State};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

const HERE: &str = "https://api.example.com";

fn sample(time: &str, id: &str, storage: u64) -> Sample {
    Sample {
        at: at(time),
        endpoint: HERE.to_owned(),
        addon_id: id.to_owned(),
        plan: Some("standard-0".to_owned()),
        figures: vec![used("storage", storage, 1000)],
    }
}

fn used(name: &str, value: u64, limit: u64) -> Used {
    Used { name: name.to_owned(), value, limit, unit: "bytes".to_owned() }
}

fn usage(figures: Vec<Figure>) -> Usage {
    Usage { measured_at: None, figures }
}

fn figure(name: &str, value: Known<u64>, limit: Option<u64>) -> Figure {
    Figure { name: name.to_owned(), value, unit: "bytes".to_owned(), limit, enforced_by: None }
}

fn judged(samples: &[Sample]) -> Sizing {
    sizing(samples.iter(), Some("standard-0"), None, &usage(Vec::new()))
}

#[test]
fn too_large_is_what_was_seen_often_and_for_long_to_use_little_of_every_limit() {
    let one = sample("2026-11-01T10:00:00Z", "a", 100);
    let two = sample("2026-11-04T10:00:00Z", "a", 199);
    let three = sample("2026-11-08T10:00:00Z", "a", 50);
    assert_eq!(judged(std::slice::from_ref(&one)).words(), "too few samples: 1 of 3 since 2026-11-01");
    assert_eq!(judged(&[one.clone(), two.clone()]).words(), "too few samples: 2 of 3 since 2026-11-01");
    let enough = [one.clone(), two.clone(), three.clone()];
    assert_eq!(judged(&enough).words(), "oversize: at most storage 19 % of 1000 B in 3 samples since 2026-11-01");
    // What is full at one moment is not too large, however little it was at others.
    let full = sample("2026-11-05T10:00:00Z", "a", 200);
    assert_eq!(judged(&[one.clone(), two.clone(), three.clone(), full.clone()]).words(), "storage 20 % of 1000 B");
    assert!(matches!(judged(&[full]), Sizing::Fits(_)), "one is enough for that");
    let short = [one.clone(), sample("2026-11-01T11:00:00Z", "a", 1), sample("2026-11-08T09:59:59Z", "a", 1)];
    assert_eq!(judged(&short).words(), "too few samples: since 2026-11-01 only, of 7 days");
    let one_hour = [one.clone(), sample("2026-11-01T10:59:59Z", "a", 1), three];
    assert!(matches!(judged(&one_hour), Sizing::TooFew { samples: 2, .. }), "an hour counts once");
    let other_plan = Sample { plan: Some("standard-9".to_owned()), ..sample("2026-11-02T10:00:00Z", "a", 900) };
    assert!(matches!(judged(&[enough.to_vec(), vec![other_plan]].concat()), Sizing::Oversize { .. }));
}

#[test]
fn what_is_not_told_is_never_called_unused() {
    let little: Vec<Sample> = ["2026-11-01T10:00:00Z", "2026-11-04T10:00:00Z", "2026-11-08T10:00:00Z"]
        .map(|time| sample(time, "a", 1))
        .into();
    let now = usage(vec![figure("memory", Known::Unknown("it sleeps".into()), Some(10))]);
    let judged = sizing(little.iter(), Some("standard-0"), None, &now);
    assert_eq!(judged, Sizing::Unknown("memory: it sleeps".to_owned()));
    assert!(matches!(sizing(std::iter::empty(), None, None, &now), Sizing::Unknown(why) if why == "memory: it sleeps"));
    let unlimited = usage(vec![figure("rows", Known::Is(1), None), figure("zero", Known::Is(0), Some(0))]);
    let judged = sizing(std::iter::empty(), None, None, &unlimited);
    assert!(matches!(judged, Sizing::Unknown(why) if why.contains("no") || why.contains("nothing")));
}

fn addon() -> Addon {
    let unknown = || "not told".to_owned();
    Addon {
        verbatim: None,
        key: AddonKey { profile: ProfileName("work".into()), id: "a".into() },
        name: "orders".into(),
        team: None,
        owner: Owner::App("shop".into()),
        service: "postgresql".into(),
        plan: Some("standard-0".into()),
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
    }
}

#[test]
fn a_sample_has_what_is_told_and_limited_also_by_the_plan_alone() {
    let limit = |name: &str, unit: &str| Limit { name: name.into(), value: 500, unit: unit.into(), enforced_by: None };
    let plan = Plan {
        name: "standard-0".to_owned(),
        summary: String::new(),
        is_default: false,
        price: Known::Is(Price { cents_per_month: 1, currency: "USD".into() }),
        limits: vec![limit("storage", "bytes"), limit("connections", "count")],
    };
    let figures = vec![
        figure("storage", Known::Is(7), None),
        figure("connections", Known::Is(7), None),
        figure("memory", Known::Is(3), Some(9)),
        figure("keys", Known::Unknown("it sleeps".into()), Some(9)),
    ];
    let now = at("2026-11-20T00:00:00Z");
    let sample = Sample::of(&addon(), Some(&plan), &usage(figures), HERE, now);
    assert_eq!(sample.figures, [used("storage", 7, 500), used("memory", 3, 9)], "a limit of another unit is none");
    assert_eq!((sample.at, sample.addon_id.as_str()), (now, "a"));
}

#[test]
fn samples_are_added_and_found_again_and_one_hour_is_written_once() {
    let home = tempfile::tempdir().unwrap();
    let samples = Samples::new(home.path(), &ProfileName("work/eu".into()));
    let now = at("2026-11-20T00:00:00Z");
    let first = sample("2026-11-19T10:00:00Z", "a", 5);
    assert_eq!(samples.add(HERE, vec![first.clone()], now).unwrap(), std::slice::from_ref(&first));
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(samples.path()), mode(samples.path().parent().unwrap())), (0o600, 0o700));
    let (lower, higher) = (sample("2026-11-19T10:30:00Z", "a", 4), sample("2026-11-19T10:40:00Z", "a", 6));
    let nothing = Sample { figures: Vec::new(), ..first.clone() };
    assert_eq!(samples.add(HERE, vec![lower, nothing], now).unwrap(), std::slice::from_ref(&first));
    assert_eq!(samples.add(HERE, vec![higher.clone()], now).unwrap(), [first.clone(), higher]);
    assert_eq!(samples.add("https://other.example.com", Vec::new(), now).unwrap(), []);
    let later = at("2027-02-20T00:00:00Z");
    assert_eq!(samples.add(HERE, Vec::new(), later).unwrap(), [], "what is older than 90 days says nothing");
}

#[test]
fn a_line_that_was_cut_off_loses_itself_alone() {
    let home = tempfile::tempdir().unwrap();
    let samples = Samples::new(home.path(), &ProfileName("work".into()));
    let now = at("2026-11-20T00:00:00Z");
    let (one, two) = (sample("2026-11-18T10:00:00Z", "a", 5), sample("2026-11-19T10:00:00Z", "a", 5));
    samples.add(HERE, vec![one.clone()], now).unwrap();
    let mut file = OpenOptions::new().append(true).open(samples.path()).unwrap();
    file.write_all(b"{\"at\":\"2026-11").unwrap();
    assert_eq!(samples.add(HERE, vec![two.clone()], now).unwrap(), [one.clone(), two.clone()]);
    assert_eq!(samples.add(HERE, Vec::new(), now).unwrap(), [one, two]);
}

#[test]
fn a_large_file_is_written_anew_without_what_is_old() {
    let home = tempfile::tempdir().unwrap();
    let samples = Samples::new(home.path(), &ProfileName("work".into()));
    let old: Vec<Sample> = (0..30_000).map(|id| sample("2026-01-01T10:00:00Z", &format!("a{id}"), 5)).collect();
    let new = sample("2026-11-19T10:00:00Z", "a", 5);
    samples.add(HERE, vec![new.clone()], at("2026-11-20T00:00:00Z")).unwrap();
    samples.append(&old, false).unwrap();
    let size = || fs::metadata(samples.path()).unwrap().len();
    assert!(size() > LARGE);
    assert_eq!(samples.add(HERE, Vec::new(), at("2026-11-20T00:00:00Z")).unwrap(), [new]);
    assert!(size() < 1000);
}
