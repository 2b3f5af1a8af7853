//! One count for all who use the same token, and what is read within it.

use super::*;

/// So many projects, each with one add-on.
fn many(count: usize, plan: &'static str) -> impl Fn(&str) -> Answered + Clone + Send + Sync + 'static {
    move |line| {
        let path = line.split(' ').nth(1).unwrap_or_default();
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
        match parts.as_slice() {
            ["api", "auth", "me"] => ok(&json!({"username": "ada", "plan": plan})),
            ["api", "v1", "projects"] => {
                let skip: usize =
                    query.split('&').find_map(|pair| pair.strip_prefix("skip=")?.parse().ok()).unwrap_or_default();
                let page: Vec<Value> = (skip..count.min(skip + 100))
                    .map(|n| json!({"id": format!("p{n}"), "name": format!("app-{n}")}))
                    .collect();
                ok(&json!({"projects": page, "total": count}))
            }
            ["api", "v1", "projects", id, "addons"] => {
                ok(&json!({"addons": [{"id": format!("a-{id}"), "name": format!("db-{id}"), "status": "running"}]}))
            }
            _ => status(403, &json!({"detail": "no"})),
        }
    }
}

fn changed(list: Conditional<Vec<Addon>>) -> Vec<Addon> {
    match list {
        Conditional::Changed(fresh) => fresh.value,
        Conditional::Unchanged(_) => panic!("nothing was known"),
    }
}

#[tokio::test]
async fn two_ways_in_with_the_same_token_and_an_unlocked_writer_are_one_count() {
    let server = serve(world).await;
    let (one, other) = (adapter(&server), adapter(&server));
    one.account().await.unwrap();
    other.account().await.unwrap();
    let unlocked = super::super::writer(&profile(&server), Settings::default()).unwrap();
    let command = Command::RollBack { app: "shop".into(), release: "d1".into() };
    unlocked.submit(&command, "").await.unwrap_err();
    assert_eq!(server.heard().len(), 3);
    for reader in [&one, &other] {
        assert_eq!(reader.budget(), Some(Budget { remaining: 97, of: 100 }));
    }
    let foreign = Profile { token: Some("ork_another".to_owned().into()), ..profile(&server) };
    let foreign = Orkestr::new(&foreign, Settings::default()).unwrap();
    assert_eq!(foreign.budget(), Some(Budget { remaining: 100, of: 100 }));
}

#[tokio::test]
async fn the_plan_team_has_five_hundred() {
    let server = serve(many(1, "Team")).await;
    let reader = adapter(&server);
    reader.account().await.unwrap();
    assert_eq!(reader.budget(), Some(Budget { remaining: 499, of: 500 }));
}

#[tokio::test]
async fn a_minute_that_is_used_up_keeps_reads_back_and_no_write() {
    let server = serve(world).await;
    let settings = Settings { read_retries: 0, read_overall: Duration::from_millis(50), ..Settings::default() };
    let reader = Arc::new(Orkestr::new(&profile(&server), settings).unwrap());
    reader.http.meter().unwrap().set_limit(2);
    for _ in 0..2 {
        assert_eq!(reader.work("d9").await.unwrap_err().kind, ReadErrorKind::NotFound);
    }
    let told = reader.work("d9").await.unwrap_err();
    let ReadErrorKind::RateLimited(Some(wait)) = told.kind else { panic!("{told:?}") };
    assert!(wait > Duration::from_secs(50) && wait <= Duration::from_secs(60), "{wait:?}");
    assert!(told.message.contains("was not asked"), "{}", told.message);
    assert_eq!(server.heard().len(), 2, "nothing was sent");
    let writer = writer::OrkestrWriter { reader: reader.clone() };
    let command = Command::RollBack { app: "shop".into(), release: "d1".into() };
    let refused = writer.submit(&command, "").await.unwrap_err();
    assert!(matches!(refused, SubmitError::Refused(_)), "{refused:?}");
    assert_eq!(server.count("POST"), 1, "a write goes through");
}

#[tokio::test]
async fn a_platform_that_asks_to_wait_is_not_asked_before() {
    let server = serve(|_| Answered(429, vec![("retry-after", "40".into())], "{}".into())).await;
    let reader = adapter(&server);
    for _ in 0..3 {
        let told = reader.account().await.unwrap_err();
        assert!(matches!(told.kind, ReadErrorKind::RateLimited(Some(_))), "{told:?}");
    }
    assert_eq!(server.heard().len(), 1);
    assert_eq!(reader.budget().map(|budget| budget.remaining), Some(0), "the poll slows down");
}

#[tokio::test]
async fn one_refresh_never_takes_more_than_half_of_a_minute_and_then_a_quarter() {
    let server = serve(many(120, "pro")).await;
    let linked = Profile { project: Some("app-119".into()), ..profile(&server) };
    let reader = Orkestr::new(&linked, Settings { read_retries: 0, ..Settings::default() }).unwrap();
    let first = changed(reader.addons(None).await.unwrap());
    // Two pages and the groups, which are refused.
    assert_eq!((first.len(), server.heard().len()), (48, 51));
    let asked =
        |server: &Server| server.lines().into_iter().filter(|line| line.ends_with("/addons")).collect::<Vec<_>>();
    assert!(asked(&server)[..8].iter().any(|line| line.contains("/p119/")), "the linked project is among the first");
    let second = changed(reader.addons(None).await.unwrap());
    assert!(second.len() > 48 && server.heard().len() <= 100, "{} {}", second.len(), server.heard().len());
    let mut all = asked(&server);
    let count = all.len();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), count, "those never read come before any is read again");
}

#[tokio::test]
async fn what_was_read_lately_is_not_read_again_for_the_list() {
    let server = serve(world).await;
    let reader = adapter(&server);
    let first = changed(reader.addons(None).await.unwrap());
    let before = server.lines().len();
    let second = changed(reader.addons(None).await.unwrap());
    assert_eq!(first, second);
    assert_eq!(server.lines().len(), before + 1, "the projects alone: {:?}", server.lines());
    reader.addons_in_full().await.unwrap();
    assert_eq!(server.lines().len(), before + 4, "each project is asked where all have to be true");
}
