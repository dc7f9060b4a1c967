//! YAML in: the only reader of manifests and of the project file.
//!
//! Owns finding and reading the files, the tree with a place for every key and value, the schema, and the checks.
//! Refuses network, credentials and state. Every check runs, and everything found is reported at once, sorted by place.

mod attachments;
mod checks;
mod compose;
mod document;
mod envelope;
mod example;
mod fault;
mod load;
mod project;
mod project_spec;
mod scalar;
pub mod schema;
mod secrets;
mod shape;
mod syntax;
mod tree;
mod typed;
mod violations;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use attachments::Attachments;
use checks::{Named, Whole};
use document::{Document, Linked};
use envelope::Whose;
use fault::Fault;
use schema::PROJECT;
use tree::{Node, Sources, Span};

use crate::diagnostics::{Diagnostic, SourceFile};
use crate::systems::by_kind;
use crate::ticket::Ticket;

pub use compose::{MAX_ALIASED, MAX_DEPTH};
pub use load::LARGEST;
pub use project::{FILE as PROJECT_FILE, Project, find as find_project, missing as missing_project};
pub use project_spec::{Limits, ProjectDocument};

/// What to read.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The working folder: the project is looked for here and above, and names of files are shown relative to it.
    pub start: PathBuf,
    /// Files and folders to read instead of the project's, relative to the working folder. Empty: all that belong to the project.
    pub paths: Vec<PathBuf>,
    /// The systems are answered by the sandbox: they need no settings.
    pub sandbox: bool,
}

/// What was read.
#[derive(Debug, Default)]
pub struct Loaded {
    /// None without a project file, and when it has mistakes.
    pub project: Option<Project>,
    /// In the order of the files. Complete only if no diagnostic is an error.
    pub tickets: Vec<Ticket>,
    /// Sorted by file and place.
    pub diagnostics: Vec<Diagnostic>,
    /// YAML files that are not callout's.
    pub skipped_files: usize,
    /// Files with at least one of callout's documents, the project file apart.
    pub files: usize,
    /// Ticket documents.
    pub documents: usize,
}

impl Loaded {
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

/// Reads the project and its tickets, and runs every check. Without a project file it reads the paths alone.
pub fn load(request: &Request) -> Loaded {
    let start = std::path::absolute(&request.start).unwrap_or_else(|_| request.start.clone());
    let paths: Vec<PathBuf> = request.paths.iter().map(|path| start.join(path)).collect();
    let file = find_project(&start).or_else(|| paths.first().and_then(|path| find_project(path)));
    let mut loader = Loader::new(&start, file.as_deref());
    let text = match file.as_deref().map(|file| project::Text::load(file, &start)).transpose() {
        Ok(text) => text,
        Err(diagnostic) => return Loaded { diagnostics: vec![*diagnostic], ..Loaded::default() },
    };
    let mut defaults = BTreeMap::new();
    if let Some(text) = &text {
        let read = text.read(&mut loader.sources);
        loader.loaded.diagnostics.extend(read.diagnostics);
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
    loader.read(&chosen, &defaults, &start);
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

/// The work in progress.
struct Loader {
    loaded: Loaded,
    sources: Sources,
    attachments: Attachments,
    project_file: Option<PathBuf>,
    named: Vec<Named>,
    links: Vec<Linked>,
}

impl Loader {
    fn new(start: &Path, project_file: Option<&Path>) -> Self {
        let root = project_file.and_then(Path::parent).unwrap_or(start);
        Self {
            loaded: Loaded::default(),
            sources: Sources::default(),
            attachments: Attachments::new(root),
            project_file: project_file.map(Path::to_path_buf),
            named: Vec::new(),
            links: Vec::new(),
        }
    }

    fn read(&mut self, paths: &[PathBuf], defaults: &BTreeMap<String, Node<'_>>, start: &Path) {
        let listing = load::list(paths, start);
        self.loaded.diagnostics.extend(listing.problems);
        for path in &listing.files {
            if self.is_project_file(path) {
                continue;
            }
            match load::read(path, start) {
                Ok(file) => self.file(&file, defaults, paths.contains(path)),
                Err(diagnostic) => self.loaded.diagnostics.push(*diagnostic),
            }
        }
    }

    /// Whether it is the project file, also by another way to it (`../`, a link).
    fn is_project_file(&self, path: &Path) -> bool {
        let real = |path: &Path| std::fs::canonicalize(path).ok();
        path.ends_with(PROJECT_FILE) && self.project_file.as_deref().is_some_and(|file| file == path || real(file) == real(path))
    }

    /// Reads the documents of one file. One that was named itself is ours, even if it does not look so.
    fn file<'a>(&mut self, file: &'a Arc<SourceFile>, defaults: &BTreeMap<String, Node<'a>>, explicit: bool) {
        let number = self.sources.add(Arc::clone(file));
        let composed = compose::compose(&file.text, number);
        let before = self.loaded.documents + self.loaded.diagnostics.len();
        for document in composed.documents {
            self.document(document, file, defaults);
        }
        let mut ours = self.loaded.documents + self.loaded.diagnostics.len() > before;
        // Other tools keep templates in .yaml files that are no YAML; those are none of our business.
        if ours || explicit || speaks_to_us(&file.text) {
            ours |= !composed.faults.is_empty();
            let place = |fault: Fault| {
                let (diagnostic, span) = fault.into_diagnostic();
                self.sources.at(diagnostic, span)
            };
            self.loaded.diagnostics.extend(composed.faults.into_iter().map(place));
        }
        if ours { self.loaded.files += 1 } else { self.loaded.skipped_files += 1 }
    }

    fn document<'a>(&mut self, mut node: Node<'a>, file: &Arc<SourceFile>, defaults: &BTreeMap<String, Node<'a>>) {
        let kind = match envelope::whose(&node) {
            Whose::Theirs => return,
            Whose::Slip(diagnostic, span) => return self.tell(*diagnostic, span),
            Whose::Ours(PROJECT) => return self.stray_project(&node, file),
            Whose::Ours(kind) => kind,
        };
        let Some(system) = by_kind(kind) else { return };
        self.loaded.documents += 1;
        if let Some(defaults) = defaults.get(kind) {
            node.merge_under(defaults);
        }
        let folder = file.path.parent().unwrap_or(Path::new(""));
        let document = Document { node: &node, system, sources: &self.sources, folder };
        if let Some(address) = document.address() {
            self.named.push(Named { address, place: self.sources.place(node.span_of("/metadata/name")) });
        }
        let read = document.read(&mut self.attachments);
        self.loaded.tickets.extend(read.tickets);
        self.loaded.diagnostics.extend(read.diagnostics);
        self.links.extend(read.links);
    }

    /// A project document where none belongs. A second project would send the same technicians again.
    fn stray_project(&mut self, node: &Node<'_>, file: &Arc<SourceFile>) {
        let span = node.span_of("/kind");
        let named = file.path.file_name().is_some_and(|name| name == PROJECT_FILE);
        let diagnostic = match self.project_file {
            Some(_) if named => Diagnostic::error("project/second", format!("{} is a second project inside this one", file.name))
                .help("Move it out, or name the folders that belong to this project in spec.manifests of callout.yaml."),
            Some(_) | None => Diagnostic::error("project/stray", "a Project is read only from a file called callout.yaml")
                .help("Move this document to callout.yaml at the root of the project."),
        };
        self.tell(diagnostic, span);
    }

    fn tell(&mut self, diagnostic: Diagnostic, span: Span) {
        self.loaded.diagnostics.push(self.sources.at(diagnostic, span));
    }

    fn finish(mut self, sandbox: bool) -> Loaded {
        let whole = Whole { named: &self.named, tickets: &self.loaded.tickets, links: &self.links };
        let found = whole.check(self.loaded.project.as_ref(), sandbox);
        self.loaded.diagnostics.extend(found);
        sort(&mut self.loaded.diagnostics);
        self.loaded
    }
}

/// Whether a text that is no YAML was meant for callout.
fn speaks_to_us(text: &str) -> bool {
    let version = |line: &str| {
        let value = line.trim_start_matches(['-', ' ', '{']).strip_prefix("apiVersion")?.trim_start_matches([':', ' ', '\t', '"', '\'']);
        Some(envelope::is_near_version(value.trim_end_matches(['"', '\'', ' ', '\r'])))
    };
    text.lines().any(|line| version(line).unwrap_or(false)) || text.contains("callout/v")
}

/// By file and place; what has no place comes first. A mistake in a default shows in every document, and is told once.
fn sort(diagnostics: &mut Vec<Diagnostic>) {
    let key = |diagnostic: &Diagnostic| diagnostic.place.as_ref().map(|place| (place.file.name.clone(), place.span.start));
    diagnostics.sort_by_cached_key(|diagnostic| (key(diagnostic), diagnostic.code, diagnostic.message.clone()));
    diagnostics.dedup_by(|a, b| a.code == b.code && a.message == b.message && a.place.is_some() && key(a) == key(b));
}
