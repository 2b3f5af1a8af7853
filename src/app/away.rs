//! What is said to somebody who does not look at the screen: the window's title, the news of an end, the words at leaving.

use super::{Now, State};
use crate::model::{Course, Next, Operation, Outcome, Progress, printable};

/// The most characters of a sentence in a title.
const TITLE: usize = 60;

impl State {
    /// The window's title: danger and profile, and what is under way and how far it is. Of that, the last one that was begun by name.
    pub fn title(&self) -> String {
        let running: Vec<&Operation> =
            self.operations.values().filter(|operation| !operation.outcome.is_end()).collect();
        let danger = self.session.danger_word().map_or_else(String::new, |word| format!("{word} "));
        let place = printable(&format!("attache: {danger}{}", self.session.place()));
        let Some(last) = running.last() else { return place };
        let far = self.progress(last).and_then(|progress| tenths(&progress));
        let far = far.map_or_else(String::new, |tenths| format!(" {} %", tenths * 10));
        let sentence: String = printable(&last.command.sentence()).chars().take(TITLE).collect();
        format!("{place}, {} running ({sentence}{far})", running.len())
    }

    /// Says something at the start, once: as a notice, and as a line of the activity, where it can be read again.
    pub fn say(&mut self, text: String, now: Now) {
        super::update::say(self, text, now);
    }

    /// How far the platform is with an operation, as far as the rows that were read tell.
    fn progress(&self, operation: &Operation) -> Option<Progress> {
        let id = operation.addon_id.as_deref().or(operation.command.addon_id())?;
        let work = self.store.addons.get(&self.store.key(id))?.addon.work.as_deref()?;
        (operation.work_id.as_ref() == Some(&work.id)).then(|| work.progress.clone())?
    }

    /// What goes on after leaving, and what waits for somebody, one line each.
    pub fn parting(&self) -> Vec<String> {
        // A step of a procedure is told with the procedure.
        let of_course = |one: &Operation| {
            self.open_courses().any(|course| course.operations().any(|operation| operation.id == one.id))
        };
        let operations = self.open_operations().filter(|operation| !of_course(operation)).map(operation_line);
        let left =
            self.left.iter().map(|left| format!("Profile {}: {}", left.profile, operation_line(&left.operation)));
        operations.chain(self.open_courses().map(course_line)).chain(left).collect()
    }
}

/// How many tenths are done of what is to be done: a title that told each object would cost more bytes than the frames do. A
/// total that is not known makes none.
fn tenths(progress: &Progress) -> Option<u64> {
    let (done, total) = (progress.done?, progress.total?);
    done.saturating_mul(10).checked_div(total).map(|tenths| tenths.min(10))
}

fn operation_line(operation: &Operation) -> String {
    let (sentence, id) = (operation.command.sentence(), &operation.id);
    match operation.outcome {
        Outcome::Unknown { .. } => {
            format!("{sentence}: whether it happened is not known. `attache operations wait {id}` looks for evidence.")
        }
        _ => format!("{sentence}: goes on at the platform. `attache operations wait {id}` follows it."),
    }
}

fn course_line(course: &Course) -> String {
    if let Next::Follow { operation, .. } = course.next() {
        return format!(
            "{} goes on at the platform as far as it has come ({}). `attache operations wait {operation}` follows that; then it waits for you in the dashboard.",
            course.procedure.goal.sentence(),
            course.place()
        );
    }
    format!(
        "{} waits for you ({}). Open the dashboard again to go on.",
        course.procedure.goal.sentence(),
        course.place()
    )
}
