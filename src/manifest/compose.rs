//! From YAML events to trees: one tree for each document of a file.
//!
//! Owns anchors, aliases, merge keys and the limits that keep a hostile file from filling memory or stack (those of aliases: `allowance`).
//! Refuses duplicate keys, tags other than text, and anything deeper than [`MAX_DEPTH`]. A broken document does not hide the next one.

use std::collections::HashMap;

use granit_parser::{Event, Parser, ScalarStyle, Span as YamlSpan, StrInput, Tag};

use super::allowance::Allowance;
use super::fault::Fault;
use super::tree::{Content, Entry, Node, Span, Style};

/// Levels of nesting. A ticket needs six; the limit guards every recursion over a tree.
pub const MAX_DEPTH: usize = 100;

/// What one file holds.
#[derive(Debug, Default)]
pub struct Composed<'a> {
    /// The documents that could be read, in order. An empty document is none.
    pub documents: Vec<Node<'a>>,
    pub faults: Vec<Fault>,
}

/// Reads all documents of a text; `file` goes into every span.
pub fn compose(text: &str, file: u32) -> Composed<'_> {
    let options = granit_parser::options! {
        emit_comments: false,
        flow_nesting_limit: MAX_DEPTH + 1,
        block_nesting_limit: MAX_DEPTH + 1,
    };
    let mut parser = Parser::new_from_str_with_options(text, options);
    let mut result = Composed::default();
    let mut composer = Composer::new(text, file);
    while let Some(next) = parser.next_event() {
        let step = next.map_err(|error| Fault::syntax(&error, text, file)).and_then(|(event, span)| composer.take(event, &span));
        match step {
            Ok(Some(document)) => result.documents.push(document),
            Ok(None) => {}
            Err(fault) => {
                result.faults.push(fault);
                composer = Composer { allowance: composer.allowance, ..Composer::new(text, file) };
                composer.allowance.begin_document();
                if !skip_document(&mut parser) {
                    break;
                }
            }
        }
        result.faults.append(&mut composer.faults);
    }
    result
}

fn skip_document<'a>(parser: &mut Parser<'a, StrInput<'a>>) -> bool {
    parser.proceed_next_document().unwrap_or(false)
}

/// A collection whose end has not come yet.
struct Open<'a> {
    span: Span,
    anchor: usize,
    kind: Kind<'a>,
}

enum Kind<'a> {
    List(Vec<Node<'a>>),
    Map { entries: Vec<Entry<'a>>, key: Option<(std::borrow::Cow<'a, str>, Span, bool)>, merges: Vec<Node<'a>> },
}

struct Composer<'a> {
    text: &'a str,
    file: u32,
    open: Vec<Open<'a>>,
    anchors: HashMap<usize, Node<'a>>,
    allowance: Allowance,
    /// Faults that leave the document's shape intact, so that reading goes on.
    faults: Vec<Fault>,
}

impl<'a> Composer<'a> {
    fn new(text: &'a str, file: u32) -> Self {
        Self { text, file, open: Vec::new(), anchors: HashMap::new(), allowance: Allowance::default(), faults: Vec::new() }
    }

    fn span(&self, span: &YamlSpan) -> Span {
        let range = span.byte_range().unwrap_or(0..0);
        let number = |offset: usize| u32::try_from(offset.min(self.text.len())).unwrap_or(u32::MAX);
        Span { file: self.file, start: number(range.start), end: number(range.end) }
    }

    /// Takes one event in. A document comes back when it is complete.
    fn take(&mut self, event: Event<'a>, span: &YamlSpan) -> Result<Option<Node<'a>>, Fault> {
        let at = self.span(span);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let style = self.style(style, tag.as_deref(), at)?;
                self.finish(Node { span: at, content: Content::Scalar(text, style) }, anchor)
            }
            Event::SequenceStart(_, anchor, tag) => self.start(at, anchor, tag.as_deref(), Kind::List(Vec::new())),
            Event::MappingStart(_, anchor, tag) => {
                self.start(at, anchor, tag.as_deref(), Kind::Map { entries: Vec::new(), key: None, merges: Vec::new() })
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(at),
            Event::Alias(anchor) => self.alias(anchor, at),
            Event::DocumentStart(..) | Event::DocumentEnd => {
                self.anchors.clear();
                self.allowance.begin_document();
                Ok(None)
            }
            Event::UnresolvedAlias(name) => {
                Err(Fault::new("yaml/alias", at, format!("no anchor is called `{name}`"), "Define it with `&` first."))
            }
            Event::StreamStart | Event::StreamEnd | Event::Anchor(..) | Event::Comment(..) => Ok(None),
            // Skipping a kind of value that the parser learnt later would lose it silently.
            _ => Err(Fault::new("yaml/syntax", at, "callout does not know this part of YAML", "Write it in a simpler way.")),
        }
    }

    fn style(&self, style: ScalarStyle, tag: Option<&Tag>, at: Span) -> Result<Style, Fault> {
        match tag {
            None => Ok(if style == ScalarStyle::Plain { Style::Plain } else { Style::Text }),
            Some(tag) if tag.is_yaml_core_schema_tag("str") || tag.original() == "!" => Ok(Style::Text),
            Some(tag) => Err(Fault::tag(tag, self.text, at)),
        }
    }

    fn start(&mut self, span: Span, anchor: usize, tag: Option<&Tag>, kind: Kind<'a>) -> Result<Option<Node<'a>>, Fault> {
        if let Some(tag) = tag.filter(|tag| !tag.is_yaml_core_schema_tag("map") && !tag.is_yaml_core_schema_tag("seq")) {
            return Err(Fault::tag(tag, self.text, span));
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(Fault::too_deep(span));
        }
        self.open.push(Open { span, anchor, kind });
        Ok(None)
    }

    fn end(&mut self, at: Span) -> Result<Option<Node<'a>>, Fault> {
        let Some(open) = self.open.pop() else { return Ok(None) };
        let span = Span { end: at.end.max(open.span.end), ..open.span };
        let content = match open.kind {
            Kind::List(items) => Content::List(items),
            Kind::Map { entries, merges, .. } => Content::Map(self.merged(entries, merges)?),
        };
        self.finish(Node { span, content }, open.anchor)
    }

    /// Puts a complete value where it belongs.
    fn finish(&mut self, node: Node<'a>, anchor: usize) -> Result<Option<Node<'a>>, Fault> {
        if anchor != 0 {
            self.allowance.take(&node, node.span)?;
            self.anchors.insert(anchor, node.clone());
        }
        let Some(open) = self.open.last_mut() else {
            return Ok((!node.is_null()).then_some(node));
        };
        match &mut open.kind {
            Kind::List(items) => items.push(node),
            Kind::Map { entries, key, merges } => match key.take() {
                None => *key = Some(key_of(node)?),
                Some((_, _, true)) => merges.push(node),
                Some((key, key_span, false)) => entries.push(Entry { key, key_span, value: node }),
            },
        }
        Ok(None)
    }

    fn alias(&mut self, anchor: usize, at: Span) -> Result<Option<Node<'a>>, Fault> {
        let Some(node) = self.anchors.get(&anchor) else {
            let help = "An anchor can only be used after the value that it names has ended.";
            return Err(Fault::new("yaml/alias", at, "this alias names a value that contains it", help));
        };
        let mut node = node.clone();
        if self.open.len() + self.allowance.take(&node, at)? > MAX_DEPTH {
            return Err(Fault::too_deep(at));
        }
        if node.text().is_some() {
            node.span = at;
        }
        self.finish(node, 0)
    }

    /// Checks for duplicates and adds what `<<` brings; a key that is written out wins, then the earlier merge.
    fn merged(&mut self, mut entries: Vec<Entry<'a>>, merges: Vec<Node<'a>>) -> Result<Vec<Entry<'a>>, Fault> {
        let mut seen: HashMap<std::borrow::Cow<'a, str>, Span> =
            HashMap::with_capacity(if entries.len() > FEW { entries.len() } else { 0 });
        if entries.len() > FEW || !merges.is_empty() {
            entries.retain(|entry| match seen.get(&entry.key) {
                Some(first) => {
                    self.faults.push(Fault::duplicate(self.text, entry, *first));
                    false
                }
                None => seen.insert(entry.key.clone(), entry.key_span).is_none(),
            });
        } else {
            self.few_duplicates(&mut entries);
        }
        let sources = merges.into_iter().flat_map(|node| match node.content {
            Content::List(items) => items,
            content @ (Content::Map(_) | Content::Scalar(..)) => vec![Node { span: node.span, content }],
        });
        for node in sources {
            let Content::Map(more) = node.content else {
                let help = "Write `<<: *name`, where `&name` marks a mapping.";
                return Err(Fault::new("yaml/merge", node.span, "`<<` merges mappings, and this is none", help));
            };
            for entry in more {
                if seen.insert(entry.key.clone(), entry.key_span).is_none() {
                    entries.push(entry);
                }
            }
        }
        Ok(entries)
    }

    /// The same for the usual handful of keys, without a table.
    fn few_duplicates(&mut self, entries: &mut Vec<Entry<'a>>) {
        let mut at = 1;
        while at < entries.len() {
            let (before, rest) = entries.split_at(at);
            let twin = rest.first().and_then(|entry| before.iter().find(|twin| twin.key == entry.key).map(|twin| (entry, twin.key_span)));
            if let Some((entry, first)) = twin {
                self.faults.push(Fault::duplicate(self.text, entry, first));
                entries.remove(at);
            } else {
                at += 1;
            }
        }
    }
}

/// Up to so many keys, comparing each with each is cheaper than a table.
const FEW: usize = 24;

fn key_of(node: Node<'_>) -> Result<(std::borrow::Cow<'_, str>, Span, bool), Fault> {
    match node.content {
        Content::Scalar(text, style) => {
            let merges = style == Style::Plain && text == "<<";
            Ok((text, node.span, merges))
        }
        Content::List(_) | Content::Map(_) => {
            let help = "If this was meant to be a `${{ ... }}` or a text with `{`, `[` in front, quote it.";
            Err(Fault::new("yaml/key", node.span, "a key must be text, and this one is a list or a mapping", help))
        }
    }
}

#[cfg(test)]
#[path = "compose_tests.rs"]
mod tests;
