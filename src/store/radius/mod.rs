//! The blast radius of one command, or of several that are confirmed together: all that a confirmation tells, in the order in
//! which it matters to whoever has to say yes. One text for the screen and for the verbs.

mod around;
#[cfg(test)]
mod tests;
mod words;

use jiff::Timestamp;

use super::Prepared;
use crate::model::{Change, Command, Known, Risk};

pub use words::{Said, Tone, Words, plain};
use words::{bullet, line, said, sentence_of_cost, since};

/// What a section is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The commands, where there are several.
    Steps,
    /// Why the platform does not do it as it stands.
    Refused,
    /// Data that is not there afterwards, and backups that are pushed out.
    Lost,
    /// What can't be undone.
    ForGood,
    /// What it does that nobody told.
    Unknown,
    /// The apps, and what happens to each.
    Apps,
    /// Connections and other work that is cut off.
    Interrupted,
    /// The last finished backup of what may lose data.
    Backup,
    /// Operations that are under way on the target.
    UnderWay,
    /// The variables of the apps, before and after.
    Variables,
    /// What comes to be.
    Made,
    /// What else is true.
    Also,
    /// What others did lately, and releases.
    Lately,
    /// The request and the platform's command line.
    Request,
}

impl Part {
    /// What it is called where it can't be seen at present.
    pub fn label(self) -> &'static str {
        match self {
            Part::Steps => "steps",
            Part::Refused => "refused",
            Part::Lost => "lost",
            Part::ForGood => "can't be undone",
            Part::Unknown => "not known",
            Part::Backup => "last backup",
            Part::Apps => "apps",
            Part::Interrupted => "interrupted",
            Part::UnderWay => "under way",
            Part::Variables => "variables",
            Part::Made => "made",
            Part::Also => "notes",
            Part::Lately => "lately",
            Part::Request => "request",
        }
    }

    fn hurts(self) -> bool {
        matches!(self, Part::Refused | Part::Lost | Part::ForGood | Part::Unknown | Part::Interrupted | Part::UnderWay)
    }
}

/// Lines that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// What it is about.
    pub part: Part,
    /// Its heading; empty where its lines speak for themselves.
    pub title: Words,
    /// Its lines.
    pub lines: Vec<Said>,
    /// Whether nobody may say yes without having been told that it is there.
    pub is_alarming: bool,
}

/// All that a confirmation tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Radius {
    /// The parts that there are, the worst first.
    pub sections: Vec<Section>,
    /// How many apps are touched; `None` where that is not known.
    pub apps: Option<usize>,
    /// How many of their variables change; `None` where that is not known.
    pub variables: Option<usize>,
    /// How many variables in use come from elsewhere afterwards, or may.
    pub taken_over: usize,
    /// How many backups are pushed out.
    pub pushed_out: usize,
    /// Operations under way on the target.
    pub under_way: usize,
}

impl Radius {
    /// The blast radius of commands that are confirmed together.
    pub fn of(all: &[Prepared]) -> Self {
        let now = all.iter().map(|one| one.read_at).max().unwrap_or(Timestamp::UNIX_EPOCH);
        let changes: Vec<&Change> = all.iter().flat_map(|one| &one.effects.changes).collect();
        let mut sections = Vec::new();
        let mut push = |part, title: Words, lines: Vec<Said>| {
            if !lines.is_empty() {
                sections.push(Section { part, title, lines, is_alarming: part.hurts() });
            }
        };
        if all.len() > 1 {
            let steps = all.iter().enumerate().map(|(index, one)| step(index + 1, one)).collect();
            push(Part::Steps, words::title(Tone::Strong, format!("{} commands, in this order", all.len())), steps);
        }
        let sentences = |pick: &dyn Fn(&Change) -> Option<Said>| -> Vec<Said> {
            changes.iter().filter_map(|change| pick(change)).collect()
        };
        let bad = |text: &str| words::title(Tone::Bad, text);
        let strong = |text: &str| words::title(Tone::Strong, text);
        push(
            Part::Refused,
            bad("What is refused"),
            sentences(&|change| match change {
                Change::Refused(why) => Some(bullet(Tone::Text, why)),
                _ => None,
            }),
        );
        push(Part::Lost, bad("What is lost"), sentences(&|change| lost(change, only(all), now)));
        push(
            Part::ForGood,
            bad("What can't be undone"),
            sentences(&|change| match change {
                Change::Irreversible(why) => Some(bullet(Tone::Text, why)),
                _ => None,
            }),
        );
        push(Part::Unknown, bad("What is not known"), unknown(all));
        let deleted = all.iter().filter_map(|one| match &one.command {
            Command::DestroyApp { app } => Some(app.as_str()),
            _ => None,
        });
        let apps = Apps::of(&changes, deleted);
        let (touched, of_them, taken_over) = (apps.rows.len(), apps.variables, apps.taken_over);
        let variables = count(of_them, "variable");
        push(Part::Apps, strong(&counts(touched, of_them)), apps.lines());
        push(
            Part::Interrupted,
            bad("What is interrupted"),
            sentences(&|change| match change {
                Change::Disturbs(what) => Some(bullet(Tone::Text, what)),
                _ => None,
            }),
        );
        push(Part::Backup, Words::new(), around::last_backups(all, now));
        let under_way = around::under_way(all, now);
        push(Part::UnderWay, bad("Under way on it"), under_way.lines);
        push(Part::Variables, strong(&variables), apps.variable_lines());
        push(
            Part::Made,
            strong("What is made"),
            sentences(&|change| match change {
                Change::Adds(what) => Some(bullet(Tone::Text, what)),
                _ => None,
            }),
        );
        push(
            Part::Also,
            strong("Also"),
            sentences(&|change| match change {
                Change::Costs(cost) => Some(bullet(Tone::Text, &sentence_of_cost(cost))),
                Change::Note(what) => Some(bullet(Tone::Dim, what)),
                _ => None,
            }),
        );
        let lately = if all.iter().all(|one| one.situation.around.releases.is_empty()) {
            "The last 24 h"
        } else {
            "The last 24 h, and current releases"
        };
        push(Part::Lately, strong(lately), around::lately(all, now));
        push(Part::Request, strong(if all.len() > 1 { "The requests" } else { "The request" }), requests(all));
        let is_told = all.iter().all(|one| !one.effects.changes.is_empty())
            && !changes.iter().any(|change| matches!(change, Change::Unknown(_)));
        if let Some(section) = sections.iter_mut().find(|section| section.part == Part::Variables) {
            section.is_alarming = taken_over > 0;
        }
        Self {
            sections,
            taken_over,
            pushed_out: changes.iter().filter(|change| matches!(change, Change::EvictsBackup { .. })).count(),
            apps: is_told.then_some(touched),
            variables: is_told.then_some(of_them),
            under_way: under_way.count,
        }
    }

    /// Whether it has that part.
    pub fn has(&self, part: Part) -> bool {
        self.sections.iter().any(|section| section.part == part)
    }

    /// The shortest that may stand for it: who is hit and what is lost, what matters most first.
    pub fn summary(&self) -> Vec<(Tone, String)> {
        let is_cut = self.has(Part::Interrupted);
        let mut facts = vec![match (self.apps, self.variables) {
            (Some(0), _) if is_cut => (Tone::Text, "no app released".to_owned()),
            (Some(0), _) => (Tone::Text, "no app touched".to_owned()),
            (Some(apps), Some(variables)) => (Tone::Strong, counts(apps, variables)),
            _ => (Tone::Bad, "apps touched: unknown".to_owned()),
        }];
        let lost = self.sections.iter().find(|section| section.part == Part::Lost).map_or(0, |lost| lost.lines.len());
        for (is_so, fact) in [
            (lost > self.pushed_out, "data is lost".to_owned()),
            (self.has(Part::ForGood), "can't be undone".to_owned()),
            (self.pushed_out > 0, format!("{} pushed out", count(self.pushed_out, "backup"))),
            (self.taken_over > 0, format!("{} taken over", self.taken_over)),
            (is_cut, "work is interrupted".to_owned()),
        ] {
            if is_so {
                facts.push((Tone::Bad, fact));
            }
        }
        if self.under_way > 0 {
            facts.push((Tone::Bad, format!("{} under way on it", self.under_way)));
        }
        facts
    }

    /// The lines as plain text for people without a screen, those of a section indented below its heading.
    pub fn text(&self, is_wanted: impl Fn(Part, &Said) -> bool) -> Vec<String> {
        let mut text = Vec::new();
        for section in &self.sections {
            let lines: Vec<&Said> = section.lines.iter().filter(|one| is_wanted(section.part, one)).collect();
            if lines.is_empty() {
                continue;
            }
            if !section.title.is_empty() {
                text.push(format!("{}:", plain(&section.title)));
            }
            text.extend(lines.into_iter().map(|one| format!("{}{}", "  ".repeat(one.indent), plain(&one.words))));
        }
        text
    }
}

/// A number with its noun: `1 app`, `3 apps`.
fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

fn counts(apps: usize, variables: usize) -> String {
    match variables {
        0 => count(apps, "app"),
        _ => format!("{}, {}", count(apps, "app"), count(variables, "variable")),
    }
}

fn step(number: usize, prepared: &Prepared) -> Said {
    let (tone, word) = match prepared.effects.risk() {
        Risk::Adds => (Tone::Dim, "adds"),
        Risk::Interrupts => (Tone::Warn, "interrupts"),
        Risk::Destroys => (Tone::Bad, "destroys"),
    };
    line(1, [(Tone::Text, format!("{number}. {}  ", prepared.command.sentence())), (tone, word.to_owned())])
}

/// The one target that needs no naming: the heading says it.
fn only(all: &[Prepared]) -> Option<&str> {
    match all {
        [one] => Some(one.command.target()),
        _ => None,
    }
}

fn lost(change: &Change, only: Option<&str>, now: Timestamp) -> Option<Said> {
    Some(match change {
        Change::LosesData(what) => bullet(Tone::Text, what),
        Change::LosesWrites { addon, since: from, why } => said(
            1,
            true,
            [
                (
                    Tone::Text,
                    if only == Some(addon) { "Writes since ".to_owned() } else { format!("Writes to {addon} since ") },
                ),
                (Tone::Strong, since(*from, now)),
                (Tone::Text, format!(": {why}.")),
            ],
        ),
        Change::EvictsBackup { id, started_at } => {
            let age = started_at.map_or_else(String::new, |at| format!(", {} old", crate::model::span(at, now)));
            let begun = started_at
                .map_or_else(|| "of unknown age".to_owned(), |at| format!("of {}", crate::model::when(at, now)));
            bullet(Tone::Text, &format!("The backup {id} {begun}{age}, is pushed out."))
        }
        _ => return None,
    })
}

/// What is not known of what it does. That nothing was told is the worst.
fn unknown(all: &[Prepared]) -> Vec<Said> {
    let mut lines = Vec::new();
    for one in all {
        if one.effects.changes.is_empty() {
            lines.push(bullet(Tone::Bad, "What this does is not known. Nothing unknown counts as harmless."));
        }
        lines.extend(one.effects.changes.iter().filter_map(|change| match change {
            Change::Unknown(why) => Some(bullet(Tone::Text, why)),
            _ => None,
        }));
    }
    lines
}

fn requests(all: &[Prepared]) -> Vec<Said> {
    let of = |prepared: &Prepared| {
        let request = &prepared.request;
        let body = request.body.as_ref().map(|body| line(1, [(Tone::Text, body.clone())]));
        let cli = line(1, [(Tone::Dim, "$ ".to_owned()), (Tone::Text, request.cli.clone())]);
        [Some(line(1, [(Tone::Text, request.request.clone())])), body, Some(cli)]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
    };
    all.iter().flat_map(of).collect()
}

/// The apps that are touched, each once, with the variables that change in the same way together.
struct Apps<'a> {
    rows: Vec<App<'a>>,
    variables: usize,
    taken_over: usize,
}

struct App<'a> {
    name: &'a str,
    ways: Vec<String>,
    variables: Vec<(words::Way<'a>, Vec<&'a str>)>,
}

impl<'a> Apps<'a> {
    fn of(changes: &[&'a Change], deleted: impl Iterator<Item = &'a str>) -> Self {
        let mut apps = Self { rows: Vec::new(), variables: 0, taken_over: 0 };
        for app in deleted {
            apps.row(app).ways.push("is deleted, with its variables".to_owned());
        }
        for change in changes {
            match change {
                Change::App { app, effect, detail } => {
                    let effect = words::app_effect(effect);
                    let way = if detail.is_empty() { effect } else { format!("{effect} · {detail}") };
                    let ways = &mut apps.row(app).ways;
                    if !ways.contains(&way) {
                        ways.push(way);
                    }
                }
                Change::Variable { app, name, before, after } => {
                    let variables = &mut apps.row(app).variables;
                    let way = words::Way { before, after };
                    match variables.iter_mut().find(|(known, _)| *known == way) {
                        Some((_, names)) if names.contains(&name.as_str()) => continue,
                        Some((_, names)) => names.push(name),
                        None => variables.push((way, vec![name])),
                    }
                    apps.variables += 1;
                    apps.taken_over += usize::from(way.takes_over());
                }
                _ => {}
            }
        }
        apps
    }

    fn row(&mut self, name: &'a str) -> &mut App<'a> {
        let at = match self.rows.iter().position(|row| row.name == name) {
            Some(at) => at,
            None => {
                self.rows.push(App { name, ways: Vec::new(), variables: Vec::new() });
                self.rows.len() - 1
            }
        };
        &mut self.rows[at]
    }

    fn lines(&self) -> Vec<Said> {
        let of = |app: &App<'_>| {
            let ways = if app.ways.is_empty() { "its variables change".to_owned() } else { app.ways.join(", then ") };
            line(1, [(Tone::Strong, app.name.to_owned()), (Tone::Text, format!("  {ways}"))])
        };
        self.rows.iter().map(of).collect()
    }

    fn variable_lines(&self) -> Vec<Said> {
        self.rows.iter().flat_map(|app| app.variables.iter().map(|(way, names)| way.line(app.name, names))).collect()
    }
}

/// What is known, or the reason in words.
fn known<T>(known: &Known<T>) -> Result<&T, &str> {
    match known {
        Known::Is(value) => Ok(value),
        Known::Unknown(why) => Err(why.trim_end_matches('.')),
    }
}
