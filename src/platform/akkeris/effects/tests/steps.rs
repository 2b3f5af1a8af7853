//! What takes several commands.

use super::super::super::switch::{destruction, switch_over};
use super::*;

fn said(commands: &[Command]) -> Vec<String> {
    commands.iter().map(Command::sentence).collect()
}

#[test]
fn each_app_whose_primary_it_is_gets_the_other_one_attached_where_it_is_not_and_as_primary() {
    let from = attached(attached(addon("ledger", true), "blog-dev", "books", true), "mail-dev", "mails", true);
    let to = attached(addon("copy", false), "mail-dev", "spare", false);
    assert_eq!(
        said(&switch_over(&from, &to)),
        [
            "Attach copy to blog-dev as copy",
            "Make copy the akkeris-postgresql of blog-dev",
            "Make copy the akkeris-postgresql of mail-dev",
            "Make copy the akkeris-postgresql of shop-dev",
        ]
    );
    let ids: Vec<Option<String>> = switch_over(&from, &to)
        .into_iter()
        .filter_map(|command| match command {
            Command::MakePrimary { attachment_id, .. } => Some(attachment_id),
            _ => None,
        })
        .collect();
    // Of the owner's row there is none, of one that is made by the step before there is none yet.
    assert_eq!(ids, [None, Some("att-mail-dev".to_owned()), None]);
}

#[test]
fn an_app_that_works_with_another_one_is_left_alone() {
    let secondary = attached(addon("ledger", true), "blog-dev", "books", false);
    assert_eq!(said(&switch_over(&secondary, &addon("copy", false))), ["Make copy the akkeris-postgresql of shop-dev"]);
    let primary_already = addon("copy", true);
    assert!(switch_over(&addon("ledger", false), &primary_already).is_empty());
}

#[test]
fn what_is_destroyed_is_detached_from_everywhere_first() {
    let shared = attached(attached(addon("ledger", true), "blog-dev", "books", true), "mail-dev", "mails", true);
    assert_eq!(
        said(&destruction(&shared)),
        ["Detach ledger from blog-dev as books", "Detach ledger from mail-dev as mails", "Destroy ledger"]
    );
    assert_eq!(said(&destruction(&addon("ledger", true))), ["Destroy ledger"]);
}
