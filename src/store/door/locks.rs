//! Writes to one app, and to one add-on, go one after another.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, LazyLock, Mutex, PoisonError, Weak};

use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

use crate::model::{Command, ProfileName};
use crate::store::Prepared;

type Locks = HashMap<String, Weak<AsyncMutex<()>>>;

static LOCKS: LazyLock<Mutex<Locks>> = LazyLock::new(Mutex::default);

/// The turns that a write has taken; they end when this is dropped.
pub(super) struct Held {
    _guards: Vec<OwnedMutexGuard<()>>,
}

/// Waits for the turn of everything that the command touches.
pub(super) async fn hold(profile: &ProfileName, prepared: &Prepared) -> Held {
    let mut guards = Vec::new();
    let keys = keys(profile, prepared);
    for key in keys {
        guards.push(lock(key).lock_owned().await);
    }
    Held { _guards: guards }
}

/// What the command touches, in one order for everybody, so that two writes never wait for each other.
fn keys(profile: &ProfileName, prepared: &Prepared) -> BTreeSet<String> {
    let Prepared { command, effects, situation, .. } = prepared;
    let mut keys = BTreeSet::new();
    keys.extend(effects.apps().into_iter().chain(command.app()).map(|app| key(profile, "app", app)));
    keys.extend(command.addon_id().map(|id| key(profile, "add-on", id)));
    if let Command::MoveAttachments { from_id, .. } = command {
        keys.insert(key(profile, "add-on", from_id));
    }
    // Whose backup is restored is not to be changed meanwhile, nor is who serves the app until now.
    if matches!(command, Command::RestoreInto { .. } | Command::MakePrimary { .. }) {
        keys.extend(situation.source.as_ref().map(|addon| key(profile, "add-on", &addon.key.id)));
    }
    keys
}

fn key(profile: &ProfileName, kind: &str, name: &str) -> String {
    format!("{profile}\0{kind}\0{name}")
}

fn lock(key: String) -> Arc<AsyncMutex<()>> {
    let mut locks = LOCKS.lock().unwrap_or_else(PoisonError::into_inner);
    locks.retain(|_, lock| lock.strong_count() > 0);
    if let Some(lock) = locks.get(&key).and_then(Weak::upgrade) {
        return lock;
    }
    let lock = Arc::new(AsyncMutex::new(()));
    locks.insert(key, Arc::downgrade(&lock));
    lock
}
