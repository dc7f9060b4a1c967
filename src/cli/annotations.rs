//! What is told at the lines of a pull request, printed for its host.
//!
//! Owns that its commands act where this one acted, and that its files are named from the root of the repository.

use super::Environment;
use super::repository::Repository;
use crate::diagnostics::Diagnostic;
use crate::plan::Plan;
use crate::render::{self, Note};

pub(super) struct Annotations {
    notes: Vec<Note>,
    repository: Repository,
}

impl Annotations {
    /// What diagnostics say.
    pub fn of(diagnostics: &[Diagnostic], environment: &Environment) -> Self {
        let repository = Repository::around(environment);
        let notes = render::notes(&environment.out.completed_all(diagnostics), &|path| repository.name(path));
        Self { notes, repository }
    }

    /// What a plan has against itself. It is as it may be shown.
    pub fn of_plan(plan: &Plan, environment: &Environment) -> Self {
        let repository = Repository::around(environment);
        let complete = |text: &str| environment.out.completed(text);
        let notes = render::notes_of_plan(plan, &|path| repository.name(path), &complete);
        Self { notes, repository }
    }

    pub fn github(&self, environment: &Environment) {
        environment.out.document(&render::github(&self.notes));
    }

    pub fn gitlab(&self, environment: &Environment) {
        environment.out.document(&format!("{:#}\n", render::gitlab(&self.notes, &self.repository.project_file())));
    }

    pub fn sarif(&self, environment: &Environment) {
        environment.out.document(&format!("{:#}\n", render::sarif(&self.notes, &self.repository.project_file())));
    }
}
