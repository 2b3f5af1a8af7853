//! An Akkeris platform to point a client at: `cargo run --example akkeris_stand_in -- --listen 127.0.0.1:5602`

#[path = "../tests/stand_ins/mod.rs"]
mod stand_ins;

use stand_ins::akkeris::{World, router};

const ABOUT: &str = "\
A stand-in for an Akkeris platform (front API and controller), with a small world in it:
  spaces  dev, prod (compliance prod), socs (compliance internal, socs)
  apps    shop-dev, blog-dev, mail-dev (empty), bank-prod, desk-socs
  add-ons of shop-dev   orders (premium, shared, three backups), reporting (secondary), sessions, uploads (shared), keys,
                        akkeris-redis-mouth-8686 (its broker does not answer)
          of blog-dev   posts (provisioning), doomed (failed), searchlog (not sharable)
          of bank-prod  ledger (a backup), statements (being changed), cache and cache (two of one name)
          of desk-socs  cases (its values are redacted)
Tokens: any but `bad` (401) and `outsider` (403), as Bearer or as the password of Basic; `admin` has elevated access.
By hand, time moves what goes on (one step each --pace), not reading; a new database takes two steps, a backup, too.";

fn main() -> std::io::Result<()> {
    let mut world = World::small();
    world.moves_by_reads = false;
    stand_ins::by_hand::run("akkeris_stand_in", ABOUT, "127.0.0.1:5602", world, router())
}
