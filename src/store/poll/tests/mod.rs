use super::*;
use crate::model::AccountTag;
use crate::platform::{Budget, Exchange, Limit, ReadError, ReadErrorKind, Words};

mod budget;
mod day;

const SECOND: Duration = Duration::from_secs(1);
const LIST: Duration = Duration::from_secs(10);
const DETAIL: Duration = Duration::from_secs(5);
const TRANSITIONAL: Duration = Duration::from_secs(1);

fn profile(name: &str) -> ProfileName {
    ProfileName(name.into())
}

fn want(topic: Topic, every: Duration, rank: Rank) -> Wanted {
    Wanted { topic, every, rank }
}

fn list() -> Wanted {
    want(Topic::Addons, LIST, Rank::Shown)
}

fn events() -> Topic {
    Topic::Events("a".into())
}

fn operation() -> Topic {
    Topic::Operation("o".into())
}

fn wanted() -> Vec<Wanted> {
    vec![list(), want(events(), DETAIL, Rank::Selected), want(operation(), TRANSITIONAL, Rank::Begun)]
}

fn error(kind: ReadErrorKind) -> ReadError {
    ReadError::new(kind, "It failed.")
}

/// One profile on a platform without a documented limit.
#[derive(Clone)]
struct One {
    schedule: Schedule,
    profile: ProfileName,
}

impl One {
    fn new(seed: u64) -> Self {
        let mut schedule = Schedule::new(seed);
        let profile = profile("one");
        schedule.know(&profile, &AccountTag("one".into()), &Words::LOCAL);
        Self { schedule, profile }
    }

    fn wants(&self, wanted: &[Wanted]) -> Vec<Wants> {
        vec![Wants { profile: self.profile.clone(), wanted: wanted.to_vec(), states_at_once: 6 }]
    }

    fn plan(&self, wanted: &[Wanted], has_focus: bool, now: Duration) -> Plan {
        let wants = self.wants(wanted);
        let plan = self.schedule.plan(&wants, has_focus, now);
        assert_eq!(self.schedule.plan(&wants, has_focus, now), plan, "planning changes nothing");
        plan
    }

    fn due(&self, wanted: &[Wanted], has_focus: bool, now: Duration) -> (Vec<Topic>, Option<Duration>) {
        let plan = self.plan(wanted, has_focus, now);
        (plan.now.into_iter().map(|ask| ask.topic).collect(), plan.next)
    }

    fn sent(&mut self, topic: &Topic, now: Duration) {
        let ask =
            Ask { profile: self.profile.clone(), topic: topic.clone(), rank: Rank::Shown, cost: 1, at_most: None };
        self.schedule.sent(&ask, now);
    }

    fn good(&mut self, topic: &Topic) {
        self.schedule.good(&self.profile, topic, SECOND);
    }

    fn fails(&mut self, topic: &Topic, kind: ReadErrorKind, now: Duration) {
        self.schedule.failed(&self.profile, topic, &error(kind), now);
    }

    fn asked_again(&mut self, now: Duration) {
        self.schedule.retry_all(&self.profile, now);
    }

    fn looked_at(&mut self, now: Duration) {
        self.schedule.urge_all(&self.profile, now);
    }

    fn entered(&mut self, now: Duration) {
        self.schedule.begin(&self.profile, now);
    }
}

#[test]
fn what_was_never_asked_is_due_at_once_what_was_begun_first_then_what_is_looked_at() {
    let one = One::new(1);
    let (now, next) = one.due(&wanted(), true, Duration::ZERO);
    assert_eq!((now, next), (vec![operation(), events(), Topic::Addons], None));
}

#[test]
fn one_request_per_question_at_a_time_however_often_it_is_wanted() {
    let mut one = One::new(1);
    let twice = [list(), want(Topic::Addons, DETAIL, Rank::Selected)];
    let plan = one.plan(&twice, true, Duration::ZERO);
    assert_eq!((plan.now.len(), plan.paces.len(), plan.paces[0].every), (1, 1, DETAIL), "for the stronger reason");
    one.sent(&Topic::Addons, Duration::ZERO);
    assert_eq!(one.due(&[list()], true, 1_000 * SECOND), (vec![], None), "and no deadline for it either");
    one.schedule.urge(&one.profile, &Topic::Addons);
    assert_eq!(one.due(&[list()], true, SECOND).0, []);
    one.good(&Topic::Addons);
    assert_eq!(one.due(&[list()], true, SECOND).0, [Topic::Addons], "urged: at once");
}

#[test]
fn intervals_are_kept_and_stretch_without_focus() {
    let mut one = One::new(1);
    for want in wanted() {
        one.sent(&want.topic, Duration::ZERO);
        one.good(&want.topic);
    }
    assert_eq!(one.due(&wanted(), true, Duration::ZERO), (vec![], Some(TRANSITIONAL)));
    assert_eq!(one.due(&wanted(), true, DETAIL).0.len(), 2);
    assert_eq!(one.due(&wanted(), true, LIST).0.len(), 3);
    assert_eq!(one.due(&wanted(), false, LIST).0, [operation()], "what is under way is followed");
    assert_eq!(one.due(&wanted(), false, UNFOCUSED).0.len(), 3);
    let why: Vec<Why> = one.plan(&wanted(), false, LIST).paces.iter().map(|paced| paced.why).collect();
    assert_eq!(why, [Why::NoFocus, Why::NoFocus, Why::Minimum]);
}

#[test]
fn offline_waits_grow_within_their_jitter_up_to_a_minute() {
    let mut one = One::new(1);
    let mut now = Duration::ZERO;
    for (number, expected) in [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0].into_iter().enumerate() {
        one.sent(&Topic::Addons, now);
        one.fails(&Topic::Addons, ReadErrorKind::Unreachable, now);
        let (due, next) = one.due(&wanted(), true, now);
        assert_eq!(due, [], "one question is enough");
        let wait = (next.unwrap() - now).as_secs_f64();
        assert!((expected * 0.79..=60.0f64.min(expected * 1.21)).contains(&wait), "{number}: {wait}");
        assert_eq!(one.schedule.offline(&one.profile).unwrap().failures as usize, number + 1);
        now = next.unwrap();
    }
    one.good(&Topic::Addons);
    assert!(one.schedule.offline(&one.profile).is_none());
    assert!(one.due(&wanted(), true, now).0.contains(&events()), "the others are due again");
}

#[test]
fn requests_that_fail_together_count_once() {
    let mut one = One::new(1);
    let topics = [Topic::Addons, Topic::Apps, Topic::Catalog, events()];
    topics.iter().for_each(|topic| one.sent(topic, Duration::ZERO));
    topics.iter().for_each(|topic| one.fails(topic, ReadErrorKind::TimedOut, SECOND));
    assert_eq!(one.schedule.offline(&one.profile).unwrap().failures, 1);
}

#[test]
fn jitter_follows_from_the_seed() {
    let next = |seed| {
        let mut one = One::new(seed);
        one.fails(&Topic::Addons, ReadErrorKind::Unreachable, Duration::ZERO);
        one.schedule.offline(&one.profile).unwrap().next_try
    };
    assert_eq!(next(5), next(5));
    assert_ne!(next(5), next(6));
}

#[test]
fn one_failing_question_backs_off_alone() {
    let mut one = One::new(1);
    for round in 0..6 {
        one.sent(&events(), round * SECOND);
        one.fails(&events(), ReadErrorKind::ServerError(500), round * SECOND);
    }
    assert!(one.schedule.offline(&one.profile).is_none());
    let (due, _) = one.due(&wanted(), true, 15 * SECOND);
    assert!(!due.contains(&events()) && due.contains(&Topic::Addons));
    assert!(one.due(&wanted(), true, 70 * SECOND).0.contains(&events()));
}

#[test]
fn what_fails_is_tried_at_once_when_a_person_asks_and_what_does_not_exist_stays_so() {
    let mut one = One::new(1);
    let (failing, missing) = (events(), Topic::Works);
    let wanted = [want(failing.clone(), DETAIL, Rank::Selected), want(missing.clone(), DETAIL, Rank::Selected)];
    for _ in 0..6 {
        one.sent(&failing, Duration::ZERO);
        one.fails(&failing, ReadErrorKind::ServerError(500), Duration::ZERO);
    }
    one.sent(&missing, Duration::ZERO);
    one.schedule.unsupported(&one.profile, &missing, Duration::ZERO);
    assert_eq!(one.due(&wanted, true, SECOND).0, [], "it backs off");
    one.schedule.urge_all(&one.profile, SECOND);
    assert_eq!(one.due(&wanted, true, SECOND).0, [], "that somebody looks again is no reason");
    one.schedule.retry_all(&one.profile, SECOND / 2);
    assert_eq!(one.due(&wanted, true, SECOND / 2).0, [], "nor is a key that is held");
    one.schedule.retry_all(&one.profile, SECOND);
    assert_eq!(one.due(&wanted, true, SECOND).0, [failing]);
}

#[test]
fn who_asked_for_a_wait_gets_it_also_from_a_person() {
    let mut one = One::new(1);
    let wanted = [want(events(), DETAIL, Rank::Selected)];
    for (wait, still, due) in [(40, 39, 40), (300, 299, 300)] {
        let exchange = Exchange { retry_after: Some(wait * SECOND), ..Exchange::default() };
        let error = ReadError::new(ReadErrorKind::ServerError(503), "It is being mended (503).").of(exchange);
        one.sent(&events(), Duration::ZERO);
        one.schedule.failed(&one.profile, &events(), &error, Duration::ZERO);
        one.schedule.retry_all(&one.profile, 2 * SECOND);
        assert_eq!(one.due(&wanted, true, still * SECOND).0, []);
        // Nor is it forgotten with what nobody looks at, or when another profile was looked at meanwhile.
        one.schedule.retain(&one.profile, 3 * SECOND, |_| false);
        one.schedule.begin(&one.profile, 3 * SECOND);
        assert_eq!(one.due(&wanted, true, still * SECOND).0, []);
        assert_eq!(one.due(&wanted, true, due * SECOND).0, [events()]);
        one.good(&events());
    }
}

#[test]
fn a_platform_that_cant_be_reached_is_tried_once_a_second_at_the_most() {
    let mut one = One::new(1);
    for times in 0..6 {
        one.sent(&Topic::Addons, times * SECOND);
        one.fails(&Topic::Addons, ReadErrorKind::Unreachable, times * SECOND);
    }
    let last = 5 * SECOND;
    assert_eq!(one.due(&[list()], true, 6 * SECOND).0, [], "by itself much later");
    for again in [One::asked_again, One::looked_at, One::entered] {
        let mut one = one.clone();
        again(&mut one, last);
        assert_eq!(one.due(&[list()], true, last + SECOND - Duration::from_millis(1)).0, []);
        assert_eq!(one.due(&[list()], true, last + SECOND).0, [Topic::Addons]);
    }
}

#[test]
fn what_failed_often_is_not_tried_more_often_because_somebody_looks() {
    let mut one = One::new(1);
    let error = || ReadErrorKind::ServerError(500);
    for times in 0..8 {
        one.sent(&events(), times * SECOND);
        one.fails(&events(), error(), times * SECOND);
        one.looked_at(times * SECOND);
    }
    let wanted = [want(events(), DETAIL, Rank::Selected)];
    assert_eq!(one.due(&wanted, true, 7 * SECOND + 40 * SECOND).0, [], "the eighth time is a minute, a fifth less");
    assert_eq!(one.due(&wanted, true, 7 * SECOND + 72 * SECOND).0, [events()]);
}

#[test]
fn a_wait_that_was_asked_for_is_kept_by_the_whole_account_even_when_urged() {
    let mut one = One::new(1);
    let other = profile("other");
    one.schedule.know(&other, &AccountTag("one".into()), &Words::LOCAL);
    let elsewhere = profile("elsewhere");
    one.schedule.know(&elsewhere, &AccountTag("elsewhere".into()), &Words::LOCAL);
    one.sent(&Topic::Addons, Duration::ZERO);
    one.fails(&Topic::Addons, ReadErrorKind::RateLimited(Some(90 * SECOND)), Duration::ZERO);
    one.schedule.urge(&one.profile, &Topic::Addons);
    one.schedule.urge_all(&one.profile, SECOND);
    let journal = want(Topic::Journal, LIST, Rank::Rest);
    let wants: Vec<Wants> = [&one.profile, &other, &elsewhere]
        .into_iter()
        .map(|profile| Wants { profile: profile.clone(), wanted: vec![list(), journal.clone()], states_at_once: 6 })
        .collect();
    let asked = |now| -> Vec<(String, Topic)> {
        let plan = one.schedule.plan(&wants, true, now);
        plan.now.into_iter().map(|ask| (ask.profile.0.into(), ask.topic)).collect()
    };
    let lists = |asked: Vec<(String, Topic)>| asked.into_iter().filter(|(_, topic)| *topic == Topic::Addons).count();
    assert_eq!(lists(asked(89 * SECOND)), 1, "only the one that is elsewhere");
    assert_eq!(asked(89 * SECOND).len(), 4, "the journal is on this machine");
    assert_eq!(lists(asked(90 * SECOND)), 3);
    assert_eq!(one.due(&[list()], true, 89 * SECOND), (vec![], Some(90 * SECOND)));
}

#[test]
fn what_nobody_looks_at_is_forgotten_but_not_what_is_under_way() {
    let mut one = One::new(1);
    for id in ["a", "b"] {
        one.sent(&Topic::Addon(id.into()), Duration::ZERO);
    }
    one.good(&Topic::Addon("a".into()));
    one.schedule.retain(&one.profile, SECOND, |_| false);
    assert_eq!(one.schedule.remembered(&one.profile), 1);
}

#[test]
fn a_profile_that_is_left_waits_for_nothing_and_one_that_is_entered_is_read_anew() {
    let mut one = One::new(1);
    one.sent(&Topic::Addons, Duration::ZERO);
    one.sent(&events(), Duration::ZERO);
    one.good(&events());
    one.schedule.leave(&one.profile, SECOND);
    assert_eq!(one.due(&wanted(), true, SECOND).0, [operation(), Topic::Addons], "what nobody waited for comes again");
    one.schedule.begin(&one.profile, SECOND);
    assert_eq!(one.due(&wanted(), true, SECOND).0.len(), 3);
    one.sent(&Topic::Addons, SECOND);
    one.schedule.begin(&one.profile, 2 * SECOND);
    assert!(
        !one.due(&wanted(), true, 2 * SECOND).0.contains(&Topic::Addons),
        "a look that is on its way is not doubled"
    );
}

#[test]
fn many_alike_are_spread_and_never_beyond_what_is_told() {
    let mut one = One::new(1);
    let apps: Vec<Wanted> =
        (0..40).map(|app| want(Topic::States(format!("app-{app}")), 60 * SECOND, Rank::Rest)).collect();
    for app in &apps {
        one.sent(&app.topic, Duration::ZERO);
        one.good(&app.topic);
    }
    let told = one.plan(&apps, true, SECOND).paces[0].every;
    assert_eq!(told, 72 * SECOND);
    let next = |second| one.plan(&apps, true, Duration::from_secs(second)).next;
    assert!(next(1) >= Some(60 * SECOND), "none before its time");
    let mut moments: Vec<Duration> = apps
        .iter()
        .map(|app| one.schedule.next(&one.profile, app, true))
        .inspect(|at| assert!(*at <= told, "{at:?}"))
        .collect();
    moments.sort();
    moments.dedup();
    assert_eq!(moments.len(), 40, "each at its own moment");
    assert_eq!(one.plan(&apps, true, told).now.len(), 6, "and no more at once than there are lines");
}
