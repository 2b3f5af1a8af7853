//! The program: arguments become the dashboard, a verb, or the local platform; an error becomes a sentence and an exit code.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use attache::app::Opening;
use attache::config::{ConfigFile, Endpoint, Paths, Profile, Wanted, list, resolve};
use attache::local::cli::{ListenArgs, PlatformArgs};
use attache::model::{ProfileName, printable};
use attache::platform::{Connection, Settings, connect};
use attache::runtime::{ColorChoice, DashboardOptions, Ways, choices, terminal};
use attache::verbs::{Context, Exit, Failure, VerbArgs, split_colon_spelling};
use clap::{Args, Parser, Subcommand, ValueEnum};

/// It gives back what is free. The C library's keeps what each thread has freed for that thread: every long list grew us.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

const EXIT_CODES: &str = "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 not confirmed, 4 timed out, 5 outcome unknown, \
6 not reached and nothing sent.\nWithout a command the dashboard opens; press ? there for its keys.";

/// Managed add-ons in a terminal: databases, caches and buckets, and the apps they are attached to
#[derive(Debug, Parser)]
#[command(version, after_help = EXIT_CODES)]
struct CommandLine {
    #[command(flatten)]
    global: GlobalArgs,
    #[command(subcommand)]
    command: Option<TopCommand>,
}

#[derive(Debug, Args)]
struct GlobalArgs {
    /// The profile to use (or ATTACHE_PROFILE)
    #[arg(long, global = true, value_name = "NAME")]
    profile: Option<String>,
    /// A platform without a profile: local, akkeris, heroku, orkestr or watasu, by the credential that its own tool keeps (read-only)
    #[arg(long, global = true, value_name = "PLATFORM")]
    platform: Option<String>,
    /// Where that platform is; the token is taken from ATTACHE_TOKEN, or is the one kept for that host
    #[arg(long, global = true, value_name = "URL")]
    endpoint: Option<String>,
    /// Where that platform's data API is, if it is another place (heroku)
    #[arg(long, global = true, value_name = "URL")]
    data_endpoint: Option<String>,
    /// Where the journal, samples of use and the cache are kept, in place of the home folder (or ATTACHE_STATE_DIR); without
    /// a home folder the local platform, too
    #[arg(long, global = true, value_name = "DIR")]
    state_dir: Option<PathBuf>,
    /// PEM file with certificates of authorities to trust beside the system's (or ATTACHE_CA_FILE; ca_file in a profile)
    #[arg(long, global = true, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// Refuse every write
    #[arg(long, global = true)]
    read_only: bool,
    /// When to use colour
    #[arg(long, global = true, value_name = "WHEN", value_enum, default_value_t = Color::Auto)]
    color: Color,
    /// Draw with ASCII characters only
    #[arg(long, global = true)]
    ascii: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
enum TopCommand {
    #[command(flatten)]
    Verb(Box<VerbArgs>),
    Platform(PlatformArgs),
}

fn main() -> ExitCode {
    let arguments = CommandLine::parse_from(split_colon_spelling(std::env::args_os()));
    let GlobalArgs { profile, platform, endpoint, data_endpoint, state_dir, ca_file, read_only, color, ascii } =
        arguments.global;
    let wanted =
        Wanted { profile, platform, endpoint, data_endpoint, read_only, state_dir, ca_file, is_on_screen: false };
    let outcome = color_eyre::install().and_then(|()| match arguments.command {
        Some(TopCommand::Verb(verb)) => match *verb {
            // What was not said is asked on the screen, where there is one.
            VerbArgs::Restore(args) if args.leaves_questions() && has_screen() => {
                run_dashboard(&wanted, color, ascii, Some(args.opening()))
            }
            verb => run_verb(verb, &wanted),
        },
        Some(TopCommand::Platform(platform)) => Ok(run_platform(platform, &wanted)),
        None => run_dashboard(&wanted, color, ascii, None),
    });
    outcome.unwrap_or_else(|report| {
        complain(&format!("{report:#}"));
        ExitCode::FAILURE
    })
}

fn complain(sentence: &str) {
    // There is nowhere left to say that standard error is closed.
    for line in sentence.lines() {
        drop(writeln!(std::io::stderr(), "attache: {}", printable(line)));
    }
}

fn run_verb(verb: VerbArgs, wanted: &Wanted) -> color_eyre::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    Ok(ExitCode::from(runtime.block_on(attache::verbs::run(verb, wanted))))
}

fn run_platform(platform: PlatformArgs, wanted: &Wanted) -> ExitCode {
    let paths = wanted.paths().and_then(|paths| paths.local().cloned());
    attache::local::cli::run(platform, paths).unwrap_or_else(|error| {
        complain(&error.message);
        error.exit_code()
    })
}

/// Whether the dashboard can be shown here.
fn has_screen() -> bool {
    terminal::check(std::env::var("TERM").ok().as_deref()).is_ok()
}

fn run_dashboard(wanted: &Wanted, color: Color, ascii: bool, opening: Option<Opening>) -> color_eyre::Result<ExitCode> {
    let context = match Context::find(wanted) {
        Ok((context, _)) => context,
        Err(Failure { exit, message, .. }) => {
            complain(&message);
            return Ok(exit_code(exit));
        }
    };
    let Context { profile, paths, file, notify, notice } = context;
    let env = |name: &str| std::env::var(name).ok();
    let listing = list(&file, &paths, &env);
    let is_flagged = wanted.read_only;
    let ca_file = wanted.ca_file.clone();
    let ways =
        Arc::new(Configured { file, paths: paths.clone(), is_flagged, ca_file, was_woken: AtomicBool::new(false) });
    let options = DashboardOptions {
        profiles: choices(&listing, &profile, is_flagged),
        ways: Arc::clone(&ways) as Arc<dyn Ways>,
        profile,
        paths: paths.clone(),
        color: match color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        },
        ascii,
        opening,
        notify,
        notice,
    };
    let left = attache::runtime::run(options)?;
    let was_refused = left == exit_code(Exit::Usage);
    if ways.was_woken.load(Ordering::Relaxed) && !was_refused && answers(&paths) {
        complain("The local platform and its servers go on running. Stop them with: attache platform down");
    }
    Ok(left)
}

/// The ways into the profiles of the configuration, and into what was found beside it.
struct Configured {
    file: ConfigFile,
    paths: Paths,
    /// Whether nothing is written in this run.
    is_flagged: bool,
    /// `--ca-file`.
    ca_file: Option<PathBuf>,
    /// Whether the embedded platform was used.
    was_woken: AtomicBool,
}

impl Ways for Configured {
    fn find(&self, name: &ProfileName) -> Result<Profile, String> {
        let name = Some(name.as_str().to_owned());
        let is_profile = self.file.names().iter().any(|known| name.as_deref() == Some(*known));
        let (profile, platform) = if is_profile { (name, None) } else { (None, name) };
        let wanted = Wanted {
            profile,
            platform,
            read_only: self.is_flagged,
            is_on_screen: true,
            ca_file: self.ca_file.clone(),
            ..Wanted::default()
        };
        let found = resolve(&wanted, &self.file, &self.paths, &|name| std::env::var(name).ok());
        found.map(|resolved| resolved.profile).map_err(|error| error.0)
    }

    fn connect(&self, profile: &Profile) -> Result<Connection, String> {
        connect(profile, Settings::watched().remembering(self.paths.state.as_deref()))
            .map_err(|error| error.to_string())
    }

    fn wake(&self, profile: &Profile) -> Result<(), String> {
        if matches!(profile.endpoint, Endpoint::Unix(_)) {
            self.was_woken.store(true, Ordering::Relaxed);
            embedded(&self.paths)?;
        }
        Ok(())
    }
}

/// With no account at all, the dashboard brings its own platform: it is started unless it runs already.
fn embedded(paths: &Paths) -> Result<(), String> {
    if answers(paths) {
        return Ok(());
    }
    let paths = paths.local().map_err(|error| error.to_string())?;
    attache::local::cli::start(paths, &ListenArgs::default()).map(drop).map_err(|error| error.message)
}

/// Whether anybody listens on the local platform's socket.
fn answers(paths: &Paths) -> bool {
    paths.local().is_ok_and(|paths| std::os::unix::net::UnixStream::connect(paths.socket()).is_ok())
}

fn exit_code(exit: Exit) -> ExitCode {
    ExitCode::from(exit.code())
}
