//! What a YAML document holds, with the place of every key and value.
//!
//! Owns the tree that the composer makes and the way from a JSON pointer back to a place. Refuses meaning: scalars keep their
//! source text, and only the typed read decides whether `0417` is a number or a name.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use crate::diagnostics::{Diagnostic, Place, SourceFile};

/// A stretch of one of the loaded files. Small, because every key and value has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Index into [`Sources`].
    pub file: u32,
    pub start: u32,
    pub end: u32,
}

/// The files that spans point into.
#[derive(Debug, Clone, Default)]
pub struct Sources(Vec<Arc<SourceFile>>);

impl Sources {
    /// Takes a file in; the answer is the number that its spans carry.
    pub fn add(&mut self, file: Arc<SourceFile>) -> u32 {
        self.0.push(file);
        u32::try_from(self.0.len() - 1).unwrap_or(u32::MAX)
    }

    /// The number that the next file will get.
    pub fn next(&self) -> u32 {
        u32::try_from(self.0.len()).unwrap_or(u32::MAX)
    }

    /// A diagnostic with the place that a span means.
    pub fn at(&self, diagnostic: Diagnostic, span: Span) -> Diagnostic {
        self.place(span).into_iter().fold(diagnostic, Diagnostic::at)
    }

    /// The place that a span means, if its file is one of these.
    pub fn place(&self, span: Span) -> Option<Place> {
        let file = Arc::clone(self.0.get(span.file as usize)?);
        Some(Place { file, span: Range { start: span.start as usize, end: span.end as usize } })
    }
}

/// How a scalar was written. Only a plain one may be a number, a yes/no value or null.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    Plain,
    /// Quoted, a block, or tagged as text.
    Text,
    /// What an expression gave, such as the cell of a table. It has no type of its own: it is read as what its place wants,
    /// and an empty one is an absent value.
    Cell,
}

/// A value and its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Node<'a> {
    pub span: Span,
    pub content: Content<'a>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Content<'a> {
    Scalar(Cow<'a, str>, Style),
    List(Vec<Node<'a>>),
    /// In the order of the file; keys are unique.
    Map(Vec<Entry<'a>>),
}

#[derive(Debug, Clone, PartialEq)]
pub struct Entry<'a> {
    pub key: Cow<'a, str>,
    pub key_span: Span,
    pub value: Node<'a>,
}

/// What a JSON pointer leads to.
#[derive(Debug, Clone, Copy)]
pub struct Found<'t, 'a> {
    pub node: &'t Node<'a>,
    /// The key that holds it, unless it is an item of a list or the whole document.
    pub key_span: Option<Span>,
}

impl<'a> Node<'a> {
    pub fn entries(&self) -> &[Entry<'a>] {
        match &self.content {
            Content::Map(entries) => entries,
            Content::Scalar(..) | Content::List(_) => &[],
        }
    }

    pub fn entry(&self, key: &str) -> Option<&Entry<'a>> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    /// The text of a scalar.
    pub fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Scalar(text, _) => Some(text),
            Content::List(_) | Content::Map(_) => None,
        }
    }

    /// The text of a scalar below these keys.
    pub fn text_at(&self, keys: &[&str]) -> Option<&str> {
        keys.iter().try_fold(self, |node, key| node.entry(key).map(|entry| &entry.value))?.text()
    }

    /// A plain scalar that YAML reads as null: nothing after the colon, `~` or `null`.
    pub fn is_null(&self) -> bool {
        matches!(&self.content, Content::Scalar(text, Style::Plain) if matches!(&**text, "" | "~" | "null" | "Null" | "NULL"))
    }

    /// Where a JSON pointer leads, as far as the tree goes: the deepest part that exists, and whether that is all of it.
    pub fn find(&self, pointer: &str) -> (Found<'_, 'a>, bool) {
        let mut found = Found { node: self, key_span: None };
        for step in pointer.split('/').skip(1) {
            let step = step.replace("~1", "/").replace("~0", "~");
            let next = match &found.node.content {
                Content::Map(_) => found.node.entry(&step).map(|entry| Found { node: &entry.value, key_span: Some(entry.key_span) }),
                Content::List(items) => step.parse::<usize>().ok().and_then(|at| items.get(at)).map(|node| Found { node, key_span: None }),
                Content::Scalar(..) => None,
            };
            match next {
                Some(next) => found = next,
                None => return (found, false),
            }
        }
        (found, true)
    }

    /// The place to show for a JSON pointer: a scalar itself, otherwise the key that holds it, otherwise its first key or item.
    pub fn span_of(&self, pointer: &str) -> Span {
        self.find(pointer).0.span()
    }

    /// The same tree, borrowed from this one.
    pub fn reborrowed(&self) -> Node<'_> {
        let content = match &self.content {
            Content::Scalar(text, style) => Content::Scalar(Cow::Borrowed(text), *style),
            Content::List(items) => Content::List(items.iter().map(Node::reborrowed).collect()),
            Content::Map(entries) => Content::Map(entries.iter().map(Entry::reborrowed).collect()),
        };
        Node { span: self.span, content }
    }

    /// The same tree with texts of its own, so that it outlives its file.
    pub fn into_owned(self) -> Node<'static> {
        let content = match self.content {
            Content::Scalar(text, style) => Content::Scalar(Cow::Owned(text.into_owned()), style),
            Content::List(items) => Content::List(items.into_iter().map(Node::into_owned).collect()),
            Content::Map(entries) => Content::Map(entries.into_iter().map(Entry::into_owned).collect()),
        };
        Node { span: self.span, content }
    }

    /// These values under those: maps are merged key by key, everything else of `self` wins.
    pub fn merge_under(&mut self, defaults: &Self) {
        let (Content::Map(entries), Content::Map(more)) = (&mut self.content, &defaults.content) else { return };
        for entry in more {
            match entries.iter_mut().find(|own| own.key == entry.key) {
                Some(own) => own.value.merge_under(&entry.value),
                None => entries.push(entry.clone()),
            }
        }
    }

    /// Those values over these: maps are merged key by key, everything else of `over` wins. The keys stay in this order.
    pub fn merge_over(&mut self, over: Self) {
        match (&mut self.content, over.content) {
            (Content::Map(entries), Content::Map(more)) => more.into_iter().for_each(|entry| merge_entry(entries, entry)),
            (_, content) => *self = Self { span: over.span, content },
        }
    }
}

fn merge_entry<'a>(entries: &mut Vec<Entry<'a>>, entry: Entry<'a>) {
    match entries.iter_mut().find(|own| own.key == entry.key) {
        Some(own) if matches!((&own.value.content, &entry.value.content), (Content::Map(_), Content::Map(_))) => {
            own.value.merge_over(entry.value);
        }
        Some(own) => *own = entry,
        None => entries.push(entry),
    }
}

impl Entry<'_> {
    fn reborrowed(&self) -> Entry<'_> {
        Entry { key: Cow::Borrowed(&self.key), key_span: self.key_span, value: self.value.reborrowed() }
    }

    fn into_owned(self) -> Entry<'static> {
        Entry { key: Cow::Owned(self.key.into_owned()), key_span: self.key_span, value: self.value.into_owned() }
    }
}

impl Found<'_, '_> {
    pub fn span(&self) -> Span {
        match &self.node.content {
            Content::Scalar(..) if self.node.span.start < self.node.span.end || self.key_span.is_none() => self.node.span,
            Content::Scalar(..) | Content::List(_) | Content::Map(_) => self.key_span.unwrap_or_else(|| first(self.node)),
        }
    }
}

/// The first thing inside that can be pointed at: the span of a whole collection would cover screens of text.
fn first(node: &Node<'_>) -> Span {
    match &node.content {
        Content::Scalar(..) => node.span,
        Content::List(items) => items.first().map_or(node.span, first),
        Content::Map(entries) => entries.first().map_or(node.span, |entry| entry.key_span),
    }
}
