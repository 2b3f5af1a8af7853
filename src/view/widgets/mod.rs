//! What panes and modals are made of. A widget gets plain values and keeps nothing.

mod input;
mod picker;
mod scroll;
mod status;
mod table;

pub(crate) use input::input;
pub(crate) use picker::{Choice, picker};
pub(crate) use scroll::{Mark, scroll, scroll_marked};
pub(crate) use status::{backup_state, health_line, outcome_line, progress_words, standing, state_line, work_line};
pub(crate) use table::{Cell, Column, Cut, Row, Table, window};
