//! Random keys, half of the runs beginning inside a destroying confirmation: nothing is ever destroyed without its name.
//! `ATTACHE_CHANCE` sets the number of runs.

use attache::app::Action;
use attache::app::modal::Gate;
use attache::model::Command;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::stage::{Setting, Stage, held, parse, press};

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
}

/// What was pressed since the confirmation on top was first seen: kept apart from the code under test.
#[derive(Default)]
struct Witness {
    /// Characters that came as keys while a destroying confirmation was on top.
    typed: String,
    was_typed_gate: bool,
    /// How many runs reached one, and how many destroyed with the right name.
    reached: usize,
    destroyed: usize,
}

impl Witness {
    fn before_key(&mut self, stage: &Stage) -> bool {
        let is_typed = stage.confirm().is_some_and(|confirm| matches!(confirm.gate, Gate::Typed(_)));
        if !is_typed || !self.was_typed_gate {
            self.typed.clear();
        }
        if is_typed && !self.was_typed_gate {
            self.reached += 1;
        }
        self.was_typed_gate = is_typed;
        is_typed
    }

    /// Every character of the name was pressed, in its order.
    fn saw(&self, name: &str) -> bool {
        let mut typed = self.typed.chars();
        name.chars().all(|c| typed.any(|t| t == c))
    }
}

#[test]
fn nothing_is_destroyed_without_its_name() {
    let runs: u64 = std::env::var("ATTACHE_CHANCE").ok().and_then(|runs| runs.parse().ok()).unwrap_or(300);
    let mut witness = Witness::default();
    for run in 0..runs {
        one_run(run, &mut witness);
    }
    println!(
        "{runs} runs: {} destroying confirmations reached, {} destroyed after the name was typed",
        witness.reached, witness.destroyed
    );
    assert!(witness.reached as u64 >= runs / 2, "only {} confirmations were reached", witness.reached);
    assert!(runs < 100 || witness.destroyed > 0, "the right name never destroyed: the test is blind");
}

fn one_run(run: u64, witness: &mut Witness) {
    let mut chance = Chance(run);
    let names = ["ab", "ba", "orders"];
    let mut stage = Stage::open(Setting::default(), |fake| {
        fake.with_addon("ab", &[("storefront", None)])
            .with_addon("ba", &[])
            .with_addon("orders", &[("billing", Some("X"))]);
    });
    (witness.was_typed_gate, witness.typed) = (false, String::new());
    if run.is_multiple_of(2) {
        stage.keys(chance.pick(&["D", "jD", "GD"]));
        if chance.below(2) == 0 {
            stage.look();
        }
    }
    for _ in 0..40 {
        let (sent, known) = (stage.fake.submits.len(), witness.destroyed);
        witness.before_key(&stage);
        match chance.below(20) {
            0 => stage.wait(700),
            1 => stage.paste(chance.pick(&names)),
            2 => stage.act(Action::Resize(chance.pick(&[120, 80, 40, 10]), chance.pick(&[40, 24, 12, 3]))),
            3 => stage.wait(chance.below(12_000) as u64),
            4 => stage.act(Action::Continued),
            5 => {
                // A terminal without bracketed paste, or a slow line: keys, but several in one read.
                let script = chance.pick(&["ab ", "ba<enter>", "orders<enter>", "yyy", "Dab<enter>"]);
                for event in parse(script) {
                    key(&mut stage, witness, event, false);
                }
            }
            6 if chance.below(4) == 0 => stage.fake.vanish(chance.pick(&names)),
            7 => {
                let name = chance.pick(&names);
                for c in name.chars() {
                    key(&mut stage, witness, press(KeyCode::Char(c)), true);
                }
                key(&mut stage, witness, press(KeyCode::Enter), true);
            }
            8 => key(&mut stage, witness, held(chance.pick(&[KeyCode::Enter, KeyCode::Char('y')])), true),
            9 | 10 => key(&mut stage, witness, press(KeyCode::Enter), chance.below(4) > 0),
            11 => key(&mut stage, witness, press(KeyCode::Esc), true),
            12 => key(&mut stage, witness, KeyEvent::new(KeyCode::Char('y'), KeyModifiers::CONTROL), true),
            13 => key(&mut stage, witness, press(KeyCode::Backspace), true),
            14 => key(&mut stage, witness, press(KeyCode::Tab), true),
            15 => key(&mut stage, witness, press(KeyCode::Char('D')), true),
            _ => {
                let c = chance.pick(&['a', 'b', 'y', 'j', 'X', 'A', 'C', 'm', ':', '/', 'o', 'r', 'n', ' ']);
                key(&mut stage, witness, press(KeyCode::Char(c)), chance.below(4) > 0);
            }
        }
        // Whatever else was done, only `key` may have destroyed something; it has looked at that itself.
        let destroyed =
            stage.fake.submits[sent..].iter().filter(|command| matches!(command, Command::DestroyAddon { .. }));
        assert_eq!(destroyed.count(), witness.destroyed - known, "destroyed by something that is no single key");
        if stage.fake.other.contains(&"quit") {
            break;
        }
    }
}

/// Presses one key; if that destroyed something, it was Enter, pressed once and by itself, after the name.
fn key(stage: &mut Stage, witness: &mut Witness, event: KeyEvent, alone: bool) {
    stage.wait(20);
    let was_typed = witness.before_key(stage);
    let sent = stage.fake.submits.len();
    let name = stage.confirm().map(|confirm| confirm.name().to_owned()).unwrap_or_default();
    if let (KeyCode::Char(c), KeyModifiers::NONE, true) = (event.code, event.modifiers, was_typed) {
        witness.typed.push(c);
    }
    stage.key(event, alone);
    for command in &stage.fake.submits[sent..] {
        if let Command::DestroyAddon { addon, .. } = command {
            assert!(was_typed, "{addon} destroyed without a confirmation by name");
            assert_eq!(*addon, name, "another one than was shown");
            assert_eq!(event.code, KeyCode::Enter);
            assert_eq!(event.kind, crossterm::event::KeyEventKind::Press);
            assert!(alone, "{addon} destroyed by a key among others");
            assert!(witness.saw(addon), "{addon} destroyed, but only {:?} was typed", witness.typed);
            witness.destroyed += 1;
        }
    }
}
