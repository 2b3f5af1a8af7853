//! `attache connect …`: an add-on's own client, with the password where neither the process list nor another program sees it.

use std::fs::Permissions;
use std::io::{ErrorKind, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::process::Command;

use clap::Args;
use rustix::fs::{MemfdFlags, memfd_create};
use secrecy::ExposeSecret;

use super::{Context, Exit, Failure, output};
use crate::model::{Addon, Capability, ConfigVar, Endpoint, Verb, shell_quote};

const MASK: &str = "••••••••";

/// `attache connect …`
#[derive(Clone, Debug, Args)]
pub struct ConnectArgs {
    /// The add-on's name
    pub name: String,
    /// Show how it is reached instead of opening a client; the password stays masked unless --reveal
    #[arg(long)]
    pub print: bool,
    /// Show the password too, where settings are printed
    #[arg(long)]
    pub reveal: bool,
    /// Arguments for the client, after --
    #[arg(last = true, value_name = "ARG")]
    pub arguments: Vec<std::ffi::OsString>,
}

/// Opens the client in place of this program, or prints the settings.
pub(super) async fn run(args: &ConnectArgs, context: &Context) -> Result<(), Failure> {
    context.check_may_write(&format!("Whoever is connected to {} can write, so it was not opened.", args.name))?;
    let reader = context.reader()?;
    if let Capability::Cannot(reason) = reader.capability(Verb::Connect) {
        return Err(Failure::new(Exit::Failed, reason));
    }
    let addon = reader.addon(&args.name).await?.value;
    if let Some(reason) = addon.cannot(Verb::Connect) {
        return Err(Failure::new(Exit::Failed, reason));
    }
    let values = reader.addon_values(&addon.key.id).await?;
    if args.print || client_of(&addon.service).is_none() {
        return print(&values, args.reveal);
    }
    let Some(endpoint) = &addon.endpoint else {
        return Err(Failure::new(
            Exit::Failed,
            format!("{} is {} and does not listen anywhere yet.", addon.name, addon.state.word()),
        ));
    };
    let Some(client) = client_of(&addon.service) else { return print(&values, args.reveal) };
    Err(client(&addon, endpoint, &values, args))
}

/// Becomes the client; comes back only with the reason why not.
type Client = fn(&Addon, &Endpoint, &[ConfigVar], &ConnectArgs) -> Failure;

fn client_of(service: &str) -> Option<Client> {
    match service {
        "postgresql" => Some(psql),
        "valkey" | "redis" => Some(valkey_cli),
        _ => None,
    }
}

fn psql(addon: &Addon, endpoint: &Endpoint, values: &[ConfigVar], args: &ConnectArgs) -> Failure {
    let Some(password) = value(values, "PGPASSWORD") else { return no_password(addon) };
    let Endpoint { host, port, database, user } = endpoint;
    let (database, user) = (database.clone().unwrap_or_default(), user.clone().unwrap_or_default());
    let escaped = |text: &str| text.replace('\\', "\\\\").replace(':', "\\:");
    let line = [host.as_str(), &port.to_string(), &database, &user, password].map(escaped).join(":");
    let file = match secret_file(&line) {
        Ok(file) => file,
        Err(error) => return Failure::new(Exit::Failed, format!("The password could not be handed to psql: {error}.")),
    };
    let mut command = Command::new("psql");
    // Whatever else is set there leads somewhere else.
    forget(&mut command, |name| name.starts_with("PG"));
    command
        .env("PGHOST", host)
        .env("PGPORT", port.to_string())
        .env("PGDATABASE", database)
        .env("PGUSER", user)
        .env("PGAPPNAME", "attache connect")
        .env("PGPASSFILE", format!("/proc/self/fd/{}", file.as_raw_fd()))
        .args(&args.arguments);
    become_one_of([command], "psql", "sudo apt install postgresql-client")
}

fn valkey_cli(addon: &Addon, endpoint: &Endpoint, values: &[ConfigVar], args: &ConnectArgs) -> Failure {
    let password =
        value(values, "REDIS_URL").and_then(|url| url.split_once("://")?.1.split_once('@')?.0.split_once(':'));
    let Some((_, password)) = password else { return no_password(addon) };
    let commands = ["valkey-cli", "redis-cli"].map(|program| {
        let mut command = Command::new(program);
        forget(&mut command, |name| name.starts_with("REDISCLI_") || name.starts_with("VALKEYCLI_"));
        command.arg("-h").arg(&endpoint.host).arg("-p").arg(endpoint.port.to_string());
        command.args(endpoint.user.iter().flat_map(|user| ["--user", user.as_str()]));
        // It starts no program of its own that could inherit this, and only its own user can read it there.
        command.env("REDISCLI_AUTH", password).args(&args.arguments);
        command
    });
    become_one_of(commands, "valkey-cli or redis-cli", "sudo apt install redis-tools")
}

fn value<'a>(values: &'a [ConfigVar], name: &str) -> Option<&'a str> {
    values.iter().find(|variable| variable.name.name == name).map(|variable| variable.value.expose_secret())
}

fn no_password(addon: &Addon) -> Failure {
    Failure::new(
        Exit::Failed,
        format!("The platform tells no password of {}, so its client can't be opened.", addon.name),
    )
}

/// A file without a name, which only this program and the client that it becomes have.
fn secret_file(text: &str) -> std::io::Result<std::fs::File> {
    // Without CLOEXEC: the client inherits it. libpq wants a regular file that nobody else may read.
    let mut file = std::fs::File::from(memfd_create("attache-passfile", MemfdFlags::empty())?);
    file.set_permissions(Permissions::from_mode(0o600))?;
    file.write_all(text.as_bytes())?;
    Ok(file)
}

/// A client needs nothing that is ours.
fn forget(command: &mut Command, is_other: impl Fn(&str) -> bool) {
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("ATTACHE_") || is_other(name)) {
            command.env_remove(name);
        }
    }
}

fn become_one_of(commands: impl IntoIterator<Item = Command>, names: &str, install: &str) -> Failure {
    for mut command in commands {
        let error = command.exec();
        if error.kind() != ErrorKind::NotFound {
            let program = command.get_program().to_string_lossy().into_owned();
            return Failure::of_command(126, format!("{program} can't be run: {error}."));
        }
    }
    Failure::of_command(127, format!("{names} was not found. Install it with: {install}"))
}

/// The settings as lines for a shell. What is masked is a comment, so that a mask never becomes a value.
fn print(values: &[ConfigVar], reveal: bool) -> Result<(), Failure> {
    if values.is_empty() {
        output::note("It has no settings: an app that it is attached to gets no config vars.");
    }
    for variable in values {
        let (name, value) = (&variable.name.name, variable.value.expose_secret());
        let line = match is_secret(name) && !reveal {
            true => format!("# export {name}={MASK}  (masked; add --reveal)"),
            false => format!("export {name}={}", shell_quote(value)),
        };
        output::line(&line)?;
    }
    Ok(())
}

/// Whether a variable holds a password, by its name: a URL does, unless it is that of an S3 server.
fn is_secret(name: &str) -> bool {
    const OPEN: [&str; 14] = [
        "PGHOST",
        "PGPORT",
        "PGDATABASE",
        "PGUSER",
        "S3_BUCKET",
        "AWS_S3_BUCKET",
        "AWS_ACCESS_KEY_ID",
        "AWS_ENDPOINT_URL",
        "AWS_ENDPOINT_URL_S3",
        "AWS_S3_URL",
        "S3_FORCE_PATH_STYLE",
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
        "AWS_S3_REGION",
    ];
    !OPEN.contains(&name)
}
