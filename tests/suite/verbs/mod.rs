//! The verbs of the real binary: exit codes, sentences, documents.

mod backups;
mod broken_downloads;
mod changes;
mod environments;
mod failing;
mod life;
mod lost_answers;
mod operations;
mod procedures;
mod profiles;
mod recovering;
mod refusals;
mod report;
mod restoring;
mod run;
mod send_again;
pub(crate) mod tools;
