//! What is written to the terminal, and how much: the budgets of the design, counted at the terminal and printed as a table.

use std::time::{Duration, Instant};

use crate::support::between::{Between, Manner};
use crate::support::frames::{check, find};
use crate::support::home::Home;
use crate::support::pty::{Pty, attache};
use crate::support::screen::wait_first_frame;
use crate::support::telling::Telling;

const END_OF_FRAME: &[u8] = b"\x1b[?2026l";
/// What only the help says.
const HELP: &str = "Back to the shell; fg returns";
const SIZES: [(u16, u16); 2] = [(120, 40), (80, 24)];

/// A platform with databases and buckets.
fn platform() -> Home {
    let platform = Home::new();
    platform.platform_ready();
    platform.line("addons create postgresql:dev --name orders --app storefront --wait").expect(0);
    for number in 1..4 {
        platform.line(&format!("addons create object-storage --name bucket-{number} --wait")).expect(0);
    }
    platform.line("backups capture orders --wait").expect(0);
    platform
}

/// How it is shown.
struct Manners {
    name: &'static str,
    env: &'static [(&'static str, &'static str)],
}

const MANNERS: [Manners; 3] = [
    Manners { name: "colours", env: &[] },
    Manners { name: "NO_COLOR", env: &[("NO_COLOR", "1")] },
    Manners { name: "LANG=C", env: &[("LANG", "C")] },
];

fn open(between: &Between, home: &Home, size: (u16, u16), manners: &Manners) -> Pty {
    open_at(&between.endpoint(), home, size, manners)
}

fn open_at(endpoint: &str, home: &Home, (columns, rows): (u16, u16), manners: &Manners) -> Pty {
    let mut command = attache(home.path());
    command.args(["--platform", "local", "--endpoint", endpoint]);
    command.env("ATTACHE_TOKEN", "not-needed");
    for (name, value) in manners.env {
        command.env(name, value);
    }
    let pty = Pty::start(command, columns, rows);
    wait_first_frame(&pty);
    pty
}

/// Leaves, so that the next start has a cache.
fn leave(mut pty: Pty) {
    pty.send("q");
    assert_eq!(pty.wait_exit().exit_code(), 0);
    pty.assert_restored();
    check(&pty.output_after(0));
}

/// Whether the other panes show the row under the cursor: its name stands at the right of the rule with the status.
fn is_followed(screen: &vt100::Screen) -> bool {
    let text = screen.contents();
    let row = text.lines().find_map(|line| line.strip_prefix("> ")).and_then(|row| row.split_whitespace().next());
    let status = text.lines().find_map(|line| line.split_once("4 Status"));
    row.zip(status).is_some_and(|(name, (_, rest))| rest.split_whitespace().any(|word| word == name))
}

/// Waits until the other panes show the row under the cursor, and polls bring nothing new; how many bytes there are then.
fn settle(pty: &mut Pty, between: &Between) -> usize {
    // They rest first; what they show then was asked for before more answers come than one look has questions. What the last
    // of them changed is drawn before the next one has come.
    pty.wait_until("the panes to follow", is_followed);
    let (mut bytes, mut drawn) = (0, pty.bytes());
    while bytes < drawn {
        bytes = drawn;
        for answers in [6, 1] {
            // A key that means nothing: for somebody who does something, no frame waits.
            pty.send("\x1b[24~");
            between.wait_all_answers(answers);
        }
        drawn = pty.bytes();
    }
    bytes
}

/// The bytes of the first frame after a key.
fn press(pty: &mut Pty, key: &str) -> usize {
    let before = pty.bytes();
    pty.send(key);
    pty.wait_output_after(before, "the frame after a key", END_OF_FRAME).len()
}

/// The same, and the bytes of all that follows it until nothing new comes.
fn press_and_rest(pty: &mut Pty, between: &Between, key: &str) -> (usize, usize) {
    let before = pty.bytes();
    let first = press(pty, key);
    (first, settle(pty, between) - before - first)
}

/// One line of the table: what, and how many bytes at each size, with the budget where there is one.
struct Counted {
    what: String,
    bytes: Vec<(usize, Option<usize>)>,
}

#[derive(Default)]
struct Table(Vec<Counted>);

impl Table {
    fn add(&mut self, what: String, bytes: usize, budget: Option<usize>) {
        match self.0.iter_mut().find(|line| line.what == what) {
            Some(line) => line.bytes.push((bytes, budget)),
            None => self.0.push(Counted { what, bytes: vec![(bytes, budget)] }),
        }
    }

    fn print(&self) {
        let sizes: String = SIZES.map(|(columns, rows)| format!("{:>18}", format!("{columns}×{rows}"))).concat();
        println!("\n{:<44}{sizes}", "bytes (of at most)");
        for Counted { what, bytes } in &self.0 {
            let cell = |(bytes, budget): &(usize, Option<usize>)| {
                let budget = budget.map_or_else(String::new, |budget| format!(" ({budget})"));
                format!("{:>18}", format!("{bytes}{budget}"))
            };
            println!("{what:<44}{}", bytes.iter().map(cell).collect::<String>());
        }
    }

    fn judge(&self) {
        for Counted { what, bytes } in &self.0 {
            for (bytes, budget) in bytes {
                assert!(budget.is_none_or(|budget| *bytes <= budget), "{what}: {bytes} bytes of {budget:?}");
            }
        }
    }
}

/// What one look at a terminal of one size costs: what, how many bytes, of at most how many.
type Costs = Vec<(String, usize, Option<usize>)>;

fn costs(platform: &Home, size: (u16, u16), manners: &Manners) -> Costs {
    let mut costs = Costs::new();
    let mut add = |what: &str, bytes: usize, budget: Option<usize>| {
        costs.push((format!("{what}, {}", manners.name), bytes, budget));
    };
    let is_wide = size == SIZES[0];
    let is_first = manners.env.is_empty();
    // The budget of the design is for the wide screen, where all panes follow the cursor.
    let detail = is_wide.then_some(1_000);
    let between = Between::start(platform.platform_folder().join("run/api.sock"));
    let home = Home::new();
    let mut pty = open(&between, &home, size, manners);
    pty.wait_for("bucket-3");
    pty.wait_for("orders");
    let settled = settle(&mut pty, &between);
    between.wait_answers(4);
    let idle = pty.output_after(settled);
    if !idle.is_empty() {
        println!("{size:?} {}: {:?}", manners.name, String::from_utf8_lossy(&idle));
    }
    add("idle, four answers with nothing new", idle.len(), Some(0));
    let keys = [("down", "j"), ("to the end", "\x1b[F"), ("a page up", "\x1b[5~")];
    for (what, key) in keys.iter().take(if is_first { 3 } else { 1 }) {
        let (moved, rest) = press_and_rest(&mut pty, &between, key);
        add(&format!("the cursor goes {what}"), moved, Some(100));
        add(&format!("… {what}: the other panes follow"), rest, detail);
    }
    for (what, open, text, close) in [("the help", "?", HELP, "\x1b"), ("a confirmation", "D", "type the name", "\x1b")]
    {
        let before = pty.bytes();
        pty.send(open);
        pty.wait_for(text);
        pty.wait_output_after(before, "its frame", END_OF_FRAME);
        add(&format!("opening {what}"), pty.bytes() - before, None);
        add(&format!("closing {what}"), press(&mut pty, close), None);
        pty.wait_gone(text);
    }
    press(&mut pty, "/");
    add("a letter of the filter", press(&mut pty, "b"), None);
    add("a second letter", press(&mut pty, "u"), None);
    press(&mut pty, "\x1b");
    leave(pty);

    between.behave(Manner::Hanging);
    let pty = open(&between, &home, size, manners);
    let first = pty.wait_output_after(0, "the first frame", END_OF_FRAME);
    let mut screen = vt100::Parser::new(size.1.try_into().unwrap(), size.0.try_into().unwrap(), 0);
    screen.process(&first);
    let shown = screen.screen().contents();
    assert!(shown.contains("bucket-3") && shown.contains("orders"), "{shown}");
    add("first screen, with what was seen last", first.len(), Some(if is_wide { 6_000 } else { 3_000 }));
    leave(pty);
    costs
}

#[test]
fn the_budgets_are_kept() {
    let platform = platform();
    let mut table = Table::default();
    let platform = &platform;
    std::thread::scope(|scope| {
        let looks: Vec<_> = MANNERS
            .iter()
            .flat_map(|manners| SIZES.map(|size| (size, manners)))
            .map(|(size, manners)| scope.spawn(move || costs(platform, size, manners)))
            .collect();
        for look in looks {
            look.join().unwrap().into_iter().for_each(|(what, bytes, budget)| table.add(what, bytes, budget));
        }
    });
    table.print();
    table.judge();
}

/// A database is made while somebody looks: what is written is what has happened, and then nothing.
#[test]
fn an_operation_that_runs_costs_what_it_tells() {
    let platform = platform();
    let between = Between::start(platform.platform_folder().join("run/api.sock"));
    for size in SIZES {
        let home = Home::new();
        let mut pty = open(&between, &home, size, &MANNERS[0]);
        pty.wait_for("bucket-3");
        let before = settle(&mut pty, &between);
        let name = format!("made-at-{}", size.0);
        platform.line(&format!("addons create postgresql:dev --name {name} --wait")).expect(0);
        pty.wait_for(&name);
        let after = settle(&mut pty, &between);
        let written = pty.output_after(before);
        assert!(find(&written, name.as_bytes()).is_some());
        let frames = check(&[b"\x1b[?1049h", &written[..]].concat()).len();
        println!("{}×{}: a database made elsewhere: {} bytes in {frames} frames", size.0, size.1, after - before);
        // How many of its states are seen depends on how long it takes: this is far from a screen for each, and no budget.
        assert!(after - before <= 4_000, "{} bytes in {frames} frames", after - before);
        leave(pty);
    }
}

/// What an operation that runs may write in a second, while nobody does anything.
const BYTES_A_SECOND: f64 = 64.0;
/// So many bytes are more than the next step of an operation: for a while after them, frames do not wait.
const NEWS: usize = 512;
/// And they wait again when that while is over.
const HANDS_OFF: Duration = Duration::from_secs(6);
const LOOKED_AT: Duration = Duration::from_secs(15);

/// An operation that has something else to say each second, more than the line is to carry: the time is measured, so that a slow
/// machine only lets it say less. What may come at once is one frame.
#[test]
fn an_operation_that_has_much_to_say_keeps_within_its_bytes_a_second() {
    let platform = Home::new();
    platform.platform_ready();
    let telling = Telling::start(platform.platform_folder().join("run/api.sock"));
    let home = Home::new();
    let pty = open_at(&telling.endpoint(), &home, SIZES[0], &MANNERS[0]);
    pty.wait_for("live");
    pty.wait_for("update: ");
    // Nobody does anything, and the last that was more than a step is long ago.
    let opened = Instant::now();
    let (mut seen, mut since) = (0, opened);
    while since.elapsed() < HANDS_OFF {
        assert!(opened.elapsed() < 15 * HANDS_OFF, "it never comes to rest");
        telling.wait_news();
        let more = pty.output_after(seen);
        let Some(end) = more.windows(END_OF_FRAME.len()).rposition(|window| window == END_OF_FRAME) else { continue };
        let whole = end + END_OF_FRAME.len();
        seen += whole;
        if largest_frame(&more[..whole]) > NEWS {
            since = Instant::now();
        }
    }
    let (mut written, mut told, mut elapsed) = (Vec::new(), 0, 0.0);
    // Where something else had to be shown, which lifts the pace, it is looked at once more.
    for _ in 0..4 {
        let (before, first, began) = (pty.bytes(), telling.seconds(), Instant::now());
        while began.elapsed() < LOOKED_AT {
            telling.wait_news();
        }
        (written, told) = (pty.output_after(before), telling.seconds() - first);
        elapsed = began.elapsed().as_secs_f64();
        if largest_frame(&written) <= NEWS {
            break;
        }
    }
    let bytes = written.len();
    println!("an operation that told something in {told} of {elapsed:.1} s: {bytes} bytes");
    assert!(bytes as f64 <= BYTES_A_SECOND * elapsed + NEWS as f64, "{bytes} bytes in {elapsed:.1} s");
    assert!(bytes > 0, "nothing of it was shown");
    leave(pty);
}

/// The bytes of the largest of these frames.
fn largest_frame(mut output: &[u8]) -> usize {
    let mut largest = 0;
    while let Some(end) = find(output, END_OF_FRAME) {
        largest = largest.max(end);
        output = &output[end + END_OF_FRAME.len()..];
    }
    largest
}
