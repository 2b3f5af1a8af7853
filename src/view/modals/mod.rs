//! What lies above the panes, one file each.

mod ask;
mod asked;
mod confirm;
mod course;
mod describe;
mod errors;
mod forms;
mod lists;
mod operations;
pub(super) mod polling;
mod profiles;
mod radius;
mod restore;
mod run;
mod sheets;
mod unlock;
mod window;

use ratatui::layout::Rect;

use super::canvas::Canvas;
use crate::app::State;
use crate::app::modal::Modal;

/// Draws the top of the stack; what lies below it is covered.
pub(crate) fn modals(state: &State, canvas: &mut Canvas<'_>, screen: Rect) {
    match state.modals.last() {
        // It is drawn in the place of the panes.
        None | Some(Modal::Combined) => {}
        Some(Modal::Preparing { command, .. }) => confirm::preparing(state, command.sentence(), canvas, screen),
        Some(Modal::Gathering { title, .. }) => confirm::preparing(state, title.clone(), canvas, screen),
        Some(Modal::Entering(profile)) => profiles::entering(state, profile, canvas, screen),
        Some(Modal::Course(view)) => course::course(state, view, canvas, screen),
        Some(Modal::Confirm(confirm)) => confirm::confirm(state, confirm, canvas, screen),
        Some(Modal::Create(form)) => forms::create(state, form, canvas, screen),
        Some(Modal::Attach(form)) => forms::attach(state, form, canvas, screen),
        Some(Modal::PickAttachment(pick)) => lists::pick_attachment(state, pick, canvas, screen),
        Some(Modal::Pick(pick)) => ask::pick(state, pick, canvas, screen),
        Some(Modal::Ask(form)) => ask::ask(state, form, canvas, screen),
        Some(Modal::Run(form)) => run::run(state, form, canvas, screen),
        Some(Modal::Asked(form)) => asked::asked(state, form, canvas, screen),
        Some(Modal::Restore(wizard)) => restore::restore(state, wizard, canvas, screen),
        Some(Modal::Backups(view)) => ask::backups(state, view, canvas, screen),
        Some(Modal::Unlock(form)) => unlock::unlock(state, form, canvas, screen),
        Some(Modal::Menu(menu)) => lists::menu(state, menu, canvas, screen),
        Some(Modal::Palette(palette)) => lists::palette(state, palette, canvas, screen),
        Some(Modal::Help(help)) => lists::help(help, canvas, screen),
        Some(Modal::Sheet(sheet)) => sheets::sheet(state, sheet, canvas, screen),
        Some(Modal::Operations(view)) => operations::operations(state, view, canvas, screen),
        Some(Modal::Errors(view)) => errors::errors(state, view, canvas, screen),
    }
}
