//! What a person looks at: panes, selection, filter, sort, notices. Plain data; `update` alone changes it.

use std::time::Duration;

use indexmap::IndexSet;
use jiff::Timestamp;
use tui_input::Input;

use super::choice::Chosen;
use crate::model::AddonKey;

/// The panes that can have the focus, in the order of their numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Pane {
    /// The team's add-ons.
    #[default]
    Addons,
    /// The apps that the add-on is attached to.
    Attachments,
    /// The add-on's plan and what it allows.
    Plan,
    /// The add-on's state and timeline.
    Status,
    /// The add-on's backups.
    Backups,
}

impl Pane {
    /// All panes, in the order of their numbers.
    pub const ALL: [Pane; 5] = [Pane::Addons, Pane::Attachments, Pane::Plan, Pane::Status, Pane::Backups];

    /// Its number, from 1: the key that goes there.
    pub fn number(self) -> usize {
        self as usize + 1
    }

    /// The pane a number of steps further, around the end.
    pub fn step(self, by: isize) -> Pane {
        let count = Self::ALL.len() as isize;
        Self::ALL[(self as isize + by).rem_euclid(count) as usize]
    }
}

/// What may be drawn with. The runtime decides it once at the start and puts it into [`Ui::look`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Whether colours may be used; without them, attributes and glyphs carry everything.
    pub color: bool,
    /// Whether glyphs beyond ASCII may be used.
    pub unicode: bool,
}

impl Default for Look {
    fn default() -> Self {
        Self { color: true, unicode: true }
    }
}

/// How much fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Breakpoint {
    /// Less than 40×12: nothing but a sentence.
    Floor,
    /// The list; details on Enter.
    Narrow,
    /// At least 60×20: the list above one detail pane.
    Medium,
    /// At least 110×30: all panes at once.
    Wide,
}

impl Breakpoint {
    /// What fits into that many columns and rows. A size of zero means that the terminal doesn't know: 80×24.
    pub fn of(columns: u16, rows: u16) -> Self {
        match (columns, rows) {
            (0, _) | (_, 0) => Self::Medium,
            (110.., 30..) => Self::Wide,
            (60.., 20..) => Self::Medium,
            (40.., 12..) => Self::Narrow,
            _ => Self::Floor,
        }
    }
}

/// The order of the rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Sort {
    /// By name.
    #[default]
    Name,
    /// What needs a look first: failed, changing, unknown, ready.
    State,
    /// By service, plan and name.
    Service,
    /// The newest first.
    Newest,
}

impl Sort {
    /// The next one, around the end.
    pub fn next(self) -> Self {
        match self {
            Sort::Name => Sort::State,
            Sort::State => Sort::Service,
            Sort::Service => Sort::Newest,
            Sort::Newest => Sort::Name,
        }
    }

    /// The word for the screen.
    pub fn word(self) -> &'static str {
        match self {
            Sort::Name => "name",
            Sort::State => "state",
            Sort::Service => "service",
            Sort::Newest => "newest",
        }
    }
}

/// The filter over the add-ons.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// What was typed. Empty: no filter.
    pub input: Input,
    /// Whether keys go into it.
    pub is_editing: bool,
}

impl Filter {
    /// Whether rows may be hidden by it; the screen must say so.
    pub fn is_on(&self) -> bool {
        !self.input.value().trim().is_empty()
    }
}

/// How loud a notice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Goes away by itself.
    Info,
    /// Goes away by itself; something was refused or needs a look.
    Warning,
    /// Stays until the next key and is kept among the errors.
    Error,
}

/// One sentence for the person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// How loud it is.
    pub level: Level,
    /// The sentence.
    pub text: String,
    pub(super) until: Option<Duration>,
}

/// One line of what happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activity {
    /// When, by our clock.
    pub at: Timestamp,
    /// The add-on it is about, if it is about one.
    pub addon: Option<AddonKey>,
    /// How loud it is.
    pub level: Level,
    /// The sentence.
    pub text: String,
}

/// What a person looks at.
#[derive(Clone, Debug)]
pub struct Ui {
    /// What may be drawn with.
    pub look: Look,
    /// Columns and rows.
    pub size: (u16, u16),
    /// What fits into it.
    pub breakpoint: Breakpoint,
    /// Where keys go.
    pub focus: Pane,
    /// The pane shown below the list in medium, and instead of it in narrow when it is open. Never `Addons`.
    pub detail_pane: Pane,
    /// Narrow only: whether the detail pane is shown instead of the list.
    pub is_detail_open: bool,
    /// The add-on under the cursor. Commands act on this one.
    pub selected: Option<AddonKey>,
    /// The add-on whose details are shown: follows `selected` after the cursor rested.
    pub detail: Option<AddonKey>,
    /// The cursor within the attachments of `detail`.
    pub attachment: usize,
    /// The cursor within the environments of `detail`'s app, where the platform has such.
    pub environment: Chosen,
    /// The cursor within the backups of `detail`.
    pub backup: Chosen,
    /// The first line shown of the Plan and Status panes; the view clamps it. For Status it counts from the end.
    pub scroll: [u16; 5],
    /// How far the text on top (a sheet, a confirmation, the pane with the focus) can be scrolled, as the view told last.
    pub scroll_max: u16,
    /// The filter.
    pub filter: Filter,
    /// The order.
    pub sort: Sort,
    /// Marked rows.
    pub marks: IndexSet<AddonKey>,
    /// The sentence for the person, if there is one.
    pub notice: Option<Notice>,
    /// Whether the terminal has the focus.
    pub has_terminal_focus: bool,
    /// Whether the terminal was ever heard to tell of its focus. One that does not counts as having it.
    pub tells_focus: bool,
}

impl Ui {
    /// A fresh screen.
    pub fn new(columns: u16, rows: u16) -> Self {
        Self {
            look: Look::default(),
            size: if columns == 0 || rows == 0 { (80, 24) } else { (columns, rows) },
            breakpoint: Breakpoint::of(columns, rows),
            focus: Pane::Addons,
            detail_pane: Pane::Status,
            is_detail_open: false,
            selected: None,
            detail: None,
            attachment: 0,
            environment: Chosen::default(),
            backup: Chosen::default(),
            scroll: [0; 5],
            scroll_max: u16::MAX,
            filter: Filter::default(),
            sort: Sort::default(),
            marks: IndexSet::new(),
            notice: None,
            has_terminal_focus: true,
            tells_focus: false,
        }
    }

    /// Whether a pane is on the screen.
    pub fn shows(&self, pane: Pane) -> bool {
        match self.breakpoint {
            Breakpoint::Floor => false,
            Breakpoint::Wide => true,
            Breakpoint::Medium => pane == Pane::Addons || pane == self.detail_pane,
            Breakpoint::Narrow if self.is_detail_open => pane == self.detail_pane,
            Breakpoint::Narrow => pane == Pane::Addons,
        }
    }

    /// About how many rows of the list fit: what a page of moving is.
    pub fn page(&self) -> usize {
        let rows = usize::from(self.size.1);
        match self.breakpoint {
            Breakpoint::Wide | Breakpoint::Medium => (rows / 2).saturating_sub(3).max(1),
            _ => rows.saturating_sub(4).max(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_fall_into_their_breakpoints() {
        for ((columns, rows), expected) in [
            ((120, 40), Breakpoint::Wide),
            ((110, 29), Breakpoint::Medium),
            ((80, 24), Breakpoint::Medium),
            ((59, 24), Breakpoint::Narrow),
            ((40, 12), Breakpoint::Narrow),
            ((39, 12), Breakpoint::Floor),
            ((1, 1), Breakpoint::Floor),
            ((0, 0), Breakpoint::Medium),
        ] {
            assert_eq!(Breakpoint::of(columns, rows), expected, "{columns}×{rows}");
        }
    }

    #[test]
    fn stepping_through_panes_goes_around() {
        assert_eq!(Pane::Addons.step(-1), Pane::Backups);
        assert_eq!(Pane::Backups.step(1), Pane::Addons);
        assert_eq!(Pane::Plan.number(), 3);
    }
}
