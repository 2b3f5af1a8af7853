//! The real platform with real PostgreSQL, Valkey and buckets: the real binary, asked over its own socket.

mod answers;
mod changes;
mod broken_off;
mod client;
mod faults;
mod life;
mod openapi;
mod refusals;
mod secrets;
mod security;
mod starting;
mod walk;
