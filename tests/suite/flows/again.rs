//! Sending again on the platform in memory.

use attache::app::{Action, RequestId};
use attache::model::OperationId;
use attache::store::Prepared;

use super::fake::Fake;

impl Fake {
    /// What sending an operation again would do: the same, as the same operation.
    pub(super) fn prepare_again(&self, id: RequestId, operation: OperationId) -> Action {
        let (_, command) = self.sent.iter().find(|(sent, _)| *sent == operation).cloned().expect("it was sent");
        let again = |prepared: Prepared| Box::new(Prepared { again: Some(operation), ..prepared });
        Action::Prepared { id, prepared: self.prepare(command).map(again) }
    }
}
