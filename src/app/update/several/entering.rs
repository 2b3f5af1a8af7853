//! From a row of the combined list into its profile. The key that asks for a write there proposes nothing: it is pressed once
//! more, where it is seen which profile that is.

use super::super::{Cx, enter};
use super::say;
use crate::app::State;
use crate::app::enter::Follow;
use crate::app::keymap::{self, Intent, shown_key};
use crate::app::several::Wish;
use crate::app::ui::Level;
use crate::model::{Danger, ProfileName};

/// Whether an intent is about one profile alone: it writes, or offers what writes.
pub(super) fn is_for_one_profile(intent: Intent) -> bool {
    intent == Intent::ActionMenu || keymap::binding(intent).is_some_and(|binding| binding.dangerous)
}

/// Enters the profile of the row under the cursor, because something is to be done there.
pub(super) fn enter_for(state: &mut State, cx: &mut Cx, intent: Intent) {
    let Some(key) = state.combined_chosen() else {
        return say(state, cx, Level::Warning, "No add-on is selected: a command is given in its profile.".to_owned());
    };
    let Some(seen) = state.combined_row_of(&key) else { return };
    let (name, choice) = (seen.row.addon.name.clone(), seen.choice.clone());
    let is_entered = choice.name == state.session.profile;
    if let Some(why) = choice.trouble.filter(|_| !is_entered) {
        let words = format!("{} can't be entered: {why}", choice.name);
        return say(state, cx, Level::Warning, words);
    }
    if let Some(combined) = &mut state.combined {
        combined.wish = Some(Wish { profile: key.profile.clone(), intent, name: name.to_string() });
    }
    enter_at(state, cx, key.profile, key.id.to_string());
}

fn enter_at(state: &mut State, cx: &mut Cx, profile: ProfileName, addon_id: String) {
    if profile == state.session.profile {
        super::close(state, cx);
        state.ui.filter.input.reset();
        state.follow = Some(Follow { addon_id, is_made: false });
        return entered(state, cx);
    }
    enter::enter(state, cx, profile, Some(addon_id));
}

/// Says what to do now that the profile is entered for which it was asked in the combined list.
pub(in crate::app::update) fn entered(state: &mut State, cx: &mut Cx) {
    let Some(Wish { profile, intent, name }) = state.combined.as_mut().and_then(|combined| combined.wish.take()) else {
        return;
    };
    if profile != state.session.profile {
        return;
    }
    let key = shown_key(intent);
    let danger = match state.session.danger {
        Danger::Production => " (production)",
        Danger::Staging => " (staging)",
        Danger::None => "",
    };
    let locked = match &state.session.no_writes {
        Some(_) if state.session.read_only.is_some() && state.session.unlocked.is_none() => {
            format!(" It is read-only: {} unlocks it first.", shown_key(Intent::Unlock))
        }
        Some(why) => format!(" {why}"),
        None => String::new(),
    };
    let words = format!("Entered {profile}{danger}: press {key} again to {}.{locked}", deed(intent, &name));
    say(state, cx, Level::Warning, words);
}

/// What a key does there, in words.
fn deed(intent: Intent, name: &str) -> String {
    match intent {
        Intent::Create => "create an add-on there".to_owned(),
        Intent::Attach => format!("attach {name} to an app"),
        Intent::Detach => format!("detach {name} from an app"),
        Intent::BackUp => format!("back {name} up"),
        Intent::Restore => format!("restore {name}"),
        Intent::Promote => format!("switch apps to {name}"),
        Intent::ChangePlan => format!("change the plan of {name}"),
        Intent::Destroy => format!("destroy {name}"),
        Intent::ActionMenu => format!("see all that can be done with {name}"),
        Intent::Unlock => "unlock or lock it".to_owned(),
        other => {
            let words = keymap::binding(other).map_or("do it", |binding| binding.description);
            format!("go on with {name} ({words})")
        }
    }
}
