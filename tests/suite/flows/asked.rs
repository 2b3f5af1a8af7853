//! What a platform asks of a person before it does something.

use attache::app::modal::{AskedPhase, Modal};
use attache::model::*;

use super::stage::Stage;

/// Attaching is refused, because the platform wants something first.
fn refused(asks: Asks) -> Stage {
    let mut stage = Stage::with(&["orders"]);
    stage.fake.elsewhere.asks = Some(asks);
    stage.keys("Abilling<enter><enter>");
    stage.look();
    stage.keys("y");
    assert!(matches!(stage.state.modals.last(), Some(Modal::Asked(_))), "{:?}", stage.state.modals);
    assert_eq!(stage.fake.submits.len(), 1);
    stage
}

fn confirms(stage: &Stage) -> Vec<Option<&str>> {
    let of = |command: &'_ Command| match command {
        Command::Attach { confirm, .. } => confirm.clone(),
        other => panic!("{other:?}"),
    };
    stage.fake.submits.iter().map(of).map(|word| word.map(|word| &*word.leak())).collect()
}

#[test]
fn the_word_is_typed_and_then_it_is_confirmed_once_more() {
    let mut stage = refused(Asks::Confirmation { word: "acme".into() });
    assert!(stage.notice().contains("nothing happened"), "{}", stage.notice());
    stage.keys("acm<enter>");
    assert!(matches!(stage.state.modals.last(), Some(Modal::Asked(form)) if form.error.is_some()));
    stage.paste("e");
    assert!(matches!(stage.state.modals.last(), Some(Modal::Asked(form)) if form.input.value() == "acm"));
    stage.keys("e<enter>");
    assert_eq!(stage.fake.submits.len(), 1, "the word alone sends nothing");
    assert!(stage.confirm().is_some(), "{:?}", stage.state.modals);
    stage.look();
    stage.keys("y");
    assert_eq!(confirms(&stage), [None, Some("acme")]);
    assert!(stage.state.modals.is_empty(), "{:?}", stage.state.modals);
    assert_eq!(stage.state.operations.len(), 2, "each with a line of its own");
}

#[test]
fn a_code_is_given_and_kept_nowhere() {
    let mut stage = refused(Asks::SecondFactor { app: Some("billing".into()) });
    stage.keys("000000");
    let told = format!("{:?}", stage.state.modals);
    assert!(!told.contains("000000"), "{told}");
    stage.keys("<enter>");
    let Some(Modal::Asked(form)) = stage.state.modals.last() else { panic!("{:?}", stage.state.modals) };
    assert_eq!((form.phase, form.input.value()), (AskedPhase::Open, ""), "it is asked anew");
    assert!(form.error.as_ref().is_some_and(|why| why.contains("401")));
    stage.paste(" 123456\n");
    stage.keys("<enter>");
    assert_eq!(stage.fake.elsewhere.codes.last(), Some(&("123456".to_owned(), Some("billing".to_owned()))));
    assert_eq!(stage.fake.submits.len(), 1, "the code alone sends nothing");
    stage.look();
    stage.keys("y");
    assert_eq!(confirms(&stage), [None, None], "the same command");
}

#[test]
fn keys_in_one_read_answer_nothing() {
    let mut stage = refused(Asks::Confirmation { word: "acme".into() });
    stage.burst("acme<enter>");
    assert!(matches!(stage.state.modals.last(), Some(Modal::Asked(form)) if form.error.is_some()));
    stage.keys("<esc>");
    assert!(!matches!(stage.state.modals.last(), Some(Modal::Asked(_))));
    assert_eq!(stage.fake.submits.len(), 1);
}

#[test]
fn a_command_that_takes_no_word_says_so() {
    let mut stage = Stage::with(&["orders"]);
    stage.fake.elsewhere.asks = Some(Asks::Confirmation { word: "acme".into() });
    stage.keys("B<tab><enter>");
    stage.keys("acme<enter>");
    assert!(
        matches!(stage.state.modals.last(), Some(Modal::Asked(form)) if form.error.as_ref().is_some_and(|why| why.contains("no way")))
    );
}
