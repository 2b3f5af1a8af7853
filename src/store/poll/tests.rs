use super::*;

const SECOND: Duration = Duration::from_secs(1);
const LIST: Duration = Duration::from_secs(10);
const DETAIL: Duration = Duration::from_secs(5);
const TRANSITIONAL: Duration = Duration::from_secs(1);

fn want(topic: Topic, every: Duration) -> Wanted {
    Wanted { topic, every }
}

fn wanted() -> Vec<Wanted> {
    vec![
        want(Topic::Addons, LIST),
        want(Topic::Events("a".into()), DETAIL),
        want(Topic::Operation("o".into()), TRANSITIONAL),
    ]
}

fn error(kind: ReadErrorKind) -> ReadError {
    ReadError::new(kind, "It failed.")
}

#[test]
fn what_was_never_asked_is_due_at_once_in_the_order_of_looking() {
    let poll = Poll::new(1);
    let due = poll.due(&wanted(), true, Duration::ZERO);
    assert_eq!(due.now, [Topic::Addons, Topic::Events("a".into()), Topic::Operation("o".into())]);
    assert_eq!(poll.due(&wanted(), true, Duration::ZERO), due, "looking changes nothing");
}

#[test]
fn one_request_per_question_at_a_time() {
    let mut poll = Poll::new(1);
    poll.sent(&Topic::Addons, Duration::ZERO);
    let due = poll.due(&[want(Topic::Addons, LIST)], true, 1_000 * SECOND);
    assert_eq!(due, Due::default(), "and no deadline for it either");
    poll.urge(&Topic::Addons);
    assert_eq!(poll.due(&[want(Topic::Addons, LIST)], true, SECOND).now, []);
    poll.good(&Topic::Addons);
    assert_eq!(poll.due(&[want(Topic::Addons, LIST)], true, SECOND).now, [Topic::Addons], "urged: at once");
}

#[test]
fn intervals_are_kept_and_stretch_without_focus() {
    let mut poll = Poll::new(1);
    for want in wanted() {
        poll.sent(&want.topic, Duration::ZERO);
        poll.good(&want.topic);
    }
    assert_eq!(poll.due(&wanted(), true, Duration::ZERO), Due { now: vec![], next: Some(TRANSITIONAL) });
    assert_eq!(poll.due(&wanted(), true, DETAIL).now.len(), 2);
    assert_eq!(poll.due(&wanted(), true, LIST).now.len(), 3);
    assert_eq!(poll.due(&wanted(), false, LIST).now, [Topic::Operation("o".into())], "what is under way is followed");
    assert_eq!(poll.due(&wanted(), false, UNFOCUSED).now.len(), 3);
}

#[test]
fn offline_waits_grow_within_their_jitter_up_to_a_minute() {
    let mut poll = Poll::new(1);
    let mut now = Duration::ZERO;
    for (number, expected) in [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0].into_iter().enumerate() {
        poll.sent(&Topic::Addons, now);
        poll.failed(&Topic::Addons, &error(ReadErrorKind::Unreachable), now);
        let due = poll.due(&wanted(), true, now);
        assert_eq!(due.now, [], "one question is enough");
        let wait = (due.next.unwrap() - now).as_secs_f64();
        assert!((expected * 0.79..=60.0f64.min(expected * 1.21)).contains(&wait), "{number}: {wait}");
        assert_eq!(poll.offline().unwrap().failures as usize, number + 1);
        now = due.next.unwrap();
    }
    poll.good(&Topic::Addons);
    assert!(poll.offline().is_none());
    assert!(poll.due(&wanted(), true, now).now.contains(&Topic::Events("a".into())), "the others are due again");
}

#[test]
fn requests_that_fail_together_count_once() {
    let mut poll = Poll::new(1);
    let topics = [Topic::Addons, Topic::Apps, Topic::Catalog, Topic::Events("a".into())];
    topics.iter().for_each(|topic| poll.sent(topic, Duration::ZERO));
    topics.iter().for_each(|topic| poll.failed(topic, &error(ReadErrorKind::TimedOut), SECOND));
    assert_eq!(poll.offline().unwrap().failures, 1);
}

#[test]
fn jitter_follows_from_the_seed() {
    let next = |seed| {
        let mut poll = Poll::new(seed);
        poll.failed(&Topic::Addons, &error(ReadErrorKind::Unreachable), Duration::ZERO);
        poll.offline().unwrap().next_try
    };
    assert_eq!(next(5), next(5));
    assert_ne!(next(5), next(6));
}

#[test]
fn one_failing_question_backs_off_alone() {
    let mut poll = Poll::new(1);
    let events = Topic::Events("a".into());
    for round in 0..6 {
        poll.sent(&events, round * SECOND);
        poll.failed(&events, &error(ReadErrorKind::ServerError(500)), round * SECOND);
    }
    assert!(poll.offline().is_none());
    let due = poll.due(&wanted(), true, 15 * SECOND);
    assert!(!due.now.contains(&events) && due.now.contains(&Topic::Addons));
    assert!(poll.due(&wanted(), true, 70 * SECOND).now.contains(&events));
}

#[test]
fn a_wait_that_was_asked_for_is_kept_even_when_urged() {
    let mut poll = Poll::new(1);
    poll.sent(&Topic::Addons, Duration::ZERO);
    poll.failed(&Topic::Addons, &error(ReadErrorKind::RateLimited(Some(90 * SECOND))), Duration::ZERO);
    poll.urge(&Topic::Addons);
    poll.urge_all(SECOND);
    let only = [want(Topic::Addons, LIST)];
    assert_eq!(poll.due(&only, true, 89 * SECOND), Due { now: vec![], next: Some(90 * SECOND) });
    assert_eq!(poll.due(&only, true, 90 * SECOND).now, [Topic::Addons]);
}

#[test]
fn what_nobody_looks_at_is_forgotten_but_not_what_is_under_way() {
    let mut poll = Poll::new(1);
    for id in ["a", "b"] {
        poll.sent(&Topic::Addon(id.into()), Duration::ZERO);
    }
    poll.good(&Topic::Addon("a".into()));
    poll.retain(|_| false);
    assert_eq!(poll.len(), 1);
}

#[test]
fn the_less_there_is_left_the_less_is_asked_and_at_last_only_what_was_begun() {
    let mut poll = Poll::new(1);
    let all = [wanted(), vec![want(Topic::Journal, LIST)]].concat();
    for want in &all {
        poll.sent(&want.topic, Duration::ZERO);
        poll.good(&want.topic);
    }
    let mut next = |remaining| {
        poll.set_budget(Some(Budget { remaining, of: 4_500 }));
        all.iter().map(|want| poll.next(want, true).as_secs()).collect::<Vec<_>>()
    };
    assert_eq!(next(4_500), [10, 5, 1, 10]);
    assert_eq!(next(2_250), [10, 5, 1, 10], "half of it is no reason to go slow");
    assert_eq!(next(1_125), [20, 10, 1, 10], "what was begun is followed as before, and the journal costs nothing");
    assert_eq!(next(225), [100, 50, 1, 10]);
    assert_eq!(next(224), [300, 86_400, 60, 10], "below a twentieth: a probe, and what was begun");
    poll.set_budget(None);
    assert_eq!(poll.next(&all[0], true), LIST);
    poll.set_budget(Some(Budget { remaining: 0, of: 4_500 }));
    poll.urge(&Topic::Addons);
    assert_eq!(poll.next(&all[0], true), Duration::ZERO, "a person may ask, and a write is looked after");
}
