//! The work of loading, file by file.
//!
//! Owns what was found so far. Refuses to stop at the first mistake.

use std::collections::BTreeMap;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use serde_json::Value;

use super::attachments::Attachments;
use super::checks::{Named, Whole};
use super::document::{Document, Linked, Read};
use super::envelope::Whose;
use super::fault::Fault;
use super::policy::Policy;
use super::rollout::{Expand, Made, MadeDocument, Rollout, Surroundings};
use super::schema::{POLICY, PROJECT, ROLLOUT};
use super::tree::{Node, Sources, Span};
use super::{Keep, Kept, Loaded, PROJECT_FILE, compose, envelope, load, report, unfilled};
use crate::diagnostics::{Diagnostic, Place, SourceFile};
use crate::systems::by_kind;
use crate::ticket::{Address, RolloutSite, Ticket, is_name};

/// The work in progress.
pub struct Loader {
    pub loaded: Loaded,
    pub sources: Sources,
    /// What is kept besides the tickets.
    pub keep: Keep,
    pub attachments: Attachments,
    project_file: Option<PathBuf>,
    named: Vec<Named>,
    links: Vec<Linked>,
    rollouts: Vec<Rollout>,
    /// Whether some tickets are not known.
    incomplete: bool,
}

impl Loader {
    pub fn new(start: &Path, project_file: Option<&Path>) -> Self {
        let root = project_file.and_then(Path::parent).unwrap_or(start);
        Self {
            loaded: Loaded::default(),
            sources: Sources::default(),
            keep: Keep::Tickets,
            attachments: Attachments::new(root),
            project_file: project_file.map(Path::to_path_buf),
            named: Vec::new(),
            links: Vec::new(),
            rollouts: Vec::new(),
            incomplete: false,
        }
    }

    /// Reads the files at and below the paths. Many of them are shared out to all processors; what is found is the same.
    pub fn read(&mut self, wanted: &Wanted<'_>) {
        let listing = load::list(wanted.paths, wanted.start, self.attachments.root());
        self.loaded.diagnostics.extend(listing.problems);
        let share = listing.files.len().div_ceil(load::readers(listing.files.len()));
        if share == listing.files.len() {
            return self.files(&listing.files, wanted);
        }
        let parts: Vec<Self> = thread::scope(|scope| {
            let read = |files| {
                let mut part = self.part();
                scope.spawn(move || {
                    part.files(files, wanted);
                    part
                })
            };
            let running: Vec<_> = listing.files.chunks(share).map(read).collect();
            running.into_iter().map(|part| part.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
        });
        for part in parts {
            self.join(part);
        }
    }

    /// A loader for a share of the files. It has the project file's number, because defaults point there.
    fn part(&self) -> Self {
        Self {
            loaded: Loaded::default(),
            sources: self.sources.clone(),
            keep: self.keep,
            attachments: self.attachments.clone(),
            project_file: self.project_file.clone(),
            named: Vec::new(),
            links: Vec::new(),
            rollouts: Vec::new(),
            incomplete: false,
        }
    }

    fn join(&mut self, part: Self) {
        let Loaded { project: _, tickets, sketches, diagnostics, skipped_files, files, documents, rollouts, policies, terms, kept } =
            part.loaded;
        self.loaded.tickets.extend(tickets);
        self.loaded.sketches.extend(sketches);
        self.loaded.diagnostics.extend(diagnostics);
        self.loaded.skipped_files += skipped_files;
        self.loaded.files += files;
        self.loaded.documents += documents;
        self.loaded.rollouts += rollouts;
        self.loaded.policies.extend(policies);
        self.loaded.terms.extend(terms);
        self.loaded.kept.extend(kept);
        self.named.extend(part.named);
        self.links.extend(part.links);
        self.rollouts.extend(part.rollouts);
        self.incomplete |= part.incomplete;
    }

    fn files(&mut self, files: &[PathBuf], wanted: &Wanted<'_>) {
        for path in files {
            if self.is_project_file(path) {
                continue;
            }
            match load::read(path, wanted.start) {
                Ok(file) => self.file(&file, wanted, wanted.paths.contains(path)),
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
    fn file(&mut self, file: &Arc<SourceFile>, wanted: &Wanted<'_>, explicit: bool) {
        let number = self.sources.add(Arc::clone(file));
        let composed = compose::compose(&file.text, number);
        let told = |loaded: &Loaded| loaded.documents + loaded.rollouts + loaded.policies.len() + loaded.diagnostics.len();
        let before = told(&self.loaded);
        for document in composed.documents {
            self.document(document, file, wanted);
        }
        let mut ours = told(&self.loaded) > before;
        // Other tools keep templates in .yaml files that are no YAML; those are none of our business.
        if ours || explicit || envelope::speaks_to_us(&file.text) {
            ours |= !composed.faults.is_empty();
            let place = |fault: Fault| {
                let (diagnostic, span) = fault.into_diagnostic();
                self.sources.at(diagnostic, span)
            };
            self.loaded.diagnostics.extend(composed.faults.into_iter().map(place));
        }
        if ours { self.loaded.files += 1 } else { self.loaded.skipped_files += 1 }
    }

    fn document<'a>(&mut self, mut node: Node<'a>, file: &Arc<SourceFile>, wanted: &Wanted<'a>) {
        let kind = match envelope::whose(&node) {
            Whose::Theirs => return,
            Whose::Slip(diagnostic, span) => return self.tell(*diagnostic, span),
            Whose::Ours(PROJECT) => return self.stray_project(&node, file),
            Whose::Ours(POLICY) => return self.policy(node),
            Whose::Ours(ROLLOUT) => return self.rollout(node, file, wanted),
            Whose::Ours(kind) => kind,
        };
        let Some(system) = by_kind(kind) else { return };
        self.loaded.documents += 1;
        self.loaded.diagnostics.extend(unfilled::in_document(&node).map(|(wrong, span)| self.sources.at(wrong, span)));
        if let Some(defaults) = wanted.defaults.get(kind) {
            node.merge_under(defaults);
        }
        let folder = file.path.parent().unwrap_or(Path::new(""));
        let document = Document {
            node: &node,
            system,
            settings: wanted.settings.get(system.id()),
            sources: &self.sources,
            folder,
            sketches: self.keep == Keep::Sketches && system.look_up().yes(),
        };
        if let Some(address) = document.address() {
            self.named.push(Named { address, place: self.sources.place(node.span_of("/metadata/name")), site: None });
        }
        let read = document.read(&mut self.attachments);
        self.take(read, Described { place: self.sources.place(node.span_of("")), site: None, defaults: wanted.defaults.get(kind) });
    }

    /// Keeps what a document gave.
    fn take(&mut self, mut read: Read, described: Described<'_, '_>) {
        let Described { place, site, defaults } = described;
        self.loaded.tickets.extend(read.tickets.into_iter().map(|ticket| Ticket { site: site.clone(), ..ticket }));
        self.loaded.sketches.extend(read.sketches);
        self.loaded.diagnostics.extend(read.diagnostics);
        self.links.extend(read.links);
        if self.keep == Keep::Documents {
            if let Some(defaults) = defaults {
                left_out(defaults, &mut read.document);
            }
            self.loaded.kept.push(Kept { document: read.document, place, site });
        }
    }

    /// Puts a rollout by, until every file is read.
    fn rollout(&mut self, node: Node<'_>, file: &Arc<SourceFile>, wanted: &Wanted<'_>) {
        self.loaded.rollouts += 1;
        if let Some(name) = node.text_at(&["metadata", "name"]).filter(|name| is_name(name)) {
            let place = self.sources.place(node.span_of("/metadata/name"));
            self.named.push(Named { address: Address::new(ROLLOUT, name), place, site: None });
        }
        let folder = file.path.parent().unwrap_or(Path::new(""));
        let around = Surroundings { sources: &self.sources, attachments: &self.attachments, folder, wanted, keep: self.keep };
        match Rollout::read(node, &around) {
            Ok(rollout) => self.rollouts.push(rollout),
            Err(diagnostics) => {
                self.loaded.diagnostics.extend(diagnostics);
                self.incomplete = true;
            }
        }
    }

    fn policy(&mut self, node: Node<'_>) {
        if let Some(name) = node.text_at(&["metadata", "name"]).filter(|name| is_name(name)) {
            let place = self.sources.place(node.span_of("/metadata/name"));
            self.named.push(Named { address: Address::new(POLICY, name), place, site: None });
        }
        match Policy::read(node, &self.sources) {
            Ok(policy) => self.loaded.policies.push(policy),
            Err(diagnostics) => self.loaded.diagnostics.extend(diagnostics),
        }
    }

    /// Makes the tickets of every rollout.
    pub fn expand(&mut self, expand: Expand<'_>) {
        for rollout in std::mem::take(&mut self.rollouts) {
            let Made { documents, diagnostics, terms, incomplete } = expand(&rollout);
            self.loaded.terms.insert(rollout.name.clone(), terms);
            self.loaded.diagnostics.extend(diagnostics);
            self.incomplete |= incomplete;
            let place = rollout.place(rollout.node.span_of("/spec/template"));
            for MadeDocument { read, named, site } in documents {
                self.named.extend(named);
                self.take(read, Described { place: place.clone(), site: Some(site), defaults: rollout.defaults.as_ref() });
            }
        }
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

    pub fn finish(mut self, sandbox: bool) -> Loaded {
        let whole = Whole { named: &self.named, tickets: &self.loaded.tickets, links: &self.links, incomplete: self.incomplete };
        let found = whole.check(self.loaded.project.as_ref(), sandbox);
        self.loaded.diagnostics.extend(found);
        self.loaded.diagnostics = report::in_order(std::mem::take(&mut self.loaded.diagnostics));
        self.loaded
    }
}

/// Where a document is described, and under which defaults.
struct Described<'f, 'a> {
    place: Option<Place>,
    site: Option<RolloutSite>,
    defaults: Option<&'f Node<'a>>,
}

/// Says null where a document leaves out what the defaults would give it: else they would, when it is read again.
fn left_out(defaults: &Node<'_>, document: &mut Value) {
    let Some(map) = document.as_object_mut() else { return };
    for entry in defaults.entries() {
        left_out(&entry.value, map.entry(&*entry.key).or_insert(Value::Null));
    }
}

/// What is read, and how.
pub struct Wanted<'w> {
    /// Named by the user.
    pub paths: &'w [PathBuf],
    /// The working folder.
    pub start: &'w Path,
    /// The project's defaults, by kind.
    pub defaults: &'w BTreeMap<String, Node<'w>>,
    /// The project's section of each system, by its id.
    pub settings: &'w BTreeMap<String, Value>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_are_shared_out_say_what_they_say_one_by_one() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let example = include_str!("../../tests/manifests/valid/one-dispatch.yaml").replace("store-0417-router", "NAME");
        for at in 0..40 {
            // Two files far from each other describe the same ticket, some have a mistake, and one is nobody's.
            let text = match at {
                7 => example.replace("service_type", "service_typ"),
                39 => example.replace("NAME", "store-3"),
                20 => "kind: ConfigMap\n".to_owned(),
                _ => example.clone(),
            };
            std::fs::write(folder.path().join(format!("{at:02}.yaml")), text.replace("NAME", &format!("store-{at}"))).expect("a file");
        }
        let (defaults, settings, paths) = (BTreeMap::new(), BTreeMap::new(), vec![folder.path().to_path_buf()]);
        let wanted = Wanted { paths: &paths, start: folder.path(), defaults: &defaults, settings: &settings };
        let (mut shared, mut alone) = (Loader::new(folder.path(), None), Loader::new(folder.path(), None));
        shared.read(&wanted);
        alone.files(&load::list(&paths, folder.path(), folder.path()).files, &wanted);
        let said = |loader: Loader| {
            let loaded = loader.finish(true);
            let addresses: Vec<String> = loaded.tickets.iter().map(|ticket| ticket.address.to_string()).collect();
            let messages: Vec<String> = loaded.diagnostics.iter().map(ToString::to_string).collect();
            (addresses, messages, loaded.files, loaded.skipped_files, loaded.documents)
        };
        let (shared, alone) = (said(shared), said(alone));
        assert_eq!(shared, alone);
        assert_eq!((shared.1.len(), shared.2, shared.3, shared.4), (2, 39, 1, 39), "{:?}", shared.1);
    }
}
