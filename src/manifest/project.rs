//! The project file: found upwards from a folder, read, and judged.
//!
//! Owns `callout.yaml`. Refuses to let a secret that somebody wrote into it get into a message.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize as _;
use serde_json::Value;

use super::compose::compose;
use super::project_spec::{Contacts, Limits, ProjectDocument};
use super::schema::{self, PROJECT};
use super::secrets;
use super::state_spec::{EncryptionSpec, StatePlace};
use super::tree::{Content, Entry, Node, Sources, Span};
use super::typed::typed;
use super::violations::{Judged, violations};
use super::{envelope, load, state_spec, unfilled};
use crate::diagnostics::{Diagnostic, Place, Severity, SourceFile};
use crate::systems::{Finding, by_id};

/// The name of the project file.
pub const FILE: &str = "callout.yaml";

/// What holds for all tickets of a project.
#[derive(Debug, Clone)]
pub struct Project {
    pub name: String,
    /// Where `callout.yaml` is; everything in it is relative to this folder.
    pub folder: PathBuf,
    /// The first line of `callout.yaml`.
    pub place: Place,
    /// Files and folders to read; those that exist.
    pub manifests: Vec<PathBuf>,
    /// Folders outside the project whose files may be attached.
    pub attachment_folders: Vec<PathBuf>,
    pub state: StatePlace,
    /// Whether and for whom the state is encrypted.
    pub encryption: Option<EncryptionSpec>,
    /// The settings of each system that has a section, by its id. They fit their schema.
    pub systems: BTreeMap<String, Value>,
    pub limits: Limits,
    /// A saved plan is refused after so many hours.
    pub plan_expires_hours: u32,
    /// Whether saved plans have the contacts of tickets.
    pub contacts: Contacts,
    /// Every plan asks for costs.
    pub costs: bool,
}

/// The project file above or at a folder.
pub fn find(start: &Path) -> Option<PathBuf> {
    start.ancestors().map(|folder| folder.join(FILE)).find(|path| path.is_file())
}

/// What a command says that needs a project where there is none.
pub fn missing() -> Diagnostic {
    Diagnostic::error("project/none", "there is no callout.yaml here or in any folder above")
        .help("Run `callout init` in the project's folder, or name the folder with -C DIR.")
}

/// The text of a project file. Lives outside [`Read`], so that trees can borrow from it.
pub struct Text {
    path: PathBuf,
    name: String,
    content: String,
}

/// A project file that was read, as far as it could be.
#[derive(Default)]
pub struct Read<'a> {
    pub project: Option<Project>,
    /// `spec.defaults`, by kind.
    pub defaults: BTreeMap<String, Node<'a>>,
    pub diagnostics: Vec<Diagnostic>,
}

impl Text {
    pub fn load(path: &Path, from: &Path) -> Result<Self, Box<Diagnostic>> {
        let (real, folder) = (std::fs::canonicalize(path), path.parent().map(std::fs::canonicalize));
        if let (Ok(real), Some(Ok(folder))) = (real, folder)
            && !real.starts_with(&folder)
        {
            let message = format!("{} is a link out of its folder", load::shown(path, from));
            return Err(Diagnostic::error("project/outside", message).help("Put the project file itself there.").into());
        }
        let file = load::read(path, from)?;
        Ok(Self { path: path.to_path_buf(), name: file.name.clone(), content: file.text.clone() })
    }

    /// Reads the one document in it.
    pub fn read<'a>(&'a self, sources: &mut Sources) -> Read<'a> {
        let composed = compose(&self.content, sources.next());
        let masked = secrets::masked(&self.content, &composed);
        let file = SourceFile::new(self.name.clone(), self.path.clone(), masked);
        sources.add(Arc::clone(&file));
        let place = |(diagnostic, span): (Diagnostic, Span)| sources.at(diagnostic, span);
        let mut read =
            Read { diagnostics: composed.faults.into_iter().map(|fault| place(fault.into_diagnostic())).collect(), ..Read::default() };
        let start = Place { file, span: 0..0 };
        let mut documents = composed.documents.into_iter();
        match (documents.next(), documents.next()) {
            (None, _) if read.diagnostics.is_empty() => {
                read.diagnostics.push(Diagnostic::error("project/empty", format!("{} is empty", self.name)).help(STARTER).at(start));
            }
            (None, _) => {}
            (Some(document), None) => self.judge(document, start, sources, &mut read),
            (Some(_), Some(second)) => {
                let message = format!("{FILE} holds more than one document");
                let help = "Keep the project alone in it; put tickets into files of their own.";
                read.diagnostics.push(sources.at(Diagnostic::error("project/several", message).help(help), second.span_of("")));
            }
        }
        read
    }

    fn judge<'a>(&self, document: Node<'a>, start: Place, sources: &Sources, read: &mut Read<'a>) {
        match envelope::whose(&document) {
            envelope::Whose::Ours(PROJECT) => {}
            envelope::Whose::Slip(diagnostic, span) => return read.diagnostics.push(sources.at(*diagnostic, span)),
            envelope::Whose::Ours(_) | envelope::Whose::Theirs => {
                let message = format!("{} is no project file", self.name);
                return read.diagnostics.push(Diagnostic::error("project/kind", message).help(STARTER).at(start));
            }
        }
        let (value, mut problems) = judge_document(&document);
        let sound = !problems.iter().any(|(diagnostic, _)| diagnostic.is_error());
        problems.extend(self.misplaced(&document));
        if let (defaults, true) = document.find("/spec/defaults") {
            problems.extend(unfilled::in_defaults(defaults.node));
        }
        read.diagnostics.extend(problems.into_iter().map(|(diagnostic, span)| sources.at(diagnostic, span)));
        if let (true, Ok(typed)) = (sound, ProjectDocument::deserialize(&value)) {
            read.project = Some(self.project(typed, start));
        }
        read.defaults = defaults(document);
    }

    fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }

    /// Manifests that are not there or not in the project, and folders of attachments that are not there.
    fn misplaced(&self, document: &Node<'_>) -> Vec<(Diagnostic, Span)> {
        let manifests = paths(document, "/spec/manifests").into_iter().filter_map(|(path, span)| {
            let name = super::violations::printable(path);
            let place = self.folder().join(path);
            let (message, help) = if !place.exists() {
                (format!("there is no file or folder `{name}`"), "The path is relative to callout.yaml.")
            } else if !self.has(&place) {
                (
                    format!("`{name}` is outside the project's folder"),
                    "Move callout.yaml to a folder that holds both, or the manifests into this one.",
                )
            } else {
                return None;
            };
            Some((Diagnostic::error("project/manifests", message).help(help), span))
        });
        let folders = paths(document, "/spec/attachment_folders").into_iter().filter(|(path, _)| !self.folder().join(path).is_dir());
        let folders = folders.map(|(path, span)| {
            let message = format!("there is no folder `{}`", super::violations::printable(path));
            (Diagnostic::error("project/attachment-folders", message).help("The path is relative to callout.yaml."), span)
        });
        manifests.chain(folders).collect()
    }

    /// Whether a path leads to something in the project's folder.
    fn has(&self, path: &Path) -> bool {
        let real = |path: &Path| std::fs::canonicalize(path).ok();
        real(path).zip(real(self.folder())).is_some_and(|(path, folder)| path.starts_with(folder))
    }

    fn project(&self, document: ProjectDocument, place: Place) -> Project {
        let folder = self.folder().to_path_buf();
        let ProjectDocument { metadata, spec, .. } = document;
        let manifests = spec.manifests.map_or_else(
            || vec![folder.clone()],
            |paths| paths.iter().map(|path| folder.join(path)).filter(|path| self.has(path)).collect(),
        );
        Project {
            name: metadata.name,
            place,
            manifests,
            attachment_folders: spec.attachment_folders.iter().map(|path| folder.join(path)).collect(),
            encryption: spec.state.encryption.clone(),
            state: spec.state.place(&folder),
            systems: spec.systems,
            limits: spec.limits,
            plan_expires_hours: spec.plan_expires_hours,
            contacts: spec.saved_plans.contacts,
            costs: spec.costs,
            folder,
        }
    }
}

/// The texts of a list of paths, each with its place.
fn paths<'n>(document: &'n Node<'_>, pointer: &str) -> Vec<(&'n str, Span)> {
    let (listed, true) = document.find(pointer) else { return Vec::new() };
    let Content::List(items) = &listed.node.content else { return Vec::new() };
    items.iter().filter_map(|item| Some((item.text()?, item.span))).collect()
}

const STARTER: &str = "A project file starts with these lines:\napiVersion: callout/v1\nkind: Project\nmetadata: {name: my-project}";

/// Judges a project document by its schema, and each section by its system.
pub fn judge_document(document: &Node<'_>) -> (Value, Vec<(Diagnostic, Span)>) {
    let schema = match schema::of_kind(PROJECT) {
        Ok(schema) => schema,
        Err(bug) => return (Value::Null, vec![(*bug, document.span)]),
    };
    let read = typed(document, schema.shapes.root());
    let mut problems = read.problems;
    problems.extend(violations(Judged { node: document, value: &read.value, system: "callout" }, schema));
    let state = read.value.pointer("/spec/state").map(state_spec::check).unwrap_or_default();
    problems.extend(state.into_iter().map(|finding| placed(finding, "The state", "state", document)));
    let sections = read.value.pointer("/spec/systems").and_then(Value::as_object);
    for (id, settings) in sections.into_iter().flatten() {
        let Some(system) = by_id(id) else { continue };
        let findings = system.check_settings(settings).into_iter();
        problems.extend(findings.map(|finding| placed(finding, system.title(), &format!("systems/{id}"), document)));
    }
    (read.value, problems)
}

/// What was found in a section of `spec`.
fn placed(mut finding: Finding, title: &str, section: &str, document: &Node<'_>) -> (Diagnostic, Span) {
    let span = document.span_of(&format!("/spec/{section}{}", finding.pointer));
    if finding.severity == Severity::Warning {
        // It is told again with every plan, by people who do not have the line before their eyes.
        finding.message = format!("{title}: {}", finding.message);
    }
    (super::document::told(finding), span)
}

fn defaults(document: Node<'_>) -> BTreeMap<String, Node<'_>> {
    take(take(Some(document), "spec"), "defaults")
        .map(entries)
        .unwrap_or_default()
        .into_iter()
        .map(|entry| (entry.key.into_owned(), entry.value))
        .collect()
}

fn entries(node: Node<'_>) -> Vec<Entry<'_>> {
    match node.content {
        Content::Map(entries) => entries,
        Content::Scalar(..) | Content::List(_) => Vec::new(),
    }
}

fn take<'a>(node: Option<Node<'a>>, key: &str) -> Option<Node<'a>> {
    entries(node?).into_iter().find(|entry| entry.key == key).map(|entry| entry.value)
}
