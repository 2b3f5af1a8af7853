//! The fourth stage: what will be done, read live; which of the steps are taken, and what the replacement is called.

use super::{any_on, refuse, top};
use crate::app::keymap::Intent;
use crate::app::modal::RestoreWizard;
use crate::app::restore::WayItem;
use crate::app::update::keys::{self, Press};
use crate::app::update::{Cx, course, forms, next_id};
use crate::app::{Effect, RequestId, State};
use crate::model::{Backup, RestorePlan, WayOffer};
use crate::platform::ReadError;
use crate::store::door::RestoreWish;

/// The place of the name, and of the first item of the list; the plan is between them.
const NAME: usize = 0;
const LIST: usize = 2;

/// A name is suggested once; what was read for another backup or moment is not shown.
pub(super) fn enter(state: &mut State, cx: &mut Cx) {
    let random = forms::random(state);
    let Some(wizard) = state.restore_on_top() else { return };
    let Some(backup) = &wizard.backup.picked else { return };
    let of = wizard.name().map(|of| state.free_name(of));
    let suggested = of
        .unwrap_or_else(|| state.session.words.naming.suggest(backup.service.as_deref().unwrap_or("restored"), random));
    let is_other =
        wizard.way.wish.as_ref().is_none_or(|wish| {
            wish.backup_id != backup.id || wish.good_moment != wizard.good.as_ref().map(|good| good.at)
        });
    let Some(wizard) = top(state) else { return };
    if wizard.way.name.value().is_empty() {
        wizard.way.name = suggested.into();
    }
    if is_other {
        (wizard.way.read, wizard.way.wish) = (None, None);
    }
    wizard.way.at = LIST;
    read(state, cx);
}

/// What is wanted as it stands now.
fn wish(state: &State, wizard: &RestoreWizard) -> Option<RestoreWish> {
    let backup = wizard.backup.picked.as_ref()?;
    let filled = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    Some(RestoreWish {
        addon_id: wizard.addon.as_ref().map(|(key, _)| key.id.clone()).map(Into::into),
        backup_id: backup.id.clone(),
        good_moment: wizard.good.as_ref().map(|good| good.at),
        replacement: wizard.way.name.value().trim().to_owned(),
        plan: filled(wizard.way.plan.value()),
        team: forms::only_team(state),
        file: state.downloads.join(file_name(backup)),
        way: wizard.way.way,
    })
}

/// Names from a platform never lead out of the folder.
fn file_name(backup: &Backup) -> String {
    let is_plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let clean = |text: &str| text.chars().filter(is_plain).collect::<String>();
    let at = backup.started_at.map_or(String::new(), |at| at.strftime("-%Y%m%dT%H%M%SZ").to_string());
    format!("{}{at}-{}.backup", clean(backup.addon.as_deref().unwrap_or("uploaded")), clean(&backup.id))
}

/// Reads what the restore consists of.
pub(super) fn read(state: &mut State, cx: &mut Cx) {
    let Some(wizard) = state.restore_on_top() else { return };
    let Some(wish) = wish(state, wizard) else { return };
    let id = next_id(state);
    let profile = state.session.profile.clone();
    let Some(wizard) = top(state) else { return };
    if let Some((before, _)) = wizard.way.asked.replace((id, wish.clone())) {
        cx.push(Effect::Cancel(before));
    }
    wizard.way.failed = None;
    cx.push(Effect::PlanRestore { id, profile, wish: Box::new(wish) });
    cx.seen();
}

/// What the restore consists of was read. What was chosen by hand stays chosen; an answer that nobody waits for is dropped.
pub(in crate::app::update) fn planned(
    state: &mut State,
    cx: &mut Cx,
    id: RequestId,
    plan: Result<Box<RestorePlan>, ReadError>,
) {
    let waits = |wizard: &&mut RestoreWizard| wizard.way.asked.as_ref().is_some_and(|(asked, _)| *asked == id);
    let Some(wizard) = state.modals.iter_mut().filter_map(any_on).find(waits) else { return };
    let way = &mut wizard.way;
    let Some((_, wish)) = way.asked.take() else { return };
    cx.seen();
    match plan {
        Ok(mut plan) => {
            for offer in plan.offers.iter_mut().filter(|offer| offer.step.is_optional && offer.cannot.is_none()) {
                let choice = way.choices.iter().find(|(title, _)| *title == offer.step.title);
                offer.is_chosen = choice.map_or(offer.is_chosen, |(_, is_chosen)| *is_chosen);
            }
            let is_first = way.read.is_none();
            (way.read, way.wish, way.failed) = (Some(*plan), Some(wish), None);
            if is_first && way.at >= LIST {
                first_choice(state);
            }
        }
        Err(error) => way.failed = Some(error.message),
    }
}

/// The cursor goes to what stands out, or else to the first step that can be taken or left out.
fn first_choice(state: &mut State) {
    let Some(wizard) = state.restore_on_top() else { return };
    let is_first = |item: &WayItem<'_>| match item {
        WayItem::Warning(..) => true,
        WayItem::Step(_, offer) => offer.step.is_optional && offer.cannot.is_none(),
        WayItem::Way(..) | WayItem::Does(_) | WayItem::Leaves(_) => false,
    };
    let at = state.restore_items(wizard).iter().position(is_first).unwrap_or(0);
    if let Some(wizard) = top(state) {
        wizard.way.at = LIST + at;
    }
}

pub(super) fn key(state: &mut State, cx: &mut Cx, press: Press) {
    let Some(wizard) = state.restore_on_top() else { return };
    let (at, lines) = (wizard.way.at, LIST + state.restore_items(wizard).len());
    let to = match press.intent {
        Some(Intent::Accept) if at < LIST => Some(at + 1),
        Some(Intent::Accept) => return accept(state, cx),
        Some(Intent::Mark) => return toggle(state, cx),
        Some(Intent::Next) => Some(if at < LIST { at + 1 } else { NAME }),
        Some(Intent::Previous) => Some(at.min(LIST).checked_sub(1).unwrap_or(LIST)),
        Some(intent) => keys::moved(intent, at, lines, 10),
        None => None,
    };
    let Some(to) = to else {
        if let Some(wizard) = top(state) {
            let line = if at == NAME { &mut wizard.way.name } else { &mut wizard.way.plan };
            if at < LIST {
                keys::edit(line, cx, press.event);
            }
        }
        return;
    };
    if to != at {
        leave_line(state, cx, at, to);
    }
}

/// The cursor goes to another line. A name that no add-on can have keeps it; what else was changed is read up on.
fn leave_line(state: &mut State, cx: &mut Cx, at: usize, to: usize) {
    let Some(wizard) = state.restore_on_top() else { return };
    if at == NAME
        && let Err(why) = state.session.words.naming.check_addon(wizard.way.name.value().trim())
    {
        return refuse(state, cx, why);
    }
    let is_changed = is_outdated(state, wizard);
    if let Some(wizard) = top(state) {
        wizard.way.at = to;
        cx.seen();
    }
    if at < LIST && is_changed {
        read(state, cx);
    }
}

/// Whether something else is wanted than what was read, or is being read.
fn is_outdated(state: &State, wizard: &RestoreWizard) -> bool {
    let latest = wizard.way.asked.as_ref().map(|(_, wish)| wish).or(wizard.way.wish.as_ref());
    latest != wish(state, wizard).as_ref()
}

/// Takes a step, or leaves it out.
fn toggle(state: &mut State, cx: &mut Cx) {
    let Some(wizard) = state.restore_on_top() else { return };
    let items = state.restore_items(wizard);
    let item = wizard.way.at.checked_sub(LIST).and_then(|at| items.get(at));
    if let Some(WayItem::Way(offer, is_gone)) = item {
        let (offer, is_gone) = ((*offer).clone(), *is_gone);
        return choose_way(state, cx, offer, is_gone);
    }
    let Some(WayItem::Step(at, offer)) = item else { return };
    let (at, title) = (*at, offer.step.title.clone());
    if let Some(why) = offer.cannot.clone() {
        return refuse(state, cx, format!("{title}: {why}"));
    }
    if !offer.step.is_optional {
        return refuse(state, cx, format!("{title}: a restore can't do without it."));
    }
    let Some(wizard) = top(state) else { return };
    let way = &mut wizard.way;
    let Some(offer) = way.read.as_mut().and_then(|plan| plan.offers.get_mut(at)) else { return };
    offer.is_chosen = !offer.is_chosen;
    way.choices.retain(|(known, _)| *known != title);
    way.choices.push((title, offer.is_chosen));
    cx.seen();
}

/// Another way has other steps: they are read anew.
fn choose_way(state: &mut State, cx: &mut Cx, offer: WayOffer, is_gone: bool) {
    if let Some(why) = offer.cannot {
        return refuse(state, cx, format!("{}: {why}", offer.way.word()));
    }
    if is_gone {
        return;
    }
    if let Some(wizard) = top(state) {
        wizard.way.way = Some(offer.way);
    }
    read(state, cx);
}

/// The steps are as they are wanted: on to what confirms them.
fn accept(state: &mut State, cx: &mut Cx) {
    let Some(wizard) = state.restore_on_top() else { return };
    let why = match &wizard.way.read {
        _ if wizard.way.asked.is_some() => Some("What this will do is still being read.".to_owned()),
        _ if wizard.way.failed.is_some() => {
            Some("What this will do could not be read: put right what it says, or r reads again.".to_owned())
        }
        None => Some("What this will do was not read: r reads it.".to_owned()),
        Some(_) => None,
    };
    match (why, wizard.way.read.clone()) {
        (Some(why), _) => refuse(state, cx, why),
        (None, Some(plan)) => course::begin(state, cx, plan),
        (None, None) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::BackupState;

    #[test]
    fn a_downloaded_backup_stays_in_its_folder() {
        let backup = Backup {
            id: "../b/1".into(),
            addon_id: None,
            addon: Some("../../etc".into()),
            service: None,
            plan: None,
            state: BackupState::Finished,
            started_at: "2026-11-20T02:00:00Z".parse().ok(),
            finished_at: None,
            size: None,
            checksum: None,
            trigger: None,
            label: None,
            message: None,
            keep_until: None,
            progress: None,
        };
        assert_eq!(file_name(&backup), "etc-20261120T020000Z-b1.backup");
    }
}
