//! Moving about: panes, filter, sort, menus, palette, help, sheets.

use attache::app::modal::{Modal, SheetKind};
use attache::app::{Action, Level, Pane, Sort};
use attache::model::{Command, Risk};

use super::stage::{Setting, Stage};

fn some() -> Stage {
    Stage::open(Setting::default(), |fake| {
        fake.with_addon("orders", &[("storefront", None), ("billing", Some("REPORTING"))])
            .with_addon("sessions", &[("billing", None)])
            .with_addon("uploads", &[]);
    })
}

#[test]
fn the_filter_looks_through_names_apps_aliases_variables_and_services() {
    let mut stage = some();
    for (typed, expected) in [
        ("sess", vec!["sessions"]),
        ("storefront", vec!["orders"]),
        ("reporting", vec!["orders"]),
        ("REPORTING_PG", vec!["orders"]),
        ("pghost bill", vec!["orders", "sessions"]),
        ("postgresql:small", vec!["orders", "sessions", "uploads"]),
        ("nothing of the kind", vec![]),
    ] {
        stage.keys("/");
        stage.keys(typed);
        assert_eq!(stage.names(), expected, "{typed}");
        assert!(stage.state.ui.filter.is_on());
        stage.keys("<esc>");
        assert_eq!(stage.names().len(), 3);
    }
    stage.keys("/");
    stage.paste("uplo\n");
    stage.keys("<enter>");
    assert_eq!((stage.names(), stage.selected()), (vec!["uploads"], "uploads"));
    stage.keys("<esc>");
    assert_eq!(stage.selected(), "uploads", "the selection outlives the filter");
}

#[test]
fn the_details_follow_the_cursor_once_it_rests() {
    let mut stage = some();
    stage.act(Action::Key { key: super::stage::parse("j")[0], alone: true });
    assert_eq!(stage.selected(), "sessions");
    assert_eq!(stage.state.detail().map(|addon| addon.name.as_str()), Some("orders"));
    stage.wait(149);
    assert_eq!(stage.state.detail().map(|addon| addon.name.as_str()), Some("orders"));
    stage.wait(1);
    assert_eq!(stage.state.detail().map(|addon| addon.name.as_str()), Some("sessions"));
}

#[test]
fn the_details_follow_the_cursor_whatever_moved_it() {
    let mut stage = some();
    let shown = |stage: &Stage| stage.state.detail().map(|addon| addon.name.clone());
    stage.keys("/uploads<enter>");
    assert_eq!(stage.selected(), "uploads");
    stage.wait(150);
    assert_eq!(shown(&stage).as_deref(), Some("uploads"), "the filter left one row, and its details");
    stage.keys("<esc>/sess");
    stage.wait(150);
    assert_eq!((stage.selected(), shown(&stage).as_deref()), ("sessions", Some("sessions")), "also while it is typed");
}

#[test]
fn sorting_keeps_the_selection() {
    let mut stage = some();
    stage.fake.addon_mut("uploads").state = attache::model::State::Failed;
    stage.wait(11_000);
    stage.keys("js");
    assert_eq!(stage.state.ui.sort, Sort::State);
    assert_eq!(stage.names(), ["uploads", "orders", "sessions"]);
    assert_eq!(stage.selected(), "sessions");
    stage.keys("sss");
    assert_eq!(stage.state.ui.sort, Sort::Name);
}

#[test]
fn panes_are_reached_by_number_tab_and_enter() {
    let mut stage = some();
    stage.keys("<enter>");
    assert_eq!(stage.state.ui.focus, Pane::Status);
    stage.keys("<esc>2j");
    assert_eq!(stage.state.detail_attachment().map(|one| one.app.as_str()), Some("billing"));
    stage.keys("<enter>");
    let Some(Modal::Sheet(sheet)) = stage.state.modals.last() else { panic!("no sheet") };
    assert!(matches!(&sheet.kind, SheetKind::Variables { app: Some(app), .. } if app == "billing"));
    assert!(stage.state.store.variables.contains_key("billing"), "its names were read");
    stage.keys("<tab>");
    assert!(stage.state.store.variables.contains_key("storefront"));
    stage.keys("<esc><tab><tab><tab><tab>");
    assert_eq!(stage.state.ui.focus, Pane::Addons);
    // Detach acts on the attachment under the cursor of its pane.
    stage.keys("2gX");
    assert!(stage.confirm().is_some_and(|confirm| confirm.prepared.command.app() == Some("storefront")));
}

#[test]
fn the_palette_runs_commands_and_says_why_not() {
    let mut stage = some();
    stage.keys(":destr");
    let Some(Modal::Palette(palette)) = stage.state.modals.last() else { panic!("no palette") };
    assert_eq!(palette.items[0].detail, "D");
    stage.keys("<enter>");
    assert!(stage.confirm().is_some(), "it opens the same confirmation as its key");
    stage.keys("<esc>:wake<enter>");
    assert!(stage.notice().contains("does not sleep"), "{}", stage.notice());
    assert!(matches!(stage.state.modals.last(), Some(Modal::Palette(_))), "it stays");
}

#[test]
fn menus_take_the_keys_of_their_items() {
    let mut stage = some();
    stage.keys("mA");
    assert!(matches!(stage.state.modals.last(), Some(Modal::Attach(_))));
    stage.keys("<esc>y<enter>");
    assert_eq!(stage.fake.copied, ["orders"]);
    stage.keys(" y<enter>");
    assert_eq!(stage.fake.copied.last().map(String::as_str), Some("orders"), "marked names come first");
    stage.keys("<esc><esc>");
    assert!(stage.state.ui.marks.is_empty());
}

#[test]
fn help_is_searchable_and_sheets_close() {
    let mut stage = some();
    stage.keys("?destroy");
    let Some(Modal::Help(help)) = stage.state.modals.last() else { panic!("no help") };
    assert!(!attache::app::keymap::help(help.input.value()).is_empty());
    stage.keys("<esc>");
    for key in ["d", "t", "v", ":show-profile<enter>"] {
        stage.keys(key);
        assert!(matches!(stage.state.modals.last(), Some(Modal::Sheet(_))), "{key}");
        stage.keys("jjG<esc>");
        assert!(stage.state.modals.is_empty(), "{key}");
    }
}

#[test]
fn scrolling_ends_where_the_view_says_that_the_text_ends() {
    let mut stage = some();
    stage.keys("t");
    stage.act(Action::Extent(3));
    stage.keys("G");
    let scroll = |stage: &Stage| match stage.state.modals.last() {
        Some(Modal::Sheet(sheet)) => sheet.scroll,
        _ => panic!("no sheet"),
    };
    assert_eq!(scroll(&stage), 3);
    stage.keys("jjjk");
    assert_eq!(scroll(&stage), 2);
}

#[test]
fn notices_go_and_errors_wait_for_a_key() {
    let mut stage = some();
    stage.act(Action::Copied(Ok("Copied.".into())));
    stage.wait(10_000);
    assert!(stage.state.ui.notice.is_none());
    stage.act(Action::Copied(Err("No clipboard.".into())));
    stage.wait(60_000);
    assert_eq!(stage.state.ui.notice.as_ref().map(|notice| notice.level), Some(Level::Error));
    stage.keys("j");
    assert!(stage.state.ui.notice.is_none());
    assert_eq!(stage.state.errors.back().map(|error| error.text.as_str()), Some("No clipboard."));
}

#[test]
fn a_small_terminal_opens_details_on_enter() {
    let mut stage = some();
    stage.act(Action::Resize(40, 12));
    assert!(stage.state.ui.shows(Pane::Addons) && !stage.state.ui.shows(Pane::Status));
    stage.keys("<enter>");
    assert!(stage.state.ui.shows(Pane::Status) && !stage.state.ui.shows(Pane::Addons));
    stage.keys("<esc>");
    assert!(stage.state.ui.shows(Pane::Addons));
}

#[test]
fn the_view_tells_how_far_a_sheet_can_be_scrolled() {
    let mut stage = some();
    for step in 0..100 {
        stage.fake.event("orders", &format!("step_{step}"), attache::model::EventStatus::Done);
    }
    stage.wait(6_000);
    stage.act(Action::Resize(80, 24));
    stage.keys("t");
    let mut terminal =
        ratatui::Terminal::new(ratatui::backend::TestBackend::new(80, 24)).expect("a terminal in memory");
    let mut draw = |stage: &Stage| {
        let mut extent = 0;
        terminal.draw(|frame| extent = attache::view::view_and_measure(&stage.state, frame)).expect("drawn");
        (extent, terminal.backend().to_string())
    };
    let (extent, text) = draw(&stage);
    assert!(extent > 50 && text.contains("step_0 ") && !text.contains("step_99"), "{extent}\n{text}");
    stage.act(Action::Extent(extent));
    stage.keys("G");
    assert!(draw(&stage).1.contains("step_99"));
    stage.keys("<c-c>k");
    assert!(draw(&stage).0 == extent);
    let Some(Modal::Sheet(sheet)) = stage.state.modals.last() else { panic!("no sheet") };
    assert_eq!(sheet.scroll, extent - 1, "one key up moves one line up from the end");
}

#[test]
fn the_app_under_the_cursor_is_put_into_maintenance_and_taken_out_from_the_palette() {
    let mut stage = some();
    stage.keys(":maintenance-on<enter>");
    assert!(stage.notice().contains("several apps: choose one in the attachments"), "{}", stage.notice());
    stage.keys("<esc>2j:maintenance-on<enter>");
    let confirm = stage.confirm().expect("it is shown first");
    let command = Command::Maintenance { app: "billing".into(), is_on: true };
    assert_eq!((&confirm.prepared.command, confirm.risk()), (&command, Risk::Interrupts));
    stage.look();
    stage.keys("y");
    assert_eq!(stage.fake.submits, [command]);
    assert!(stage.state.app("billing").is_some_and(attache::model::App::is_in_maintenance), "it was read again");
    stage.keys(":maintenance-on<enter>");
    assert!(stage.notice().contains("billing is in maintenance already"), "{}", stage.notice());
    stage.keys("<esc>m");
    let Some(Modal::Menu(menu)) = stage.state.modals.last() else { panic!() };
    let off = menu.items.iter().find(|item| item.label == "Take billing out of maintenance").expect("it names the app");
    assert_eq!(off.disabled, None);
    stage.keys("<esc>:maintenance-off<enter>");
    stage.look();
    stage.keys("y");
    assert_eq!(stage.fake.submits.len(), 2);
    assert!(!stage.state.app("billing").unwrap().is_in_maintenance());
}
