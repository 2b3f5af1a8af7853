//! Requests and the lines for copying.

use super::*;
use crate::model::{ActionBody, CreateAddon, RunAction};

const ID: &str = "69d905cc-9acd-455f-823d-a22066ff376a";

fn preview(command: &Command) -> RequestPreview {
    let target = cli::Target { owner: Some("stall-lab"), database: Some("books") };
    cli::preview(command, target, "https://apps.example.com")
}

fn lines(command: &Command) -> (String, Option<String>, String) {
    let RequestPreview { request, body, cli } = preview(command);
    (request, body, cli)
}

#[track_caller]
fn assert_lines(command: &Command, request: &str, body: Option<&str>, cli: &str) {
    let expected = (request.to_owned(), body.map(str::to_owned), cli.to_owned());
    assert_eq!(lines(command), expected);
}

fn by_id(make: impl FnOnce(String, String) -> Command) -> Command {
    make(ID.into(), "books".into())
}

#[test]
fn each_command_is_one_request_by_id_and_a_line_of_the_vendors_client() {
    let create = Command::CreateAddon(CreateAddon {
        name: "books".into(),
        team: None,
        service: "akkeris-redis".into(),
        plan: "small".into(),
        app: Some("stall-lab".into()),
        alias: None,
        options: Default::default(),
        confirm: None,
    });
    assert_lines(
        &create,
        "POST /apps/stall-lab/addons",
        Some(r#"{"attachment":{"name":"books"},"plan":"akkeris-redis:small"}"#),
        "aka addons:create akkeris-redis:small -a stall-lab --as books",
    );
    let attach = by_id(|addon_id, addon| Command::Attach {
        addon_id,
        addon,
        app: "diary-lab".into(),
        alias: Some("sums".into()),
        credential: None,
        confirm: None,
    });
    assert_lines(
        &attach,
        "POST /addon-attachments",
        Some(&format!(r#"{{"addon":"{ID}","app":"diary-lab","name":"sums"}}"#)),
        &format!("aka addons:attach {ID} -a diary-lab --as sums"),
    );
    let detach = by_id(|addon_id, addon| Command::Detach {
        attachment_id: "a77".into(),
        addon_id,
        addon,
        app: "diary-lab".into(),
        alias: None,
    });
    assert_lines(&detach, "DELETE /addon-attachments/a77", None, "aka addons:detach a77 -a diary-lab");
    let destroy = by_id(|addon_id, addon| Command::DestroyAddon { addon_id, addon });
    assert_lines(
        &destroy,
        &format!("DELETE /apps/stall-lab/addons/{ID}"),
        None,
        &format!("aka addons:destroy {ID} -a stall-lab --confirm {ID}"),
    );
    let rename = by_id(|addon_id, addon| Command::Rename { addon_id, addon, name: "wares".into() });
    assert_lines(
        &rename,
        &format!("PATCH /apps/stall-lab/addons/{ID}"),
        Some(r#"{"attachment":{"name":"wares"}}"#),
        &format!("aka addons:rename wares -a stall-lab --addon {ID}"),
    );
    let plan = by_id(|addon_id, addon| Command::ChangePlan {
        addon_id,
        addon,
        service: "akkeris-redis".into(),
        plan: "medium".into(),
    });
    assert_lines(
        &plan,
        &format!("PATCH /apps/stall-lab/addons/{ID}"),
        Some(r#"{"plan":"akkeris-redis:medium"}"#),
        &format!("aka addons:upgrade {ID} akkeris-redis:medium -a stall-lab"),
    );
    assert_lines(
        &Command::Maintenance { app: "stall-lab".into(), is_on: true },
        "PATCH /apps/stall-lab",
        Some(r#"{"maintenance":true}"#),
        "aka maintenance:on -a stall-lab",
    );
    assert_lines(
        &Command::RollBack { app: "stall-lab".into(), release: "v7".into() },
        "POST /apps/stall-lab/releases",
        Some(r#"{"release":"RELEASE-ID"}"#),
        "aka releases:rollback v7 -a stall-lab",
    );
}

#[test]
fn the_owners_row_is_promoted_as_the_add_on_and_another_app_its_attachment() {
    let promote = |app: &str, attachment_id: Option<&str>| {
        by_id(|addon_id, addon| Command::MakePrimary {
            addon_id,
            addon,
            app: app.into(),
            attachment_id: attachment_id.map(str::to_owned),
            name: "akkeris-redis".into(),
        })
    };
    let body = Some(r#"{"primary":true}"#);
    assert_lines(
        &promote("stall-lab", None),
        &format!("PATCH /apps/stall-lab/addons/{ID}"),
        body,
        &format!("aka addons:promote {ID} -a stall-lab"),
    );
    assert_lines(
        &promote("diary-lab", Some("a77")),
        "PATCH /apps/diary-lab/addon-attachments/a77",
        body,
        "aka addons:promote a77 -a diary-lab",
    );
    // Its attachment is made by the step before, so its id is looked up when this one is sent.
    assert_eq!(lines(&promote("diary-lab", None)).0, "PATCH /apps/diary-lab/addon-attachments/ATTACHMENT-ID");
}

#[test]
fn databases_have_lines_of_the_pg_plugin_where_their_name_tells_them_apart_and_a_request_else() {
    let back_up = by_id(|addon_id, addon| Command::BackUp { addon_id, addon, label: None });
    let path = format!("POST /apps/stall-lab/addons/{ID}/actions/backups");
    assert_lines(&back_up, &path, None, "aka pg:backups:capture -a stall-lab -d books");
    let ambiguous = cli::Target { owner: Some("stall-lab"), database: None };
    assert_eq!(
        cli::preview(&back_up, ambiguous, "https://apps.example.com").cli,
        format!(
            "curl -sS -H \"Authorization: Bearer $TOKEN\" -X POST https://apps.example.com/apps/stall-lab/addons/{ID}/actions/backups"
        )
    );
    let restore = by_id(|addon_id, addon| Command::RestoreInto { backup_id: "b1".into(), of: None, addon_id, addon });
    assert_lines(
        &restore,
        &format!("PUT /apps/stall-lab/addons/{ID}/actions/backups/b1"),
        None,
        "aka pg:backups:restore b1 -a stall-lab -d books",
    );
    let rotate = by_id(|addon_id, addon| Command::Rotate { addon_id, addon });
    assert_eq!(lines(&rotate).0, format!("POST /apps/stall-lab/addons/{ID}/actions/rotate"));
    assert!(lines(&rotate).2.starts_with("curl "));
}

#[test]
fn what_is_told_to_an_action_is_sent_and_not_shown() {
    let run = |body: Option<ActionBody>, method: Option<&str>| {
        by_id(|addon_id, addon| {
            Command::RunAction(RunAction {
                addon_id,
                addon,
                app: None,
                action: "fly".into(),
                subject: None,
                method: method.map(str::to_owned),
                body,
            })
        })
    };
    let fields = serde_json::json!({"password": "s3cr3t"}).as_object().unwrap().clone();
    let command = run(Some(ActionBody::Sent(fields)), Some("POST"));
    let (request, body, line) = lines(&command);
    assert_eq!(request, format!("POST /apps/stall-lab/addons/{ID}/actions/fly"));
    assert_eq!(body.as_deref(), Some(r#"{"password":"…"}"#));
    assert!(!line.contains("s3cr3t") && line.contains("Content-Type: application/json"), "{line}");
    let sent = request::request(&command, "stall-lab", "").ok().and_then(|request| request.body);
    assert_eq!(sent, Some(serde_json::json!({"password": "s3cr3t"})));
    // An empty object would be dropped, and the request with it.
    let empty = request::request(&run(Some(ActionBody::Sent(Default::default())), Some("POST")), "stall-lab", "");
    assert_eq!(empty.ok().map(|request| request.body), Some(None));
    let forgotten = run(Some(ActionBody::Forgotten(vec!["password".into()])), Some("POST"));
    assert!(request::request(&forgotten, "stall-lab", "").is_err());
}

#[test]
fn what_can_not_be_sent_has_no_request_and_a_reason() {
    for command in [
        by_id(|to_id, to| Command::MoveAttachments { from_id: "x".into(), from: "y".into(), to_id, to }),
        by_id(|addon_id, addon| Command::Sleep { addon_id, addon }),
        Command::DeleteBackup { backup_id: "b1".into(), addon_id: None, addon: None },
    ] {
        let (request, _, line) = lines(&command);
        assert!(request.starts_with("No request: ") && line.is_empty(), "{request}");
    }
}

#[test]
fn a_name_that_two_databases_of_an_app_have_is_not_put_into_a_line() {
    let adapter = adapter();
    let note = |id: &str, name: &str| {
        adapter.memory.note(id, |seen| {
            (seen.name, seen.app, seen.service) = (name.into(), "stall-lab".into(), "akkeris-postgresql".into());
        });
    };
    note(ID, "books");
    assert_eq!(adapter.memory.database(ID).as_deref(), Some("books"));
    note("other", "Books");
    assert_eq!(adapter.memory.database(ID), None);
}
