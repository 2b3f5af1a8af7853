//! Each modal in its states.

use attache::app::modal::{
    AttachForm, Button, CreateForm, CreateStep, Field, Gate, Help, Menu, MenuAct, MenuItem, Modal, Palette, Phase,
    PickAttachment, Sheet, SheetKind, Suggestions,
};
use attache::app::{Action, RequestId};
use attache::model::{Danger, Judgement, Operation, OperationId, Outcome, ProfileName, Verdict};
use tui_input::Input;

use super::commands;
use super::look;
use super::paint::{cells, symbols};
use super::world::{NOW, World, at};

const SIZES: [(u16, u16); 2] = [(120, 40), (80, 24)];
/// The modals that confirm must also be right where the screen is smallest.
const ALL_SIZES: [(u16, u16); 3] = [(120, 40), (80, 24), (40, 12)];

fn otter(columns: u16, rows: u16) -> World {
    World::of(columns, rows, "postgresql-calm-otter")
}

#[test]
fn destroying_asks_for_the_name() {
    for (columns, rows) in ALL_SIZES {
        let mut world = otter(columns, rows);
        let confirm = commands::open(&mut world.state, commands::destroy(), Danger::None);
        confirm.gate = Gate::Typed(Input::new("postgresql-calm".into()));
        look!(format!("destroy_{columns}x{rows}"), world.state);
    }
}

#[test]
fn a_long_notice_leaves_the_input_in_sight() {
    for (columns, rows) in ALL_SIZES {
        let mut world = otter(columns, rows);
        let confirm = commands::open(&mut world.state, commands::destroy(), Danger::None);
        confirm.gate = Gate::Typed(Input::new("postgresql-ca".into()));
        let long = "Restore of orders: 2/5: replacement ready 03:31Z, next: Check orders-restored. ".repeat(4);
        world.act(Action::Copied(Ok(long)));
        let screen = crate::screens::paint::screen(&world.state);
        assert!(
            screen.contains("postgresql-ca") && screen.contains("Restore of orders"),
            "{columns}x{rows}:\n{screen}"
        );
        let input =
            screen.lines().position(|line| line.contains("postgresql-ca") && line.to_lowercase().contains("name"));
        assert!(input.is_some(), "{columns}x{rows}:\n{screen}");
    }
}

#[test]
fn destroying_does_not_invite_typing_before_it_listens() {
    for (columns, rows) in [(80, 24), (40, 12)] {
        let mut world = otter(columns, rows);
        commands::open(&mut world.state, commands::destroy(), Danger::None).arm.reset();
        look!(format!("destroy_unarmed_{columns}x{rows}"), world.state);
    }
}

#[test]
fn effects_that_nobody_told_are_said_to_be_unknown() {
    let mut world = otter(80, 24);
    let mut prepared = commands::destroy();
    prepared.effects.changes.clear();
    commands::open(&mut world.state, prepared, Danger::None);
    look!("unknown_effects_80x24", world.state);
}

#[test]
fn destroying_on_production_after_the_target_changed() {
    for (columns, rows) in ALL_SIZES {
        let mut world = World::opened(columns, rows, "acme", Danger::Production, Vec::new());
        world.answer();
        let confirm = commands::open(&mut world.state, commands::destroy(), Danger::Production);
        confirm.changed = vec!["It was attached to warehouse as STORE since it was shown.".into()];
        confirm.hint = Some("The name is not postgresql-calm-otter: nothing was sent.".into());
        confirm.scroll = 3;
        look!(format!("destroy_production_{columns}x{rows}"), world.state);
    }
}

#[test]
fn detaching_asks_for_a_key_once_it_listens() {
    for (columns, rows) in ALL_SIZES {
        let mut world = otter(columns, rows);
        let confirm = commands::open(&mut world.state, commands::detach(), Danger::None);
        confirm.arm.reset();
        look!(format!("detach_unarmed_{columns}x{rows}"), world.state);
        world.state.modals.clear();
        commands::open(&mut world.state, commands::detach(), Danger::None);
        look!(format!("detach_{columns}x{rows}"), world.state);
    }
}

#[test]
fn creating_for_an_app_and_alone() {
    for (columns, rows) in ALL_SIZES {
        let mut world = otter(columns, rows);
        commands::open(&mut world.state, commands::create_for_app(), Danger::None);
        look!(format!("create_for_app_{columns}x{rows}"), world.state);
        world.state.modals.clear();
        let confirm = commands::open(&mut world.state, commands::create_alone(), Danger::None);
        confirm.gate = Gate::Button(Button::Submit);
        look!(format!("create_alone_{columns}x{rows}"), world.state);
    }
}

#[test]
fn sending_and_preparing_say_so() {
    let mut world = otter(80, 24);
    let confirm = commands::open(&mut world.state, commands::detach(), Danger::None);
    confirm.phase = Phase::Sending(RequestId(9));
    look!("sending_80x24", world.state);
    world.state.modals.clear();
    world.state.modals.push(Modal::Preparing { id: RequestId(9), command: commands::destroy().command });
    look!("preparing_80x24", world.state);
}

#[test]
fn a_long_title_never_pushes_the_profile_out_and_nothing_stands_beside_a_modal() {
    let long = "postgresql-with-a-name-that-is-forty-lon";
    for (columns, rows) in [(60, 20), (80, 24), (120, 40), (200, 60)] {
        let mut world = World::opened(columns, rows, "acme", Danger::Production, Vec::new());
        world.answer();
        let command = attache::model::Command::Attach {
            addon_id: "add_1".into(),
            addon: long.into(),
            app: "an-app-with-a-name-of-forty-letters-more".into(),
            alias: Some("REPORTING".into()),
            confirm: None,
            credential: None,
        };
        world.state.modals.push(Modal::Preparing { id: RequestId(9), command });
        let screen = symbols(&cells(&world.state));
        let (at, title) = screen.lines().enumerate().find(|(_, line)| line.contains("Attach post")).expect("a title");
        assert!(title.contains(" PROD acme "), "{columns}×{rows}: {title}");
        let below = screen.lines().nth(at + 1).expect("a line below");
        let inside = below.trim().trim_matches('│').trim();
        assert!(inside.is_empty() || inside.starts_with("Reading the target"), "{columns}×{rows}: {below}");
    }
}

#[test]
fn an_unknown_outcome_is_noted_one_by_one() {
    for (columns, rows) in SIZES {
        let mut world = World::opened(columns, rows, "local", Danger::None, operations());
        world.answer();
        world.press(crossterm::event::KeyCode::Char('o'));
        world.press(crossterm::event::KeyCode::Char('x'));
        look!(format!("note_{columns}x{rows}"), world.state);
    }
}

fn create(step: CreateStep) -> CreateForm {
    CreateForm {
        step,
        service_cursor: 1,
        plan_cursor: 1,
        service: "postgresql".into(),
        plan: "standard-0".into(),
        typed: None,
        name: Input::new("postgresql-red-fox".into()),
        app: Input::new("st".into()),
        alias: Input::default(),
        options: None,
        field: Field::App,
        suggestions: Suggestions { names: vec!["storefront".into(), "storefront-staging".into()], cursor: Some(0) },
        error: None,
    }
}

#[test]
fn the_form_for_a_new_addon() {
    for (columns, rows) in ALL_SIZES {
        let mut world = otter(columns, rows);
        for (step, name) in
            [(CreateStep::Service, "service"), (CreateStep::Plan, "plan"), (CreateStep::Details, "details")]
        {
            world.state.modals = vec![Modal::Create(Box::new(create(step)))];
            look!(format!("create_{name}_{columns}x{rows}"), world.state);
        }
    }
    let mut form = create(CreateStep::Details);
    form.app = Input::new("storefront".into());
    form.alias = Input::new("reporting".into());
    form.field = Field::Alias;
    form.error = Some("\"reporting\" is not an alias: it has upper-case letters. Try REPORTING.".into());
    let mut world = otter(80, 24);
    world.state.modals = vec![Modal::Create(Box::new(form))];
    look!("create_details_error_80x24", world.state);
}

#[test]
fn unlocking_asks_for_name_and_reason() {
    for (columns, rows) in ALL_SIZES {
        let mut world = World::opened(columns, rows, "acme", Danger::Production, Vec::new());
        world.answer();
        world.state.session.read_only = Some(attache::model::ReadOnly::Configured);
        world.press(crossterm::event::KeyCode::Char('!'));
        world.type_text("ac");
        world.press(crossterm::event::KeyCode::Enter);
        look!(format!("unlock_wrong_name_{columns}x{rows}"), world.state);
        world.type_text("me");
        world.press(crossterm::event::KeyCode::Enter);
        world.type_text("INC-4711 bad mig");
        look!(format!("unlock_reason_{columns}x{rows}"), world.state);
    }
}

/// All the forms and lists, for sizes to be tried on.
pub(super) fn forms(state: &attache::app::State) -> Vec<Modal> {
    let row = &state.selected_row().unwrap().addon;
    let menu = |count: usize| Menu {
        title: "Actions".into(),
        items: (0..count).map(|at| item(&format!("Action {at}"), "what it does", None)).collect(),
        cursor: count / 2,
    };
    let steps = [CreateStep::Service, CreateStep::Plan, CreateStep::Details];
    let mut forms: Vec<Modal> = steps.map(|step| Modal::Create(Box::new(create(step)))).into();
    forms.push(Modal::Menu(menu(0)));
    forms.push(Modal::Menu(menu(100)));
    forms.push(Modal::Palette(Palette { items: menu(50).items, cursor: 49, ..Palette::default() }));
    forms.push(Modal::PickAttachment(PickAttachment {
        addon: row.key.clone(),
        addon_name: row.name.to_string(),
        attachments: Vec::new(),
        cursor: 0,
    }));
    forms
}

#[test]
fn the_form_that_attaches_and_the_choice_that_detaches() {
    for (columns, rows) in SIZES {
        let mut world = otter(columns, rows);
        let row = world.state.selected_row().unwrap().addon.clone();
        world.state.modals = vec![Modal::Attach(Box::new(AttachForm {
            addon: row.key.clone(),
            addon_name: row.name.to_string(),
            app: Input::new("billing".into()),
            alias: Input::new("REPORTING".into()),
            credential: None,
            field: Field::Alias,
            suggestions: Suggestions::default(),
            error: Some("billing has REPORTING_DATABASE_URL already, from orders-db: choose another alias.".into()),
            course: None,
        }))];
        look!(format!("attach_{columns}x{rows}"), world.state);
        world.state.modals = vec![Modal::PickAttachment(PickAttachment {
            addon: row.key.clone(),
            addon_name: row.name.to_string(),
            attachments: row.attachments.items().to_vec(),
            cursor: 1,
        })];
        look!(format!("pick_attachment_{columns}x{rows}"), world.state);
    }
}

fn item(label: &str, detail: &str, disabled: Option<&str>) -> MenuItem {
    MenuItem {
        label: label.into(),
        detail: detail.into(),
        act: MenuAct::Copy(String::new()),
        disabled: disabled.map(str::to_owned),
    }
}

#[test]
fn menus_and_the_palette() {
    for (columns, rows) in SIZES {
        let mut world = otter(columns, rows);
        world.state.modals = vec![Modal::Menu(Menu {
            title: "Copy from postgresql-calm-otter".into(),
            items: vec![
                item("Name", "postgresql-calm-otter", None),
                item("Id", "add_postgresqlcalmotter", None),
                item("Connect", "attache config --app storefront --reveal --shell", None),
                item("Backup id", "", Some(super::world::NO_BACKUPS)),
            ],
            cursor: 2,
        })];
        look!(format!("copy_menu_{columns}x{rows}"), world.state);
        world.state.modals.clear();
        world.press(crossterm::event::KeyCode::Char(':'));
        if world.state.modals.is_empty() {
            world.state.modals = vec![Modal::Palette(Palette::default())];
        }
        look!(format!("palette_{columns}x{rows}"), world.state);
        world.state.modals = vec![Modal::Help(Help { input: Input::new("app".into()), scroll: 0 })];
        look!(format!("help_searched_{columns}x{rows}"), world.state);
        world.state.modals = vec![Modal::Help(Help::default())];
        look!(format!("help_{columns}x{rows}"), world.state);
    }
}

fn operation(id: u32, minute: &str, command: attache::model::Command, outcome: Outcome) -> Operation {
    let started_at = at(&format!("2026-11-20T03:{minute}Z"));
    Operation {
        child: None,
        id: OperationId::new(started_at, id),
        profile: ProfileName("local".into()),
        command,
        started_at,
        updated_at: at(NOW),
        outcome,
        addon_id: None,
        work_id: None,
        backup_id: None,
        is_noted: false,
        before: None,
        asks: None,
    }
}

pub(super) fn operations() -> Vec<Operation> {
    vec![
        operation(1, "02:00", commands::create_alone().command, Outcome::Done),
        operation(
            2,
            "09:30",
            commands::take_over().command,
            Outcome::Failed {
                message: "storefront-staging has DATABASE_URL already, from staging-db. Attach with --as.".into(),
            },
        ),
        operation(
            3,
            "11:12",
            commands::detach().command,
            Outcome::Unknown {
                message: "The connection was cut before the platform answered.".into(),
                judged: Some(Judgement {
                    verdict: Verdict::NotSeen,
                    words: "postgresql-calm-otter was still attached to billing; the request may still come.".into(),
                    at: at("2026-11-20T03:14:40Z"),
                    looks: 5,
                    since: at("2026-11-20T03:12:03Z"),
                }),
            },
        ),
        operation(4, "13:58", commands::create_for_app().command, Outcome::Accepted),
    ]
}

#[test]
fn sheets_to_read() {
    for (columns, rows) in SIZES {
        let mut world = World::opened(columns, rows, "local", Danger::None, operations());
        world.answer();
        world.select("postgresql-calm-otter");
        let key = world.state.ui.selected.clone().unwrap();
        for (name, kind) in [
            ("describe", SheetKind::Describe(key.clone())),
            ("timeline", SheetKind::Timeline(key.clone())),
            ("variables", SheetKind::Variables { addon: key.clone(), app: Some("storefront".into()) }),
            ("variables_bare", SheetKind::Variables { addon: key.clone(), app: None }),
            ("profile", SheetKind::Profile),
        ] {
            world.state.modals = vec![Modal::Sheet(Sheet { kind, scroll: 0 })];
            world.pass(std::time::Duration::from_secs(6));
            world.answer();
            look!(format!("sheet_{name}_{columns}x{rows}"), world.state);
        }
    }
}
