//! Procedures without a screen: `attache restore …`, `attache drill …`, and what `attache addons destroy`
//! takes where one command does not do. They write the same record and send through the
//! same door as the dashboard, which can go on with what one of them began, and the other way round.

mod destroy;
mod document;
mod drill;
mod drive;
mod restore;
mod target;

pub(super) use destroy::{Wanted as Destruction, resume as resume_destruction, run as destroy};
pub(super) use document::{course as course_document, resume_line};
pub(super) use drill::run as drill;
pub(super) use restore::{free_name, run as restore};
