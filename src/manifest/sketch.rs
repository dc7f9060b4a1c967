//! Tickets as their documents describe them, with a place for each value: what look-ups ask about, and point at.
//!
//! Owns the way from a JSON pointer to a place after the tree is gone. Kept only where it is asked for: it costs memory.

use std::collections::BTreeMap;

use super::document::told;
use super::tree::{Content, Node, Sources};
use crate::diagnostics::{Diagnostic, Place};
use crate::systems::{Draft, Finding};
use crate::ticket::Address;

/// A ticket before it is sent.
#[derive(Debug, Clone)]
pub struct Sketch {
    pub address: Address,
    pub draft: Draft,
    /// The site that it was made for, for people.
    pub site: Option<String>,
    /// By JSON pointer: every scalar of the document, and the document itself.
    places: BTreeMap<String, Place>,
}

impl Sketch {
    pub(super) fn new(address: Address, draft: Draft, node: &Node<'_>, sources: &Sources) -> Self {
        let mut places = BTreeMap::new();
        places.extend(sources.place(node.span_of("/metadata/name")).map(|place| (String::new(), place)));
        collect(node, String::new(), sources, &mut places);
        Self { address, draft, site: None, places }
    }

    /// What was found out about a value, at its place; at the nearest part around it where it has none of its own.
    pub fn tell(&self, finding: Finding) -> Diagnostic {
        let mut pointer = finding.pointer.as_str();
        let place = loop {
            match (self.places.get(pointer), pointer.rsplit_once('/')) {
                (None, Some((around, _))) => pointer = around,
                (found, _) => break found.cloned(),
            }
        };
        let mut diagnostic = place.into_iter().fold(told(finding), Diagnostic::at).about(&self.address);
        if let Some(site) = &self.site {
            diagnostic.message = format!("site {site}: {}", diagnostic.message);
        }
        diagnostic
    }
}

fn collect(node: &Node<'_>, pointer: String, sources: &Sources, places: &mut BTreeMap<String, Place>) {
    match &node.content {
        Content::Scalar(..) => places.extend(sources.place(node.span).map(|place| (pointer, place))),
        Content::List(items) => {
            for (at, item) in items.iter().enumerate() {
                collect(item, format!("{pointer}/{at}"), sources, places);
            }
        }
        Content::Map(entries) => {
            for entry in entries {
                let key = entry.key.replace('~', "~0").replace('/', "~1");
                collect(&entry.value, format!("{pointer}/{key}"), sources, places);
            }
        }
    }
}
