//! What changes an add-on that is there: `attache addons upgrade | rename | rotate | restart | sleep | wake`.

use std::time::Duration;

use super::{primary, promote};
use crate::model::{Addon, Command};
use crate::verbs::args::{ActArgs, ChangeAction, WaitArgs, WriteArgs};
use crate::verbs::write::{Door, report};
use crate::verbs::{Context, Exit, Failure, find, wait};

pub(super) async fn run(action: ChangeAction, context: &Context) -> Result<(), Failure> {
    match action {
        ChangeAction::Promote { name, app: Some(app), as_name, write, .. } => {
            primary::run(&name, &app, as_name, &write, context).await
        }
        ChangeAction::Promote { name, from, write, .. } => promote::run(&name, from.as_deref(), &write, context).await,
        ChangeAction::Upgrade { name, plan, wait, write } => upgrade(&name, &plan, wait, &write, context).await,
        ChangeAction::Rename { name, new, write } => rename(&name, &new, &write, context).await,
        ChangeAction::Rotate(args) => {
            let command = |addon_id, addon| Command::Rotate { addon_id, addon };
            let words = ["is getting another password", "has another password, and the old one is refused"];
            act(args, command, words, context).await
        }
        ChangeAction::Restart(args) => {
            let command = |addon_id, addon| Command::Restart { addon_id, addon };
            act(args, command, ["is being restarted", "has been restarted"], context).await
        }
        ChangeAction::Sleep(args) => {
            let command = |addon_id, addon| Command::Sleep { addon_id, addon };
            act(args, command, ["is going to sleep", "sleeps; a connection wakes it"], context).await
        }
        ChangeAction::Wake(args) => {
            let command = |addon_id, addon| Command::Wake { addon_id, addon };
            act(args, command, ["is being woken", "is awake"], context).await
        }
    }
}

/// Sends a command that needs no more than the add-on; `words` are what is so now, and what is so at the end.
async fn act(
    args: ActArgs,
    command: impl FnOnce(String, String) -> Command,
    words: [&str; 2],
    context: &Context,
) -> Result<(), Failure> {
    let ActArgs { name, wait, write } = args;
    let door = Door::open(context)?;
    let Addon { key, name, .. } = find::addon(door.connection.reader.as_ref(), &name).await?;
    send(&door, command(key.id.into(), name.to_string()), &name, words, wait, &write, context).await
}

async fn send(
    door: &Door,
    command: Command,
    name: &str,
    [now, at_the_end]: [&str; 2],
    WaitArgs { wait, timeout }: WaitArgs,
    write: &WriteArgs,
    context: &Context,
) -> Result<(), Failure> {
    let mut operation = door.submit(context, command, write).await?;
    if wait {
        operation = wait::until_settled(door, operation, Duration::from_secs(timeout)).await?;
    }
    report(&operation, write, &format!("{name} {}.", if wait { at_the_end } else { now }))
}

async fn upgrade(name: &str, plan: &str, wait: WaitArgs, write: &WriteArgs, context: &Context) -> Result<(), Failure> {
    let door = Door::open(context)?;
    let reader = door.connection.reader.as_ref();
    let addon = find::addon(reader, name).await?;
    // `postgresql:small` is how plans are written elsewhere.
    let plan = match plan.split_once(':') {
        Some((service, plan)) if service == addon.service => plan,
        Some((service, _)) => {
            return Err(Failure::new(
                Exit::Usage,
                format!("{} is {}, and a change of plan can't make it {service}.", addon.name, addon.service),
            ));
        }
        None => plan,
    };
    let catalog = find::catalog(reader, &addon.service).await?;
    let plan = find::plan_name(reader.words().plans, find::service(&catalog, &addon.service)?, Some(plan))?;
    if addon.plan.as_deref() == Some(plan.as_str()) {
        return Err(Failure::new(Exit::Failed, format!("{} is {} already.", addon.name, addon.service_and_plan())));
    }
    let now = format!("is being changed to {}:{plan}", addon.service);
    let at_the_end = format!("is {}:{plan} now", addon.service);
    let command = Command::ChangePlan {
        addon_id: addon.key.id.to_string(),
        addon: addon.name.to_string(),
        service: addon.service.to_string(),
        plan,
    };
    send(&door, command, &addon.name, [&now, &at_the_end], wait, write, context).await
}

async fn rename(name: &str, new: &str, write: &WriteArgs, context: &Context) -> Result<(), Failure> {
    find::naming(context).check_addon(new).map_err(|message| Failure::new(Exit::Usage, message))?;
    let door = Door::open(context)?;
    let addon = find::addon(door.connection.reader.as_ref(), name).await?;
    let sentence = format!("{} is called {new} now.", addon.name);
    let command =
        Command::Rename { addon_id: addon.key.id.to_string(), addon: addon.name.to_string(), name: new.to_owned() };
    let operation = door.submit(context, command, write).await?;
    report(&operation, write, &sentence)
}
