//! What ten thousand add-ons cost in `update` and in the store: medians of many runs, to hold against the budgets of the
//! design. `cargo bench --bench rows`.

use std::io::Write;
use std::time::{Duration, Instant};

use attache::app::{Action, Effect, Now, Query, Reply, Session, Start, State, update};
use attache::model::*;
use attache::platform::{Conditional, Fresh, Words};
use attache::store::Addons;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::Timestamp;

const ROWS: usize = 10_000;

fn addon(number: usize) -> Addon {
    let name = format!("postgresql-{}-{number:05}", ["calm-otter", "brisk-fjord", "quiet-raven"][number % 3]);
    let variables = ["DATABASE_URL", "PGHOST", "PGPORT", "PGDATABASE", "PGUSER", "PGPASSWORD"];
    let attachment = Attachment {
        id: Some(format!("att_{number}")),
        alias: Some("REPORTING".into()),
        addon: name.clone(),
        app: format!("app-{}", number % 200),
        primary: None,
        owner_row: false,
        config_vars: Known::Is(variables.iter().map(|bare| format!("REPORTING_{bare}")).collect()),
        created_at: None,
    };
    Addon {
        key: AddonKey { profile: ProfileName("local".into()), id: format!("add_{number}") },
        name,
        team: Some("sandbox".into()),
        owner: Owner::Team("sandbox".into()),
        service: "postgresql".into(),
        plan: Some("small".into()),
        state: attache::model::State::Ready,
        state_word: "ready".into(),
        state_reason: None,
        health: Health::Ok,
        created_at: Some(Timestamp::UNIX_EPOCH),
        updated_at: Some(Timestamp::UNIX_EPOCH),
        config_vars: Known::Is(variables.map(str::to_owned).to_vec()),
        attachments: Known::Is(vec![attachment]),
        endpoint: None,
        cannot: Vec::new(),
        restored_from: None,
        last_backup: Known::Unknown("the platform does not tell".to_owned()),
        work: None,
        billing: None,
        facts: Vec::new(),
        price: attache::model::Known::Unknown("it was not told".to_owned()),
    }
}

fn list(rows: &[Addon]) -> Conditional<Vec<Addon>> {
    Conditional::Changed(Fresh { value: rows.to_vec(), at: Timestamp::UNIX_EPOCH, etag: None })
}

/// The median of some runs. Each is prepared outside of the time that is taken.
fn median<T>(runs: usize, mut prepare: impl FnMut() -> T, mut run: impl FnMut(T)) -> Duration {
    let mut times: Vec<Duration> = (0..runs)
        .map(|_| {
            let input = prepare();
            let start = Instant::now();
            run(input);
            start.elapsed()
        })
        .collect();
    times.sort();
    times[runs / 2]
}

fn now(mono: Duration) -> Now {
    Now { wall: Timestamp::UNIX_EPOCH, mono }
}

fn open(rows: &[Addon]) -> State {
    let session = Session {
        profile: ProfileName("local".into()),
        words: Words::LOCAL,
        endpoint: "unix".into(),
        danger: Danger::None,
        no_writes: None,
        read_only: None,
        no_journal: None,
        unlocked: None,
        budget: None,
        capabilities: Vec::new(),
    };
    let now = now(Duration::ZERO);
    let start = Start {
        session,
        size: (120, 40),
        seed: 1,
        cached: None,
        note: None,
        opening: None,
        zone: jiff::tz::TimeZone::UTC,
        downloads: "/tmp".into(),
        now,
    };
    let mut state = State::new(start);
    for effect in update(&mut state, Action::Deadline, now) {
        if let Effect::Fetch { id, query: Query::Addons { .. }, .. } = effect {
            update(&mut state, Action::Replied { id, reply: Ok(Reply::Addons(list(rows))) }, now);
        }
    }
    state
}

fn key(state: &mut State, code: KeyCode) {
    let key = KeyEvent::new(code, KeyModifiers::NONE);
    update(state, Action::Key { key, alone: true }, now(Duration::ZERO));
}

fn main() -> std::io::Result<()> {
    let rows: Vec<Addon> = (0..ROWS).map(addon).collect();
    let mut addons = Addons::default();
    let mut asked = 1;
    let mut merge = |reply| {
        asked += 1;
        addons.merge_list(reply, asked, |_| false);
    };
    merge(list(&rows));
    let unchanged = median(31, || list(&rows), &mut merge);
    let mut flip = false;
    let change = || {
        flip = !flip;
        let mut rows = rows.clone();
        rows[ROWS / 2].state = if flip { attache::model::State::Failed } else { attache::model::State::Ready };
        list(&rows)
    };
    let changed = median(31, change, &mut merge);
    let mut state = open(&rows);
    let cursor = median(301, || (), |()| key(&mut state, KeyCode::Char('j')));
    let sort = median(11, || (), |()| key(&mut state, KeyCode::Char('s')));
    key(&mut state, KeyCode::Char('/'));
    let mut first = Vec::new();
    for typed in ["reporting", "app-77", "otter"] {
        for c in typed.chars() {
            first.push(median(1, || (), |()| key(&mut state, KeyCode::Char(c))));
        }
        for _ in typed.chars() {
            first.push(median(1, || (), |()| key(&mut state, KeyCode::Backspace)));
        }
    }
    first.sort();
    let mut out = std::io::stdout().lock();
    writeln!(out, "{ROWS} add-ons, medians")?;
    writeln!(out, "merge of an unchanged list  {unchanged:?}  (budget 20 ms)")?;
    writeln!(out, "merge, one row changed      {changed:?}")?;
    writeln!(out, "key that moves the cursor   {cursor:?}  (budget 0.5 ms)")?;
    writeln!(out, "key that sorts              {sort:?}")?;
    let slowest = first.last().copied().unwrap_or_default();
    writeln!(out, "filter key                  {:?}, slowest {slowest:?}  (budget 5 ms)", first[first.len() / 2])
}
