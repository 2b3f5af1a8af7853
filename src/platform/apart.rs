//! Work that takes long, such as taking a long answer apart.

use tokio::runtime::{Handle, RuntimeFlavor};

/// Up to so many bytes are taken apart in about a millisecond.
const SHORT: usize = 128 * 1024;

/// Does something with that many bytes where it holds up no other read.
pub(super) fn apart<T>(bytes: usize, work: impl FnOnce() -> T) -> T {
    let has_others = Handle::try_current().is_ok_and(|handle| handle.runtime_flavor() == RuntimeFlavor::MultiThread);
    if bytes > SHORT && has_others { tokio::task::block_in_place(work) } else { work() }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_takes_long_holds_up_no_other_read() {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
        let (answered, other) = mpsc::channel();
        // There is one worker, and it is at this until the other one has had its turn.
        let long = runtime.spawn(async move { apart(SHORT + 1, || other.recv_timeout(Duration::from_secs(20))) });
        let short = runtime.spawn(async move { answered.send(apart(1, || "quick")).is_ok() });
        assert_eq!(runtime.block_on(long).unwrap(), Ok("quick"));
        assert!(runtime.block_on(short).unwrap());
    }

    #[test]
    fn where_there_is_nobody_else_it_is_done_on_the_spot() {
        assert_eq!(apart(usize::MAX, || 1), 1);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        assert_eq!(runtime.block_on(async { apart(usize::MAX, || 2) }), 2);
    }
}
