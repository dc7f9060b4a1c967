//! A policy as it was read: its frame is sound, its expressions are not compiled yet.
//!
//! Owns the document with its places. Refuses to judge: what an expression may say, and what it says of a plan, is for the room above.

use serde::Deserialize as _;

use super::policy_spec::{Each, PolicyDocument, PolicySpec};
use super::schema::{self, POLICY};
use super::tree::{Node, Sources, Span};
use super::typed::typed;
use super::violations::{Judged, violations};
use crate::diagnostics::{Diagnostic, Place};

/// A policy document.
#[derive(Debug, Clone)]
pub struct Policy {
    pub name: String,
    pub spec: PolicySpec,
    node: Node<'static>,
    sources: Sources,
}

impl Policy {
    /// Reads a policy. One with mistakes is an error, never a rule that is left out.
    pub(super) fn read(node: Node<'_>, sources: &Sources) -> Result<Self, Vec<Diagnostic>> {
        let schema = schema::of_kind(POLICY).map_err(|bug| vec![*bug])?;
        let value = typed(&node, schema.shapes.root());
        let mut problems = value.problems;
        problems.extend(violations(Judged { node: &node, value: &value.value, system: "callout" }, schema));
        let document = PolicyDocument::deserialize(&value.value);
        if let Ok(document) = &document {
            problems.extend(contradictions(&document.spec, &node));
        }
        match document {
            Ok(PolicyDocument { metadata, spec, .. }) if problems.is_empty() => {
                Ok(Self { name: metadata.name, spec, node: node.into_owned(), sources: sources.clone() })
            }
            Err(error) if problems.is_empty() => {
                let message = format!("this document cannot be read as a {POLICY}: {error}");
                Err(vec![sources.at(Diagnostic::error("schema/unread", message), node.span_of(""))])
            }
            Ok(_) | Err(_) => Err(problems.into_iter().map(|(diagnostic, span)| sources.at(diagnostic, span)).collect()),
        }
    }

    /// A diagnostic with the place of a JSON pointer into the document.
    pub fn tell(&self, diagnostic: Diagnostic, pointer: &str) -> Diagnostic {
        self.sources.at(diagnostic, self.node.span_of(pointer)).about(format!("{POLICY}/{}", self.name))
    }

    /// The same, at the key.
    pub fn tell_key(&self, diagnostic: Diagnostic, pointer: &str) -> Diagnostic {
        let (found, _) = self.node.find(pointer);
        let span = found.key_span.unwrap_or_else(|| found.span());
        self.sources.at(diagnostic, span).about(format!("{POLICY}/{}", self.name))
    }

    /// Where a JSON pointer into the document leads.
    pub fn place(&self, pointer: &str) -> Option<Place> {
        self.sources.place(self.node.span_of(pointer))
    }

    /// The rule, and its key in the spec.
    pub fn rule(&self) -> (&'static str, &str) {
        match (&self.spec.deny, &self.spec.warn) {
            (Some(deny), _) => ("deny", &deny.0),
            // That there is one of the two, reading it has seen to.
            (None, warn) => ("warn", warn.as_ref().map_or("true", |warn| &warn.0)),
        }
    }
}

/// Keys that do not go together.
fn contradictions(spec: &PolicySpec, node: &Node<'_>) -> Vec<(Diagnostic, Span)> {
    let effect = match (&spec.deny, &spec.warn) {
        (Some(_), None) | (None, Some(_)) => None,
        (None, None) => {
            Some(("this policy has neither deny nor warn", "For example: `deny: step.visit.weekday in [\"sat\", \"sun\"]`", "/spec"))
        }
        (Some(_), Some(_)) => Some(("this policy has both deny and warn", "Keep one of the two, or write two policies.", "/spec/warn")),
    };
    let group = match (spec.each, &spec.group_by) {
        (Each::Group, Some(_)) | (Each::Step | Each::Plan, None) => None,
        (Each::Group, None) => {
            Some(("a policy for each group says what makes one", "For example: `group_by: {date: step.visit.date}`", "/spec/each"))
        }
        (Each::Step | Each::Plan, Some(_)) => {
            Some(("only a policy with `each: group` has groups", "Write `each: group`.", "/spec/group_by"))
        }
    };
    let told =
        |(message, help, pointer): (&str, &str, &str)| (Diagnostic::error("policy/shape", message).help(help), node.span_of(pointer));
    effect.into_iter().chain(group).map(told).collect()
}
