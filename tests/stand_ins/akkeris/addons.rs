//! Add-ons: made, changed, destroyed, and the many ways of looking at them.

use serde_json::{Value, json};

use super::front::{Asked, Reply, ok, sentence, unavailable};
use super::world::now;
use super::{Addon, Phase, Wanted, World};

const BAD_NAME: &str = "This addon's attachment name is invalid or over 22 characters.";

/// A letter, then letters, digits, `_`, `-`; 2 to 22 of them.
pub(super) fn is_good_name(name: &str) -> bool {
    let is_inside = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(is_inside) && (2..=22).contains(&name.len())
}

pub(super) fn bad_name() -> Reply {
    sentence(422, BAD_NAME)
}

pub(super) fn used_twice() -> Reply {
    sentence(409, "This addon is already created and attached to this application and cannot be used twice.")
}

pub(super) fn not_demoted() -> Reply {
    let why = "you must promote another addon to demote this addon.";
    sentence(409, format!("Unable to demote (make this addon not the primary addon), {why}"))
}

impl World {
    fn not_there(app: &str, addon: &str) -> Reply {
        sentence(404, format!("The specified service {addon} on {app} was not found."))
    }

    /// An add-on as the app of one of its attachments sees it; no values, and not where else it is.
    pub(super) fn addon_json(&self, (at, which): (usize, usize), state: &str) -> Value {
        let (addon, one) = (&self.addons[at], &self.addons[at].attachments[which]);
        let ((service, plan), app) = (self.plan_of(addon), self.app(&one.app_id).unwrap());
        json!({"actions": service.actions(), "addon_service": service.named.json(), "app": app.named.json(),
               "billed_price": plan.price(), "created_at": addon.created_at, "id": addon.id, "name": one.name,
               "plan": plan.named(), "primary": one.is_primary, "provider_id": "alamo", "state": state,
               "state_description": "", "updated_at": addon.updated_at,
               "web_url": format!("https://ui.example.test/apps/{}", app.named.name)})
    }

    /// The same with live values and where else it is attached.
    fn addon_in_full(&self, (at, which): (usize, usize), state: &str) -> Value {
        let mut shown = self.addon_json((at, which), state);
        shown["config_vars"] = self.values_of((at, which));
        let app = |app_id: &str| &self.app(app_id).unwrap().named;
        let mut to: Vec<_> = self.addons[at].attachments.iter().enumerate().collect();
        to.sort_by_key(|(_, one)| &app(&one.app_id).name);
        let row = |(row, one): &(usize, &super::Attachment)| {
            let app = app(&one.app_id);
            json!({"id": app.id, "name": app.name, "owner": *row == 0})
        };
        shown["attached_to"] = to.iter().map(row).collect();
        shown
    }

    /// What the broker of an add-on says about it, if it answers.
    fn ask(&self, at: usize) -> Option<&'static str> {
        self.addons[at].is_reachable.then(|| self.addons[at].state())
    }

    /// After a broker was asked: what it is at has gone on.
    fn asked(&mut self, at: usize) {
        if self.moves_by_reads {
            self.addons[at].step();
        }
    }

    /// No broker is asked: everything is said to be provisioned.
    pub(super) fn list_all_addons(&self) -> Reply {
        ok((0..self.addons.len()).map(|at| self.addon_json((at, 0), "provisioned")).collect())
    }

    /// Those that it owns, each of whose brokers is asked; where none answers, the add-on is left out without a word.
    pub(super) fn list_addons(&mut self, app_id: &str) -> Reply {
        let owned: Vec<usize> =
            (0..self.addons.len()).filter(|at| self.addons[*at].attachments[0].app_id == app_id).collect();
        let row = |at: usize| {
            let shown = self.addon_json((at, 0), self.ask(at)?);
            self.asked(at);
            Some(shown)
        };
        ok(owned.into_iter().filter_map(row).collect())
    }

    pub(super) fn one_addon(&mut self, app_id: &str, addon: &str) -> Reply {
        let Some(found) = self.through(app_id, addon) else { return Self::not_there(app_id, addon) };
        self.shown_in_full(found)
    }

    fn shown_in_full(&mut self, found: (usize, usize)) -> Reply {
        let Some(state) = self.ask(found.0) else { return unavailable() };
        let shown = self.addon_in_full(found, state);
        self.asked(found.0);
        ok(shown)
    }

    /// Only by its id, and as its owner sees it.
    pub(super) fn one_addon_by_id(&mut self, id: &str) -> Reply {
        match self.addons.iter().position(|addon| addon.id == id) {
            Some(at) => self.shown_in_full((at, 0)),
            None => sentence(404, "The specified addon could not be found."),
        }
    }

    pub(super) fn addon_config(&self, id: &str) -> Reply {
        match self.addons.iter().position(|addon| addon.id == id) {
            Some(at) if !self.addons[at].is_reachable => unavailable(),
            Some(at) => ok(self.values_of((at, 0))),
            None => sentence(404, "The specified addon could not be found."),
        }
    }

    pub(super) fn create_addon(&mut self, app_id: &str, body: &Value, asked: &Asked) -> Reply {
        let Some(wanted) = body["plan"].as_str() else {
            return sentence(422, "A plan was not provided in the request.");
        };
        let Some((service, plan)) = self.plan(|plan| plan.id == wanted || plan.name == wanted) else {
            return sentence(422, format!("The specified plan could not be found: {wanted} (0)"));
        };
        if plan.state == "shutdown" {
            return sentence(422, "The specified plan can no longer be created, as its been deprecated.");
        }
        let space = self.space_of(app_id);
        if !plan.compliance.iter().all(|word| space.compliance.iter().any(|has| has == word)) {
            let needs = plan.compliance.join(",");
            let why = format!("It requires these necessary compliances in the space: {needs}");
            return sentence(422, format!("The specified addon may not be attached to this app.  {why}"));
        }
        if plan.region != space.region.name {
            // Inferred: the status is known, the words are not.
            return sentence(409, "The specified plan is not available in this region.");
        }
        if !service.is_multiple && self.has_service(app_id, &service.named.name) {
            return used_twice();
        }
        let given = body["attachment"]["name"].as_str();
        if given.is_some_and(|name| !is_good_name(name)) {
            return bad_name();
        }
        if self.is_busy {
            // What a region that asks to wait becomes on its way.
            return sentence(424, "[object Object]");
        }
        let (is_slow, fails) = (service.is_slow, plan.name.ends_with(":doomed"));
        let (plan, service) = (plan.id.clone(), service.named.name.clone());
        let name = given.map_or_else(|| self.generated_name(&service), str::to_owned);
        let phase = if is_slow { Phase::Provisioning { steps: 2, fails } } else { Phase::Provisioned };
        let web = (self.id(), now());
        // An app without any process gets one.
        self.app_mut(app_id).unwrap().formation.get_or_insert(web);
        self.make(Wanted { app: app_id, name: &name, plan: &plan, phase });
        let at = self.addons.len() - 1;
        let mut shown = self.addon_json((at, 0), self.addons[at].state());
        self.write_down(app_id, "addon_change", Some("create"), &shown, asked);
        shown["config_vars"] = self.values_of((at, 0));
        // The broker's own word, here and never again.
        shown["state_description"] = if is_slow { "creating" } else { "available" }.into();
        self.restart(app_id);
        Reply::Json(201, shown)
    }

    pub(super) fn generated_name(&mut self, service: &str) -> String {
        let nouns = ["glass", "flag", "mouth", "faucet", "north", "beam", "rainstorm", "birthday"];
        let number = self.number();
        format!("{service}-{}-{}", nouns[(number % 8) as usize], number / 8 % 10_000)
    }

    pub(super) fn change_addon(&mut self, app_id: &str, addon: &str, body: &Value, asked: &Asked) -> Reply {
        let Some(found @ (at, which)) = self.through(app_id, addon) else { return Self::not_there(app_id, addon) };
        if !self.addons[at].is_reachable {
            return unavailable();
        }
        let was_primary = self.addons[at].attachments[which].is_primary;
        let name = body["attachment"]["name"].as_str();
        if let Some(name) = name {
            if !is_good_name(name) {
                return bad_name();
            }
            self.rename(found, name);
        }
        if let Some(plan) = body["plan"].as_str()
            && let Err(refusal) = self.change_plan(found, plan)
        {
            return refusal;
        }
        match body["primary"].as_bool() {
            Some(true) => self.promote(found),
            Some(false) if was_primary => return not_demoted(),
            _ => {}
        }
        let Some(state) = self.ask(at) else { return unavailable() };
        let mut shown = self.addon_in_full(found, state);
        // It was read before it was promoted, and is shown with the name as it was given.
        shown["primary"] = was_primary.into();
        if let Some(name) = name {
            shown["name"] = name.into();
        }
        self.write_down(app_id, "addon_change", Some("promote"), &Value::Null, asked);
        self.restart(app_id);
        ok(shown)
    }

    /// Stored in lower case.
    pub(super) fn rename(&mut self, (at, which): (usize, usize), name: &str) {
        let one = &mut self.addons[at].attachments[which];
        (one.name, one.updated_at) = (name.to_lowercase(), now());
    }

    fn change_plan(&mut self, (at, which): (usize, usize), plan: &str) -> Result<(), Reply> {
        if which != 0 {
            return Err(sentence(422, "This addon cannot be upgraded, it is attached and not owned by this app."));
        }
        let (service, _) = self.plan_of(&self.addons[at]);
        if !service.is_upgrading {
            let why = "this service does not support changing plans.";
            return Err(sentence(409, format!("Unable to change this addons plan, {why}")));
        }
        let Some((of, plan)) = self.plan(|one| one.id == plan || one.name == plan) else {
            return Err(sentence(500, "Internal Server Error"));
        };
        if of.named.name != service.named.name {
            // Inferred: the status is known, the words are not.
            return Err(sentence(409, "Unable to change this addons plan, the plan is of another service."));
        }
        let plan = plan.id.clone();
        let addon = &mut self.addons[at];
        if addon.plan_id == plan {
            return Ok(());
        }
        if addon.is_busy() {
            return Err(unavailable());
        }
        // The new plan and its price are told at once.
        (addon.plan_id, addon.updated_at, addon.phase) = (plan, now(), Phase::Working { steps: 2 });
        Ok(())
    }

    pub(super) fn delete_addon(&mut self, app_id: &str, addon: &str, asked: &Asked) -> Reply {
        let Some((at, which)) = self.through(app_id, addon) else { return Self::not_there(app_id, addon) };
        let is_guarded = ["prod", "socs"].iter().any(|word| self.has_compliance(app_id, word));
        if is_guarded && !asked.is_elevated {
            return sentence(403, "addons can only be destroyed by administrators on this app.");
        }
        if self.addons[at].attachments.len() > 1 {
            return sentence(409, "This addon cannot be removed as its attached to other apps.");
        }
        if !self.addons[at].is_reachable {
            return unavailable();
        }
        let shown = self.addon_json((at, which), "deprovisioned");
        self.write_down(app_id, "addon_change", Some("delete"), &shown, asked);
        self.remove_addon(at);
        self.restart(app_id);
        ok(shown)
    }

    /// Takes it away; another one of its service becomes primary where it was.
    pub(super) fn remove_addon(&mut self, at: usize) -> Addon {
        let service = self.plan_of(&self.addons[at]).0.named.name.clone();
        let gone = self.addons.remove(at);
        for one in gone.attachments.iter().filter(|one| one.is_primary) {
            self.promote_another(&one.app_id, &service);
        }
        gone
    }
}
