//! `attache addons actions …` and `action …`: what a service brings along beside what every add-on can do.

use std::io::Read;
use std::path::Path;

use secrecy::ExposeSecret;
use serde_json::{Map, Value, json};

use crate::model::{
    ActionBody, ActionClass, ActionField, Addon, Command, Owner, RunAction, ServiceAction, is_secret_name,
};
use crate::platform::Platform;
use crate::verbs::args::ActionArgs;
use crate::verbs::write::{Door, report};
use crate::verbs::{Context, Exit, Failure, find, json as document, output, secret};

/// Lists the actions that are known of an add-on.
pub(super) async fn list(name: &str, as_json: bool, context: &Context) -> Result<(), Failure> {
    let reader = context.reader()?;
    let addon = find::addon(reader.as_ref(), name).await?;
    let actions = reader.actions(&addon);
    if as_json {
        let actions: Vec<Value> = actions.iter().map(document::action).collect();
        return Ok(output::json(&json!({"addon": addon.name, "actions": actions}))?);
    }
    if actions.is_empty() {
        let why = reader.capability(crate::model::Verb::RunAction).reason().map(str::to_owned);
        output::note(&why.unwrap_or_else(|| format!("No actions of {} are known.", addon.service)));
        return Ok(());
    }
    let rows: Vec<Vec<String>> = actions
        .iter()
        .map(|action| {
            let about = action.subject.as_ref().map_or(String::new(), |subject| format!(" {}", subject.to_uppercase()));
            let known = if action.is_inferred { " (inferred)" } else { "" };
            let what = match &action.cannot {
                Some(why) => format!("{}. Not here: {why}", action.title),
                None => format!("{}{known}", action.title),
            };
            vec![format!("{}{about}", action.name), action.class.word().to_owned(), what]
        })
        .collect();
    output::table(&["ACTION", "CLASS", "WHAT IT DOES"], &rows)?;
    let name = crate::model::shell_quote(&addon.name);
    let unlisted = match reader.words().has_unlisted_actions {
        true => " One that is not listed takes --method, and counts as destroying.",
        false => "",
    };
    output::note(&format!("Run one with: attache addons action {name} ACTION [SUBJECT].{unlisted}"));
    Ok(())
}

/// Runs one: reads what it says, or sends it as any other command.
pub(super) async fn run(args: ActionArgs, context: &Context) -> Result<(), Failure> {
    let reader = context.reader()?;
    let addon = find::addon(reader.as_ref(), &args.name).await?;
    let known = reader.actions(&addon).into_iter().find(|action| action.name == args.action);
    check(&args, known.as_ref(), &addon)?;
    if known.as_ref().is_some_and(|action| action.class == ActionClass::Reads) {
        return show(&args, &addon, reader.as_ref()).await;
    }
    let door = Door::open(context)?;
    let body = body(&args, known.as_ref(), &addon, reader.as_ref()).await?;
    let app = match &addon.owner {
        Owner::App(app) => Some(app.clone()),
        Owner::Team(_) => None,
    };
    let command = Command::RunAction(RunAction {
        addon_id: addon.key.id.to_string(),
        addon: addon.name.to_string(),
        app: app.map(Into::into),
        action: args.action.clone(),
        subject: args.subject.clone(),
        method: args.method.as_ref().map(|method| method.to_uppercase()),
        body: (!body.is_empty()).then_some(ActionBody::Sent(body)),
    });
    let operation = door.submit(context, command, &args.write).await?;
    report(&operation, &args.write, &format!("{} was run on {}.", args.action, addon.name))
}

/// What is wrong with the line, before anything is asked or sent.
fn check(args: &ActionArgs, known: Option<&ServiceAction>, addon: &Addon) -> Result<(), Failure> {
    let usage = |message: String| Err(Failure::new(Exit::Usage, message));
    match known {
        Some(ServiceAction { cannot: Some(why), .. }) => Err(Failure::new(Exit::Failed, why.clone())),
        Some(action) if args.method.is_some() => usage(format!(
            "{} is known: it takes no --method. Only an action that `attache addons actions {}` does not list takes one.",
            action.name, addon.name
        )),
        Some(ServiceAction { subject: Some(about), name, .. }) if args.subject.is_none() => usage(format!(
            "{name} is about one {about}: name it, as in attache addons action {} {name} {}",
            addon.name,
            about.to_uppercase()
        )),
        None if args.method.is_none() => usage(format!(
            "No action {:?} of {} is known. See attache addons actions {}; or say how it is sent, with --method POST, if you know it from elsewhere.",
            args.action, addon.service, addon.name
        )),
        _ => Ok(()),
    }
}

async fn show(args: &ActionArgs, addon: &Addon, reader: &dyn Platform) -> Result<(), Failure> {
    let answer = reader.read_action(&addon.key.id, &args.action, args.subject.as_deref()).await?;
    if args.write.json {
        let document =
            json!({"addon": addon.name, "action": args.action, "lines": answer.lines, "hidden": answer.hidden});
        return Ok(output::json(&document)?);
    }
    answer.lines.iter().try_for_each(|line| output::line(line))?;
    match answer.hidden {
        0 => {}
        1 => output::note("1 value is hidden: it is a secret, or may be one."),
        many => output::note(&format!("{many} values are hidden: they are secrets, or may be.")),
    }
    Ok(())
}

/// What is told to it: of the flags, of the file, and what only the terminal may be asked for.
async fn body(
    args: &ActionArgs,
    known: Option<&ServiceAction>,
    addon: &Addon,
    reader: &dyn Platform,
) -> Result<Map<String, Value>, Failure> {
    let described = reader.action_fields(&addon.key.id, &args.action).await?;
    let fields = described.or_else(|| known.map(|action| action.fields.clone())).unwrap_or_default();
    let mut body = match &args.body_file {
        Some(file) => from_file(file)?,
        None => Map::new(),
    };
    for text in &args.fields {
        let (name, value) = field(text, &fields)?;
        body.insert(name, value);
    }
    let missing = |field: &&ActionField| field.is_required && !body.contains_key(&field.name);
    for field in fields.iter().filter(missing).collect::<Vec<_>>() {
        let name = &field.name;
        let missing = |how: &str| Failure::new(Exit::Usage, format!("{} needs {name}. {how}", args.action));
        if !field.is_secret {
            return Err(missing(&format!("Say it with --field {name}=VALUE. {}", field.told)));
        }
        let told = if field.told.is_empty() { name.clone() } else { field.told.clone() };
        let Some(secret) = secret::ask(&told)? else {
            return Err(missing("It is a secret: give it in a file with --body-file, or run this in a terminal."));
        };
        body.insert(name.clone(), Value::String(secret.expose_secret().to_owned()));
    }
    for field in fields.iter().filter(|field| !field.choices.is_empty()) {
        let is_one = |value: &Value| value.as_str().is_some_and(|text| field.choices.iter().any(|one| one == text));
        if body.get(&field.name).is_some_and(|value| !is_one(value)) {
            let message = format!("{} can be: {}.", field.name, field.choices.join(", "));
            return Err(Failure::new(Exit::Usage, message));
        }
    }
    Ok(body)
}

fn from_file(file: &Path) -> Result<Map<String, Value>, Failure> {
    let read = if file == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        std::fs::read_to_string(file)
    };
    let usage = |message: String| Failure::new(Exit::Usage, message);
    let text = read.map_err(|error| usage(format!("{} can't be read: {error}.", file.display())))?;
    // What is wrong in it is told by its place alone: its text may be a secret.
    let place = |error: serde_json::Error| format!("line {}, column {}", error.line(), error.column());
    serde_json::from_str(&text)
        .map_err(|error| usage(format!("{} is no JSON object ({}).", file.display(), place(error))))
}

/// `KEY=VALUE` or `KEY:=JSON`.
fn field(text: &str, fields: &[ActionField]) -> Result<(String, Value), Failure> {
    let usage = |message: String| Failure::new(Exit::Usage, message);
    let Some((name, value)) = text.split_once('=').filter(|(name, _)| !name.trim_end_matches(':').is_empty()) else {
        return Err(usage(format!("--field {:?} is not KEY=VALUE or KEY:=JSON.", crate::model::printable(text))));
    };
    let (name, is_json) = name.strip_suffix(':').map_or((name, false), |name| (name, true));
    let described = fields.iter().find(|field| field.name == name);
    if described.map_or_else(|| is_secret_name(name), |field| field.is_secret) {
        return Err(usage(format!(
            "{name} is a secret, or may be one, and others on this machine can read a command line: leave it out to be asked, or give it in a file with --body-file."
        )));
    }
    let value = match is_json {
        true => serde_json::from_str(value)
            .map_err(|_| usage(format!("What is told to {name} is no JSON; for text: --field {name}=TEXT")))?,
        false => Value::String(value.to_owned()),
    };
    Ok((name.to_owned(), value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(name: &str, is_secret: bool) -> ActionField {
        let (told, choices) = (String::new(), Vec::new());
        ActionField { name: name.into(), told, is_required: true, choices, is_secret }
    }

    #[test]
    fn a_secret_is_never_taken_from_the_command_line() {
        let fields = [described("pin", true), described("key", false)];
        assert_eq!(field("key=a=b", &fields).unwrap(), ("key".into(), json!("a=b")), "it is said to be none");
        assert_eq!(field("size:={\"gb\":3}", &fields).unwrap(), ("size".into(), json!({"gb": 3})));
        for wrong in ["pin=1234", "password=x", "api_token=x", "no-equals", "=x", ":=1", "size:=x"] {
            let failure = field(wrong, &fields).unwrap_err();
            assert_eq!(failure.exit, Exit::Usage, "{wrong}");
            assert!(!failure.message.contains("1234"), "{}", failure.message);
        }
    }
}
