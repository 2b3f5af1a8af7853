//! Attachments: an add-on of one app, given to another.

use serde_json::{Value, json};

use super::World;
use super::addons::{bad_name, is_good_name, not_demoted, used_twice};
use super::front::{Asked, Reply, ok, sentence};
use super::world::now;

/// How much of an attachment is told.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    /// One of them: the owner with its id.
    Alone,
    /// In a list of an app's or an add-on's: the owner's name only.
    InList,
    /// In the list of all: nor whether it is primary.
    AmongAll,
}

impl World {
    fn attachment_json(&self, (at, which): (usize, usize), shown: Shown) -> Value {
        let (addon, one) = (&self.addons[at], &self.addons[at].attachments[which]);
        let owner = &self.app(&addon.attachments[0].app_id).unwrap().named;
        let owner = if shown == Shown::Alone { owner.json() } else { json!({"name": owner.name}) };
        let app = self.app(&one.app_id).unwrap().named.json();
        let mut row = json!({
            "addon": {"id": addon.id, "app": owner, "plan": self.plan_of(addon).1.named()},
            "app": app, "created_at": one.created_at, "id": one.id, "name": one.name, "updated_at": one.updated_at,
            "web_url": ""});
        if shown != Shown::AmongAll {
            row["primary"] = one.is_primary.into();
        }
        row
    }

    /// Newest first; owners' rows only where they are asked for.
    fn rows(&self, with_owners: bool, is_wanted: impl Fn(usize, &super::Attachment) -> bool) -> Vec<(usize, usize)> {
        let mut rows = Vec::new();
        for (at, addon) in self.addons.iter().enumerate().rev() {
            for (which, one) in addon.attachments.iter().enumerate().rev() {
                if (which > 0 || with_owners) && is_wanted(at, one) {
                    rows.push((at, which));
                }
            }
        }
        rows
    }

    fn unknown(id: &str) -> Reply {
        sentence(404, format!("The specified addon attachments {id} could not be found."))
    }

    pub(super) fn list_all_attachments(&self) -> Reply {
        let rows = self.rows(true, |_, _| true);
        ok(rows.into_iter().map(|row| self.attachment_json(row, Shown::AmongAll)).collect())
    }

    pub(super) fn list_attachments(&self, app_id: &str) -> Reply {
        let rows = self.rows(false, |_, one| one.app_id == app_id);
        ok(rows.into_iter().map(|row| self.attachment_json(row, Shown::InList)).collect())
    }

    /// Not recorded: taken to be as an app's list.
    pub(super) fn attachments_of_addon(&self, id: &str) -> Reply {
        if !self.addons.iter().any(|addon| addon.id == id) {
            return sentence(404, "The specified addon could not be found.");
        }
        let rows = self.rows(false, |at, _| self.addons[at].id == id);
        ok(rows.into_iter().map(|row| self.attachment_json(row, Shown::InList)).collect())
    }

    pub(super) fn one_attachment_by_id(&self, id: &str) -> Reply {
        match self.rows(false, |_, one| one.id == id).first() {
            Some(row) => ok(self.attachment_json(*row, Shown::Alone)),
            None => Self::unknown(id),
        }
    }

    pub(super) fn one_attachment(&self, app_id: &str, id_or_name: &str) -> Reply {
        match self.attachment_of(app_id, id_or_name) {
            Some(row) => ok(self.attachment_json(row, Shown::Alone)),
            None => Self::unknown(id_or_name),
        }
    }

    fn attachment_of(&self, app_id: &str, id_or_name: &str) -> Option<(usize, usize)> {
        let is_it = |one: &super::Attachment| one.id == id_or_name || one.name == id_or_name;
        self.rows(false, |_, one| one.app_id == app_id && is_it(one)).first().copied()
    }

    /// By the add-on's id only; the app by name or id. The path was not looked at.
    pub(super) fn attach(&mut self, body: &Value, asked: &Asked) -> Reply {
        let text = |key: &str| body[key].as_str().unwrap_or_default();
        let Some(at) = self.addons.iter().position(|addon| addon.id == text("addon")) else {
            return sentence(404, "The specified addon attachments could not be found.");
        };
        let Some(app) = self.app(text("app")) else {
            return sentence(404, format!("The specified application {} does not exist.", text("app")));
        };
        let (app_id, owner) = (app.named.id.clone(), self.addons[at].attachments[0].app_id.clone());
        let service = self.plan_of(&self.addons[at]).0;
        let (kind, is_sharing, is_multiple) = (service.named.name.clone(), service.is_sharing, service.is_multiple);
        if app_id == owner {
            return sentence(409, "Addons cannot be attached to same app they exist on.");
        }
        if self.addons[at].attachments.iter().any(|one| one.app_id == app_id) {
            return sentence(409, "This addon is already provisioned or attached on this app.");
        }
        if !is_sharing {
            // Inferred: the status is known, the words are not.
            return sentence(409, "This addon cannot be shared with other apps.");
        }
        if !is_multiple && self.has_service(&app_id, &kind) {
            return used_twice();
        }
        if self.space_of(&owner).region.id != self.space_of(&app_id).region.id {
            return sentence(409, "Addons can only be attached to applications in the same region.");
        }
        for word in ["socs", "prod"] {
            if self.has_compliance(&owner, word) && !self.has_compliance(&app_id, word) {
                let to = format!("cannot be attached to a non-{word} controlled space.");
                return sentence(409, format!("Addons from a {word} controlled space {to}"));
            }
        }
        let name = match body["name"].as_str() {
            Some(name) if !is_good_name(name) => return bad_name(),
            Some(name) => name.to_owned(),
            None => self.generated_name(&kind),
        };
        // The owner's own name is not among them.
        if self.addons[at].attachments[1..].iter().any(|one| one.name.eq_ignore_ascii_case(&name)) {
            // Inferred: the status is known, the words are not.
            return sentence(409, "The attachment name is already in use on this addon.");
        }
        let id = self.addons[at].id.clone();
        self.give(&id, &app_id, &name);
        let shown = self.attachment_json((at, self.addons[at].attachments.len() - 1), Shown::Alone);
        self.write_down(&app_id, "addon_change", Some("attach"), &shown, asked);
        self.restart(&app_id);
        Reply::Json(201, shown)
    }

    /// The reply is what it was before.
    pub(super) fn change_attachment(&mut self, app_id: &str, id_or_name: &str, body: &Value, asked: &Asked) -> Reply {
        let Some(row @ (at, which)) = self.attachment_of(app_id, id_or_name) else { return Self::unknown(id_or_name) };
        let shown = self.attachment_json(row, Shown::Alone);
        if let Some(name) = body["name"].as_str() {
            if !is_good_name(name) {
                return bad_name();
            }
            self.rename(row, name);
        }
        match body["primary"].as_bool() {
            Some(true) => self.promote(row),
            Some(false) if self.addons[at].attachments[which].is_primary => return not_demoted(),
            _ => {}
        }
        self.write_down(app_id, "addon_change", Some("promote"), &shown, asked);
        self.restart(app_id);
        ok(shown)
    }

    /// By the attachment's id only, whatever app is in the path; the owner's row is none of them.
    pub(super) fn detach(&mut self, id: &str, asked: &Asked) -> Reply {
        let Some(row @ (at, which)) = self.rows(false, |_, one| one.id == id).first().copied() else {
            return Self::unknown(id);
        };
        let mut shown = self.attachment_json(row, Shown::Alone);
        shown["addon"]["name"] = shown["name"].clone();
        shown["addon"]["app"] = json!({"name": "undefined-undefined"});
        shown["updated_at"] = now().into();
        let service = self.plan_of(&self.addons[at]).0.named.name.clone();
        let gone = self.addons[at].attachments.remove(which);
        if gone.is_primary {
            self.promote_another(&gone.app_id, &service);
        }
        self.write_down(&gone.app_id, "addon_change", Some("detach"), &shown, asked);
        self.restart(&gone.app_id);
        ok(shown)
    }
}
