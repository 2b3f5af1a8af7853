//! What platforms answer that are not the local one, and a world on one of them.

use attache::app::{Query, Reply};
use attache::model::{Addon, ConfigVarName};
use jiff::Timestamp;

/// Answers some questions otherwise than the local platform.
pub(super) type Special = fn(&Query, &[Addon], Timestamp) -> Option<Reply>;

/// What is asked only elsewhere, or of an app.
pub(super) fn others(query: &Query) -> Reply {
    match query {
        Query::Plans(_) => Reply::Plans(Vec::new()),
        Query::Actions(_) => Reply::Actions(Vec::new()),
        Query::ActionFields { .. } => Reply::ActionFields(None),
        Query::ActionAnswer { .. } => Reply::ActionAnswer(Default::default()),
        _ => Reply::Variables(variables()),
    }
}

fn variables() -> Vec<ConfigVarName> {
    [
        ("DATABASE_URL", Some("postgresql-calm-otter")),
        ("PGHOST", Some("postgresql-calm-otter")),
        ("QUEUE_REDIS_URL", Some("valkey-quiet-heron")),
        ("SECRET_KEY_BASE", None),
    ]
    .iter()
    .map(|(name, addon)| ConfigVarName { name: (*name).into(), addon: addon.map(str::to_owned) })
    .collect()
}
