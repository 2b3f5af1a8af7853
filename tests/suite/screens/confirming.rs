//! Each confirming modal at each size, and what must be in sight at any.

use attache::app::Look;
use attache::model::Danger;
use attache::store::{Prepared, Radius, Section};

use super::paint::{cells, cells_at, symbols};
use super::world::World;
use super::{commands, look};

/// The modals that confirm must also be right where the screen is smallest.
const ALL_SIZES: [(u16, u16); 3] = [(120, 40), (80, 24), (40, 12)];

/// One of each kind, with others at it, nobody, and nothing known of them.
fn kinds() -> [(&'static str, Prepared); 8] {
    [
        ("switch_over", commands::switch_over()),
        ("back_up", commands::back_up()),
        ("delete_backup", commands::delete_backup()),
        ("restart", commands::restart()),
        ("change_plan", commands::change_plan()),
        ("restore", commands::restore()),
        ("destroy_app", commands::destroy_app()),
        ("take_over", commands::take_over()),
    ]
}

fn world(columns: u16, rows: u16) -> World {
    World::of(columns, rows, "postgresql-calm-otter")
}

#[test]
fn each_kind_of_confirmation() {
    for (columns, rows) in ALL_SIZES {
        for (name, prepared) in kinds() {
            let mut world = world(columns, rows);
            commands::open(&mut world.state, prepared, Danger::None);
            look!(format!("confirm_{name}_{columns}x{rows}"), world.state);
        }
    }
}

#[test]
fn without_colours_and_without_unicode() {
    for (columns, rows) in ALL_SIZES {
        for (name, prepared) in [("destroy", commands::destroy()), ("switch_over", commands::switch_over())] {
            let mut world = world(columns, rows);
            commands::open(&mut world.state, prepared, Danger::None);
            world.state.ui.look = Look { color: false, unicode: true };
            look!(format!("confirm_{name}_mono_{columns}x{rows}"), world.state);
            world.state.ui.look = Look { color: false, unicode: false };
            look!(format!("confirm_{name}_ascii_{columns}x{rows}"), world.state);
            assert!(symbols(&cells(&world.state)).is_ascii());
        }
    }
}

#[test]
fn scrolled_to_the_end_it_shows_the_request_and_what_is_above() {
    for (columns, rows) in ALL_SIZES {
        let mut world = world(columns, rows);
        commands::open(&mut world.state, commands::destroy(), Danger::None).scroll = u16::MAX;
        look!(format!("confirm_destroy_end_{columns}x{rows}"), world.state);
    }
}

/// Whatever can't be seen of what hurts is named where it can't be scrolled away.
#[test]
fn nothing_that_hurts_is_below_the_fold_without_a_word() {
    for (name, prepared) in kinds().into_iter().chain([("destroy", commands::destroy())]) {
        let radius = Radius::of(std::slice::from_ref(&prepared));
        let alarming: Vec<&Section> = radius.sections.iter().filter(|section| section.is_alarming).collect();
        let mut world = world(80, 24);
        commands::open(&mut world.state, prepared.clone(), Danger::None);
        for columns in [40, 41, 47, 52, 59, 60, 66, 73, 80, 99, 110, 120, 140] {
            for rows in [12, 13, 16, 20, 24, 30, 40] {
                let screen = symbols(&cells_at(&world.state, columns, rows));
                let is_hint = |line: &&str| line.contains("below (PgDn): ") || line.contains(" PgDn ");
                let hint = screen.lines().find(is_hint).unwrap_or_default().trim_end_matches(['│', ' ']);
                if hint.ends_with('…') {
                    let quiet = radius.sections.iter().filter(|section| !section.is_alarming);
                    let first = quiet.map(|section| section.part.label()).find(|label| hint.contains(label));
                    assert!(
                        first.is_none()
                            || alarming.iter().all(|section| {
                                !hint.contains(section.part.label())
                                    || hint.find(section.part.label()) < hint.find(first.unwrap_or_default())
                            })
                    );
                }
                for section in &alarming {
                    let title = attache::store::plain(&section.title);
                    let is_begun = screen.lines().any(|line| line.trim_matches(['│', ' ']) == title);
                    // Where not all of the names fit, those that hurt come first.
                    let is_named = hint.contains(section.part.label()) || hint.ends_with('…');
                    assert!(
                        is_begun || is_named,
                        "{name} {columns}×{rows}: {:?} is out of sight in\n{screen}",
                        section.part
                    );
                }
                // Who is hit and what it takes stay in sight.
                let counts = &radius.summary()[0].1;
                let has_gate = matches!(
                    attache::app::modal::Gate::of(&prepared.effects, Danger::None),
                    attache::app::modal::Gate::Button(_)
                );
                assert!(has_gate || screen.contains(counts.as_str()), "{name} {columns}×{rows}: {counts}\n{screen}");
            }
        }
    }
}

#[test]
fn commands_that_are_confirmed_together_are_told_together() {
    let all = [commands::back_up(), commands::switch_over(), commands::destroy()];
    let radius = Radius::of(&all);
    assert_eq!((radius.apps, radius.variables), (Some(3), Some(36)), "switched, then gone");
    assert_eq!(radius.under_way, 2, "what is under way on both is told once");
    insta::assert_snapshot!(radius.text(|_, _| true).join("\n"));
}
