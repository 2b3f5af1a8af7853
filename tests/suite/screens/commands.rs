//! Commands with their effects, as the adapter of the local platform tells them, for confirmations to show.

use attache::app::State;
use attache::app::modal::{Confirm, Modal};
use attache::model::{
    Addon, AppEffect, Change, Command, CreateAddon, Danger, Effects, Known, VariableValue, shell_line, variable_name,
};
use attache::platform::{RequestPreview, Situation};
use attache::store::Prepared;
use std::time::Duration;

use super::world::{NOW, POSTGRESQL, at, dozen};

fn prepared(
    command: Command,
    changes: Vec<Change>,
    request: &str,
    body: Option<&str>,
    cli: &[&str],
    addon: Option<Addon>,
) -> Prepared {
    Prepared {
        command,
        effects: Effects { changes },
        request: RequestPreview { request: request.into(), body: body.map(str::to_owned), cli: shell_line(cli) },
        situation: Situation { addon, ..Situation::default() },
        read_at: at(NOW),
        again: None,
    }
}

fn otter() -> Addon {
    dozen().swap_remove(0)
}

fn release(app: &str, detail: &str) -> Change {
    Change::App { app: app.into(), effect: AppEffect::Release, detail: detail.into() }
}

fn variables(app: &str, alias: Option<&str>, before: &VariableValue, after: &VariableValue) -> Vec<Change> {
    POSTGRESQL
        .iter()
        .map(|bare| Change::Variable {
            app: app.into(),
            name: variable_name(alias, bare),
            before: before.clone(),
            after: after.clone(),
        })
        .collect()
}

fn from_otter() -> VariableValue {
    VariableValue::From("postgresql-calm-otter".into())
}

/// Destroying an add-on that three apps use.
pub(super) fn destroy() -> Prepared {
    let addon = otter();
    let mut changes = vec![
        Change::LosesData("All data of postgresql-calm-otter is deleted.".into()),
        Change::Irreversible("No backup is kept of it.".into()),
    ];
    for attachment in match &addon.attachments {
        Known::Is(list) => list.as_slice(),
        Known::Unknown(_) => &[],
    } {
        let detail = attachment
            .alias
            .as_ref()
            .map_or_else(|| "the attachment goes".to_owned(), |alias| format!("the alias {alias} goes"));
        changes.push(release(&attachment.app, &detail));
        changes.extend(variables(&attachment.app, attachment.alias.as_deref(), &from_otter(), &VariableValue::Absent));
    }
    let command = Command::DestroyAddon { addon_id: addon.key.id.clone(), addon: addon.name.clone() };
    prepared(
        command,
        changes,
        "DELETE /v1/addons/add_postgresqlcalmotter",
        None,
        &["attache", "addons", "destroy", "postgresql-calm-otter", "--confirm", "postgresql-calm-otter"],
        Some(addon),
    )
}

/// Taking an add-on from an app.
pub(super) fn detach() -> Prepared {
    let addon = otter();
    let mut changes = vec![release("billing", "the alias REPORTING goes")];
    changes.extend(variables("billing", Some("REPORTING"), &from_otter(), &VariableValue::Absent));
    changes.push(Change::Note("The add-on and its data stay.".into()));
    let command = Command::Detach {
        attachment_id: "att_billing".into(),
        addon_id: addon.key.id.clone(),
        addon: addon.name.clone(),
        app: "billing".into(),
        alias: Some("REPORTING".into()),
    };
    prepared(
        command,
        changes,
        "DELETE /v1/attachments/att_billing",
        None,
        &["attache", "addons", "detach", "postgresql-calm-otter", "--app", "billing", "--as", "REPORTING"],
        Some(addon),
    )
}

/// Giving an add-on to an app whose variables it takes over.
pub(super) fn take_over() -> Prepared {
    let addon = otter();
    let mut changes = vec![release("storefront-staging", "its variables come from another add-on")];
    changes.extend(variables("storefront-staging", None, &VariableValue::From("staging-db".into()), &from_otter()));
    let command = Command::Attach {
        addon_id: addon.key.id.clone(),
        addon: addon.name.clone(),
        app: "storefront-staging".into(),
        alias: None,
    };
    prepared(
        command,
        changes,
        "POST /v1/attachments",
        Some(r#"{"attachment":{"addon":"add_postgresqlcalmotter","app":"storefront-staging"}}"#),
        &["attache", "addons", "attach", "postgresql-calm-otter", "--app", "storefront-staging"],
        Some(addon),
    )
}

/// Making an add-on for no app.
pub(super) fn create_alone() -> Prepared {
    let command = Command::CreateAddon(CreateAddon {
        name: "object-storage-red-fox".into(),
        team: None,
        service: "object-storage".into(),
        plan: "standard".into(),
        app: None,
        alias: None,
    });
    prepared(
        command,
        vec![Change::Adds("A new object-storage:standard add-on, object-storage-red-fox.".into())],
        "POST /v1/addons",
        Some(r#"{"addon":{"name":"object-storage-red-fox","service":"object-storage","plan":"standard"}}"#),
        &["attache", "addons", "create", "object-storage:standard", "--name", "object-storage-red-fox"],
        None,
    )
}

/// Making an add-on for an app.
pub(super) fn create_for_app() -> Prepared {
    let command = Command::CreateAddon(CreateAddon {
        name: "postgresql-red-fox".into(),
        team: None,
        service: "postgresql".into(),
        plan: "small".into(),
        app: Some("billing".into()),
        alias: None,
    });
    let mut changes = vec![
        Change::Adds("A new postgresql:small add-on, postgresql-red-fox.".into()),
        release("billing", "once the add-on is ready"),
    ];
    changes.extend(variables(
        "billing",
        None,
        &VariableValue::Absent,
        &VariableValue::From("postgresql-red-fox".into()),
    ));
    prepared(
        command,
        changes,
        "POST /v1/addons",
        Some(r#"{"addon":{"name":"postgresql-red-fox","service":"postgresql","plan":"small","app":"billing"}}"#),
        &["attache", "addons", "create", "postgresql:small", "--name", "postgresql-red-fox", "--app", "billing"],
        None,
    )
}

/// Puts a confirmation on the screen, painted and at rest long enough to be armed.
pub(super) fn open(state: &mut State, prepared: Prepared, danger: Danger) -> &mut Confirm {
    let mut confirm = Confirm::new(prepared, None, danger);
    confirm.arm.painted(Duration::ZERO);
    confirm.arm.settle(Duration::from_secs(1));
    state.modals.push(Modal::Confirm(Box::new(confirm)));
    match state.modals.last_mut() {
        Some(Modal::Confirm(confirm)) => confirm,
        _ => panic!("no confirmation is open"),
    }
}
