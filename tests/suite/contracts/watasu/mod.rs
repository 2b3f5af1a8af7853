//! Watasu: our adapter against the stand-in of its MCP server, and the scripted program that writes.

mod desk;
mod errors;
mod reads;
mod writes;
