//! What accounts may ask.

use super::*;

/// A schedule with profiles that share one account of a platform with that limit.
fn limited(limit: Limit, is_in_parts: bool, profiles: &[&str]) -> Schedule {
    let mut schedule = Schedule::new(3);
    let words = Words { limit: Some(limit), list_in_parts: is_in_parts, ..Words::LOCAL };
    for name in profiles {
        schedule.know(&profile(name), &AccountTag("shared".into()), &words);
    }
    schedule
}

fn wants(name: &str, wanted: Vec<Wanted>) -> Wants {
    Wants { profile: profile(name), wanted, states_at_once: 100 }
}

/// Sends and answers what the plan has now, each for as many requests as it was taken to cost; tells how many.
fn play(schedule: &mut Schedule, wants: &[Wants], now: Duration) -> u32 {
    let plan = schedule.plan(wants, true, now);
    for ask in &plan.now {
        schedule.sent(ask, now);
    }
    for ask in &plan.now {
        schedule.spent(&ask.profile, Some(&ask.topic), ask.cost, now);
        schedule.good(&ask.profile, &ask.topic, now);
    }
    plan.now.iter().map(|ask| ask.cost).sum()
}

fn apps(count: usize, every: u64) -> Vec<Wanted> {
    (0..count).map(|app| want(Topic::States(format!("app-{app}")), Duration::from_secs(every), Rank::Rest)).collect()
}

#[test]
fn the_less_there_is_left_the_less_is_asked_and_at_last_only_what_was_begun() {
    let mut one = One::new(1);
    let all = [wanted(), vec![want(Topic::Journal, LIST, Rank::Rest)]].concat();
    for want in &all {
        one.sent(&want.topic, Duration::ZERO);
        one.good(&want.topic);
    }
    let mut next = |remaining| {
        let told = Budget { remaining, of: 4_500 };
        one.schedule.set_budget(&one.profile, Some(told), Duration::ZERO);
        all.iter().map(|want| one.schedule.next(&one.profile, want, true).as_secs()).collect::<Vec<_>>()
    };
    assert_eq!(next(4_500), [10, 5, 1, 10]);
    assert_eq!(next(2_250), [10, 5, 1, 10], "half of it is no reason to go slow");
    assert_eq!(next(1_125), [20, 10, 1, 10], "what was begun is followed as before, and the journal costs nothing");
    assert_eq!(next(225), [100, 50, 1, 10]);
    assert_eq!(next(224), [300, 86_400, 60, 10], "below a twentieth: a probe, and what was begun");
    one.schedule.set_budget(&one.profile, None, Duration::ZERO);
    assert_eq!(one.schedule.next(&one.profile, &all[0], true), LIST);
    one.schedule.set_budget(&one.profile, Some(Budget { remaining: 0, of: 4_500 }), Duration::ZERO);
    one.schedule.urge(&one.profile, &Topic::Addons);
    let next = one.schedule.next(&one.profile, &all[0], true);
    assert_eq!(next, Duration::ZERO, "a person may ask, and a write is looked after");
}

#[test]
fn no_minute_has_more_than_half_of_its_requests_whoever_shares_it() {
    let mut schedule = limited(Limit::Minute(100), false, &["a", "b"]);
    let wants = [wants("a", apps(80, 10)), wants("b", apps(80, 10))];
    let mut sent: Vec<(u64, u32)> = Vec::new();
    for second in (0..600).step_by(3) {
        sent.push((second, play(&mut schedule, &wants, Duration::from_secs(second))));
        let minute: u32 = sent.iter().filter(|(at, _)| *at + 60 > second).map(|(_, count)| count).sum();
        assert!(minute <= 50, "{second}: {minute}");
    }
    let all: u32 = sent.iter().map(|(_, count)| count).sum();
    assert!(all > 300, "and most of what there is is used: {all}");
}

#[test]
fn what_is_looked_at_keeps_its_interval_and_the_many_share_the_rest() {
    let mut schedule = limited(Limit::Minute(100), false, &["a"]);
    let mut wanted = apps(200, 60);
    wanted.push(want(Topic::Addon("x".into()), 10 * SECOND, Rank::Selected));
    wanted.push(want(operation(), 2 * SECOND, Rank::Begun));
    let wants = [wants("a", wanted)];
    let paces = schedule.plan(&wants, true, Duration::ZERO).paces;
    let every = |at: usize| (paces[at].every.as_secs(), paces[at].why);
    assert_eq!((every(201), every(200)), ((2, Why::Minimum), (10, Why::Minimum)));
    assert_eq!(paces[0].why, Why::Share);
    assert!(paces[0].every > 1_000 * SECOND, "{:?}", paces[0].every);
    let mut read: Vec<u64> = Vec::new();
    for second in 0..1_200 {
        let now = Duration::from_secs(second);
        let plan = schedule.plan(&wants, true, now);
        read.extend(plan.now.iter().filter(|ask| ask.topic == Topic::Addon("x".into())).map(|_| second));
        play(&mut schedule, &wants, now);
    }
    assert!(read.windows(2).all(|two| two[1] - two[0] == 10), "never a second later: {read:?}");
    assert!(
        schedule.plan(&wants, true, Duration::from_secs(1_200)).paces[..200].iter().all(|paced| paced.last.is_some())
    );
}

#[test]
fn what_does_not_fit_is_stretched_and_that_is_told() {
    let schedule = limited(Limit::Minute(20), false, &["a"]);
    let wanted = (0..10).map(|at| want(Topic::Backups(format!("b{at}")), 10 * SECOND, Rank::Selected)).collect();
    let paces = schedule.plan(&[wants("a", wanted)], true, Duration::ZERO).paces;
    assert!(paces.iter().all(|paced| paced.every == 70 * SECOND && paced.why == Why::Share), "{paces:?}");
}

#[test]
fn a_list_in_parts_is_given_what_the_others_leave() {
    let mut schedule = limited(Limit::Minute(100), true, &["a"]);
    let list = want(Topic::Addons, 60 * SECOND, Rank::Shown);
    let first = schedule.plan(&[wants("a", vec![list.clone()])], true, Duration::ZERO).now;
    assert_eq!(first[0].at_most, Some(30), "the first one leaves some for what is looked at next");
    let busy = [want(operation(), 2 * SECOND, Rank::Begun), list];
    assert!(play(&mut schedule, &[wants("a", busy.to_vec())], Duration::ZERO) < 20);
    let later = schedule.plan(&[wants("a", busy.to_vec())], true, 60 * SECOND).now;
    assert!(later.iter().find_map(|ask| ask.at_most).is_some_and(|part| (5..=15).contains(&part)), "{later:?}");
}

#[test]
fn a_pool_is_used_to_its_half_and_no_faster_than_it_fills() {
    let mut schedule = limited(Limit::Pool { of: 4_500, a_minute: 75 }, false, &["a", "b"]);
    let wants = [wants("a", apps(150, 1)), wants("b", apps(150, 1))];
    // Whatever was sent at once, and all that is urged again and again, stays within the half that fills.
    let mut all = 0;
    for second in (0..3_600).step_by(5) {
        for name in ["a", "b"] {
            schedule.urge_all(&profile(name), Duration::from_secs(second));
        }
        all += play(&mut schedule, &wants, Duration::from_secs(second));
        assert!(f64::from(all) <= 2_250.0 + second as f64 * 75.0 / 120.0, "{second}: {all}");
    }
    assert!(all > 4_400, "{all}");
}

#[test]
fn what_the_platform_tells_holds_also_where_we_used_little() {
    let mut schedule = limited(Limit::Pool { of: 4_500, a_minute: 75 }, false, &["a"]);
    schedule.set_budget(&profile("a"), Some(Budget { remaining: 3, of: 4_500 }), Duration::ZERO);
    let wants = [wants("a", apps(10, 1))];
    assert_eq!(play(&mut schedule, &wants, Duration::ZERO), 3);
    let plan = schedule.plan(&wants, true, Duration::ZERO);
    assert_eq!((plan.now.len(), plan.next), (0, Some(SECOND)), "three quarters of a minute's come back in a minute");
}

#[test]
fn a_cost_is_learnt_and_what_was_never_planned_counts() {
    let mut schedule = limited(Limit::Minute(100), false, &["a"]);
    let wants = [wants("a", vec![list()])];
    let ask = schedule.plan(&wants, true, Duration::ZERO).now.remove(0);
    assert_eq!(ask.cost, 1);
    schedule.sent(&ask, Duration::ZERO);
    schedule.spent(&ask.profile, Some(&ask.topic), 7, SECOND);
    schedule.good(&ask.profile, &ask.topic, SECOND);
    schedule.spent(&ask.profile, None, 5, SECOND);
    let left = schedule.left(&ask.profile, 2 * SECOND).unwrap();
    assert_eq!((left.used, left.left), (12, Some((38, 50))));
    assert_eq!(schedule.plan(&wants, true, LIST).now[0].cost, 7);
    assert_eq!(schedule.left(&ask.profile, 61 * SECOND).unwrap().used, 0);
}
