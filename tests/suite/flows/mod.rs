//! Key scripts over the real `update`, with a fake platform behind its effects. Nothing sleeps: the script moves the time.

mod again;
mod away;
mod carry;
mod chance;
mod copies;
mod courses;
mod effects;
mod elsewhere;
mod errors;
mod fake;
mod fault;
mod guards;
mod journal;
mod listed;
mod live;
mod main_job;
mod panes;
mod plans;
mod play;
mod restore;
mod restore_backups;
mod rig;
mod stage;
mod states;
mod unlocking;
mod witness;
