//! The actions of services: there is no list of them (seen on a running server), so the table is ours.

use reqwest::Method;

use crate::model::RunAction;

/// The method and the parts of the path after `actions/`.
///
/// # Errors
/// Why it can't be sent, as a sentence.
pub(super) fn way(run: &RunAction) -> Result<(Method, Vec<String>), String> {
    let _ = run;
    Err("Actions are not spoken yet.".to_owned())
}

/// The words after `aka`, where its pg plugin has the action.
pub(super) fn words(run: &RunAction) -> Option<Vec<String>> {
    let _ = run;
    None
}
