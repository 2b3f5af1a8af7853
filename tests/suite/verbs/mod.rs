//! The verbs of the real binary: exit codes, sentences, documents.

mod failing;
mod life;
mod lost_answers;
mod refusals;
mod run;
