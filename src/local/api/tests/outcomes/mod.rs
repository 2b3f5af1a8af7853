//! Seeded runs in which a write goes wrong in every place where it can, while somebody else does the same: never carried out
//! twice, never a wrong verdict, and *can't tell* only where it is true.
//!
//! `ATTACHE_SOAK=1000` runs that many (`scripts/soak`), `ATTACHE_SEED=17` that one. Otherwise it is 1 % of that: ten runs in
//! the places where each of the guards is alone between us and harm.

mod kinds;
mod proxy;
mod run;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::proxy::{Place, Proxy, Second, Ways};
use self::run::{Script, run};
use super::{Server, WIDE};
use crate::config::{Endpoint, PlatformKind, Profile};
use crate::local::api::{Api, Limits, Token, serve_tcp};
use crate::model::{Danger, ProfileName};
use crate::platform::{Connection, Settings, connect};
use crate::store::Journal;

/// How many runs one platform has: its lists grow with each.
const RUNS_OF_A_PLATFORM: usize = 50;

/// A platform with a proxy before it, and our client before that.
struct Bench {
    server: Server,
    proxy: Proxy,
    connection: Connection,
    journal: Journal,
    profile: ProfileName,
    /// Who the platform takes us for.
    us: String,
}

impl Bench {
    fn new() -> Self {
        let server = Server::new(Limits { connections: 512, ..WIDE });
        let folder = server.platform.folder();
        let (token_file, socket) = (folder.join("run/token"), folder.join("run/proxy.sock"));
        let token = Token::load_or_make(&token_file).unwrap();
        let api = Api::new(Arc::clone(server.platform.engine()), "tester".to_owned(), WIDE);
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let local = "127.0.0.1:0".parse().unwrap();
        let tcp = server.platform.block_on(serve_tcp(&api, local, false, token, &stop, &tasks)).unwrap();
        let token = std::fs::read_to_string(&token_file).unwrap().trim().to_owned();
        let ways = Ways { socket: server.socket(), tcp, token };
        let proxy = server.platform.block_on(async { Proxy::start(&socket, ways) });
        let profile = Profile {
            backup_max_age: crate::config::BACKUP_MAX_AGE,
            project: None,
            undocumented: false,
            authorities: crate::config::Authorities::default(),
            name: ProfileName("local".into()),
            platform: PlatformKind::Local,
            endpoint: Endpoint::Unix(socket),
            token: None,
            token_source: None,
            teams: Vec::new(),
            danger: Danger::None,
            read_only: None,
            data_endpoint: None,
        };
        let settings = Settings { read_retries: 0, ..Settings::default() };
        let connection = connect(&profile, settings).unwrap();
        let us = server.platform.block_on(connection.reader.account()).unwrap().name;
        let journal = Journal::open(&folder.join("journal")).unwrap();
        Self { server, proxy, connection, journal, profile: profile.name, us }
    }
}

#[test]
fn nothing_is_done_twice_and_no_verdict_is_wrong_wherever_a_write_goes_wrong() {
    let number = |name: &str| std::env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
    let soak = number("ATTACHE_SOAK");
    let scripts: Vec<Script> = match (number("ATTACHE_SEED"), soak) {
        (Some(seed), _) => vec![Script::of(seed)],
        (None, Some(runs)) => (0..runs).map(Script::of).collect(),
        (None, None) => Script::always().to_vec(),
    };
    let began = Instant::now();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut bad: Vec<u64> = Vec::new();
    for some in scripts.chunks(RUNS_OF_A_PLATFORM) {
        let bench = Bench::new();
        for script in some.iter().copied() {
            let command = bench.server.ready_for(script.kind, script.seed);
            bench.server.make_it_old();
            // One bad run must not hide another one.
            let ran = AssertUnwindSafe(|| bench.server.platform.block_on(run(&bench, script, command)));
            let Ok(ran) = catch_unwind(ran) else {
                bad.push(script.seed);
                continue;
            };
            let mut count = |what: String| *counts.entry(what).or_default() += 1;
            count(format!("kind: {} {}", script.kind, if ran.has_happened { "happened" } else { "did not happen" }));
            count(format!("place: {:?}", script.place));
            count(format!("second: {:?}", script.second));
            count(format!("told by: {}", if script.forgets_keys { "what is there" } else { "the key" }));
            ran.verdicts.iter().for_each(|verdict| count(format!("verdict: {verdict}")));
            count(format!("again: {}", ran.again.unwrap_or("not asked for")));
            if script.place == Place::LandsLate {
                count(format!("landed late after step {}", script.lands_after));
            }
        }
    }
    println!("{} runs in {:.1} s", scripts.len(), began.elapsed().as_secs_f64());
    counts.iter().for_each(|(what, count)| println!("{count:>6}  {what}"));
    assert!(bad.is_empty(), "these runs went wrong (ATTACHE_SEED=…): {bad:?}");
    if soak.is_some_and(|runs| runs >= 1000) {
        let must = Place::ALL.iter().map(|place| format!("place: {place:?}"));
        let must = must.chain(Second::ALL.iter().map(|second| format!("second: {second:?}")));
        let must = must.chain(
            kinds::KINDS
                .iter()
                .flat_map(|kind| ["happened", "did not happen"].map(|what| format!("kind: {kind} {what}"))),
        );
        let must = must.chain((0..6).map(|step| format!("landed late after step {step}")));
        let others = [
            "told by: the key",
            "told by: what is there",
            "verdict: happened",
            "verdict: refused",
            "verdict: not seen",
            "verdict: can't tell",
            "again: sent and taken",
            "again: sent, and lost again",
            "again: known",
        ];
        let missing: Vec<String> =
            must.chain(others.map(str::to_owned)).filter(|what| !counts.contains_key(what)).collect();
        assert!(missing.is_empty(), "never reached: {missing:?}");
    }
}
