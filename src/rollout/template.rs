//! A template with its expressions compiled, and one site's document out of it.
//!
//! Owns what a filled value is: one expression alone gives a cell, which takes the type of its field; a text with parts stays a text.
//! Refuses keys with expressions, and texts that came from elsewhere: the project's defaults mean what they say.

use minijinja::{Environment, Error, Expression, Template};
use serde_json::Value;

use super::columns::Columns;
use super::language::{Known, failed, other_braces, unknown_names, unreadable};
use super::scope::Scope;
use crate::diagnostics::Diagnostic;
use crate::expression::{inside, is_template, rendered};
use crate::manifest::{Content, Entry, Node, Span, Style};

/// A tree whose scalars may be expressions.
pub enum Filled<'t> {
    /// Without any expression below.
    Same(&'t Node<'t>),
    Value(Expression<'t, 't>, Span),
    Text(Template<'t, 't>, Span),
    List(Vec<Filled<'t>>, Span),
    Map(Vec<(&'t Entry<'t>, Filled<'t>)>, Span),
}

/// Compiles each expression of a tree once.
pub struct Compiler<'t> {
    pub environment: &'t Environment<'t>,
    pub columns: &'t Columns,
    /// Whether the texts may speak of the site's visit.
    pub visit: bool,
    /// Whether they may speak of the site's wave.
    pub wave: bool,
    /// The file whose texts are templates.
    pub file: u32,
    pub mistakes: Vec<(Diagnostic, Span)>,
}

impl<'t> Compiler<'t> {
    pub fn compile(&mut self, node: &'t Node<'t>) -> Filled<'t> {
        match &node.content {
            Content::Scalar(text, _) if node.span.file == self.file && is_template(text) => self.scalar(text, node),
            Content::Scalar(text, _) => {
                if node.span.file == self.file {
                    self.mistakes.extend(other_braces(text).map(|wrong| (wrong, node.span)));
                }
                Filled::Same(node)
            }
            Content::List(items) => {
                let items: Vec<_> = items.iter().map(|item| self.compile(item)).collect();
                if items.iter().all(Filled::is_same) { Filled::Same(node) } else { Filled::List(items, node.span) }
            }
            Content::Map(entries) => {
                let entries: Vec<_> = entries.iter().map(|entry| (entry, self.compile(&entry.value))).collect();
                if entries.iter().all(|(_, value)| value.is_same()) { Filled::Same(node) } else { Filled::Map(entries, node.span) }
            }
        }
    }

    fn scalar(&mut self, text: &'t str, node: &'t Node<'t>) -> Filled<'t> {
        let made = match inside(text) {
            // With a sign inside it may be one expression, or two with something between them.
            Some(inner) if inner.contains("}}") || is_template(inner) => {
                self.value(inner, node.span).or_else(|_| self.text(text, node.span))
            }
            Some(inner) => self.value(inner, node.span),
            None => self.text(text, node.span),
        };
        made.unwrap_or_else(|error| {
            self.mistakes.push((unreadable(&error), node.span));
            Filled::Same(node)
        })
    }

    fn value(&mut self, text: &'t str, span: Span) -> Result<Filled<'t>, Error> {
        let expression = self.expression(text, span)?;
        Ok(Filled::Value(expression, span))
    }

    /// A bare expression, such as `where` has.
    pub fn expression(&mut self, text: &'t str, span: Span) -> Result<Expression<'t, 't>, Error> {
        let expression = self.environment.compile_expression(text)?;
        let wrong = unknown_names(&expression.undeclared_variables(true), self.known(), self.environment);
        self.mistakes.extend(wrong.into_iter().map(|wrong| (wrong, span)));
        Ok(expression)
    }

    fn known(&self) -> Known<'t> {
        Known { columns: self.columns, visit: self.visit, wave: self.wave }
    }

    fn text(&mut self, text: &'t str, span: Span) -> Result<Filled<'t>, Error> {
        let template = self.environment.template_from_named_str("text", text)?;
        let wrong = unknown_names(&template.undeclared_variables(true), self.known(), self.environment);
        self.mistakes.extend(wrong.into_iter().map(|wrong| (wrong, span)));
        Ok(Filled::Text(template, span))
    }
}

impl<'t> Filled<'t> {
    fn is_same(&self) -> bool {
        matches!(self, Self::Same(_))
    }

    /// One scalar below, for one site; `None` where there is none, or nothing in it.
    pub fn text_at(&self, keys: &[&str], scope: &Scope, mistakes: &mut Vec<(Diagnostic, Span)>) -> Option<(String, Span)> {
        match (self, keys.split_first()) {
            (Self::Map(entries, _), Some((first, rest))) => {
                entries.iter().find(|(entry, _)| entry.key == **first)?.1.text_at(rest, scope, mistakes)
            }
            (Self::Same(_) | Self::Value(..) | Self::Text(..) | Self::List(..) | Self::Map(..), _) => {
                let node = self.fill(scope, mistakes);
                let found = keys.iter().try_fold(&node, |node, key| node.entry(key).map(|entry| &entry.value))?;
                let text = found.text().filter(|text| !text.is_empty() && !found.is_null())?;
                Some((text.to_owned(), found.span))
            }
        }
    }

    /// The tree for one site. What fails is told, and leaves a hole.
    pub fn fill(&self, scope: &Scope, mistakes: &mut Vec<(Diagnostic, Span)>) -> Node<'t> {
        match self {
            Self::Same(node) => node.reborrowed(),
            Self::Value(expression, span) => settled(evaluated(expression, scope, *span), *span, mistakes),
            Self::Text(template, span) => {
                let text = rendered(template, scope.value()).map_err(|error| failed(&error));
                let text = scope.missing().map_or(text, Err);
                settled(text.map(|text| scalar(text, Style::Text, *span)), *span, mistakes)
            }
            Self::List(items, span) => {
                Node { span: *span, content: Content::List(items.iter().map(|item| item.fill(scope, mistakes)).collect()) }
            }
            Self::Map(entries, span) => {
                let filled = |(entry, value): &(&'t Entry<'t>, Filled<'t>)| Entry {
                    key: std::borrow::Cow::Borrowed(&*entry.key),
                    key_span: entry.key_span,
                    value: value.fill(scope, mistakes),
                };
                Node { span: *span, content: Content::Map(entries.iter().map(filled).collect()) }
            }
        }
    }
}

fn settled(made: Result<Node<'static>, Diagnostic>, span: Span, mistakes: &mut Vec<(Diagnostic, Span)>) -> Node<'static> {
    made.unwrap_or_else(|wrong| {
        mistakes.push((wrong, span));
        scalar(String::new(), Style::Cell, span)
    })
}

/// What an expression gives for a site: cells, in a list or a mapping if it makes one.
fn evaluated(expression: &Expression<'_, '_>, scope: &Scope, span: Span) -> Result<Node<'static>, Diagnostic> {
    let value = evaluate(expression, scope)?;
    let value = serde_json::to_value(&value)
        .map_err(|error| Diagnostic::error("rollout/expression", format!("this expression gives no value: {error}")))?;
    Ok(node(value, span))
}

/// The value of an expression for a site. Nothing at all is no value: what is not there is a mistake, what is empty is a text.
pub fn evaluate(expression: &Expression<'_, '_>, scope: &Scope) -> Result<minijinja::Value, Diagnostic> {
    let value = expression.eval(scope.value()).map_err(|error| failed(&error));
    let value = scope.missing().map_or(value, Err)?;
    if value.is_undefined() {
        return Err(Diagnostic::error("rollout/expression", "this expression gives no value")
            .help("If the field is to be left out, let it give an empty text."));
    }
    Ok(value)
}

/// A value as a tree, all of which belongs where the expression stands.
fn node(value: Value, span: Span) -> Node<'static> {
    let content = match value {
        Value::Array(items) => Content::List(items.into_iter().map(|item| node(item, span)).collect()),
        Value::Object(map) => {
            let entry = |(key, value): (String, Value)| Entry { key: key.into(), key_span: span, value: node(value, span) };
            Content::Map(map.into_iter().map(entry).collect())
        }
        Value::Null => return scalar(String::new(), Style::Cell, span),
        Value::String(text) => return scalar(text, Style::Cell, span),
        Value::Bool(_) | Value::Number(_) => return scalar(value.to_string(), Style::Cell, span),
    };
    Node { span, content }
}

fn scalar(text: String, style: Style, span: Span) -> Node<'static> {
    Node { span, content: Content::Scalar(text.into(), style) }
}
