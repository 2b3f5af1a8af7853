//! The real platform with real PostgreSQL, Valkey and buckets: the real binary, asked over its own socket.

mod answers;
mod broken_off;
mod changes;
mod client;
mod faults;
mod life;
mod openapi;
mod refusals;
mod secrets;
mod security;
mod starting;
mod walk;
