//! The verbs of the real binary: exit codes, sentences, documents.

mod life;
mod lost_answers;
mod refusals;
