//! What a platform wants of a person before it does what was asked of it.

use serde::{Deserialize, Serialize};

/// What is wanted. Nothing in it is a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "asks")]
pub enum Asks {
    /// A word to be typed, after its message was read; it goes into the command's `confirm`.
    Confirmation {
        /// The word.
        word: String,
    },
    /// The code of a second factor; it is given with [`Writer::authorize`](crate::platform::Writer::authorize).
    SecondFactor {
        /// The app for which it is wanted, where it is for one.
        app: Option<String>,
    },
}
