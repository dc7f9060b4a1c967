//! A rollout as it was read: its frame is sound, its template is not filled yet.
//!
//! Owns what an expander needs from here: places, the list of sites as a text, the defaults, and the judging of each document.
//! Refuses to expand: which tickets come out is for the room above, which hands them in as [`Made`].

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize as _;
use serde_json::Value;

use super::Keep;
use super::attachments::{Attachments, Refused};
use super::checks::Named;
use super::document::{Document, Read};
use super::load;
use super::loader::Wanted;
use super::rollout_spec::{RolloutDocument, RolloutSpec};
use super::schema::{self, ROLLOUT};
use super::tree::{Node, Sources, Span};
use super::typed::typed;
use super::violations::{Judged, violations};
use crate::diagnostics::{Diagnostic, Outcome, Place, SourceFile};
use crate::systems::{System, by_kind};
use crate::ticket::{RolloutSite, Terms};

/// What turns a rollout into tickets.
pub type Expand<'e> = &'e mut dyn FnMut(&Rollout) -> Made;

/// What became of a rollout.
#[derive(Debug, Default)]
pub struct Made {
    /// Each site's document, read: its tickets, links and mistakes.
    pub documents: Vec<MadeDocument>,
    pub diagnostics: Vec<Diagnostic>,
    pub terms: Terms,
    /// Whether some of its tickets are not known: then nobody can say that a name in another file leads nowhere.
    pub incomplete: bool,
}

/// One site's document.
#[derive(Debug)]
pub struct MadeDocument {
    pub read: Read,
    pub named: Option<Named>,
    pub site: RolloutSite,
}

/// A rollout document.
#[derive(Debug)]
pub struct Rollout {
    pub name: String,
    pub spec: RolloutSpec,
    /// The whole document.
    pub node: Node<'static>,
    /// What the project says for every ticket of the template's kind.
    pub defaults: Option<Node<'static>>,
    /// The project's section of the template's system.
    settings: Option<Value>,
    keep: Keep,
    folder: PathBuf,
    /// The working folder, which names of files are shown relative to.
    start: PathBuf,
    sources: Sources,
    attachments: Attachments,
}

/// Where a document was found.
pub struct Surroundings<'s> {
    pub sources: &'s Sources,
    pub attachments: &'s Attachments,
    pub folder: &'s Path,
    pub wanted: &'s Wanted<'s>,
    pub keep: Keep,
}

impl Rollout {
    /// Reads the frame of a rollout. A frame with mistakes is not expanded: half a list of sites is a list of forgotten sites.
    pub fn read(node: Node<'_>, around: &Surroundings<'_>) -> Result<Self, Vec<Diagnostic>> {
        let schema = schema::of_kind(ROLLOUT).map_err(|bug| vec![*bug])?;
        let value = typed(&node, schema.shapes.root());
        let mut problems = value.problems;
        problems.extend(violations(Judged { node: &node, value: &value.value, system: "callout" }, schema));
        let document = RolloutDocument::deserialize(&value.value);
        if let Ok(document) = &document {
            problems.extend(one_source(document).map(|diagnostic| (diagnostic, node.span_of("/spec/sites"))));
        }
        match document {
            Ok(document) if problems.is_empty() => Ok(Self::new(document, node.into_owned(), around)),
            Err(error) if problems.is_empty() => {
                let message = format!("this document cannot be read as a {ROLLOUT}: {error}");
                Err(vec![around.sources.at(Diagnostic::error("schema/unread", message), node.span_of(""))])
            }
            Ok(_) | Err(_) => Err(problems.into_iter().map(|(diagnostic, span)| around.sources.at(diagnostic, span)).collect()),
        }
    }

    fn new(document: RolloutDocument, node: Node<'static>, around: &Surroundings<'_>) -> Self {
        let kind = kind(&node);
        let section = by_kind(kind).and_then(|system| around.wanted.settings.get(system.id()));
        Self {
            name: document.metadata.name,
            spec: document.spec,
            defaults: around.wanted.defaults.get(kind).map(|defaults| defaults.clone().into_owned()),
            settings: section.cloned(),
            keep: around.keep,
            folder: around.folder.to_path_buf(),
            start: around.wanted.start.to_path_buf(),
            sources: around.sources.clone(),
            attachments: around.attachments.clone(),
            node,
        }
    }

    /// The kind of its tickets; the schema lets no other than a ticket's through.
    pub fn kind(&self) -> &str {
        kind(&self.node)
    }

    /// A diagnostic with the place of a JSON pointer into the rollout.
    pub fn tell(&self, diagnostic: Diagnostic, pointer: &str) -> Diagnostic {
        self.sources.at(diagnostic, self.node.span_of(pointer))
    }

    /// A diagnostic with its place.
    pub fn at(&self, diagnostic: Diagnostic, span: Span) -> Diagnostic {
        self.sources.at(diagnostic, span)
    }

    pub fn place(&self, span: Span) -> Option<Place> {
        self.sources.place(span)
    }

    /// Reads a text file that the rollout names. It must be inside the project, where a reviewer can see it.
    pub fn text_file(&self, written: &str) -> Outcome<Arc<SourceFile>> {
        let refused = |why: Refused| Diagnostic::error("rollout/csv", why.message).help(why.help);
        let real = self.attachments.inside(&self.folder, written, "file").map_err(refused)?;
        load::read_text(&real, &load::shown(&self.folder.join(written), &self.start)).map_err(|mut why| {
            if matches!(why.code, "load/not-utf8" | "load/binary") {
                why.help = Some("Save it as UTF-8 text. Spreadsheets call that `CSV UTF-8`.".to_owned());
            }
            why
        })
    }

    /// The path of a file beside the rollout, and its name for people.
    pub fn beside(&self, name: &str) -> (PathBuf, String) {
        let path = self.folder.join(name);
        let shown = load::shown(&path, &self.start);
        (path, shown)
    }

    /// Reads a text file beside the rollout; `None` if there is none.
    pub fn read_beside(&self, name: &str) -> Outcome<Option<Arc<SourceFile>>> {
        let (path, shown) = self.beside(name);
        match std::fs::symlink_metadata(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Ok(metadata) if metadata.is_symlink() && path.exists() => {
                let refused = |why: Refused| Diagnostic::error("rollout/schedule-file", why.message).help(why.help);
                self.attachments.inside(&self.folder, name, "file").map_err(refused)?;
            }
            Ok(_) | Err(_) => {}
        }
        load::read_text(&path, &shown).map(Some)
    }

    /// A desk to judge documents at; each thread takes its own.
    pub fn desk(&self) -> Desk<'_> {
        Desk { rollout: self, attachments: self.attachments.clone() }
    }
}

/// Judges the documents of one rollout. Remembers the files that they name.
pub struct Desk<'r> {
    rollout: &'r Rollout,
    attachments: Attachments,
}

impl Desk<'_> {
    /// Runs every check that a document written by hand would get.
    pub fn read(&mut self, node: &Node<'_>, system: &'static dyn System) -> (Read, Option<Named>) {
        let Rollout { sources, folder, settings, keep, .. } = self.rollout;
        let sketches = *keep == Keep::Sketches && system.look_up().yes();
        let document = Document { node, system, settings: settings.as_ref(), sources, folder, sketches };
        let named = document.address().map(|address| Named { address, place: sources.place(node.span_of("/metadata/name")), site: None });
        let mut read = document.read(&mut self.attachments);
        if *keep != Keep::Documents {
            // It has one for each site, and they would all wait until the last site is filled in.
            read.document = Value::Null;
        }
        (read, named)
    }
}

fn kind<'n>(node: &'n Node<'_>) -> &'n str {
    node.text_at(&["spec", "template", "kind"]).unwrap_or("")
}

fn one_source(document: &RolloutDocument) -> Option<Diagnostic> {
    let sites = &document.spec.sites;
    let (message, help) = match (&sites.csv, &sites.list) {
        (Some(_), None) | (None, Some(_)) => return None,
        (None, None) => ("sites names neither a csv file nor a list", "For example: `csv: sites.csv`"),
        (Some(_), Some(_)) => ("sites has both csv and list", "Keep one of the two: the sites are listed in one place."),
    };
    Some(Diagnostic::error("rollout/sites", message).help(help))
}
