//! Random keys, half of the runs beginning inside a confirmation that interrupts or destroys: nothing is ever destroyed,
//! restored over or switched without its name, nothing interrupted without a `y` of its own, and nothing written through a
//! profile that is locked. 1,000 runs; 100,000 with `ATTACHE_SOAK` set.

use attache::app::Action;
use attache::model::{BackupState, Danger, Known, ReadOnly};
use crossterm::event::KeyCode;

use super::fake::{Fake, Fault};
use super::stage::{Setting, Stage, held, parse, press};
use super::witness::{Harm, Tally, Watched, ctrl, harm};

/// splitmix64
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % limit as u64) as usize
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }
}

/// Names of few letters, so that chance may type them, too.
const NAMES: [&str; 3] = ["ab", "ba", "orders"];
/// The ways into a confirmation that interrupts or destroys, by the keys that a person presses.
const WAYS_IN: [(&str, Harm); 15] = [
    ("D", Harm::Destroys),
    ("jD", Harm::Destroys),
    ("GD", Harm::Destroys),
    (":destroy<enter>", Harm::Destroys),
    ("jP<enter>", Harm::Destroys),
    (":delete-backup<enter><enter>", Harm::Destroys),
    ("X", Harm::Interrupts),
    ("GX", Harm::Interrupts),
    ("jAstorefront<enter><enter>", Harm::Interrupts),
    ("U<up><enter>", Harm::Interrupts),
    (":rotate<enter>", Harm::Interrupts),
    (":restart<enter>", Harm::Interrupts),
    (":sleep<enter>", Harm::Interrupts),
    (":maintenance-on<enter>", Harm::Interrupts),
    ("C<enter><enter><enter>billing<enter><enter>", Harm::Interrupts),
];

fn world(fake: &mut Fake) {
    fake.with_addon("ab", &[("storefront", None)])
        .with_addon("ba", &[])
        .with_addon("orders", &[("billing", Some("X"))])
        .with_backup("b1", "ab", BackupState::Finished, 2);
}

fn runs() -> u64 {
    if std::env::var_os("ATTACHE_SOAK").is_some() { 100_000 } else { 1_000 }
}

#[test]
fn every_way_in_leads_to_its_confirmation() {
    for (script, expected) in WAYS_IN {
        let mut stage = Stage::open(Setting::default(), world);
        stage.keys(script);
        let confirm =
            stage.confirm().unwrap_or_else(|| panic!("{script}: {:?} {}", stage.state.modals, stage.notice()));
        assert_eq!(harm(&confirm.prepared.command), expected, "{script}");
    }
}

#[test]
fn nothing_is_destroyed_without_its_name_nor_interrupted_without_its_key() {
    let runs = runs();
    let mut tally = Tally::default();
    for run in 0..runs {
        one_run(run, &mut tally);
    }
    println!("{runs} runs of random keys, half of them begun in a confirmation that interrupts or destroys:");
    println!("{:>9} runs reached such a confirmation, {} had it listening", tally.reached, tally.armed);
    println!("{:>9} runs sent something, {} unlocked a read-only profile", tally.sent, tally.unlocked);
    for (kind, count) in &tally.confirmations {
        let sent = tally.submits.get(kind).copied().unwrap_or(0);
        println!("{count:>9} confirmations of {kind}, {sent} sent");
    }
    // A test that never comes near what it watches proves nothing.
    assert!(tally.reached as u64 * 2 >= runs, "only {} runs reached a confirmation", tally.reached);
    assert!(tally.armed as u64 * 4 >= runs, "only {} runs had one listening", tally.armed);
    assert!(tally.unlocked > 0, "no profile was ever unlocked");
    for way in ["Destroy by name", "Promote by name", "DeleteBackup by name", "Detach by y", "Detach by name"] {
        assert!(tally.submits.contains_key(way), "nothing was ever sent as {way}: {:?}", tally.submits);
    }
}

/// Names the run that fails, so that it can be run again by itself.
struct Named(u64);

impl Drop for Named {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("it was run {}", self.0);
        }
    }
}

fn one_run(run: u64, tally: &mut Tally) {
    let _named = Named(run);
    let mut chance = Chance(run);
    let danger = chance.pick(&[Danger::None, Danger::None, Danger::Staging, Danger::Production]);
    let read_only = chance.one_in(5).then_some(ReadOnly::Configured);
    let size = chance.pick(&[(120, 40), (120, 40), (80, 24), (40, 12)]);
    let setting = Setting { danger, read_only, size, ..Setting::default() };
    let mut watched = Watched::new(Stage::open(setting, world), danger);
    let begins_inside = run.is_multiple_of(2);
    if read_only.is_some() && (begins_inside || chance.one_in(2)) {
        script(&mut watched, tally, "!local<enter>why<enter>");
    }
    if begins_inside {
        script(&mut watched, tally, chance.pick(&WAYS_IN).0);
        if chance.one_in(2) {
            watched.wait(tally, 700);
        }
    }
    for _ in 0..30 {
        step(&mut chance, &mut watched, tally);
        if watched.stage.fake.other.contains(&"quit") {
            break;
        }
    }
    tally.sent += usize::from(!watched.stage.fake.submits.is_empty());
}

/// Keys at the pace of a person.
fn script(watched: &mut Watched, tally: &mut Tally, keys: &str) {
    for event in parse(keys) {
        watched.wait(tally, 120);
        watched.key(tally, event, true);
    }
}

/// The name that the confirmation on top asks for, mostly; or another one.
fn name(chance: &mut Chance, watched: &Watched) -> String {
    match watched.stage.confirm() {
        Some(confirm) if !chance.one_in(4) => confirm.prepared.command.target().to_owned(),
        _ => chance.pick(&NAMES).to_owned(),
    }
}

fn step(chance: &mut Chance, watched: &mut Watched, tally: &mut Tally) {
    let enter = KeyCode::Enter;
    let yes = KeyCode::Char('y');
    match chance.below(32) {
        0 | 1 => watched.wait(tally, chance.pick(&[1, 30, 120, 300, 599, 600, 601, 700])),
        2 => watched.wait(tally, chance.pick(&[700, 1_000, 5_000, 12_000])),
        3 if chance.one_in(40) => watched.wait(tally, 31 * 60_000),
        3 => watched.act(tally, Action::Deadline),
        4 => {
            let text = name(chance, watched);
            let end = chance.pick(&["", "\n", "\ny\n"]);
            watched.act(tally, Action::Paste(format!("{text}{end}")));
        }
        5 => watched.act(tally, Action::Paste(chance.pick(&["y", "y\n", "local", "yyyy"]).to_owned())),
        6 => {
            let (columns, rows) = chance.pick(&[(120, 40), (80, 24), (40, 12), (10, 3), (0, 0)]);
            watched.act(tally, Action::Resize(columns, rows));
        }
        7 => {
            let (columns, rows) = watched.stage.state.ui.size;
            watched.act(tally, Action::Resize(columns, rows));
        }
        8 => {
            let action = chance.pick(&[0, 1, 2]);
            watched.act(
                tally,
                [Action::Continued, Action::Focus(false), Action::Focus(true)].into_iter().nth(action).unwrap(),
            );
        }
        // A terminal without bracketed paste, a macro, a slow line: keys, but several in one read.
        9 | 10 => {
            let name = name(chance, watched);
            let burst = match chance.below(5) {
                0 => name,
                1 => format!("{name}<enter>"),
                2 => format!("D{name}<enter>"),
                3 => "yyyy".to_owned(),
                _ => "Xy".to_owned(),
            };
            for event in parse(&burst) {
                watched.key(tally, event, false);
            }
        }
        // The world turns: a target goes, changes, or is only left out of a list.
        11 if chance.one_in(4) => watched.stage.fake.vanish(chance.pick(&NAMES)),
        11 => attach_meanwhile(chance, watched),
        12 if chance.one_in(4) => watched.stage.fake.hidden.push(chance.pick(&NAMES).to_owned()),
        12 | 13 => watched.stage.fake.fault = chance.one_in(2).then_some(Fault::Hangs),
        // What hung comes late.
        14 | 15 => {
            watched.stage.fake.fault = None;
            for action in std::mem::take(&mut watched.stage.fake.held) {
                watched.act(tally, action);
            }
        }
        // Somebody who means it: looks, types, confirms.
        16 | 17 => {
            watched.wait(tally, 700);
            let name = name(chance, watched);
            script(watched, tally, &name);
            script(watched, tally, "<enter>");
        }
        18 => {
            watched.wait(tally, 700);
            script(watched, tally, "y");
        }
        // The same without looking.
        19 => {
            let name = name(chance, watched);
            script(watched, tally, &name);
            watched.key(tally, press(enter), true);
        }
        20 => watched.key(tally, held(chance.pick(&[enter, yes, KeyCode::Char('b')])), true),
        21 | 22 => watched.key(tally, press(enter), !chance.one_in(4)),
        23 => watched.key(tally, press(yes), !chance.one_in(4)),
        24 => watched.key(tally, press(chance.pick(&[KeyCode::Esc, KeyCode::Backspace, KeyCode::Tab])), true),
        25 => watched.key(tally, ctrl(chance.pick(&['y', 'o', 'w', 'u', 'h', 'd'])), true),
        26 => watched.key(tally, press(chance.pick(&[KeyCode::Up, KeyCode::Down, KeyCode::Left, KeyCode::Home])), true),
        27 => script(watched, tally, chance.pick(&WAYS_IN).0),
        28 => script(watched, tally, chance.pick(&["!", "!local<enter>why<enter>", "<esc>!", "<esc><esc>"])),
        29 => {
            let c = chance.pick(&['D', 'P', 'R', 'X', 'U', 'C', 'A', 'B', '!', 'm', ':']);
            watched.key(tally, press(KeyCode::Char(c)), true);
        }
        _ => {
            watched.wait(tally, 20);
            let c = chance.pick(&['a', 'b', 'o', 'r', 'd', 'e', 's', '1', 'y', 'n', 'j', '/', ' ', '5']);
            watched.key(tally, press(KeyCode::Char(c)), !chance.one_in(4));
        }
    }
    watched.observe(tally);
}

/// Somebody else attaches an add-on, so that what was shown is not what it is.
fn attach_meanwhile(chance: &mut Chance, watched: &mut Watched) {
    let (name, alias) = (chance.pick(&NAMES), format!("N{}", chance.below(1_000)));
    let fake = &mut watched.stage.fake;
    let some = fake.addons.iter().find_map(|addon| addon.attachments.items().first().cloned());
    let (Some(mut new), true) = (some, fake.addons.iter().any(|addon| addon.name == name)) else { return };
    (new.id, new.addon, new.alias) = (Some(format!("att_{alias}").into()), name.into(), Some(alias.into()));
    let addon = fake.addon_mut(name);
    let mut all = addon.attachments.items().to_vec();
    all.push(new);
    addon.attachments = Known::Is(all);
}
