//! What ten thousand add-ons cost in `update` and in the store: medians of many runs, to hold against the budgets of the
//! design. `cargo bench --bench rows`.

use std::collections::HashSet;
use std::io::Write;
use std::time::{Duration, Instant};

use attache::app::{Action, Effect, Now, ProfileChoice, Query, Reply, Session, Start, State, update};
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
        verbatim: None,
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

fn open(rows: &[Addon], profiles: Vec<ProfileChoice>) -> State {
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
        profiles,
        zone: jiff::tz::TimeZone::UTC,
        downloads: "/tmp".into(),
        now,
    };
    let mut state = State::new(start);
    for effect in update(&mut state, Action::Deadline, now) {
        if let Effect::Fetch { id, query: Query::Addons { .. }, .. } = effect {
            merged(&mut state, Action::Replied { id, reply: Ok(Reply::Addons(list(rows))) }, now);
        }
    }
    state
}

/// Takes an answer in, and the list that is merged for it.
fn merged(state: &mut State, action: Action, now: Now) {
    for effect in update(state, action, now) {
        if let Effect::Merge { id, merge } = effect {
            update(state, Action::Merged { id, merged: Box::new(merge.run()) }, now);
        }
    }
}

fn key(state: &mut State, code: KeyCode) {
    let key = KeyEvent::new(code, KeyModifiers::NONE);
    update(state, Action::Key { key, alone: true }, now(Duration::ZERO));
}

/// The combined list over as many rows in all, in five profiles of which one is entered.
struct Several {
    state: State,
    /// The rows of one of the others, as its platform lists them.
    part: Vec<Addon>,
}

impl Several {
    fn open(rows: &[Addon]) -> Self {
        let choice = |number: usize| ProfileChoice {
            name: ProfileName(if number == 0 { "local".into() } else { format!("team-{number}") }),
            words: Words::LOCAL,
            endpoint: "unix".into(),
            danger: Danger::Production,
            read_only: None,
            backup_max_age: jiff::SignedDuration::from_hours(26),
            trouble: None,
        };
        let part = |number: usize| -> Vec<Addon> {
            let of = |addon: &Addon| {
                let profile = ProfileName(format!("team-{number}"));
                Addon { key: AddonKey { profile, ..addon.key.clone() }, ..addon.clone() }
            };
            rows[..ROWS / 5].iter().map(of).collect()
        };
        let mut state = open(&rows[..ROWS / 5], (0..5).map(choice).collect());
        let open = Action::Key { key: KeyEvent::new(KeyCode::Char('0'), KeyModifiers::NONE), alone: true };
        for effect in update(&mut state, open, now(Duration::ZERO)) {
            if let Effect::Look { id, profile, query: Query::Addons { .. } } = effect {
                let number = profile.as_str().trim_start_matches("team-").parse().unwrap_or(1);
                let reply = Ok(Reply::Addons(list(&part(number))));
                merged(&mut state, Action::Looked { id, profile, reply, budget: None }, now(Duration::ZERO));
            }
        }
        Self { state, part: part(1) }
    }

    /// One profile is read again, with one row changed or none.
    fn read_again(&mut self, is_changed: bool) -> Duration {
        let later = Now { wall: Timestamp::UNIX_EPOCH, mono: self.state.next_deadline().unwrap_or_default() };
        let mut took = Duration::ZERO;
        for effect in update(&mut self.state, Action::Deadline, later) {
            let Effect::Look { id, profile, query: Query::Addons { .. } } = effect else { continue };
            if profile.as_str() != "team-1" {
                update(
                    &mut self.state,
                    Action::Looked {
                        id,
                        profile,
                        reply: Ok(Reply::Addons(Conditional::Unchanged(Timestamp::UNIX_EPOCH))),
                        budget: None,
                    },
                    later,
                );
                continue;
            }
            let row = &mut self.part[7];
            if is_changed {
                let is_failed = row.state == attache::model::State::Failed;
                row.state = if is_failed { attache::model::State::Ready } else { attache::model::State::Failed };
            }
            let reply = Ok(Reply::Addons(list(&self.part)));
            let start = Instant::now();
            merged(&mut self.state, Action::Looked { id, profile, reply, budget: None }, later);
            took = start.elapsed();
        }
        took
    }

    /// One frame.
    fn draw(&self) {
        let backend = ratatui::backend::TestBackend::new(120, 40);
        let Ok(mut terminal) = ratatui::Terminal::new(backend);
        let Ok(_) = terminal.draw(|frame| attache::view::view(&self.state, frame));
    }
}

fn of_several(rows: &[Addon], out: &mut impl Write) -> std::io::Result<()> {
    let mut several = Several::open(rows);
    let count = several.state.combined.as_ref().map_or(0, attache::app::Combined::len);
    let mut reads = |is_changed| {
        let mut times: Vec<Duration> = (0..11).map(|_| several.read_again(is_changed)).collect();
        times.sort();
        times[5]
    };
    let (unchanged, changed) = (reads(false), reads(true));
    let cursor = median(301, || (), |()| key(&mut several.state, KeyCode::Char('j')));
    let sort = median(17, || (), |()| key(&mut several.state, KeyCode::Char('s')));
    let frame = median(31, || (), |()| several.draw());
    key(&mut several.state, KeyCode::Char('/'));
    let filter = median(9, || (), |()| key(&mut several.state, KeyCode::Char('o')));
    writeln!(out, "combined list, {count} add-ons in 5 profiles, medians")?;
    writeln!(out, "one profile read, unchanged {unchanged:?}  (budget 20 ms)")?;
    writeln!(out, "one profile read, changed   {changed:?}  (budget 20 ms)")?;
    writeln!(out, "key that moves the cursor   {cursor:?}  (budget 0.5 ms)")?;
    writeln!(out, "key that sorts              {sort:?}")?;
    writeln!(out, "filter key                  {filter:?}  (budget 5 ms)")?;
    writeln!(out, "frame at 120x40             {frame:?}  (budget 2 ms)")
}

fn main() -> std::io::Result<()> {
    let rows: Vec<Addon> = (0..ROWS).map(addon).collect();
    let mut addons = Addons::default();
    let mut asked = 1;
    let mut merge = |reply| {
        asked += 1;
        if let Conditional::Changed(list) = reply {
            let merge = addons.list_merge(list, asked, true, HashSet::new());
            addons.take(merge.run());
        }
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
    let mut state = open(&rows, Vec::new());
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
    writeln!(out, "filter key                  {:?}, slowest {slowest:?}  (budget 5 ms)", first[first.len() / 2])?;
    of_several(&rows, &mut out)
}
