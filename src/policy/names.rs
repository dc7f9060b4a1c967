//! The names that the expressions of a policy know.
//!
//! Owns the one list of them, for the check of a file and for the values themselves, so that the two cannot differ. Refuses a name that
//! does not exist: compared with anything it would just be false, and a rule would hold nobody back.

use std::collections::{BTreeSet, HashSet};

use minijinja::Environment;

use crate::diagnostics::Diagnostic;
use crate::systems::{nearest, registry};

/// What is below a name.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// A value.
    Leaf,
    /// Keys that people or vendors choose.
    Open,
    /// Fields, by the vendors' names.
    Fields,
    /// These names and no others.
    Closed(&'static [(&'static str, Shape)]),
}

pub const VISIT: &[(&str, Shape)] = &[
    ("date", Shape::Leaf),
    ("end", Shape::Leaf),
    ("from", Shape::Leaf),
    ("hours_ahead", Shape::Leaf),
    ("start", Shape::Leaf),
    ("timezone", Shape::Leaf),
    ("to", Shape::Leaf),
    ("weekday", Shape::Leaf),
];

pub const ROLLOUT: &[(&str, Shape)] = &[("key", Shape::Leaf), ("name", Shape::Leaf), ("wave", Shape::Leaf)];

pub const ACCOUNT: &[(&str, Shape)] = &[("address", Shape::Leaf), ("id", Shape::Leaf), ("name", Shape::Leaf)];

pub const COST: &[(&str, Shape)] = &[("dollars", Shape::Leaf)];

pub const STEP: &[(&str, Shape)] = &[
    ("account", Shape::Closed(ACCOUNT)),
    ("action", Shape::Leaf),
    ("address", Shape::Leaf),
    ("attachments", Shape::Leaf),
    ("changes", Shape::Fields),
    ("cost", Shape::Closed(COST)),
    ("fields", Shape::Fields),
    ("key", Shape::Leaf),
    ("kind", Shape::Leaf),
    ("labels", Shape::Open),
    ("name", Shape::Leaf),
    ("place", Shape::Leaf),
    ("reissue", Shape::Leaf),
    ("rollout", Shape::Closed(ROLLOUT)),
    ("site", Shape::Leaf),
    ("visit", Shape::Closed(VISIT)),
    ("waits", Shape::Leaf),
];

pub const SPEND: &[(&str, Shape)] = &[("dollars", Shape::Leaf), ("unknown", Shape::Leaf)];

pub const PLAN: &[(&str, Shape)] = &[
    ("closes", Shape::Leaf),
    ("cost", Shape::Closed(SPEND)),
    ("creates", Shape::Leaf),
    ("deletes", Shape::Leaf),
    ("project", Shape::Leaf),
    ("steps", Shape::Leaf),
    ("updates", Shape::Leaf),
    ("waiting", Shape::Leaf),
];

pub const NOW: &[(&str, Shape)] =
    &[("at", Shape::Leaf), ("date", Shape::Leaf), ("hour", Shape::Leaf), ("time", Shape::Leaf), ("weekday", Shape::Leaf)];

/// What every group has, besides the names that the policy gives it.
pub const GROUP: [&str; 3] = ["count", "joining", "steps"];

/// The names that the expressions of one place may use.
pub struct Known<'p> {
    /// Such as `step`.
    pub tops: Vec<(&'static str, Shape)>,
    /// The policy's own names of a group, where the expression may ask for one.
    pub group: Option<Vec<&'p str>>,
}

/// What is wrong with the names that an expression uses, each with the name. `step.visit.date` comes as one.
pub fn unknown<'u>(used: &'u HashSet<String>, known: &Known<'_>, environment: &Environment<'_>) -> Vec<(Diagnostic, &'u str)> {
    let used: BTreeSet<&String> = used.iter().collect();
    used.into_iter().filter_map(|path| Some((known.unknown(path, environment)?, path.as_str()))).collect()
}

impl Known<'_> {
    fn unknown(&self, path: &str, environment: &Environment<'_>) -> Option<Diagnostic> {
        let mut names = path.split('.');
        let top = names.next().unwrap_or_default();
        if let ("group", Some(own)) = (top, &self.group) {
            let all: BTreeSet<&str> = GROUP.into_iter().chain(own.iter().copied()).collect();
            let name = names.next().filter(|name| !all.contains(name))?;
            return Some(told("group", name, &all.into_iter().collect::<Vec<_>>()));
        }
        let Some((_, shape)) = self.tops.iter().find(|(name, _)| *name == top) else {
            let is_global = environment.globals().any(|(name, _)| name == top);
            return (!is_global).then(|| self.not_here(top));
        };
        below(top.to_owned(), *shape, names)
    }

    fn not_here(&self, name: &str) -> Diagnostic {
        let mut tops: Vec<&str> = self.tops.iter().map(|(name, _)| *name).collect();
        tops.extend(self.group.as_ref().map(|_| "group"));
        tops.sort_unstable();
        let near = nearest(name, tops.iter().copied()).map(|near| format!("Did you mean `{near}`? ")).unwrap_or_default();
        let near =
            if STEP.iter().any(|(own, _)| *own == name) && tops.contains(&"step") { format!("Did you mean `step.{name}`? ") } else { near };
        let help = format!("{near}This expression knows {}; a plain text goes into quotes.", tops.join(", "));
        Diagnostic::error("policy/unknown-name", format!("`{name}` is not known here")).help(help)
    }
}

/// What is wrong below a name, by its shape.
fn below<'n>(mut path: String, mut shape: Shape, names: impl Iterator<Item = &'n str>) -> Option<Diagnostic> {
    for name in names {
        match shape {
            Shape::Leaf | Shape::Open => return None,
            Shape::Fields => return unknown_field(&path, name),
            Shape::Closed(inside) => match inside.iter().find(|(own, _)| *own == name) {
                Some((_, inner)) => shape = *inner,
                None => return Some(told(&path, name, &inside.iter().map(|(own, _)| *own).collect::<Vec<_>>())),
            },
        }
        path = format!("{path}.{name}");
    }
    None
}

/// What to say of a name that is not below another.
pub fn told(path: &str, name: &str, all: &[&str]) -> Diagnostic {
    let near = nearest(name, all.iter().copied()).map(|near| format!("Did you mean `{path}.{near}`? ")).unwrap_or_default();
    let help = format!("{near}`{path}` has {}.", all.join(", "));
    Diagnostic::error("policy/unknown-name", format!("`{path}.{name}` is not known")).help(help)
}

/// A field that no system has.
fn unknown_field(path: &str, name: &str) -> Option<Diagnostic> {
    let sent = || registry().iter().flat_map(|system| system.fields()).filter(|field| field.sent);
    if sent().any(|field| field.name == name) {
        return None;
    }
    let near = nearest(name, sent().map(|field| field.name)).map(|near| format!("Did you mean `{path}.{near}`? ")).unwrap_or_default();
    let parts = "A part of a field goes into brackets: step.fields[\"custom_fields.Rack\"].";
    let help = format!("{near}`callout systems` lists the fields of each system. {parts}");
    Some(Diagnostic::error("policy/unknown-name", format!("no system has a field `{name}`")).help(help))
}
