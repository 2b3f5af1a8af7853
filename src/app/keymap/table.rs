//! The default bindings.

use crossterm::event::KeyCode;

use super::Context::{
    Anywhere, Backups, ConfirmButton, ConfirmKey, ConfirmTyped, Course, Errors, Filter, Form, List, Main, Operations,
    Preparing, RestoreLine, RestoreList, Search, Sheet,
};
use super::{Binding, Context, Intent, Key};
use crate::app::ui::Pane;

const UP: Key = Key::code(KeyCode::Up);
const DOWN: Key = Key::code(KeyCode::Down);
const LEFT: Key = Key::code(KeyCode::Left);
const RIGHT: Key = Key::code(KeyCode::Right);
const ENTER: Key = Key::code(KeyCode::Enter);
const ESC: Key = Key::code(KeyCode::Esc);
const TAB: Key = Key::code(KeyCode::Tab);
const BACK_TAB: Key = Key::code(KeyCode::BackTab);
const PAGE_UP: Key = Key::code(KeyCode::PageUp);
const PAGE_DOWN: Key = Key::code(KeyCode::PageDown);
const HOME: Key = Key::code(KeyCode::Home);
const END: Key = Key::code(KeyCode::End);

/// Keys that terminals, multiplexers and shells keep for themselves: no binding uses them but those that mean what they mean
/// everywhere (Ctrl-C, Ctrl-Z, and Ctrl-D for half a page).
pub const RESERVED: &[char] = &['a', 'b', 's', 'q', 'h', 'j', 'k', 'l', 'i', 'm', ' '];

const fn line(
    context: Context,
    intent: Intent,
    keys: &'static [Key],
    name: &'static str,
    description: &'static str,
) -> Binding {
    Binding { intent, context, keys, name, description, bar: None, dangerous: false }
}

const fn bar(binding: Binding, word: &'static str) -> Binding {
    Binding { bar: Some(word), ..binding }
}

const fn writes(binding: Binding) -> Binding {
    Binding { dangerous: true, ..binding }
}

/// All bindings.
pub const BINDINGS: &[Binding] = &[
    line(Anywhere, Intent::Quit, &[Key::ctrl('c')], "quit-now", "Quit"),
    line(Anywhere, Intent::Suspend, &[Key::ctrl('z')], "suspend", "Back to the shell; fg returns"),
    // Writes first, so that the key bar of the panes shows them first.
    bar(writes(line(Main, Intent::Create, &[Key::char('C')], "create", "Create an add-on")), "create"),
    bar(writes(line(Main, Intent::Attach, &[Key::char('A')], "attach", "Attach the add-on to an app")), "attach"),
    bar(writes(line(Main, Intent::Detach, &[Key::char('X')], "detach", "Detach the add-on from an app")), "detach"),
    bar(writes(line(Main, Intent::BackUp, &[Key::char('B')], "back-up", "Back up the add-on")), "back up"),
    writes(line(Main, Intent::FindAndRestore, &[], "restore", "Find a database and restore it")),
    bar(writes(line(Main, Intent::Restore, &[Key::char('R')], "restore-add-on", "Restore the add-on")), "restore"),
    bar(writes(line(Main, Intent::Promote, &[Key::char('P')], "promote", "Switch apps to this add-on")), "promote"),
    bar(writes(line(Main, Intent::ChangePlan, &[Key::char('U')], "change-plan", "Change the plan")), "plan"),
    bar(
        writes(line(Main, Intent::Destroy, &[Key::char('D')], "destroy", "Destroy the add-on and its data")),
        "destroy",
    ),
    // What is done seldom has no key of its own: it is in the action menu and in the palette.
    writes(line(Main, Intent::Rename, &[], "rename", "Rename the add-on")),
    writes(line(Main, Intent::Rotate, &[], "rotate", "Rotate the credentials")),
    writes(line(Main, Intent::Restart, &[], "restart", "Restart the add-on's server")),
    writes(line(Main, Intent::Sleep, &[], "sleep", "Put the add-on to sleep")),
    writes(line(Main, Intent::Wake, &[], "wake", "Wake the add-on")),
    writes(line(Main, Intent::CancelBackup, &[], "cancel-backup", "Stop the backup or restore under way")),
    writes(line(Main, Intent::Follow, &[], "follow", "Make a follower of the add-on")),
    writes(line(Main, Intent::Fork, &[], "fork", "Fork the add-on, now or at a moment")),
    line(Main, Intent::ServiceActions, &[], "service-actions", "Actions of the add-on's service"),
    writes(line(Main, Intent::MaintenanceOn, &[], "maintenance-on", "Put the attachment's app into maintenance")),
    writes(line(Main, Intent::MaintenanceOff, &[], "maintenance-off", "Take the attachment's app out of maintenance")),
    writes(line(Main, Intent::ScheduleBackups, &[], "schedule", "Schedule the add-on's backups")),
    writes(line(Main, Intent::AutoBackupsOn, &[], "auto-backups-on", "Switch the add-on's automatic backups on")),
    writes(line(Main, Intent::AutoBackupsOff, &[], "auto-backups-off", "Switch the add-on's automatic backups off")),
    writes(line(Main, Intent::Redeploy, &[], "redeploy", "Deploy an environment of the add-on's app again")),
    writes(line(Main, Intent::RollBack, &[], "roll-back", "Take an environment back to an earlier deployment")),
    writes(line(Main, Intent::DeleteBackup, &[], "delete-backup", "Delete a backup")),
    writes(line(Main, Intent::SendAgain, &[], "send-again", "Send an unknown operation again")),
    line(Main, Intent::AllBackups, &[], "all-backups", "Show all backups, also of add-ons that are gone"),
    line(Main, Intent::Log, &[], "log", "Show the log of the add-on's server"),
    writes(line(Main, Intent::Unlock, &[Key::char('!')], "unlock", "Unlock or lock a read-only profile")),
    bar(
        line(Main, Intent::Find, &[Key::char('/')], "find", "Filter by add-on, app, alias, variable or service"),
        "find",
    ),
    bar(line(Main, Intent::ActionMenu, &[Key::char('m')], "actions", "All actions on the add-on"), "actions"),
    bar(line(Main, Intent::CopyMenu, &[Key::char('y')], "copy", "Copy something of the add-on"), "copy"),
    bar(line(Main, Intent::Palette, &[Key::char(':')], "palette", "Run a command by its name"), "commands"),
    bar(line(Main, Intent::Help, &[Key::char('?')], "help", "Show the keys"), "help"),
    bar(line(Main, Intent::Quit, &[Key::char('q')], "quit", "Quit"), "quit"),
    line(Main, Intent::Down, &[Key::char('j'), DOWN], "down", "Down"),
    line(Main, Intent::Up, &[Key::char('k'), UP], "up", "Up"),
    line(Main, Intent::Top, &[Key::char('g'), HOME], "top", "To the first"),
    line(Main, Intent::Bottom, &[Key::char('G'), END], "bottom", "To the last"),
    line(Main, Intent::PageDown, &[PAGE_DOWN], "page-down", "A page down"),
    line(Main, Intent::PageUp, &[PAGE_UP], "page-up", "A page up"),
    line(Main, Intent::HalfDown, &[Key::ctrl('d')], "half-down", "Half a page down"),
    line(Main, Intent::HalfUp, &[Key::ctrl('u')], "half-up", "Half a page up"),
    line(Main, Intent::PaneNext, &[TAB, Key::char('l'), RIGHT], "next-pane", "To the next pane"),
    line(Main, Intent::PanePrevious, &[BACK_TAB, Key::char('h'), LEFT], "previous-pane", "To the previous pane"),
    line(Main, Intent::Pane(Pane::Addons), &[Key::char('1')], "pane-add-ons", "To the add-ons"),
    line(Main, Intent::Pane(Pane::Attachments), &[Key::char('2')], "pane-attachments", "To the attachments"),
    line(Main, Intent::Pane(Pane::Plan), &[Key::char('3')], "pane-plan", "To the plan"),
    line(Main, Intent::Pane(Pane::Status), &[Key::char('4')], "pane-status", "To the status"),
    line(Main, Intent::Pane(Pane::Backups), &[Key::char('5')], "pane-backups", "To the backups"),
    line(Main, Intent::Open, &[ENTER], "open", "Open what is under the cursor"),
    line(Main, Intent::Back, &[ESC], "back", "Back; never quits"),
    line(Main, Intent::Mark, &[Key::char(' ')], "mark", "Mark or unmark, for copying"),
    line(Main, Intent::Sort, &[Key::char('s')], "sort", "Sort by the next column"),
    line(Main, Intent::Describe, &[Key::char('d')], "describe", "Describe the add-on"),
    line(Main, Intent::Timeline, &[Key::char('t')], "timeline", "Show the add-on's timeline"),
    line(Main, Intent::Variables, &[Key::char('v')], "variables", "Show the variable names, never values"),
    line(Main, Intent::Operations, &[Key::char('o')], "operations", "Show the operations"),
    line(Main, Intent::Undo, &[], "undo", "Propose the way back from the last finished operation"),
    line(Main, Intent::Procedures, &[Key::char('c')], "procedures", "Show the procedure under way"),
    line(Main, Intent::Errors, &[Key::char('e')], "errors", "Show the errors"),
    line(Main, Intent::Profile, &[Key::char('p')], "profile", "Show the profile"),
    line(Main, Intent::Refresh, &[Key::char('r')], "refresh", "Read everything again and repaint"),
    bar(line(Filter, Intent::Accept, &[ENTER], "filter-keep", "Keep the filter"), "keep"),
    bar(line(Filter, Intent::Back, &[ESC], "filter-clear", "Clear the filter"), "clear"),
    line(Filter, Intent::Down, &[DOWN], "filter-down", "Down in the list"),
    line(Filter, Intent::Up, &[UP], "filter-up", "Up in the list"),
    line(Filter, Intent::PageDown, &[PAGE_DOWN], "filter-page-down", "A page down in the list"),
    line(Filter, Intent::PageUp, &[PAGE_UP], "filter-page-up", "A page up in the list"),
    bar(line(List, Intent::Accept, &[ENTER], "list-accept", "Take what is under the cursor"), "take"),
    bar(line(List, Intent::Back, &[ESC, Key::char('q')], "list-back", "Back"), "back"),
    line(List, Intent::Down, &[Key::char('j'), DOWN, TAB], "list-down", "Down"),
    line(List, Intent::Up, &[Key::char('k'), UP, BACK_TAB], "list-up", "Up"),
    line(List, Intent::Top, &[Key::char('g'), HOME], "list-top", "To the first"),
    line(List, Intent::Bottom, &[Key::char('G'), END], "list-bottom", "To the last"),
    line(List, Intent::PageDown, &[PAGE_DOWN], "list-page-down", "A page down"),
    line(List, Intent::PageUp, &[PAGE_UP], "list-page-up", "A page up"),
    bar(line(Form, Intent::Next, &[TAB], "form-next", "To the next field; takes the suggestion"), "next field"),
    line(Form, Intent::Previous, &[BACK_TAB], "form-previous", "To the previous field"),
    line(Form, Intent::Down, &[DOWN], "form-down", "To the next suggestion"),
    line(Form, Intent::Up, &[UP], "form-up", "To the previous suggestion"),
    bar(line(Form, Intent::Accept, &[ENTER], "form-accept", "On; from the last field to the summary"), "on"),
    bar(line(Form, Intent::Back, &[ESC], "form-back", "Back"), "back"),
    bar(line(Search, Intent::Accept, &[ENTER], "search-accept", "Run what is under the cursor"), "run"),
    bar(line(Search, Intent::Back, &[ESC], "search-back", "Back"), "back"),
    line(Search, Intent::Down, &[DOWN, TAB], "search-down", "Down"),
    line(Search, Intent::Up, &[UP, BACK_TAB], "search-up", "Up"),
    line(Search, Intent::PageDown, &[PAGE_DOWN], "search-page-down", "A page down"),
    line(Search, Intent::PageUp, &[PAGE_UP], "search-page-up", "A page up"),
    bar(line(Sheet, Intent::Back, &[ESC, Key::char('q'), ENTER], "sheet-back", "Back"), "back"),
    line(Sheet, Intent::Down, &[Key::char('j'), DOWN], "sheet-down", "Down"),
    line(Sheet, Intent::Up, &[Key::char('k'), UP], "sheet-up", "Up"),
    line(Sheet, Intent::Top, &[Key::char('g'), HOME], "sheet-top", "To the first line"),
    line(Sheet, Intent::Bottom, &[Key::char('G'), END], "sheet-bottom", "To the last line"),
    line(Sheet, Intent::PageDown, &[PAGE_DOWN, Key::char(' ')], "sheet-page-down", "A page down"),
    line(Sheet, Intent::PageUp, &[PAGE_UP], "sheet-page-up", "A page up"),
    bar(
        line(Sheet, Intent::Next, &[TAB, Key::char('l'), RIGHT], "sheet-next", "To the next app, in variables"),
        "next app",
    ),
    line(Sheet, Intent::Previous, &[BACK_TAB, Key::char('h'), LEFT], "sheet-previous", "To the previous app"),
    line(Sheet, Intent::Refresh, &[Key::char('r')], "sheet-refresh", "Read everything again"),
    bar(line(Operations, Intent::Open, &[ENTER], "operation-open", "Show it in full, and back"), "in full"),
    bar(
        writes(line(
            Operations,
            Intent::SendAgain,
            &[Key::char('S')],
            "operation-again",
            "Send it again, once confirmed",
        )),
        "send again",
    ),
    bar(line(Operations, Intent::Undo, &[Key::char('u')], "operation-undo", "Propose the way back"), "undo"),
    bar(line(Operations, Intent::Note, &[Key::char('x')], "note", "Take note of an unknown outcome"), "take note"),
    bar(
        line(
            Operations,
            Intent::HandOff,
            &[Key::char('H')],
            "operation-hand-off",
            "Copy the line with which another account or machine goes on with it",
        ),
        "hand off",
    ),
    bar(
        writes(line(Operations, Intent::TakeOver, &[Key::char('T')], "operation-take-over", "Take over a procedure")),
        "take over",
    ),
    bar(line(Operations, Intent::Log, &[Key::char('l')], "operation-log", "Show what the platform wrote of it"), "log"),
    bar(line(Operations, Intent::Back, &[ESC, Key::char('q')], "operation-back", "Back"), "back"),
    line(Operations, Intent::Down, &[Key::char('j'), DOWN], "operation-down", "Down"),
    line(Operations, Intent::Up, &[Key::char('k'), UP], "operation-up", "Up"),
    line(Operations, Intent::Top, &[Key::char('g'), HOME], "operation-top", "To the first"),
    line(Operations, Intent::Bottom, &[Key::char('G'), END], "operation-bottom", "To the last"),
    line(Operations, Intent::PageDown, &[PAGE_DOWN, Key::char(' ')], "operation-page-down", "A page down"),
    line(Operations, Intent::PageUp, &[PAGE_UP], "operation-page-up", "A page up"),
    line(Operations, Intent::Refresh, &[Key::char('r')], "operation-refresh", "Read everything again"),
    bar(line(Errors, Intent::Open, &[ENTER], "error-open", "Show it in full, and back"), "in full"),
    bar(
        line(Errors, Intent::CopyMenu, &[Key::char('y')], "error-copy", "Copy a report of it, without secrets"),
        "copy report",
    ),
    bar(line(Errors, Intent::Back, &[ESC, Key::char('q')], "error-back", "Back"), "back"),
    line(Errors, Intent::Down, &[Key::char('j'), DOWN], "error-down", "Down"),
    line(Errors, Intent::Up, &[Key::char('k'), UP], "error-up", "Up"),
    line(Errors, Intent::Top, &[Key::char('g'), HOME], "error-top", "To the newest"),
    line(Errors, Intent::Bottom, &[Key::char('G'), END], "error-bottom", "To the oldest"),
    line(Errors, Intent::PageDown, &[PAGE_DOWN, Key::char(' ')], "error-page-down", "A page down"),
    line(Errors, Intent::PageUp, &[PAGE_UP], "error-page-up", "A page up"),
    line(Errors, Intent::Refresh, &[Key::char('r')], "error-refresh", "Read everything again"),
    bar(line(RestoreLine, Intent::Accept, &[ENTER], "restore-line-on", "On to the next stage"), "on"),
    bar(line(RestoreLine, Intent::Back, &[ESC], "restore-line-back", "One stage back; nothing is lost"), "back"),
    bar(line(RestoreLine, Intent::Next, &[TAB], "restore-line-next", "To the next line, among the steps"), "next"),
    line(RestoreLine, Intent::Previous, &[BACK_TAB], "restore-line-previous", "To the previous line, among the steps"),
    line(RestoreLine, Intent::Down, &[DOWN], "restore-line-down", "Down in the list"),
    line(RestoreLine, Intent::Up, &[UP], "restore-line-up", "Up in the list"),
    line(RestoreLine, Intent::PageDown, &[PAGE_DOWN], "restore-line-page-down", "A page down in the list"),
    line(RestoreLine, Intent::PageUp, &[PAGE_UP], "restore-line-page-up", "A page up in the list"),
    bar(line(RestoreLine, Intent::Refresh, &[Key::ctrl('r')], "restore-line-refresh", "Read it again"), "read again"),
    bar(line(RestoreList, Intent::Accept, &[ENTER], "restore-list-on", "On to the next stage"), "on"),
    bar(
        line(RestoreList, Intent::Mark, &[Key::char(' ')], "restore-list-mark", "Take a step, or leave it out"),
        "take or leave",
    ),
    bar(
        line(RestoreList, Intent::Back, &[ESC, Key::char('q')], "restore-list-back", "One stage back; nothing is lost"),
        "back",
    ),
    bar(line(RestoreList, Intent::Next, &[TAB], "restore-list-next", "To the name of the replacement"), "name"),
    line(RestoreList, Intent::Previous, &[BACK_TAB], "restore-list-previous", "To the plan of the replacement"),
    line(RestoreList, Intent::Down, &[Key::char('j'), DOWN], "restore-list-down", "Down"),
    line(RestoreList, Intent::Up, &[Key::char('k'), UP], "restore-list-up", "Up"),
    line(RestoreList, Intent::Top, &[Key::char('g'), HOME], "restore-list-top", "To the first"),
    line(RestoreList, Intent::Bottom, &[Key::char('G'), END], "restore-list-bottom", "To the last"),
    line(RestoreList, Intent::PageDown, &[PAGE_DOWN], "restore-list-page-down", "A page down"),
    line(RestoreList, Intent::PageUp, &[PAGE_UP], "restore-list-page-up", "A page up"),
    bar(
        line(RestoreList, Intent::Refresh, &[Key::char('r'), Key::ctrl('r')], "restore-list-refresh", "Read it again"),
        "read again",
    ),
    bar(writes(line(Backups, Intent::Restore, &[Key::char('R'), ENTER], "backup-restore", "Restore it")), "restore"),
    bar(writes(line(Backups, Intent::DeleteBackup, &[Key::char('D')], "backup-delete", "Delete it")), "delete"),
    bar(writes(line(Backups, Intent::BackUp, &[Key::char('B')], "backup-new", "Back up the add-on")), "back up"),
    writes(line(Backups, Intent::CancelBackup, &[Key::char('S')], "backup-cancel", "Stop one that is under way")),
    bar(line(Backups, Intent::CopyMenu, &[Key::char('y')], "backup-copy", "Copy something of it"), "copy"),
    bar(line(Backups, Intent::Back, &[ESC, Key::char('q')], "backup-back", "Back"), "back"),
    line(Backups, Intent::Down, &[Key::char('j'), DOWN], "backup-down", "Down"),
    line(Backups, Intent::Up, &[Key::char('k'), UP], "backup-up", "Up"),
    line(Backups, Intent::Top, &[Key::char('g'), HOME], "backup-top", "To the newest"),
    line(Backups, Intent::Bottom, &[Key::char('G'), END], "backup-bottom", "To the oldest"),
    line(Backups, Intent::PageDown, &[PAGE_DOWN], "backup-page-down", "A page down"),
    line(Backups, Intent::PageUp, &[PAGE_UP], "backup-page-up", "A page up"),
    line(Backups, Intent::Refresh, &[Key::char('r')], "backup-refresh", "Read everything again"),
    bar(line(Course, Intent::Accept, &[ENTER], "course-on", "Go on with what is next; it is confirmed first"), "go on"),
    bar(writes(line(Course, Intent::Good, &[Key::char('G')], "course-good", "What was checked is good")), "good"),
    bar(
        line(Course, Intent::NotGood, &[Key::char('N')], "course-not-good", "What was checked is not good"),
        "not good",
    ),
    bar(
        writes(line(Course, Intent::Attach, &[Key::char('A')], "course-attach", "Attach it to a test app")),
        "test app",
    ),
    bar(
        line(Course, Intent::CopyMenu, &[Key::char('y')], "course-copy", "Copy the line that connects to it"),
        "copy line",
    ),
    bar(
        writes(line(Course, Intent::TakeOver, &[Key::char('T')], "course-take-over", "Take over from who drives it")),
        "take over",
    ),
    bar(line(Course, Intent::ActionMenu, &[Key::char('m')], "course-menu", "All that can be done now"), "choices"),
    bar(writes(line(Course, Intent::StopCourse, &[Key::char('S')], "course-stop", "Stop here")), "stop"),
    bar(line(Course, Intent::Back, &[ESC, Key::char('q')], "course-back", "Back; it goes on"), "back"),
    line(Course, Intent::Down, &[Key::char('j'), DOWN], "course-down", "To the next step"),
    line(Course, Intent::Up, &[Key::char('k'), UP], "course-up", "To the step before"),
    line(Course, Intent::Top, &[Key::char('g'), HOME], "course-top", "To the first step"),
    line(Course, Intent::Bottom, &[END], "course-bottom", "To the last step"),
    line(Course, Intent::PageDown, &[PAGE_DOWN], "course-page-down", "A page down in the text"),
    line(Course, Intent::PageUp, &[PAGE_UP], "course-page-up", "A page up in the text"),
    line(Course, Intent::Refresh, &[Key::char('r')], "course-refresh", "Read everything again"),
    bar(line(Preparing, Intent::Back, &[ESC], "preparing-back", "Give it up; nothing was sent"), "give up"),
    bar(
        line(ConfirmButton, Intent::Next, &[TAB, RIGHT, Key::char('l')], "button-next", "To the other button"),
        "button",
    ),
    line(ConfirmButton, Intent::Previous, &[BACK_TAB, LEFT, Key::char('h')], "button-previous", "To the other button"),
    bar(writes(line(ConfirmButton, Intent::Accept, &[ENTER], "button-press", "Press the button")), "press"),
    bar(line(ConfirmButton, Intent::Back, &[ESC, Key::char('n')], "button-cancel", "Cancel"), "cancel"),
    line(ConfirmButton, Intent::Down, &[DOWN, Key::char('j')], "button-down", "Down in the text"),
    line(ConfirmButton, Intent::Up, &[UP, Key::char('k')], "button-up", "Up in the text"),
    line(ConfirmButton, Intent::PageDown, &[PAGE_DOWN], "button-page-down", "A page down in the text"),
    line(ConfirmButton, Intent::PageUp, &[PAGE_UP], "button-page-up", "A page up in the text"),
    bar(
        line(ConfirmButton, Intent::CopyCommand, &[Key::ctrl('y')], "button-copy", "Copy the command line"),
        "copy line",
    ),
    bar(
        line(ConfirmButton, Intent::CopyRequest, &[Key::ctrl('o')], "button-copy-request", "Copy the request"),
        "request",
    ),
    bar(writes(line(ConfirmKey, Intent::Confirm, &[Key::char('y')], "key-confirm", "Do it")), "do it"),
    bar(line(ConfirmKey, Intent::Back, &[ESC, ENTER, Key::char('n')], "key-cancel", "Cancel"), "cancel"),
    line(ConfirmKey, Intent::Down, &[DOWN, Key::char('j')], "key-down", "Down in the text"),
    line(ConfirmKey, Intent::Up, &[UP, Key::char('k')], "key-up", "Up in the text"),
    line(ConfirmKey, Intent::PageDown, &[PAGE_DOWN], "key-page-down", "A page down in the text"),
    line(ConfirmKey, Intent::PageUp, &[PAGE_UP], "key-page-up", "A page up in the text"),
    bar(line(ConfirmKey, Intent::CopyCommand, &[Key::ctrl('y')], "key-copy", "Copy the command line"), "copy line"),
    bar(line(ConfirmKey, Intent::CopyRequest, &[Key::ctrl('o')], "key-copy-request", "Copy the request"), "request"),
    bar(
        writes(line(ConfirmTyped, Intent::Accept, &[ENTER], "typed-confirm", "Do it, once the name is there")),
        "do it",
    ),
    bar(line(ConfirmTyped, Intent::Back, &[ESC], "typed-cancel", "Cancel"), "cancel"),
    line(ConfirmTyped, Intent::Down, &[DOWN], "typed-down", "Down in the text"),
    line(ConfirmTyped, Intent::Up, &[UP], "typed-up", "Up in the text"),
    line(ConfirmTyped, Intent::PageDown, &[PAGE_DOWN], "typed-page-down", "A page down in the text"),
    line(ConfirmTyped, Intent::PageUp, &[PAGE_UP], "typed-page-up", "A page up in the text"),
    bar(line(ConfirmTyped, Intent::CopyCommand, &[Key::ctrl('y')], "typed-copy", "Copy the command line"), "copy line"),
    bar(
        line(ConfirmTyped, Intent::CopyRequest, &[Key::ctrl('o')], "typed-copy-request", "Copy the request"),
        "request",
    ),
];
