//! Forms: what a command needs to be told. Submitting a form reads the target and shows the confirmation above it.

use tui_input::Input;

use crate::model::{AddonKey, Naming, OperationId};

/// A field of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// The new add-on's name.
    Name,
    /// The app to attach to.
    App,
    /// The alias of that attachment.
    Alias,
    /// The plan; of a new add-on that is typed, `service:plan`.
    Plan,
    /// The hour of the day.
    Hour,
    /// The time zone that the hour is of.
    Zone,
    /// Why something is done.
    Reason,
    /// The credential of the service that an app is to use.
    Credential,
    /// What the service is told beside its plan.
    Options,
    /// The moment of the data.
    Moment,
    /// Any line of a form that is made from what is known of an action.
    Line(usize),
}

/// Apps that fit what was typed, and the one under the cursor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Suggestions {
    /// Names of apps.
    pub names: Vec<String>,
    /// The one gone to with the arrows; `None` if none was.
    pub cursor: Option<usize>,
}

impl Suggestions {
    /// The name under the cursor.
    pub fn chosen(&self) -> Option<&str> {
        self.names.get(self.cursor?).map(String::as_str)
    }

    /// The name that Enter or Tab takes: the one under the cursor, else the only one that what was typed can mean. `None` keeps
    /// what was typed: a whole name, nothing at all, or what means several.
    pub fn taken(&self, typed: &str) -> Option<&str> {
        let typed = typed.trim();
        let only = match self.names.as_slice() {
            [only] if !typed.is_empty() && only != typed => Some(only.as_str()),
            _ => None,
        };
        self.chosen().or(only)
    }

    /// Moves the cursor by some steps; it may leave the list at its top.
    pub(crate) fn step(&mut self, by: isize) {
        let at = self.cursor.map_or(-1, |cursor| cursor as isize) + by;
        self.cursor = (at >= 0 && !self.names.is_empty()).then(|| (at as usize).min(self.names.len() - 1));
    }
}

/// How far the making of an add-on is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CreateStep {
    /// Choosing the service.
    Service,
    /// Choosing the plan.
    Plan,
    /// Naming it, and perhaps an app and an alias.
    Details,
}

/// Making an add-on: service → plan → name, app, alias → the summary, which is the confirmation above.
#[derive(Clone, Debug)]
pub struct CreateForm {
    /// How far it is.
    pub step: CreateStep,
    /// The service under the cursor, in the catalog's order.
    pub service_cursor: usize,
    /// The plan under the cursor, in the service's order.
    pub plan_cursor: usize,
    /// The service that was chosen.
    pub service: String,
    /// The plan that was chosen.
    pub plan: String,
    /// `service:plan` as it is typed, where no catalog tells them; `None` where they are chosen.
    pub typed: Option<Input>,
    /// The name; suggested, and free to change. No line of the form where the platform makes it up.
    pub name: Input,
    /// The app; empty for none.
    pub app: Input,
    /// The alias; empty for bare names.
    pub alias: Input,
    /// What the service is told beside its plan: `KEY=VALUE`, several apart; `None` where services take nothing.
    pub options: Option<Input>,
    /// The field with the cursor.
    pub field: Field,
    /// Apps that fit.
    pub suggestions: Suggestions,
    /// What is wrong, as a sentence.
    pub error: Option<String>,
}

impl CreateForm {
    /// Its lines, in their order.
    pub fn fields(&self, naming: Naming) -> Vec<Field> {
        let mut fields = Vec::new();
        fields.extend(self.typed.as_ref().map(|_| Field::Plan));
        fields.extend((!naming.is_made_up()).then_some(Field::Name));
        fields.extend([Field::App, Field::Alias]);
        fields.extend(self.options.as_ref().map(|_| Field::Options));
        fields
    }

    /// What is made, as it was chosen or typed so far.
    pub fn service_and_plan(&self) -> String {
        match &self.typed {
            Some(typed) => typed.value().trim().to_owned(),
            None if self.plan.is_empty() => self.service.clone(),
            None => format!("{}:{}", self.service, self.plan),
        }
    }
}

/// Giving an add-on to an app.
#[derive(Clone, Debug)]
pub struct AttachForm {
    /// Which add-on.
    pub addon: AddonKey,
    /// Its name.
    pub addon_name: String,
    /// The app.
    pub app: Input,
    /// The alias; empty for bare names.
    pub alias: Input,
    /// The credential that the app is to use; empty for the default one; `None` where the service has no several.
    pub credential: Option<Input>,
    /// The field with the cursor.
    pub field: Field,
    /// Apps that fit.
    pub suggestions: Suggestions,
    /// What is wrong, as a sentence.
    pub error: Option<String>,
    /// The procedure that it is attached for, to be checked.
    pub course: Option<OperationId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_suggestion_that_leaves_no_doubt_is_taken_unasked() {
        let suggestions = |names: &[&str], cursor| Suggestions {
            names: names.iter().map(|name| (*name).to_owned()).collect(),
            cursor,
        };
        assert_eq!(suggestions(&["billing"], None).taken("bil"), Some("billing"));
        assert_eq!(suggestions(&["billing"], None).taken(" "), None, "nothing typed means no app");
        assert_eq!(suggestions(&["billing"], None).taken("billing"), None, "it is there already");
        assert_eq!(suggestions(&["billing", "billing-2"], None).taken("billing"), None);
        assert_eq!(suggestions(&["billing", "billing-2"], None).taken("bil"), None, "it may mean either");
        assert_eq!(suggestions(&["billing", "billing-2"], Some(1)).taken("bil"), Some("billing-2"));
        assert_eq!(suggestions(&[], None).taken("x"), None);
    }
}
