//! How much is kept in memory: what the soak looks at.

use super::State;

impl State {
    /// How many of each thing is kept that comes and goes while the dashboard runs. None of them may grow for ever.
    pub fn sizes(&self) -> Vec<(&'static str, usize)> {
        let store = &self.store;
        vec![
            ("add-ons", store.addons.len()),
            ("operations", self.operations.len()),
            ("operations' authors", self.by.len()),
            ("procedures", self.courses.len()),
            ("works of operations", self.works.len()),
            ("drives", self.drives.len() + self.wheels.len()),
            ("left behind", self.left.len()),
            ("activity", self.activity.len()),
            ("errors", self.errors.len()),
            ("modals", self.modals.len()),
            ("questions under way", self.pending.len()),
            ("commands under way", self.submits.len()),
            ("questions", self.schedule.remembered(&self.session.profile)),
            ("operations of the platform", store.works.value.as_ref().map_or(0, Vec::len)),
            ("timelines", store.events.len()),
            ("events", store.events.values().filter_map(|slot| slot.value.as_ref()).map(Vec::len).sum()),
            ("lists of backups", store.backups.len()),
            ("figures", store.usage.len()),
            ("rehearsals", store.rehearsals.len()),
            ("logs", store.logs.len() + store.work_logs.len()),
            ("actions", store.actions.len() + store.action_fields.len() + store.action_answers.len()),
            ("plans", store.plans.len()),
            ("states", store.states.len()),
            ("variables", store.variables.len()),
            ("releases", store.releases.len()),
            ("deployments", store.deployments.len() + store.environments.len() + store.single_works.len()),
            ("failing reads", store.single.len()),
            ("marks", self.ui.marks.len()),
        ]
    }
}
