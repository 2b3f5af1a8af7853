//! The verbs of the real binary: exit codes, sentences, documents.

mod refusals;
