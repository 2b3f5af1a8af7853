//! What changed between what was shown and now, as sentences. Nothing is sent while there are any.

use crate::model::{Addon, Attachment, ConfigVarName};
use crate::store::Prepared;

/// The differences that matter to a confirmation.
pub(super) fn differences(shown: &Prepared, now: &Prepared) -> Vec<String> {
    let mut what = Vec::new();
    if let (Some(before), Some(after)) = (&shown.situation.addon, &now.situation.addon) {
        addon(before, after, &mut what);
    }
    for (app, after) in &now.situation.variables {
        match shown.situation.variables.iter().find(|(name, _)| name == app) {
            Some((_, before)) => variables(app, before, after, &mut what),
            None => what.push(format!("The variables of {app} can be read now.")),
        }
    }
    for (app, _) in &shown.situation.variables {
        if !now.situation.variables.iter().any(|(name, _)| name == app) {
            what.push(format!("The variables of {app} can't be read any more."));
        }
    }
    if let (Some(before), Some(after)) = (&shown.situation.app, &now.situation.app)
        && before.id != after.id
    {
        what.push(format!("{} is another app of the same name now.", after.name));
    }
    if what.is_empty() && shown.effects != now.effects {
        what.push("What the command does is not what it did when it was shown.".to_owned());
    }
    if what.is_empty() && shown.request != now.request {
        what.push("The request is not the one that was shown.".to_owned());
    }
    what
}

fn addon(before: &Addon, after: &Addon, what: &mut Vec<String>) {
    let name = &after.name;
    if before.key != after.key || before.created_at != after.created_at {
        what.push(format!("{name} is another add-on of the same name now."));
    }
    if before.state_word != after.state_word {
        what.push(format!("{name} is {} now; it was {}.", after.state_word, before.state_word));
    }
    if before.service_and_plan() != after.service_and_plan() {
        what.push(format!("{name} is {} now; it was {}.", after.service_and_plan(), before.service_and_plan()));
    }
    let (old, new) = (before.attachments.items(), after.attachments.items());
    what.extend(
        new.iter().filter(|one| !contains(old, one)).map(|one| format!("{name} is now attached to {}.", place(one))),
    );
    what.extend(
        old.iter()
            .filter(|one| !contains(new, one))
            .map(|one| format!("{name} is no longer attached to {}.", place(one))),
    );
}

fn contains(attachments: &[Attachment], wanted: &Attachment) -> bool {
    attachments.iter().any(|one| (&one.id, &one.app, &one.alias) == (&wanted.id, &wanted.app, &wanted.alias))
}

fn place(attachment: &Attachment) -> String {
    match &attachment.alias {
        Some(alias) => format!("{} as {alias}", attachment.app),
        None => attachment.app.clone(),
    }
}

fn variables(app: &str, before: &[ConfigVarName], after: &[ConfigVarName], what: &mut Vec<String>) {
    for variable in after {
        let name = &variable.name;
        match before.iter().find(|one| one.name == *name) {
            None => what.push(format!("{app} has the variable {name} now.")),
            Some(one) if one.addon != variable.addon => {
                let source = variable.addon.as_deref().unwrap_or("the app itself");
                what.push(format!("The variable {name} of {app} comes from {source} now."));
            }
            Some(_) => {}
        }
    }
    what.extend(
        before
            .iter()
            .filter(|one| !after.iter().any(|variable| variable.name == one.name))
            .map(|one| format!("{app} has no variable {} any more.", one.name)),
    );
}
