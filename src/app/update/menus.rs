//! What menus and the palette offer: made from the bindings, so that they never say something else than the keys.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher};

use super::{Cx, nav};
use crate::app::Pane;
use crate::app::keymap::{self, BINDINGS, Binding, Context, Intent, shown_key};
use crate::app::modal::{Menu, MenuAct, MenuItem, Modal, Palette};
use crate::app::{ProfileChoice, State};
use crate::model::{Addon, ProfileName, ReadOnly, Verb, printable, shell_line};

/// The actions on an add-on, in the order of the menu.
const ACTIONS: [Intent; 32] = [
    Intent::Describe,
    Intent::Timeline,
    Intent::Variables,
    Intent::Log,
    Intent::CopyMenu,
    Intent::Mark,
    Intent::Attach,
    Intent::Detach,
    Intent::BackUp,
    Intent::Restore,
    Intent::Promote,
    Intent::ChangePlan,
    Intent::Rename,
    Intent::Rotate,
    Intent::Restart,
    Intent::Sleep,
    Intent::Wake,
    Intent::MaintenanceOn,
    Intent::MaintenanceOff,
    Intent::Redeploy,
    Intent::RollBack,
    Intent::ScheduleBackups,
    Intent::AutoBackupsOn,
    Intent::AutoBackupsOff,
    Intent::CancelBackup,
    Intent::Follow,
    Intent::Fork,
    Intent::DeleteBackup,
    Intent::AllBackups,
    Intent::ServiceActions,
    Intent::Destroy,
    Intent::Create,
];

pub(super) fn actions(state: &mut State, cx: &mut Cx) {
    let title = state.selected_row().map_or("Actions".to_owned(), |row| row.addon.name.to_string());
    let items =
        ACTIONS.iter().filter_map(|intent| keymap::binding(*intent)).map(|binding| item(state, binding)).collect();
    nav::push(state, cx, Modal::Menu(Menu { title, items, cursor: 0 }));
}

pub(super) fn palette(state: &mut State, cx: &mut Cx) {
    let items = commands(state, "");
    nav::push(state, cx, Modal::Palette(Palette { items, ..Palette::default() }));
}

/// The commands of the panes that fit what was typed, the best first.
pub(super) fn commands(state: &State, text: &str) -> Vec<MenuItem> {
    let commands =
        BINDINGS.iter().filter(|binding| binding.context == Context::Main && binding.intent != Intent::Palette);
    let items = commands.map(|binding| Named(format!("{} {}", binding.name, binding.description), binding));
    let pattern = Pattern::parse(text, CaseMatching::Ignore, Normalization::Smart);
    let found = pattern.match_list(items, &mut Matcher::new(Config::DEFAULT));
    found.into_iter().map(|(named, _)| item(state, named.1)).collect()
}

struct Named(String, &'static Binding);

impl AsRef<str> for Named {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

fn item(state: &State, binding: &Binding) -> MenuItem {
    MenuItem {
        label: label(state, binding),
        detail: shown_key(binding.intent),
        act: MenuAct::Intent(binding.intent),
        disabled: keymap::disabled(state, binding.intent),
    }
}

/// The description, with the app that is meant by name.
fn label(state: &State, binding: &Binding) -> String {
    let app = state.selected_row().and_then(|row| state.app_at_hand(&row.addon).ok());
    match (binding.intent, app) {
        (Intent::MaintenanceOn | Intent::MaintenanceOff, Some(app)) => {
            binding.description.replace("the attachment's app", app)
        }
        _ => binding.description.to_owned(),
    }
}

/// The unknown outcomes, to take note of one.
pub(super) fn unknown_outcomes(state: &mut State, cx: &mut Cx) {
    let unsettled = state.operations.values().rev().filter(|operation| operation.is_unsettled());
    let items = unsettled
        .map(|operation| MenuItem {
            label: operation.command.sentence(),
            detail: format!("since {}", operation.started_at.strftime("%Y-%m-%d %H:%M:%SZ")),
            act: MenuAct::Note(operation.id.clone()),
            disabled: None,
        })
        .collect();
    let title = "Take note of which? It stays unknown, and is not brought up again".to_owned();
    nav::push(state, cx, Modal::Menu(Menu { title, items, cursor: 0 }));
}

pub(super) fn copies(state: &mut State, cx: &mut Cx) {
    let mut items = Vec::new();
    let mut add = |label: &str, text: String| {
        items.push(MenuItem {
            label: label.to_owned(),
            detail: text.clone(),
            act: MenuAct::Copy(text),
            disabled: None,
        });
    };
    let marked: Vec<&str> =
        state.ui.marks.iter().filter_map(|key| Some(state.store.addons.get(key)?.addon.name.as_str())).collect();
    if !marked.is_empty() {
        add("Names of the marked add-ons", marked.join("\n"));
    }
    if let Some(row) = state.selected_row() {
        of_addon(&row.addon, &mut add);
    }
    if let Some(last) = state.operations.values().next_back() {
        add("Id of the last operation", last.id.to_string());
    }
    if let Some(error) = state.errors.back() {
        let report = state.report(error);
        add("Report of the last error", report);
    }
    let title = "Copy".to_owned();
    nav::push(state, cx, Modal::Menu(Menu { title, items, cursor: 0 }));
}

/// What can be copied of the add-on under the cursor of the combined list.
pub(super) fn copies_of_combined(state: &mut State, cx: &mut Cx) {
    let Some(row) = state.combined_chosen().and_then(|key| state.combined_row_of(&key)) else { return };
    let mut items = Vec::new();
    let mut add = |label: &str, text: String| {
        let (label, detail) = (label.to_owned(), text.clone());
        items.push(MenuItem { label, detail, act: MenuAct::Copy(text), disabled: None });
    };
    of_addon(&row.row.addon, &mut add);
    add("Profile", row.choice.name.to_string());
    nav::push(state, cx, Modal::Menu(Menu { title: "Copy".to_owned(), items, cursor: 0 }));
}

/// Where backups can be had but not restored, pressing restore says why and offers the data itself. False where there is
/// nothing else to offer.
pub(super) fn instead_of_restore(state: &mut State, cx: &mut Cx, why: &str) -> bool {
    let cannot = |verb| state.session.cannot(verb).is_some();
    let is_unknown_here = cannot(Verb::Restore) && cannot(Verb::RestoreInto);
    let Some(addon) = state.selected_row().map(|row| row.addon.clone()) else { return false };
    if !is_unknown_here || cannot(Verb::DownloadBackup) || addon.cannot(Verb::DownloadBackup).is_some() {
        return false;
    }
    let newest = state.backups(&addon.key.id).and_then(|backups| backups.last_finished());
    let backup = state.chosen_backup().filter(|backup| backup.is_finished()).or(newest);
    let id = backup.map_or("latest", |backup| backup.id.as_str());
    let line = shell_line([
        "attache",
        "--profile",
        state.session.profile.as_str(),
        "backups",
        "download",
        addon.name.as_str(),
        id,
    ]);
    let is_none = state.backups(&addon.key.id).is_some() && backup.is_none();
    let items = vec![
        MenuItem {
            label: "Restore".to_owned(),
            detail: String::new(),
            act: MenuAct::Intent(Intent::Restore),
            disabled: Some(why.to_owned()),
        },
        MenuItem {
            label: "Copy its download line".to_owned(),
            detail: line.clone(),
            act: MenuAct::Copy(line),
            disabled: is_none.then(|| format!("{} has no finished backup.", addon.name)),
        },
        MenuItem {
            label: "Go to its backups".to_owned(),
            detail: shown_key(Intent::Pane(Pane::Backups)),
            act: MenuAct::Intent(Intent::Pane(Pane::Backups)),
            disabled: None,
        },
    ];
    let title = format!("{} can't be restored here; its backups can be downloaded", addon.name);
    nav::push(state, cx, Modal::Menu(Menu { title, items, cursor: 1 }));
    true
}

/// The profiles that may be entered, that which is shown under the cursor; and at the end more of that one.
pub(super) fn profiles(state: &mut State, cx: &mut Cx) {
    let shown = &state.session.profile;
    let mut items: Vec<MenuItem> = state.profiles.iter().map(|choice| profile(choice, shown)).collect();
    let cursor = state.profiles.iter().position(|choice| choice.name == *shown).unwrap_or(0);
    items.extend(keymap::binding(Intent::ShowProfile).map(|binding| item(state, binding)));
    nav::push(state, cx, Modal::Menu(Menu { title: "Profiles".to_owned(), items, cursor }));
}

fn profile(choice: &ProfileChoice, shown: &ProfileName) -> MenuItem {
    let is_shown = choice.name == *shown;
    let locked = choice.read_only.map(|read_only| match read_only {
        ReadOnly::Found => "found, read-only",
        ReadOnly::Configured | ReadOnly::Flag => "read-only",
    });
    let words = [is_shown.then_some("shown now"), choice.danger_word(), locked, Some(choice.endpoint.as_str())];
    MenuItem {
        label: printable(&choice.place()),
        detail: printable(&words.into_iter().flatten().collect::<Vec<_>>().join(", ")),
        act: MenuAct::Enter(choice.name.clone()),
        // What is shown can be shown, whatever was the matter at the start.
        disabled: choice.trouble.as_ref().filter(|_| !is_shown).map(|why| printable(why)),
    }
}

/// What can be copied of the backup under the cursor.
pub(super) fn copies_of_backup(state: &mut State, cx: &mut Cx) {
    let Some(backup) = state.chosen_backup() else { return };
    let mut items = Vec::new();
    let mut add = |label: &str, text: String| {
        items.push(MenuItem {
            label: label.to_owned(),
            detail: text.clone(),
            act: MenuAct::Copy(text),
            disabled: None,
        });
    };
    add("Id", backup.id.clone());
    if let Some(addon) = &backup.addon {
        let line = |verb| {
            let profile = state.session.profile.as_str();
            shell_line(["attache", "--profile", profile, "backups", verb, addon.as_str(), backup.id.as_str()])
        };
        add("Line that downloads it", line("download"));
        add("Line that restores it", line("restore"));
    }
    for (label, text) in [("Checksum", &backup.checksum), ("Message", &backup.message)] {
        text.iter().for_each(|text| add(label, text.clone()));
    }
    let title = format!("Copy from backup {}", backup.id);
    nav::push(state, cx, Modal::Menu(Menu { title, items, cursor: 0 }));
}

fn of_addon(addon: &Addon, add: &mut impl FnMut(&str, String)) {
    add("Name", addon.name.to_string());
    add("Id", addon.key.id.to_string());
    add("Service and plan", addon.service_and_plan());
    let name = addon.name.as_str();
    let profile = addon.key.profile.as_str();
    add("Line that shows it", shell_line(["attache", "--profile", profile, "addons", "info", name]));
    if let Some(endpoint) = &addon.endpoint {
        add("Address", format!("{}:{}", endpoint.host, endpoint.port));
    }
    for attachment in addon.attachments.items() {
        if let Some(names) = attachment.config_vars.get() {
            add(&format!("Variable names in {}", attachment.app), names.join("\n"));
        }
        let line = shell_line(["attache", "--profile", profile, "config", "--app", &attachment.app, "--reveal"]);
        add(&format!("Line that shows the values in {}", attachment.app), line);
    }
    if let Some(reason) = &addon.state_reason {
        add("Why it is in its state", reason.to_string());
    }
}
