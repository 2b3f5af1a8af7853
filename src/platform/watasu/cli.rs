//! A command as it is sent: by the program, which has a line of its own, and no request of ours.

use super::program::argv;
use crate::model::Command;
use crate::platform::RequestPreview;

/// What people are shown before it is sent.
pub(super) fn preview(command: &Command, undocumented: bool) -> RequestPreview {
    match argv(command, undocumented) {
        Ok(argv) => {
            let line = argv.line();
            RequestPreview { request: format!("the program: {line}"), body: None, cli: line }
        }
        Err(why) => RequestPreview {
            request: format!("nothing: {why}"),
            body: None,
            cli: format!("# {} is left to Watasu's dashboard or its own program", command.sentence()),
        },
    }
}
