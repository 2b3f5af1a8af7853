//! The program, run.
