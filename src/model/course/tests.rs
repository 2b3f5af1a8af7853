use super::*;
use crate::model::{Goal, RestoreBackup, RestoreGoal, Step};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_795_000_000 + second).unwrap()
}

fn step(act: Act, title: &str, done: &str, is_optional: bool) -> Step {
    Step { act, title: title.into(), done: done.into(), is_optional }
}

fn send(command: Command) -> Act {
    Act::Send { command: Box::new(command) }
}

fn copy() -> Command {
    Command::BackUp { addon_id: "add_1".into(), addon: "orders".into(), label: None }
}

fn restore() -> Command {
    Command::Restore(RestoreBackup {
        backup_id: "b1".into(),
        of: Some("orders".into()),
        name: "orders-2".into(),
        team: None,
        service: "postgresql".into(),
        plan: "small".into(),
    })
}

fn give(app: &str, to: &str) -> Command {
    Command::Attach {
        addon_id: format!("add_{to}"),
        addon: to.into(),
        app: app.into(),
        alias: None,
        confirm: None,
        credential: None,
    }
}

/// 0 copy, 1 restore, 2 check, 3 switch, 4 clean up.
fn course() -> Course {
    let goal = RestoreGoal {
        addon_id: "add_1".into(),
        addon: "orders".into(),
        backup_id: Some("b1".into()),
        backup_started_at: None,
        backup_size: None,
        good_moment: None,
        replacement: "orders-2".into(),
        way: crate::model::Way::Replacement,
    };
    let steps = vec![
        step(send(copy()), "Back up orders as it is now", "broken state copied", true),
        step(send(restore()), "Restore b1", "replacement ready", false),
        step(Act::Check, "Check orders-2", "replacement checked", false),
        step(Act::Late { late: Late::SwitchOver }, "Switch over", "apps switched over", false),
        step(Act::CleanUp, "Clean up", "cleaned up", false),
    ];
    let procedure = Procedure { goal: Goal::Restore(goal), steps };
    let (id, profile) = (OperationId::new(at(0), 1), ProfileName("local".into()));
    Course::new(id, profile, "/run/api.sock".into(), "ada on bastion".into(), at(0), procedure)
}

fn unknown() -> Outcome {
    Outcome::Unknown { message: "The connection was cut.".into(), judged: None }
}

fn failed(message: &str) -> Outcome {
    Outcome::Failed { message: message.into() }
}

/// A course with the time of its next line.
struct Told {
    course: Course,
    second: i64,
}

impl Told {
    fn new() -> Self {
        Self { course: course(), second: 0 }
    }

    fn say(&mut self, mark: Mark) -> &mut Self {
        self.second += 60;
        self.course.push(Marked { at: at(self.second), mark }, |_| None);
        self
    }

    fn done(&mut self, step: usize) -> &mut Self {
        self.say(Mark::Done { step, message: String::new() })
    }

    fn bind(&mut self, step: usize, commands: Vec<Command>, is_back: bool) -> &mut Self {
        let apps = commands.iter().filter_map(Command::app).map(str::to_owned).collect();
        self.say(Mark::Bound { step, commands, apps, is_back })
    }

    /// A command is begun, and stands so.
    fn begin(&mut self, step: usize, part: usize, outcome: Outcome) -> Operation {
        self.second += 60;
        let command = self.course.steps[step].parts[part].command.clone();
        let id = OperationId::new(at(self.second), self.second as u32);
        let operation = Operation {
            child: None,
            id: id.clone(),
            profile: ProfileName("local".into()),
            command,
            started_at: at(self.second),
            updated_at: at(self.second),
            outcome,
            addon_id: Some("add_2".into()),
            work_id: None,
            backup_id: None,
            is_noted: false,
            before: None,
            asks: None,
        };
        let mark = Mark::Begun { step, part, operation: id };
        self.course.push(Marked { at: at(self.second), mark }, |_| Some(operation.clone()));
        operation
    }

    /// It stands otherwise now.
    fn learn(&mut self, operation: &Operation, outcome: Outcome) {
        self.second += 60;
        let now = Operation { outcome, updated_at: at(self.second), ..operation.clone() };
        assert!(self.course.learn(&now));
    }

    fn is_send(&self, of: usize, command: &Command) -> bool {
        matches!(self.course.next(), Next::Send { step, command: next, .. } if step == of && *next == *command)
    }

    /// As far as the switch, with the commands of two apps.
    fn at_the_switch() -> Self {
        let mut told = Self::new();
        told.begin(0, 0, Outcome::Done);
        told.begin(1, 0, Outcome::Done);
        told.done(2).bind(3, vec![give("billing", "orders-2"), give("shop", "orders-2")], false);
        told
    }
}

#[test]
fn steps_come_one_after_another_to_the_end() {
    let mut told = Told::new();
    assert!(told.is_send(0, &copy()));
    let begun = told.begin(0, 0, Outcome::Accepted);
    assert_eq!(told.course.next(), Next::Follow { step: 0, operation: begun.id.clone() });
    told.learn(&begun, Outcome::Done);
    assert!(told.is_send(1, &restore()));
    told.begin(1, 0, Outcome::Done);
    assert_eq!(told.course.replacement_id(), Some("add_2"));
    assert_eq!(told.course.next(), Next::Person { step: 2 });
    told.done(2);
    assert_eq!(told.course.next(), Next::Bind { step: 3, late: Late::SwitchOver });
    told.bind(3, vec![give("billing", "orders-2")], false);
    told.begin(3, 0, Outcome::Done);
    assert_eq!(told.course.next(), Next::Verify { step: 3 }, "it is not over before every app was read again");
    told.done(3);
    assert_eq!(told.course.next(), Next::Person { step: 4 });
    told.done(4);
    assert_eq!(told.course.next(), Next::Finish);
    told.say(Mark::Over { is_reached: true, message: String::new() });
    assert_eq!((told.course.next(), told.course.place()), (Next::Over, "done".to_owned()));
}

#[test]
fn an_unknown_outcome_is_waited_for_until_it_is_known_and_then_goes_on() {
    let mut told = Told::new();
    let begun = told.begin(0, 0, unknown());
    assert_eq!(told.course.next(), Next::Follow { step: 0, operation: begun.id.clone() });
    assert!(told.course.place().starts_with("0/5: outcome unknown: Back up orders"), "{}", told.course.place());
    told.learn(&begun, Outcome::Done);
    assert!(told.is_send(1, &restore()), "{:?}", told.course.next());
}

#[test]
fn a_mark_without_a_file_of_its_operation_was_never_sent() {
    let mut told = Told::new();
    told.say(Mark::Begun { step: 0, part: 0, operation: OperationId::new(at(1), 1) });
    assert!(told.is_send(0, &copy()));
}

#[test]
fn what_failed_is_decided_about_and_another_attempt_goes_on() {
    let mut told = Told::at_the_switch();
    told.begin(3, 0, Outcome::Done);
    told.begin(3, 1, failed("There is no room."));
    let decide = Next::Decide { step: 3, part: Some(1), message: "There is no room.".into() };
    assert_eq!(told.course.next(), decide);
    told.begin(3, 1, Outcome::Done);
    assert_eq!(told.course.next(), Next::Verify { step: 3 });
}

#[test]
fn what_is_left_out_is_no_more_waited_for_and_is_told() {
    let mut told = Told::at_the_switch();
    told.begin(3, 0, failed("There is no room."));
    told.say(Mark::PartSkipped { step: 3, part: 0 });
    assert!(told.is_send(3, &give("shop", "orders-2")));
    told.begin(3, 1, Outcome::Done);
    assert_eq!(told.course.next(), Next::Verify { step: 3 });
    assert_eq!(told.course.steps[3].left_out().collect::<Vec<_>>(), ["billing"]);
}

#[test]
fn a_step_of_which_everything_was_left_out_is_not_done() {
    let mut told = Told::new();
    told.say(Mark::PartSkipped { step: 0, part: 0 });
    assert_eq!(told.course.steps[0].state, StepState::Skipped);
}

#[test]
fn what_was_taken_back_is_read_again_first_and_can_be_done_anew() {
    let mut told = Told::at_the_switch();
    told.begin(3, 0, Outcome::Done);
    told.begin(3, 1, failed("There is no room."));
    told.bind(3, vec![give("billing", "orders")], true);
    assert!(told.is_send(3, &give("billing", "orders")), "what failed is not tried again: {:?}", told.course.next());
    told.begin(3, 2, Outcome::Done);
    assert_eq!(told.course.next(), Next::Verify { step: 3 });
    told.done(3);
    assert_eq!(told.course.steps[3].state, StepState::TakenBack);
    assert!(matches!(told.course.next(), Next::Decide { step: 3, part: None, .. }));
    told.say(Mark::Again { step: 3 });
    assert_eq!(told.course.next(), Next::Bind { step: 3, late: Late::SwitchOver });
    told.bind(3, vec![give("billing", "orders-2")], false);
    assert!(told.is_send(3, &give("billing", "orders-2")));
    told.begin(3, 3, Outcome::Done);
    told.done(3);
    assert_eq!(told.course.next(), Next::Person { step: 4 });
}

#[test]
fn a_reading_that_shows_an_app_that_did_not_move_is_decided_about() {
    let mut told = Told::at_the_switch();
    told.begin(3, 0, Outcome::Done);
    told.begin(3, 1, Outcome::Done);
    told.say(Mark::Failed { step: 3, message: "1/2 moved.".into() });
    assert!(matches!(told.course.next(), Next::Decide { step: 3, part: None, .. }));
    told.say(Mark::Again { step: 3 });
    assert_eq!(told.course.next(), Next::Verify { step: 3 });
}

#[test]
fn a_test_app_is_attached_while_it_is_checked_and_the_check_is_still_a_persons() {
    let mut told = Told::new();
    told.begin(0, 0, Outcome::Done);
    told.begin(1, 0, Outcome::Done);
    told.bind(2, vec![give("staging", "orders-2")], false);
    assert!(told.is_send(2, &give("staging", "orders-2")));
    told.begin(2, 0, Outcome::Done);
    assert_eq!(told.course.next(), Next::Person { step: 2 });
    told.say(Mark::Failed { step: 2, message: "Orders are missing.".into() });
    assert!(matches!(told.course.next(), Next::Decide { step: 2, part: None, .. }));
    told.say(Mark::Again { step: 2 });
    assert_eq!(told.course.next(), Next::Person { step: 2 });
}

#[test]
fn the_place_says_what_was_done_when_and_what_is_next() {
    let mut told = Told::new();
    assert_eq!(told.course.place(), "0/5: next: Back up orders as it is now");
    told.say(Mark::Skipped { step: 0 });
    told.begin(1, 0, Outcome::Accepted);
    assert_eq!(told.course.place(), "1/5: now: Restore b1");
    let begun = told.course.operations().next().unwrap().clone();
    told.learn(&begun, Outcome::Done);
    let ready = told.course.steps[1].at.unwrap().strftime("%H:%MZ");
    assert_eq!(told.course.place(), format!("2/5: replacement ready {ready}, next: Check orders-2"));
    told.say(Mark::Over { is_reached: false, message: "Not needed any more.".into() });
    assert_eq!(told.course.place(), "stopped: Not needed any more.");
}

#[test]
fn nothing_untrue_may_be_marked() {
    let skipped = |step| Mark::Skipped { step };
    let mut told = Told::new();
    assert!(told.course.refuses(&skipped(1)).unwrap().contains("can't be reached without it"));
    assert!(told.course.refuses(&skipped(9)).unwrap().contains("no such step"));
    assert!(told.course.refuses(&Mark::PartSkipped { step: 0, part: 1 }).unwrap().contains("no such command"));
    assert!(told.course.refuses(&Mark::Done { step: 0, message: String::new() }).unwrap().contains("not all of it"));
    assert_eq!(told.course.refuses(&skipped(0)), None);
    let piecemeal = Mark::PartSkipped { step: 1, part: 0 };
    assert!(told.course.refuses(&piecemeal).unwrap().contains("can't be reached without it"));
    let commands = vec![give("shop", "orders-2")];
    let bound = Mark::Bound { step: 3, commands, apps: Vec::new(), is_back: false };
    assert_eq!(told.course.refuses(&bound), None);
    let switching = Told::at_the_switch();
    assert!(switching.course.refuses(&bound).unwrap().contains("on record already"));
    for open in [Outcome::Intended, Outcome::Accepted, unknown()] {
        let mut told = Told::new();
        told.begin(0, 0, open.clone());
        for mark in [
            skipped(0),
            Mark::PartSkipped { step: 0, part: 0 },
            Mark::Done { step: 0, message: String::new() },
            Mark::Failed { step: 0, message: String::new() },
            Mark::Bound { step: 0, commands: vec![copy()], apps: Vec::new(), is_back: true },
            Mark::Again { step: 0 },
        ] {
            let why = told.course.refuses(&mark);
            assert!(why.is_some_and(|why| why.contains("end is not known yet")), "{open:?}: {mark:?}");
        }
        let over = Mark::Over { is_reached: false, message: String::new() };
        assert_eq!(told.course.refuses(&over), None, "one may always stop");
    }
    told.say(Mark::Over { is_reached: false, message: String::new() });
    assert!(told.course.refuses(&skipped(0)).unwrap().contains("is over"));
}

#[test]
fn how_an_operation_of_another_stands_is_no_news() {
    let mut told = Told::new();
    let begun = told.begin(0, 0, Outcome::Accepted);
    let other = Operation { id: OperationId::new(at(0), 99), ..begun.clone() };
    assert!(!told.course.learn(&other));
    assert!(!told.course.learn(&begun));
}
