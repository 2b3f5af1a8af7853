//! Which backups are being read just now: what is leased is neither deleted nor pushed out.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use super::super::services::locked;

/// All leases. They end with this process, as the downloads do.
#[derive(Clone, Debug, Default)]
pub struct Leases(Arc<Mutex<HashMap<String, usize>>>);

/// Keeps one backup from being deleted for as long as it lives.
#[derive(Debug)]
pub struct Lease {
    leases: Leases,
    id: String,
}

impl Leases {
    /// Takes a lease. Look at the row after this, not before: what says `finished` then stays so.
    pub fn take(&self, id: &str) -> Lease {
        *locked(&self.0).entry(id.to_owned()).or_default() += 1;
        Lease { leases: self.clone(), id: id.to_owned() }
    }

    /// Whether anybody reads that backup.
    pub fn has(&self, id: &str) -> bool {
        locked(&self.0).contains_key(id)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let mut leases = locked(&self.leases.0);
        match leases.get_mut(&self.id) {
            Some(count) if *count > 1 => *count -= 1,
            _ => {
                leases.remove(&self.id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backup_is_leased_until_the_last_reader_is_done() {
        let leases = Leases::default();
        let (one, two) = (leases.take("bak_1"), leases.take("bak_1"));
        assert!(leases.has("bak_1") && !leases.has("bak_2"));
        drop(one);
        assert!(leases.has("bak_1"));
        drop(two);
        assert!(!leases.has("bak_1"));
    }
}
