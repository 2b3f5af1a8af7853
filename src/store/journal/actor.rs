//! Who acts, from where.

use serde::{Deserialize, Serialize};

/// Who acts, from where, as far as the operating system tells.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The user of this process.
    pub user: String,
    /// Who became that user with sudo.
    pub sudo_user: Option<String>,
    /// This machine's name.
    pub host: Option<String>,
    /// Where the SSH session comes from.
    pub ssh_client: Option<String>,
}
