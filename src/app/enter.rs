//! From one profile into another: what may be left, what survives, what begins anew.

use super::modal::Modal;
use super::state::{Start, State};
use crate::model::{Operation, ProfileName};
use crate::store::poll::Schedule;

/// An add-on that the cursor goes to once it is seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Follow {
    /// Its native id.
    pub(super) addon_id: String,
    /// Whether it was just made here: then it is asked for until it is there.
    pub(super) is_made: bool,
}

impl Follow {
    /// One that was just made.
    pub(super) fn made(addon_id: &str) -> Self {
        Self { addon_id: addon_id.to_owned(), is_made: true }
    }
}

/// An operation of a profile that was left before its end was known.
#[derive(Clone, Debug, PartialEq)]
pub struct LeftBehind {
    /// Which profile.
    pub profile: ProfileName,
    /// The operation, as it was known last.
    pub operation: Operation,
}

impl State {
    /// Why this profile can't be left for another one now; `None` when it can. What was sent goes on by itself; a procedure
    /// goes on from here alone.
    pub fn cannot_leave(&self) -> Option<String> {
        let is_driven =
            |id| self.drives.get(id).is_some_and(|drive| drive.busy.is_some() || !drive.approved.is_empty());
        let driven = self
            .open_courses()
            .find(|course| is_driven(&course.id) && self.tracked(&course.id).is_some_and(|tracked| tracked.is_ours()));
        driven.map(|course| {
            let (goal, place) = (course.procedure.goal.sentence(), course.place());
            format!("{goal} goes on from here ({place}): another profile can be entered once it waits for you.")
        })
    }

    /// Whether that profile may be shown now that the way into it is found, or why not; `None` where nobody waits for it.
    pub fn may_enter(&self, profile: &ProfileName) -> Option<Result<(), String>> {
        let waits = matches!(self.modals.last(), Some(Modal::Entering(entering)) if entering == profile);
        waits.then(|| self.cannot_leave().map_or(Ok(()), Err))
    }

    /// The dashboard of another profile, in place of this one. It begins as at the start. What belongs to the screen and to the
    /// person survives, and what is known of other profiles; what belongs to the profile that is left does not, its unlocking
    /// above all.
    pub fn enter_from(old: &mut State, start: Start, addon_id: Option<String>) -> State {
        let now = start.now;
        let mut new = State::new(Start { profiles: std::mem::take(&mut old.profiles), ..start });
        new.ui.look = old.ui.look;
        (new.ui.size, new.ui.breakpoint) = (old.ui.size, old.ui.breakpoint);
        (new.ui.has_terminal_focus, new.ui.tells_focus) = (old.ui.has_terminal_focus, old.ui.tells_focus);
        new.ui.sort = old.ui.sort;
        // An answer to what was asked before must not look like one to what is asked now, and every frame is a new one.
        new.next_request = old.next_request;
        new.revision += old.revision;
        new.left_behind(old);
        new.wheels = std::mem::take(&mut old.wheels);
        let wheels = old.drives.drain().filter_map(|(id, drive)| Some((id, drive.wheel?)));
        new.wheels.extend(wheels);
        new.schedule = std::mem::replace(&mut old.schedule, Schedule::new(0));
        new.know_profiles();
        new.schedule.leave(&old.session.profile, now.mono);
        new.schedule.begin(&new.session.profile, now.mono);
        new.follow = addon_id.map(|addon_id| Follow { addon_id, is_made: false });
        new.carry_combined(old, now.mono);
        super::update::entered(&mut new, now);
        new
    }

    /// The schedule knows every profile, and whose budget it uses.
    pub(super) fn know_profiles(&mut self) {
        let Self { schedule, session, profiles, .. } = self;
        schedule.know(&session.profile, &session.account, &session.words);
        for choice in profiles.iter().filter(|choice| choice.name != session.profile) {
            schedule.know(&choice.name, &choice.account, &choice.words);
        }
    }

    /// The operations that go on elsewhere; those of the profile that is shown are its own again.
    fn left_behind(&mut self, old: &mut State) {
        let profile = &old.session.profile;
        let open = old
            .open_operations()
            .map(|operation| LeftBehind { profile: profile.clone(), operation: operation.clone() });
        let open: Vec<LeftBehind> = open.collect();
        self.left = std::mem::take(&mut old.left);
        self.left.extend(open);
        self.left.retain(|left| left.profile != self.session.profile);
    }
}
