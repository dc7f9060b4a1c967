//! YAML in: the only reader of manifests and of the project file.
//!
//! Owns finding and reading the files, the tree with a place for every key and value, the schema, and the checks.
//! Refuses network, credentials and state. Every check runs, and everything found is reported at once, sorted by place.

mod allowance;
mod attachments;
mod checks;
mod compose;
mod document;
mod envelope;
mod example;
mod example_spec;
mod fault;
mod load;
mod loader;
mod policy;
mod policy_spec;
mod project;
mod project_spec;
mod report;
mod rollout;
mod rollout_spec;
mod scalar;
mod schedule_spec;
pub mod schema;
mod secrets;
mod shape;
mod sketch;
mod state_spec;
mod syntax;
mod templated;
mod tree;
mod typed;
mod unfilled;
mod violations;
mod wave_spec;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use loader::{Loader, Wanted};
use serde_json::Value;
use tree::Sources;

use crate::diagnostics::{Diagnostic, Place};
use crate::ticket::{RolloutSite, Rollouts, Ticket};

pub(crate) use rollout::{Desk, Expand, Made, MadeDocument, Rollout};
pub(crate) use rollout_spec::SitesSpec;
pub(crate) use schedule_spec::{ScheduleSpec, WeekdayName};
pub(crate) use tree::{Content, Entry, Node, Span, Style};
pub(crate) use wave_spec::WaveSpec;

pub use compose::MAX_DEPTH;
pub use example_spec::{Doing, ExampleChange, ExampleCost, ExampleSpec, ExampleStep, ExampleVisit, Expected};
pub use load::LARGEST;
pub use policy::Policy;
pub use policy_spec::{Each, PolicyDocument, PolicySpec};
pub use project::{FILE as PROJECT_FILE, Project, find as find_project, missing as missing_project};
pub use project_spec::{Contacts, Limits, ProjectDocument};
pub use rollout_spec::RolloutDocument;
pub use sketch::Sketch;
pub use state_spec::{EncryptionSpec, SharedSpec, StatePlace, StateSpec, StoreCredential};

/// What to read.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The working folder: the project is looked for here and above, and names of files are shown relative to it.
    pub start: PathBuf,
    /// Files and folders to read instead of the project's, relative to the working folder. Empty: all that belong to the project.
    pub paths: Vec<PathBuf>,
    /// The systems are answered by the sandbox: they need no settings.
    pub sandbox: bool,
    pub keep: Keep,
}

/// What is kept besides the tickets. Each costs memory.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Keep {
    #[default]
    Tickets,
    /// A sketch of each ticket whose system can be asked about its values.
    Sketches,
    /// Every ticket document as it was judged: with defaults, templates filled.
    Documents,
}

/// What was read.
#[derive(Debug, Default)]
pub struct Loaded {
    /// None without a project file, and when it has mistakes.
    pub project: Option<Project>,
    /// In the order of the files. Complete only if no diagnostic is an error.
    pub tickets: Vec<Ticket>,
    /// Those of them whose system has look-ups; with [`Keep::Sketches`] only.
    pub sketches: Vec<Sketch>,
    /// Sorted by file and place.
    pub diagnostics: Vec<Diagnostic>,
    /// YAML files that are not callout's.
    pub skipped_files: usize,
    /// Files with at least one of callout's documents, the project file apart.
    pub files: usize,
    /// Ticket documents in the files. Those that rollouts make are not among them.
    pub documents: usize,
    /// Rollouts in the files.
    pub rollouts: usize,
    /// The rules of the project, in the order of the files.
    pub policies: Vec<Policy>,
    /// The terms of each rollout that was expanded.
    pub terms: Rollouts,
    /// With [`Keep::Documents`] only.
    pub kept: Vec<Kept>,
}

/// A ticket document, complete.
#[derive(Debug)]
pub struct Kept {
    /// As its schema has it; attachments are relative to the project's folder.
    pub document: Value,
    /// Its first line, or that of the template.
    pub place: Option<Place>,
    pub site: Option<RolloutSite>,
}

impl Loaded {
    /// Adds what was found out later.
    pub fn tell(&mut self, more: impl IntoIterator<Item = Diagnostic>) {
        self.diagnostics.extend(more);
        self.diagnostics = report::in_order(std::mem::take(&mut self.diagnostics));
    }

    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

/// Reads the project and its tickets, and runs every check. Without a project file it reads the paths alone.
///
/// Nobody gets tickets past the expander: a caller without one would forget every site of every rollout.
pub(crate) fn load(request: &Request, expand: Expand<'_>) -> Loaded {
    let start = std::path::absolute(&request.start).unwrap_or_else(|_| request.start.clone());
    let paths: Vec<PathBuf> = request.paths.iter().map(|path| start.join(path)).collect();
    let file = find_project(&start).or_else(|| paths.first().and_then(|path| find_project(path)));
    let mut loader = Loader::new(&start, file.as_deref());
    loader.keep = request.keep;
    let text = match file.as_deref().map(|file| project::Text::load(file, &start)).transpose() {
        Ok(text) => text,
        Err(diagnostic) => return Loaded { diagnostics: vec![*diagnostic], ..Loaded::default() },
    };
    let mut defaults = BTreeMap::new();
    if let Some(text) = &text {
        let read = text.read(&mut loader.sources);
        loader.loaded.diagnostics.extend(read.diagnostics);
        loader.attachments.allow(read.project.iter().flat_map(|project| &project.attachment_folders));
        loader.loaded.project = read.project;
        defaults = read.defaults;
    }
    let chosen = match &loader.loaded.project {
        _ if !paths.is_empty() => paths,
        Some(project) => project.manifests.clone(),
        None => {
            // Which files are meant, and with which defaults, is not known.
            loader.loaded.diagnostics.extend(text.is_none().then(project::missing));
            return loader.finish(request.sandbox);
        }
    };
    let settings = loader.loaded.project.as_ref().map(|project| project.systems.clone()).unwrap_or_default();
    loader.read(&Wanted { paths: &chosen, start: &start, defaults: &defaults, settings: &settings });
    loader.expand(expand);
    loader.finish(request.sandbox)
}

/// The project file alone: for commands that must work whatever is wrong in the manifests.
pub fn project_only(start: &Path) -> Result<Project, Vec<Diagnostic>> {
    let start = std::path::absolute(start).unwrap_or_else(|_| start.to_path_buf());
    let file = find_project(&start).ok_or_else(|| vec![project::missing()])?;
    let text = project::Text::load(&file, &start).map_err(|diagnostic| vec![*diagnostic])?;
    let read = text.read(&mut Sources::default());
    read.project.ok_or(read.diagnostics)
}
