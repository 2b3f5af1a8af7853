//! How much is under way: what the soak looks at.

use super::Tasks;

impl Tasks {
    /// How many of each are under way, or kept until they are heard.
    pub(in crate::runtime) fn sizes(&self) -> [(&'static str, usize); 5] {
        [
            ("reads", self.reads.len()),
            ("handles of reads", self.handles.len()),
            ("writes", self.writes.len()),
            ("looks and saves", self.saving.len()),
            ("held words", self.held.len()),
        ]
    }
}
