//! The bindings as data. Key bar, help, palette, action menu and dispatch all read the one table. An action that can't be
//! done stays visible, with the reason. **Lower case never writes.**

mod key;
mod reasons;
mod table;

pub use key::Key;
pub use reasons::disabled;
pub(crate) use reasons::disabled_for;
pub use table::{BINDINGS, RESERVED};

use super::ui::Pane;

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the table describes each of them in the words that people see")]
pub enum Intent {
    Up,
    Down,
    PageUp,
    PageDown,
    HalfUp,
    HalfDown,
    Top,
    Bottom,
    PaneNext,
    PanePrevious,
    Pane(Pane),
    Open,
    Back,
    Mark,
    Find,
    Palette,
    Help,
    Sort,
    Describe,
    Timeline,
    Variables,
    Operations,
    Errors,
    Profile,
    ShowProfile,
    Polling,
    Combined,
    Refresh,
    CopyMenu,
    ActionMenu,
    Quit,
    Suspend,
    Create,
    Attach,
    Detach,
    BackUp,
    Restore,
    FindAndRestore,
    Promote,
    ChangePlan,
    Destroy,
    Rename,
    Rotate,
    Restart,
    Sleep,
    Wake,
    SendAgain,
    MaintenanceOn,
    MaintenanceOff,
    DeleteBackup,
    CancelBackup,
    ServiceActions,
    Follow,
    Fork,
    ScheduleBackups,
    AllBackups,
    Log,
    Redeploy,
    RollBack,
    AutoBackupsOn,
    AutoBackupsOff,
    Unlock,
    Accept,
    Next,
    Previous,
    Confirm,
    CopyCommand,
    CopyRequest,
    Note,
    Undo,
    Procedures,
    Good,
    NotGood,
    StopCourse,
    TakeOver,
    HandOff,
}

/// Where a binding holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Context {
    /// Everywhere, before all else.
    Anywhere,
    /// In the panes.
    Main,
    /// While the filter is typed.
    Filter,
    /// In menus and other lists.
    List,
    /// In forms.
    Form,
    /// In the palette and the help, where letters are looked for.
    Search,
    /// In a procedure.
    Course,
    /// In sheets.
    Sheet,
    /// Among the errors.
    Errors,
    /// On the way to a restore, where a line is filled in.
    RestoreLine,
    /// On the way to a restore, where something is chosen.
    RestoreList,
    /// In the operations.
    Operations,
    /// In the add-ons of all profiles.
    Combined,
    /// In the backups on all of the screen.
    Backups,
    /// While a target is read.
    Preparing,
    /// In a confirmation with buttons.
    ConfirmButton,
    /// In a confirmation by `y`.
    ConfirmKey,
    /// In a confirmation by a typed name.
    ConfirmTyped,
}

impl Context {
    /// The heading in the help.
    pub fn title(self) -> &'static str {
        match self {
            Context::Anywhere => "Everywhere",
            Context::Main => "Panes",
            Context::Filter => "Filter",
            Context::List => "Menus and lists",
            Context::Form => "Forms",
            Context::Search => "Palette and help",
            Context::Course => "Procedures",
            Context::Sheet => "Sheets",
            Context::Operations => "Operations",
            Context::Errors => "Errors",
            Context::RestoreLine => "On the way to a restore: lines",
            Context::RestoreList => "On the way to a restore: lists",
            Context::Combined => "All profiles",
            Context::Backups => "Backups in full",
            Context::Preparing => "While a target is read",
            Context::ConfirmButton => "Confirming what only adds",
            Context::ConfirmKey => "Confirming what interrupts",
            Context::ConfirmTyped => "Confirming what destroys",
        }
    }

    /// Whether letters without a binding are typed into a line.
    pub fn takes_text(self) -> bool {
        matches!(self, Context::Filter | Context::Form | Context::Search | Context::RestoreLine | Context::ConfirmTyped)
    }
}

/// One line of the table.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
    /// What it asks for.
    pub intent: Intent,
    /// Where it holds.
    pub context: Context,
    /// The keys, the one to show first.
    pub keys: &'static [Key],
    /// The stable name, for the palette and for the configuration.
    pub name: &'static str,
    /// What it does, for help and menus.
    pub description: &'static str,
    /// The word in the key bar; `None` keeps it out of there.
    pub bar: Option<&'static str>,
    /// Whether it leads to a write.
    pub dangerous: bool,
}

/// The intent of a key in a context.
pub fn lookup(context: Context, key: Key) -> Option<Intent> {
    let find = |context| BINDINGS.iter().find(|binding| binding.context == context && binding.keys.contains(&key));
    find(Context::Anywhere).or_else(|| find(context)).map(|binding| binding.intent)
}

/// The line of the table for an intent, that of the panes first.
pub fn binding(intent: Intent) -> Option<&'static Binding> {
    let find = |is_here: fn(&Binding) -> bool| BINDINGS.iter().find(|line| line.intent == intent && is_here(line));
    find(|line| line.context == Context::Main).or_else(|| find(|_| true))
}

/// The key to show for an intent in the panes; its name in the palette if it has none.
pub fn shown_key(intent: Intent) -> String {
    binding(intent).map_or_else(String::new, |binding| {
        binding.keys.first().map_or_else(|| format!(":{}", binding.name), Key::to_string)
    })
}

/// A line of the help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HelpLine {
    /// Where it holds.
    pub context: Context,
    /// All its keys.
    pub keys: String,
    /// What it does.
    pub description: &'static str,
    /// Whether it leads to a write.
    pub dangerous: bool,
}

/// The lines of the help that contain what is looked for, in the table's order.
pub fn help(search: &str) -> Vec<HelpLine> {
    let search = search.trim().to_lowercase();
    BINDINGS
        .iter()
        .map(|binding| HelpLine {
            context: binding.context,
            keys: match binding.keys {
                [] => shown_key(binding.intent),
                keys => keys.iter().map(Key::to_string).collect::<Vec<_>>().join(" "),
            },
            description: binding.description,
            dangerous: binding.dangerous,
        })
        .filter(|line| {
            search.is_empty()
                || line.description.to_lowercase().contains(&search)
                || line.keys.to_lowercase().contains(&search)
                || line.context.title().to_lowercase().contains(&search)
        })
        .collect()
}

/// One hint of the key bar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyHint {
    /// The key.
    pub key: String,
    /// The word.
    pub word: &'static str,
    /// Whether it leads to a write.
    pub dangerous: bool,
    /// Why it can't be done now; then it is dimmed.
    pub disabled: Option<String>,
}

#[cfg(test)]
mod tests;
