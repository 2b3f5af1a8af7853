//! placeholder
use super::request::{Looked, Request};
use crate::model::RunAction;
pub(super) fn request(_run: &RunAction, _looked: &Looked) -> Result<Request, String> {
    Err("not yet".to_owned())
}
pub(super) fn words(_run: &RunAction, _looked: &Looked) -> Vec<String> {
    Vec::new()
}
