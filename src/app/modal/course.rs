//! A procedure on all of the screen.

use crate::model::OperationId;

/// What is looked at of a procedure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CourseView {
    /// Which.
    pub id: OperationId,
    /// The step that was gone to; `None` follows the one that is next or under way.
    pub at: Option<usize>,
    /// How many lines further than that step the text is shown; the view clamps it.
    pub scroll: u16,
}

/// What can be done about a procedure, from its menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CourseAct {
    /// Look at it.
    Open,
    /// Go on with what is next: its commands are shown, to be confirmed.
    Go,
    /// What was checked is good.
    Good,
    /// What was checked is not good.
    NotGood,
    /// Attach the replacement to a test app.
    AttachTest,
    /// What a person does is done.
    Done,
    /// Do a step that failed again, that is no command.
    Again,
    /// Leave out a command that failed, by its place within the step.
    LeaveOut(usize),
    /// Leave out the step.
    Skip,
    /// Move the apps back that were switched over.
    MoveBack,
    /// Ask whether to stop.
    Stop,
    /// Stop: nothing more is done.
    StopNow,
    /// Ask whether to take over.
    TakeOver,
    /// Take over from whoever drives it.
    TakeOverNow,
    /// Propose a command that puts right what is left.
    Propose(Box<crate::model::Command>),
    /// Nothing.
    Nothing,
}
