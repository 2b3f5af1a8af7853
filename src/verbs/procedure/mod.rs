//! Procedures without a screen: `attache restore …` and `attache drill …`. They write the same record and send through the
//! same door as the dashboard, which can go on with what one of them began, and the other way round.

mod document;
mod drill;
mod drive;
mod restore;
mod target;

pub(super) use document::course as course_document;
pub(super) use drill::run as drill;
pub(super) use restore::{free_name, run as restore};
