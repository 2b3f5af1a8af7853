//! `assets/openapi.yaml` arbitrates between server and client, so the server must do what it says. Every answer that any of
//! these tests gets is compared with it (`support::openapi`); here it is seen that nothing in it is left out.

use super::client::*;
use crate::support::home::Home;
use crate::support::openapi::document;

#[test]
fn the_server_has_every_path_and_method_that_is_described_and_no_other() {
    let home = Home::new();
    home.platform_up();
    for (path, methods) in document().paths() {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            // Names of nothing: whatever is found there is refused without a change.
            let target: Vec<_> =
                path.split('/').map(|segment| if segment.starts_with('{') { "nothing" } else { segment }).collect();
            let answer = send(&home, method, &target.join("/"), &[], b"");
            assert_eq!(answer.status != 405, methods.contains(method), "{method} {path}: {answer:?}");
            assert!(!String::from_utf8_lossy(&answer.body).contains("There is nothing at"), "{method} {path}");
        }
    }
}
