//! The dashboard's mind: state, what can happen to it, and what it wants done. No I/O, no clock, no terminal.

mod action;
mod away;
mod choice;
mod course;
mod deployments;
mod effect;
mod enter;
mod errors;
pub mod keymap;
mod merging;
pub mod modal;
mod past;
mod polled;
mod restore;
pub mod select;
mod session;
mod several;
mod state;
mod ui;
mod update;
mod vitals;

pub use action::{Action, Now, Reply};
pub use choice::{Chosen, PickItem, PickKind, Picks, keeps_no_backups, no_backups};
pub use course::{CourseEffect, CourseNews, Drive, Gathered, LeftOver, Purpose, Tracked, Wanted, left_over};
pub use effect::{Effect, Query, RequestId};
pub use enter::LeftBehind;
pub use errors::{ErrorEntry, Subject};
pub use polled::{Polled, PolledPart};
pub use restore::{ReleaseRow, Standing, WayItem, is_taken};
pub use session::{Session, UNLOCKED_FOR, Unlocked};
pub use several::{Combined, CombinedRow, CombinedSort, ProfileChoice, Source, SourceLink};
pub use state::{Link, Opening, Start, State};
pub use ui::{Activity, Breakpoint, Filter, Level, Look, Notice, Pane, Sort, Ui};
pub use update::update;
