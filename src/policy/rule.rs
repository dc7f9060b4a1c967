//! One policy, compiled.
//!
//! Owns what becomes of its texts, and asking them. Refuses an answer that is neither yes nor no, and one that rests on something that is
//! not there.

use minijinja::value::ValueKind;
use minijinja::{Environment, Error, Expression, Template, UndefinedBehavior, Value};

use super::names::{Known, NOW, PLAN, STEP, Shape, unknown};
use super::value::Misses;
use crate::diagnostics::{Diagnostic, Outcome};
use crate::expression::{self, inside, rendered, words};
use crate::manifest::{Each, Policy};

/// What is not there is false by itself, and fails wherever it is compared, filled in or looked into.
pub fn environment<'source>() -> Outcome<Environment<'source>> {
    expression::environment(UndefinedBehavior::SemiStrict)
}

/// The expressions of a policy.
pub struct Rule<'p> {
    /// The names of a group, with what each stands for.
    pub group_by: Vec<(&'p str, Expression<'p, 'p>)>,
    when: Expression<'p, 'p>,
    breaks: Expression<'p, 'p>,
    message: Template<'p, 'p>,
}

/// Compiles the texts of one policy, and collects what is wrong with them.
struct Compiler<'p> {
    policy: &'p Policy,
    environment: &'p Environment<'p>,
    mistakes: Vec<Diagnostic>,
}

impl<'p> Rule<'p> {
    pub fn compile(policy: &'p Policy, environment: &'p Environment<'p>) -> Result<Self, Vec<Diagnostic>> {
        let mut compiler = Compiler { policy, environment, mistakes: Vec::new() };
        let each = policy.spec.each;
        let (step, plan, now) = (("step", Shape::Closed(STEP)), ("plan", Shape::Closed(PLAN)), ("now", Shape::Closed(NOW)));
        let known = |tops: &[(&'static str, Shape)]| Known { tops: tops.to_vec(), group: None };
        let asked = match each {
            Each::Step => known(&[step, plan, now]),
            Each::Plan => known(&[plan, now]),
            Each::Group => Known { group: Some(names(policy)), ..known(&[plan, now]) },
        };
        let chosen_by = if each == Each::Plan { known(&[plan, now]) } else { known(&[step, plan, now]) };
        // Without a choice it is about all.
        let when = policy.spec.when.as_ref().map_or("true", |when| &when.0);
        let when = compiler.expression("when", when, &chosen_by);
        let mut group_by = Vec::new();
        for (name, text) in policy.spec.group_by.iter().flatten() {
            let part = compiler.expression(&format!("group_by/{name}"), text, &known(&[step]));
            group_by.extend(part.map(|part| (name.as_str(), part)));
        }
        let (key, text) = policy.rule();
        let breaks = compiler.expression(key, text, &asked);
        let message = compiler.message(&asked);
        match (when, breaks, message) {
            (Some(when), Some(breaks), Some(message)) if compiler.mistakes.is_empty() => Ok(Self { group_by, when, breaks, message }),
            _ => Err(compiler.mistakes),
        }
    }

    /// Whether the rule is about this at all.
    pub fn is_about(&self, context: &Value, misses: &Misses) -> Result<bool, String> {
        asked(&self.when, context, misses)
    }

    /// Whether this is against the rule.
    pub fn is_broken(&self, context: &Value, misses: &Misses) -> Result<bool, String> {
        asked(&self.breaks, context, misses)
    }

    /// What is said of it. That the words fail does not take the verdict back.
    pub fn says(&self, context: &Value, misses: &Misses) -> String {
        match misses.judged(rendered(&self.message, context.clone())) {
            Ok(text) => text.trim().to_owned(),
            Err(why) => format!("it is against the rule, and its message cannot be filled in: {why}"),
        }
    }
}

impl<'p> Compiler<'p> {
    /// A bare expression.
    fn expression(&mut self, key: &str, text: &'p str, known: &Known<'_>) -> Option<Expression<'p, 'p>> {
        let pointer = format!("/spec/{key}");
        if inside(text).is_some() {
            let name = key.split('/').next().unwrap_or_default();
            let wrong = Diagnostic::error("policy/expression", format!("`{name}` is an expression already"));
            self.tell(wrong.help("Write it without `${{` and `}}`."), &pointer);
            return None;
        }
        match self.environment.compile_expression(text) {
            Ok(expression) => {
                let used = expression.undeclared_variables(true);
                let wrong = unknown(&used, known, self.environment);
                for (wrong, name) in wrong {
                    self.tell_name(wrong, &pointer, name);
                }
                Some(expression)
            }
            Err(error) => {
                self.unreadable(&error, &pointer, "step.visit.weekday in [\"sat\", \"sun\"]");
                None
            }
        }
    }

    fn message(&mut self, known: &Known<'_>) -> Option<Template<'p, 'p>> {
        let (text, pointer) = (&self.policy.spec.message, "/spec/message");
        if !expression::is_template(text) && text.contains("{{") {
            let wrong = Diagnostic::error("policy/expression", "`{{ ... }}` is not filled in here");
            self.tell(wrong.help("Write `${{ ... }}`."), pointer);
            return None;
        }
        match self.environment.template_from_named_str("text", text) {
            Ok(template) => {
                let used = template.undeclared_variables(true);
                let wrong = unknown(&used, known, self.environment);
                for (wrong, name) in wrong {
                    self.tell_name(wrong, pointer, name);
                }
                Some(template)
            }
            Err(error) => {
                self.unreadable(&error, pointer, "${{ step.visit.date }} is a ${{ step.visit.weekday }}");
                None
            }
        }
    }

    fn unreadable(&mut self, error: &Error, pointer: &str, example: &str) {
        let wrong = Diagnostic::error("policy/expression", format!("this expression cannot be read: {}", words(error)));
        self.tell(wrong.help(format!("For example: {example}")), pointer);
    }

    /// At the name itself, if the text has it as it is.
    fn tell_name(&mut self, wrong: Diagnostic, pointer: &str, name: &str) {
        let mut wrong = self.policy.tell(wrong, pointer);
        if let Some(place) = &mut wrong.place
            && let Some(at) = place.file.text.get(place.span.clone()).and_then(|text| text.find(name))
        {
            let start = place.span.start + at;
            place.span = start..start + name.len();
        }
        self.mistakes.push(wrong);
    }

    fn tell(&mut self, wrong: Diagnostic, pointer: &str) {
        self.mistakes.push(self.policy.tell(wrong, pointer));
    }
}

/// The policy's own names of a group.
pub fn names(policy: &Policy) -> Vec<&str> {
    policy.spec.group_by.iter().flatten().map(|(name, _)| name.as_str()).collect()
}

/// The value of an expression; why there is none, if it fails or rests on something that is not there.
pub fn value(expression: &Expression<'_, '_>, context: &Value, misses: &Misses) -> Result<Value, String> {
    misses.judged(expression.eval(context.clone()))
}

fn asked(expression: &Expression<'_, '_>, context: &Value, misses: &Misses) -> Result<bool, String> {
    let value = value(expression, context, misses)?;
    // Any text is true to Jinja, also `no`; so only a comparison decides.
    let decides = [ValueKind::Bool, ValueKind::None, ValueKind::Undefined, ValueKind::Map].contains(&value.kind());
    if decides { Ok(value.is_true()) } else { Err(format!("it gives `{value}`, which is neither true nor false")) }
}
