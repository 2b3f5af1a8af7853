//! Two processes over one journal.

use attache::model::Outcome;
use attache::store::{Journal, RecordKind, door};

use super::door::Desk;
use super::writes::create;

#[tokio::test]
async fn two_that_follow_the_same_operation_record_its_end_once() {
    let desk = Desk::new().await;
    let operation = desk.run(create("new", None)).await;
    assert_eq!(operation.outcome, Outcome::Accepted);
    desk.server.db(|db| db.set_state("new", "ready", None));
    let other = Journal::open(desk.journal.dir()).unwrap();
    // Both saw it under way; both see now that it is ready.
    let (one, two) = tokio::join!(
        door::follow(&desk.connection, &desk.journal, &operation),
        door::follow(&desk.connection, &other, &operation),
    );
    assert_eq!((one.unwrap().operation.outcome, two.unwrap().operation.outcome), (Outcome::Done, Outcome::Done));
    let entry = desk.journal.get(&operation.id).unwrap().unwrap();
    let ends = entry.records.iter().filter(|record| matches!(record.kind, RecordKind::End { .. })).count();
    assert_eq!(ends, 1, "{:?}", entry.records);
}
