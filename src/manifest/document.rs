//! One document: judged by its schema, by its system, and turned into tickets.
//!
//! Owns the way from what a system says about a JSON pointer to a place in a file. Refuses to know other documents:
//! what only the whole project can tell is for `checks`.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::attachments::{Attachments, fit_together};
use super::schema;
use super::sketch::Sketch;
use super::tree::{Node, Sources, Span};
use super::typed::typed;
use super::violations::{Judged, violations};
use crate::diagnostics::{Diagnostic, Place, Severity};
use crate::systems::{Draft, Finding, System};
use crate::ticket::{Address, Attachment, Ticket};

/// What a document says about another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// It waits for the other's id.
    Reference,
    RenamedFrom,
    Alongside,
}

/// A link from a ticket to an address, and where it is written.
#[derive(Debug, Clone)]
pub struct Linked {
    pub link: Link,
    pub from: Address,
    pub to: Address,
    pub place: Option<Place>,
}

/// What one document gives.
#[derive(Debug, Default)]
pub struct Read {
    pub tickets: Vec<Ticket>,
    pub sketches: Vec<Sketch>,
    pub links: Vec<Linked>,
    pub diagnostics: Vec<Diagnostic>,
    /// The document as its schema has it, with its files named from the project's folder.
    pub document: Value,
}

/// A document with its surroundings.
pub struct Document<'d, 'a> {
    pub node: &'d Node<'a>,
    pub system: &'static dyn System,
    /// The system's section in the project file.
    pub settings: Option<&'d Value>,
    pub sources: &'d Sources,
    /// The manifest's folder: attachments are relative to it.
    pub folder: &'d Path,
    /// Whether sketches are wanted.
    pub sketches: bool,
}

impl Document<'_, '_> {
    /// Runs every check on it. Tickets come even from a document with mistakes, where they can be read at all.
    pub fn read(&self, attachments: &mut Attachments) -> Read {
        let schema = match schema::of_kind(self.system.kind()) {
            Ok(schema) => schema,
            Err(bug) => return Read { diagnostics: vec![*bug], ..Read::default() },
        };
        let value = typed(self.node, schema.shapes.root());
        let mut problems = value.problems;
        problems.extend(violations(Judged { node: self.node, value: &value.value, system: self.system.title() }, schema));
        let mut read = Read { document: value.value, ..Read::default() };
        match self.system.tickets(&read.document) {
            Ok((drafts, findings)) => {
                let unlisted = self.settings.map(|settings| self.system.check_against_settings(&read.document, settings));
                problems.extend(findings.into_iter().chain(unlisted.into_iter().flatten()).map(|finding| {
                    let span = self.node.span_of(&finding.pointer);
                    (told(finding), span)
                }));
                let files = self.attachments(&drafts, attachments, &mut problems);
                self.tickets(drafts, &files, &mut read);
                name_from_project(&files, &mut read.document);
            }
            // What does not fit the type does not fit the schema either, which says it better.
            Err(_) if !problems.is_empty() => {}
            Err(error) => {
                let message = format!("this document cannot be read as a {}: {error}", self.system.kind());
                problems.push((Diagnostic::error("schema/unread", message), self.node.span_of("")));
            }
        }
        let address = self.address();
        read.diagnostics = problems.into_iter().map(|(diagnostic, span)| self.place(diagnostic, span, address.as_ref())).collect();
        read
    }

    /// The document's own address, if it has a name that can be one.
    pub fn address(&self) -> Option<Address> {
        let name = self.node.text_at(&["metadata", "name"]).filter(|name| crate::ticket::is_name(name))?;
        Some(Address::new(self.system.kind(), name))
    }

    fn place(&self, diagnostic: Diagnostic, span: Span, address: Option<&Address>) -> Diagnostic {
        address.into_iter().fold(self.sources.at(diagnostic, span), Diagnostic::about)
    }

    fn attachments(&self, drafts: &[Draft], known: &mut Attachments, problems: &mut Vec<(Diagnostic, Span)>) -> Vec<Attachment> {
        // All tickets of a document carry the same files.
        let Some((draft, rules)) = drafts.first().zip(self.system.attachments()) else { return Vec::new() };
        let (mut files, mut refused) = (Vec::new(), Vec::new());
        for (at, written) in draft.attachments.iter().enumerate() {
            match known.find(self.folder, written, rules) {
                Ok(file) => files.push(file),
                Err(why) => refused.push((why, format!("/spec/attachments/{at}"))),
            }
        }
        refused.extend(fit_together(&files, rules).err().map(|why| (why, "/spec/attachments".to_owned())));
        problems.extend(
            refused
                .into_iter()
                .map(|(why, pointer)| (Diagnostic::error(why.code, why.message).help(why.help), self.node.span_of(&pointer))),
        );
        files
    }

    fn tickets(&self, drafts: Vec<Draft>, files: &[Attachment], read: &mut Read) {
        let Some(address) = self.address() else { return };
        let labels = read.document.pointer("/metadata/labels").and_then(Value::as_object).into_iter().flatten();
        let labels: BTreeMap<_, _> = labels.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect();
        let single = drafts.len() == 1;
        for draft in drafts {
            if self.sketches {
                let address = address.clone().with_key(draft.key.clone());
                read.sketches.push(Sketch::new(address, draft.clone(), self.node, self.sources));
            }
            let pointer = if single { "/metadata/name" } else { &draft.pointer };
            let ticket = Ticket {
                address: address.clone().with_key(draft.key),
                reissue: draft.reissue,
                fields: draft.fields,
                attachments: files.to_vec(),
                lifecycle: draft.lifecycle,
                labels: labels.clone(),
                visit: draft.visit,
                place: self.sources.place(self.node.span_of(pointer)),
                booking: None,
                site: None,
            };
            read.links.extend(self.links(&ticket));
            read.tickets.push(ticket);
        }
    }

    fn links(&self, ticket: &Ticket) -> Vec<Linked> {
        let linked = |link, to: Address, pointer: &str| Linked {
            link,
            from: ticket.address.clone(),
            to,
            place: self.sources.place(self.node.span_of(pointer)),
        };
        let holes = ticket.fields.iter().filter_map(|(name, value)| Some((name, crate::ticket::references(value)?)));
        let references = holes.map(|(name, to)| linked(Link::Reference, to, &format!("/spec/{name}/ref")));
        let renamed = ticket.lifecycle.renamed_from.iter().map(|to| linked(Link::RenamedFrom, to.clone(), "/lifecycle/renamed_from"));
        let alongside = ticket.lifecycle.alongside.iter().enumerate();
        let alongside = alongside.map(|(at, to)| linked(Link::Alongside, to.clone(), &format!("/lifecycle/alongside/{at}")));
        references.chain(renamed).chain(alongside).collect()
    }
}

/// Puts the files' paths inside the project where the manifest has them relative to itself.
fn name_from_project(files: &[Attachment], document: &mut Value) {
    if let Some(written) = document.pointer_mut("/spec/attachments").filter(|_| !files.is_empty()) {
        *written = files.iter().map(|file| Value::from(file.path.to_string_lossy())).collect();
    }
}

/// A system's finding as a diagnostic, still without its place.
pub fn told(finding: Finding) -> Diagnostic {
    let diagnostic = match finding.severity {
        Severity::Error => Diagnostic::error(finding.code, finding.message),
        Severity::Warning => Diagnostic::warning(finding.code, finding.message),
    };
    finding.help.into_iter().fold(diagnostic, Diagnostic::help)
}
