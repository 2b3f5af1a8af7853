//! Whether a procedure that came by a copied line is one that could have been begun here.

use super::Handed;
use crate::model::{Act, Command, Goal, Late, Mark, Marked, Procedure, Step, Way};
use crate::store::JournalError;

/// Whether the marks are of this procedure, and none says more than a person may.
pub(super) fn check_course(procedure: &Procedure, marks: &[Marked], operations: &[Handed]) -> Result<(), JournalError> {
    let no_good = |why: &str| Err(JournalError(format!("This hand-off is no good: {why}. Nothing was adopted.")));
    let is_strange = |step: &Step| matches!(&step.act, Act::Send { command } if !is_of(procedure, &step.act, command));
    if procedure.steps.iter().any(is_strange) {
        return no_good("it has a step that no procedure has");
    }
    for Marked { mark, .. } in marks {
        let (Mark::Bound { step, .. }
        | Mark::Begun { step, .. }
        | Mark::PartSkipped { step, .. }
        | Mark::Skipped { step }
        | Mark::Done { step, .. }) = mark
        else {
            return no_good("it has a mark that nobody hands over");
        };
        let Some(planned) = procedure.steps.get(*step) else {
            return no_good("it has a mark of a step that is not there");
        };
        match mark {
            Mark::Bound { .. } if !matches!(planned.act, Act::Late { .. } | Act::Send { .. } | Act::Check) => {
                return no_good("it has commands where there are none");
            }
            Mark::Done { .. } if matches!(planned.act, Act::Late { .. } | Act::Send { .. }) => {
                return no_good("it says that a command is done, which only the platform can");
            }
            Mark::Skipped { .. } | Mark::PartSkipped { .. } if !planned.is_optional => {
                return no_good("it leaves out what can't be left out");
            }
            Mark::Begun { step, part, operation } => match operations.iter().find(|one| one.id == *operation) {
                None => return no_good("it names an operation that it does not hold"),
                Some(one) if planned_commands(procedure, marks, *step).get(*part) != Some(&&one.command) => {
                    return no_good("it names an operation that is not of its step");
                }
                Some(_) => {}
            },
            Mark::Bound { commands, .. } if !commands.iter().all(|command| is_of(procedure, &planned.act, command)) => {
                return no_good("it has a command that is not of its step");
            }
            _ => {}
        }
    }
    Ok(())
}

/// The commands of a step, in their order.
fn planned_commands<'a>(procedure: &'a Procedure, marks: &'a [Marked], step: usize) -> Vec<&'a Command> {
    let first = match procedure.steps.get(step).map(|step| &step.act) {
        Some(Act::Send { command }) => Some(command.as_ref()),
        _ => None,
    };
    let bound = marks.iter().filter_map(|marked| match &marked.mark {
        Mark::Bound { step: of, commands, .. } if *of == step => Some(commands),
        _ => None,
    });
    first.into_iter().chain(bound.flatten()).collect()
}

/// Whether a command is one that a step of this kind has: a line that somebody made up brings no others.
fn is_of(procedure: &Procedure, act: &Act, command: &Command) -> bool {
    let goal = match &procedure.goal {
        Goal::Restore(goal) | Goal::Drill(goal) => goal,
        Goal::Destroy(goal) => {
            // The name beside the id is what a person reads and types: they belong together.
            let is_its = |id: &String, name: &String| *id == goal.addon_id && *name == goal.addon;
            return match (act, command) {
                (
                    Act::Send { .. },
                    Command::Detach { addon_id, addon, .. } | Command::DestroyAddon { addon_id, addon },
                ) => is_its(addon_id, addon),
                _ => false,
            };
        }
    };
    let is_in_place = goal.way == Way::InPlace;
    let is_replacement = |name: &String| *name == goal.replacement && !is_in_place;
    let is_either = |name: &String| is_replacement(name) || *name == goal.addon;
    match (act, command) {
        (Act::Send { .. }, Command::RestoreInto { backup_id, addon_id, addon, .. }) => {
            is_in_place
                && *addon_id == goal.addon_id
                && *addon == goal.addon
                && goal.backup_id.as_ref() == Some(backup_id)
        }
        (Act::Late { late: Late::FillReplacement }, Command::RestoreInto { backup_id, addon_id, addon, .. }) => {
            is_replacement(addon) && *addon_id != goal.addon_id && goal.backup_id.as_ref() == Some(backup_id)
        }
        (Act::Send { .. }, Command::CreateAddon(create)) => is_replacement(&create.name),
        (Act::Late { late: Late::SwitchOver }, Command::MakePrimary { addon, .. } | Command::Attach { addon, .. }) => {
            !is_in_place && is_either(addon)
        }
        (Act::Send { .. }, Command::BackUp { addon_id, .. }) => *addon_id == goal.addon_id,
        (Act::Send { .. }, Command::Maintenance { .. } | Command::RollBack { .. }) => true,
        (Act::Send { .. } | Act::Late { late: Late::RestoreCopy }, Command::Restore(restore)) => {
            is_replacement(&restore.name)
        }
        (Act::Late { late: Late::SwitchOver }, Command::MoveAttachments { from, to, .. }) => {
            !is_in_place && [from, to].into_iter().all(is_either)
        }
        (Act::Late { late: Late::DestroyReplacement }, Command::DestroyAddon { addon, .. }) => is_replacement(addon),
        (Act::Check, Command::Attach { addon, .. } | Command::Detach { addon, .. }) => is_replacement(addon),
        _ => false,
    }
}
