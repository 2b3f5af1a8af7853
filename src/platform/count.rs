//! How many requests something costs: those that were sent while it was done, every try of them.

use std::cell::Cell;

tokio::task_local! {
    static SENT: Cell<u32>;
}

/// Does something, and tells how many requests it sent. What it starts as tasks of their own is not counted.
pub async fn counted<T>(work: impl Future<Output = T>) -> (T, u32) {
    let counted = async {
        let done = work.await;
        (done, SENT.with(Cell::get))
    };
    SENT.scope(Cell::new(0), counted).await
}

/// One request leaves now.
pub(super) fn one_more() {
    // Where nobody counts, nobody wants to know.
    let _ = SENT.try_with(|sent| sent.set(sent.get() + 1));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn each_counts_its_own() {
        one_more();
        let some = |count: u32| async move {
            for _ in 0..count {
                one_more();
                tokio::task::yield_now().await;
            }
        };
        let ((_, two), (_, three)) = tokio::join!(counted(some(2)), counted(some(3)));
        assert_eq!((two, three), (2, 3));
    }
}
