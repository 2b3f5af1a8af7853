//! Work that takes long, such as taking a long answer apart.

use tokio::runtime::{Handle, RuntimeFlavor};

/// Up to so many bytes are taken apart in about a millisecond.
const SHORT: usize = 128 * 1024;

/// Does something with that many bytes where it holds up no other read.
pub(super) fn apart<T>(bytes: usize, work: impl FnOnce() -> T) -> T {
    let has_others = Handle::try_current().is_ok_and(|handle| handle.runtime_flavor() == RuntimeFlavor::MultiThread);
    if bytes > SHORT && has_others { tokio::task::block_in_place(work) } else { work() }
}
