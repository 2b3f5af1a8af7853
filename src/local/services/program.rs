//! The server program of a service.

use std::sync::OnceLock;

use super::{Availability, StepError};
use crate::local::programs::{Places, Program};

/// A server program that is looked for until it is found: once found it is remembered; while it is missing, each call looks
/// again, so that an installation is noticed without a restart.
#[derive(Debug)]
pub(super) struct ServerProgram {
    places: Places,
    look: fn(&Places) -> Result<Program, String>,
    found: OnceLock<Program>,
}

impl ServerProgram {
    pub(super) fn new(places: Places, look: fn(&Places) -> Result<Program, String>) -> Self {
        Self { places, look, found: OnceLock::new() }
    }

    /// Where it and what belongs to it is looked for.
    pub(super) fn places(&self) -> &Places {
        &self.places
    }

    pub(super) fn get(&self) -> Result<&Program, StepError> {
        self.find().map_err(StepError::plain)
    }

    pub(super) fn availability(&self) -> Availability {
        match self.find() {
            Ok(program) => Availability::Available { program: Some(program.describe()) },
            Err(message) => Availability::Missing(message),
        }
    }

    fn find(&self) -> Result<&Program, String> {
        if let Some(program) = self.found.get() {
            return Ok(program);
        }
        let found = (self.look)(&self.places)?;
        Ok(self.found.get_or_init(|| found))
    }
}
