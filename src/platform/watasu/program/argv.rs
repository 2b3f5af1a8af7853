//! A command as the words that the program gets, each one as it is: there is no shell, so nothing in them is special but a
//! leading hyphen, which would make an option of a value.

use crate::model::{Command, CreateAddon, RestoreBackup, Verb, printable, shell_line};

use super::NAME;
use super::backup_id::BackupId;

/// The longest value that is passed on.
const LONGEST: usize = 256;

/// The words for one command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::platform::watasu) struct Argv {
    words: Vec<String>,
    /// Whether no text of Watasu shows these words.
    is_inferred: bool,
}

impl Argv {
    /// The words after the program's name.
    pub(in crate::platform::watasu) fn words(&self) -> &[String] {
        &self.words
    }

    /// The line to copy, quoted for a shell.
    pub(in crate::platform::watasu) fn line(&self) -> String {
        shell_line(std::iter::once(NAME).chain(self.words.iter().map(String::as_str)))
    }

    /// Whether no text of Watasu shows these words.
    pub(in crate::platform::watasu) fn is_inferred(&self) -> bool {
        self.is_inferred
    }
}

/// Why a command is not sent although the program has it: no text of Watasu shows its exact words. `None` for one that is
/// documented.
pub(in crate::platform::watasu) fn why_undocumented(verb: Verb) -> Option<&'static str> {
    match verb {
        Verb::Detach => Some(
            "No text of Watasu shows the exact words of addons detach. What is most likely (addons detach NAME --app APP) is sent \
             only once the profile says undocumented_commands = true.",
        ),
        Verb::Destroy => Some(
            "No text of Watasu shows how addons destroy is confirmed. What is most likely (addons destroy NAME --confirm NAME) is \
             sent only once the profile says undocumented_commands = true.",
        ),
        _ => None,
    }
}

/// The words for a command, as the handbook has them; `undocumented` allows those that are only likely.
///
/// # Errors
/// A sentence: the program has no such command that any text shows, or a value can't be passed on.
pub(in crate::platform::watasu) fn argv(command: &Command, undocumented: bool) -> Result<Argv, String> {
    let is_inferred = why_undocumented(command.verb()).is_some();
    if let Some(why) = why_undocumented(command.verb()).filter(|_| !undocumented) {
        return Err(why.to_owned());
    }
    let mut words = Words(Vec::new());
    match command {
        Command::CreateAddon(create) => match create.options.get("follow") {
            Some(variable) => follow(&mut words, create, variable)?,
            None => create_addon(&mut words, create)?,
        },
        Command::Attach { addon, app, alias, .. } => {
            words.fixed(["addons", "attach"]).value("add-on", addon)?;
            words.option("--as", "alias", alias.as_deref())?.option("--app", "app", Some(app))?;
        }
        // Its argument order is not shown; that of attach is taken (inferred).
        Command::Detach { addon, app, alias, .. } => {
            words.fixed(["addons", "detach"]).value("add-on", addon)?;
            words.option("--as", "alias", alias.as_deref())?.option("--app", "app", Some(app))?;
        }
        // How it is confirmed is not shown (inferred).
        Command::DestroyAddon { addon, .. } => {
            words.fixed(["addons", "destroy"]).value("add-on", addon)?;
            words.option("--confirm", "add-on", Some(addon))?;
        }
        // It takes the replacement alone: from what it was made, it knows.
        Command::MoveAttachments { to, .. } => {
            words.fixed(["addons", "promote"]).value("add-on", to)?;
        }
        Command::ChangePlan { addon, plan, .. } => {
            words.fixed(["addons", "update"]).value("add-on", addon)?.option("--plan", "plan", Some(plan))?;
        }
        Command::AutoBackups { addon, is_on, .. } => {
            words.fixed(["addons", "update"]).value("add-on", addon)?;
            words.fixed(["--backup-enabled", if *is_on { "true" } else { "false" }]);
        }
        Command::BackUp { addon, label: None, .. } => {
            words.fixed(["addons", "backups", "capture"]).value("add-on", addon)?;
        }
        Command::BackUp { .. } => return Err("Watasu keeps no label with a backup: leave it out.".to_owned()),
        Command::Restore(restore) => restore_addon(&mut words, restore)?,
        other => {
            return Err(format!(
                "No text of Watasu shows a command of the program watasu for this: {}.",
                other.sentence()
            ));
        }
    }
    Ok(Argv { words: words.0, is_inferred })
}

/// It makes up the name of what it makes, and attaches it under the plain names.
fn create_addon(words: &mut Words, create: &CreateAddon) -> Result<(), String> {
    let CreateAddon { name, service, plan, app, alias, options, .. } = create;
    if !name.is_empty() {
        return Err("Watasu makes up the name of a new add-on itself: leave it out.".to_owned());
    }
    if alias.is_some() {
        return Err(
            "No text of Watasu shows an alias for the attachment of a new add-on. Create it without, then attach it under one."
                .to_owned(),
        );
    }
    if let Some(option) = options.keys().next() {
        return Err(format!("No text of Watasu shows the option {:?} for a new add-on.", printable(option)));
    }
    words.fixed(["addons", "create"]);
    match plan.as_str() {
        "" => words.value("service", service)?,
        plan => words.value("service", service).and_then(|words| words.joined(":", "plan", plan))?,
    };
    words.option("--app", "app", Some(needed_app(app.as_deref())?))?;
    Ok(())
}

/// A follower of a database, which is named by the variable of the app that has its address.
fn follow(words: &mut Words, create: &CreateAddon, variable: &str) -> Result<(), String> {
    let CreateAddon { name, service, plan, app, alias, options, .. } = create;
    if service != "postgresql" {
        return Err(format!("Only PostgreSQL has followers on Watasu, and {} is none.", printable(service)));
    }
    if options.len() > 1 || alias.is_some() {
        return Err("A follower on Watasu is told its leader, name and plan, and nothing else.".to_owned());
    }
    words.fixed(["pg", "follow"]).value("variable", variable)?;
    words.option("--app", "app", Some(needed_app(app.as_deref())?))?.option("--name", "name", Some(name))?;
    words.option("--plan", "plan", Some(plan.as_str()).filter(|plan| !plan.is_empty()))?;
    Ok(())
}

fn restore_addon(words: &mut Words, restore: &RestoreBackup) -> Result<(), String> {
    let BackupId { addon, id } = BackupId::parse(&restore.backup_id)?;
    // Where it expects a backup's id it also takes a file.
    if id.contains('/') {
        return Err(format!("{:?} can't be the id of a backup: it reads like a file.", printable(&id)));
    }
    words.fixed(["addons", "restore"]).value("add-on", &addon)?.value("backup", &id)?;
    words.option("--name", "name", Some(&restore.name))?;
    Ok(())
}

/// The words that list an add-on's backups.
pub(super) fn list_backups(addon: &str, as_json: bool) -> Result<Vec<String>, String> {
    let mut words = Words(Vec::new());
    words.fixed(["addons", "backups"]).value("add-on", addon)?;
    if as_json {
        words.fixed(["--json"]);
    }
    Ok(words.0)
}

/// The words that write a backup of a PostgreSQL database into a file.
pub(super) fn download(id: &BackupId, selector: &str, app: &str, file: &str) -> Result<Vec<String>, String> {
    let mut words = Words(Vec::new());
    words.fixed(["pg", "backups", "download"]).value("backup", &id.id)?.value("variable", selector)?;
    words.option("--app", "app", Some(app))?.option("--output", "file", Some(file))?;
    Ok(words.0)
}

fn needed_app(app: Option<&str>) -> Result<&str, String> {
    app.ok_or_else(|| "No text of Watasu shows how an add-on is made for no app: name one.".to_owned())
}

struct Words(Vec<String>);

impl Words {
    /// Words of ours.
    fn fixed<const N: usize>(&mut self, words: [&str; N]) -> &mut Self {
        self.0.extend(words.map(str::to_owned));
        self
    }

    /// A word of somebody else's.
    fn value(&mut self, what: &str, value: &str) -> Result<&mut Self, String> {
        check(what, value)?;
        self.0.push(value.to_owned());
        Ok(self)
    }

    /// Somebody else's, as a part of the last word.
    fn joined(&mut self, between: &str, what: &str, value: &str) -> Result<&mut Self, String> {
        check(what, value)?;
        if let Some(last) = self.0.last_mut() {
            last.push_str(between);
            last.push_str(value);
        }
        Ok(self)
    }

    /// An option with its value, where there is one.
    fn option(&mut self, name: &str, what: &str, value: Option<&str>) -> Result<&mut Self, String> {
        let Some(value) = value else { return Ok(self) };
        self.fixed([name]).value(what, value)
    }
}

/// What could be taken for an option, or is not what it looks like, is passed to nobody.
fn check(what: &str, value: &str) -> Result<(), String> {
    let shown = printable(value);
    let why = match value {
        "" => "it is empty",
        value if value.starts_with('-') => "with a hyphen in front it would be taken for an option",
        value if value.contains(char::is_control) || shown != value => "it has characters that can't be seen",
        value if value.chars().count() > LONGEST => "it is too long",
        _ => return Ok(()),
    };
    Err(format!("{shown:?} can't be given to the program watasu as {what}: {why}."))
}

#[cfg(test)]
mod tests;
