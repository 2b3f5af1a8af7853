//! A Watasu to point a client at: `cargo run --example watasu_stand_in -- --listen 127.0.0.1:5605`

#[path = "../tests/stand_ins/mod.rs"]
mod stand_ins;

use stand_ins::watasu::{World, router};

const ABOUT: &str = "\
A stand-in for Watasu's read-only MCP server, at /mcp, with a small world in it:
  teams    acme, acme-data
  apps     billing-api, empty, reports, warehouse
  add-ons  one of each documented service; postgresql-lively-0042 (two apps, three backups), redpanda-swift-0045 (in a state
           that no text names), static-egress-calm-0047 (waiting_for_capacity), qdrant-noted-0050 (told in Markdown), and
           postgresql-lonely-0060, which no app has: it can be read by its name alone
Keys: any but `bad` (401) and `outsider` (403). What the payloads look like is not documented: POST /_control/form changes it.
What writes is another program, over /_control/ : GET whoami, POST create, attach, backup, restore, promote, …";

fn main() -> std::io::Result<()> {
    stand_ins::by_hand::run_with("watasu_stand_in", ABOUT, "127.0.0.1:5605", Vec::new(), |_| World::small(), router())
}
