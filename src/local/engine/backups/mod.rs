//! Copies of add-ons' data: their files, how long they are kept, and when they are made by themselves.

mod clock;
mod retention;
