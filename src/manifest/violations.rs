//! What the schema refuses, in a person's words and at the exact place.
//!
//! Owns the wording of each kind of violation. Refuses to repeat a value from below a `credential`: it may be a secret.

use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind};
use serde_json::Value;

use super::example::example_of;
use super::schema::KindSchema;
use super::tree::{Entry, Node, Span};
use crate::diagnostics::Diagnostic;
use crate::systems::nearest;

/// A document under judgement.
#[derive(Clone, Copy)]
pub struct Judged<'j, 'a> {
    pub node: &'j Node<'a>,
    pub value: &'j Value,
    /// Whose limits these are: the system's name for people.
    pub system: &'j str,
}

/// One diagnostic for each thing that the schema refuses.
pub fn violations(judged: Judged<'_, '_>, schema: &KindSchema) -> Vec<(Diagnostic, Span)> {
    if schema.validator.is_valid(judged.value) {
        return Vec::new();
    }
    schema.validator.iter_errors(judged.value).flat_map(|error| Violation::new(judged, schema, &error).told(&error)).collect()
}

/// One error of the validator, with what is needed to word it.
struct Violation<'j, 'a> {
    judged: Judged<'j, 'a>,
    pointer: String,
    /// The whole schema, for references.
    root: &'j Value,
    /// The key, as people would say it: `po_number`, `locations[1]`.
    name: String,
    /// The part of the schema that the value breaks.
    schema: Option<&'j Value>,
}

impl<'j, 'a> Violation<'j, 'a> {
    fn new(judged: Judged<'j, 'a>, schema: &'j KindSchema, error: &ValidationError<'_>) -> Self {
        let pointer = error.instance_path().as_str().to_owned();
        let rule = error.schema_path().as_str();
        let part = rule.rsplit_once('/').and_then(|(parent, _)| schema.schema.pointer(parent));
        Self { judged, name: name_of(&pointer), pointer, root: &schema.schema, schema: part }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "our schemas use these keywords; any other keeps the validator's words")]
    fn told(&self, error: &ValidationError<'_>) -> Vec<(Diagnostic, Span)> {
        match error.kind() {
            ValidationErrorKind::AdditionalProperties { unexpected } => unexpected.iter().map(|key| self.unknown(key)).collect(),
            ValidationErrorKind::Required { property } => self.missing(property.as_str().unwrap_or("")).into_iter().collect(),
            // An empty text breaks every pattern; that it is empty says more, and the schema says that too.
            ValidationErrorKind::Pattern { .. } if *error.instance().as_ref() == "" && self.rule("minLength").is_some() => Vec::new(),
            ValidationErrorKind::MinItems { .. } | ValidationErrorKind::MaxItems { .. } | ValidationErrorKind::UniqueItems => {
                vec![self.list(error)]
            }
            _ => vec![self.scalar(error)],
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "called for these three only")]
    fn list(&self, error: &ValidationError<'_>) -> (Diagnostic, Span) {
        let (name, items) = (&self.name, error.instance().as_array().map_or(0, Vec::len));
        let (code, message, help) = match error.kind() {
            ValidationErrorKind::MinItems { .. } if items == 0 => ("schema/too-few", format!("{name} is an empty list"), self.example()),
            ValidationErrorKind::MinItems { limit } => {
                ("schema/too-few", format!("{name} has {items} entries; it needs at least {limit}"), self.example())
            }
            ValidationErrorKind::MaxItems { limit } => {
                ("schema/too-many", format!("{name} has {items} entries; {} takes at most {limit}", self.owner()), None)
            }
            _ => ("schema/twice", format!("{name} names the same thing twice"), Some("Keep one of the two.".to_owned())),
        };
        diagnostic(code, message, help, self.judged.node.span_of(&self.pointer))
    }

    /// Whose limits these are.
    fn owner(&self) -> &'j str {
        if self.pointer.starts_with("/spec") { self.judged.system } else { "callout" }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "our schemas use these keywords; any other keeps the validator's words")]
    fn scalar(&self, error: &ValidationError<'_>) -> (Diagnostic, Span) {
        let (name, owner) = (&self.name, self.owner());
        let value = error.instance();
        let shown = self.shown(value);
        let count = value.as_str().map_or(0, |text| text.chars().count());
        let (code, message, help) = match error.kind() {
            ValidationErrorKind::Type { kind } => ("schema/type", self.wrong_type(kind, value), self.type_help(kind, value)),
            ValidationErrorKind::Enum { options } => {
                ("schema/enum", format!("{name} is {shown}, which {owner} does not take"), Some(enum_help(value, options)))
            }
            ValidationErrorKind::MaxLength { limit } => {
                ("schema/too-long", format!("{name} is {count} characters; {owner} takes at most {limit}"), self.example())
            }
            ValidationErrorKind::MinLength { .. } if count == 0 => ("schema/empty", format!("{name} is empty"), self.example()),
            ValidationErrorKind::MinLength { limit } => {
                ("schema/too-short", format!("{name} is {count} characters; {owner} takes at least {limit}"), self.example())
            }
            ValidationErrorKind::Pattern { .. } => ("schema/pattern", format!("{name} is {shown}, which has the wrong form"), self.form()),
            ValidationErrorKind::Minimum { limit } => {
                ("schema/too-small", format!("{name} is {shown}; the smallest is {limit}"), self.example())
            }
            ValidationErrorKind::Maximum { limit } => {
                ("schema/too-large", format!("{name} is {shown}; the largest is {limit}"), self.example())
            }
            ValidationErrorKind::Constant { expected_value } => {
                ("schema/const", format!("{name} is {shown}; it must be {}", self.shown(expected_value)), None)
            }
            _ => ("schema/invalid", format!("{name} is refused by the schema: {}", error.masked()), None),
        };
        diagnostic(code, message, help, self.judged.node.span_of(&self.pointer))
    }

    fn unknown(&self, key: &str) -> (Diagnostic, Span) {
        let found = self.judged.node.find(&self.pointer).0;
        let span = found.node.entry(key).map_or_else(|| found.span(), |entry| entry.key_span);
        let known = self.keys();
        let help = match nearest(key, known.iter().copied()) {
            Some(near) => format!("Did you mean `{near}`?"),
            None if known.is_empty() => "Remove it.".to_owned(),
            None => format!("These keys fit here: {}.", known.join(", ")),
        };
        diagnostic("schema/unknown-key", format!("{} has no key `{}`", self.name, printable(key)), Some(help), span)
    }

    /// `None` if a misspelt key beside it says it better.
    fn missing(&self, key: &str) -> Option<(Diagnostic, Span)> {
        let found = self.judged.node.find(&self.pointer).0;
        let known = self.keys();
        let misspelt = |entry: &Entry<'_>| !known.contains(&&*entry.key) && nearest(&entry.key, known.iter().copied()) == Some(key);
        if found.node.entries().iter().any(misspelt) || self.is_default_beside_misspelt() {
            return None;
        }
        let empty = found.node.entry(key).map(|entry| entry.key_span);
        let property = self.rule("properties").and_then(|properties| properties.get(key));
        let example =
            property.and_then(|property| example_of(property, self.root)).map(|example| format!("For example: `{key}: {example}`"));
        let about = property.and_then(|property| property.get("description")).and_then(Value::as_str);
        let choices = property.and_then(|property| property.get("enum")).map(|options| format!("One of: {}.", list(options)));
        let help = choices.or(example).or_else(|| about.map(str::to_owned));
        let (message, span) = match empty {
            Some(span) => (format!("{key} is empty, and it is required"), span),
            None => (format!("{} has no {key}, which is required", self.name), self.own_span()),
        };
        Some(diagnostic("schema/missing", message, help, span))
    }

    /// The place in the document itself: what lacks a key may be there only because the project's defaults begin it.
    fn own_span(&self) -> Span {
        let mut pointer = self.pointer.as_str();
        loop {
            let span = self.judged.node.span_of(pointer);
            match pointer.rsplit_once('/') {
                Some((parent, _)) if span.file != self.judged.node.span.file => pointer = parent,
                _ => return span,
            }
        }
    }

    /// Whether this part is of the defaults alone, and the document has something beside it that was probably meant to be it.
    fn is_default_beside_misspelt(&self) -> bool {
        let Some((parent, own)) = self.pointer.rsplit_once('/') else { return false };
        let file = self.judged.node.span.file;
        let is_meant = |entry: &Entry<'_>| entry.key_span.file == file && entry.key != own && nearest(&entry.key, [own]).is_some();
        self.judged.node.span_of(&self.pointer).file != file && self.judged.node.find(parent).0.node.entries().iter().any(is_meant)
    }

    /// The keys that fit at this place.
    fn keys(&self) -> Vec<&'j str> {
        self.rule("properties").and_then(Value::as_object).map(|map| map.keys().map(String::as_str).collect()).unwrap_or_default()
    }

    fn wrong_type(&self, wanted: &TypeKind, value: &Value) -> String {
        let wanted: Vec<&str> = match wanted {
            TypeKind::Single(one) => vec![type_name(one.as_str())],
            TypeKind::Multiple(several) => several.iter().map(|one| type_name(one.as_str())).collect(),
        };
        let is = match value {
            Value::Null => "empty".to_owned(),
            Value::Bool(_) | Value::Number(_) | Value::String(_) if self.is_secret() => "a plain value".to_owned(),
            Value::String(_) => format!("the text {}", self.shown(value)),
            Value::Bool(_) | Value::Number(_) => self.shown(value),
            Value::Array(_) => "a list".to_owned(),
            Value::Object(_) => "a mapping of keys".to_owned(),
        };
        format!("{} is {is}; it must be {}", self.name, wanted.join(" or "))
    }

    fn type_help(&self, wanted: &TypeKind, value: &Value) -> Option<String> {
        let boolean = matches!(wanted, TypeKind::Single(one) if one.as_str() == "boolean");
        match value.as_str() {
            Some(text) if boolean && is_true_word(text) => {
                Some("Write true, without quotes. In YAML 1.2, yes and on are plain words.".to_owned())
            }
            Some(text) if boolean && is_false_word(text) => {
                Some("Write false, without quotes. In YAML 1.2, no and off are plain words.".to_owned())
            }
            _ if boolean => Some("Write true or false, without quotes.".to_owned()),
            _ => self.example(),
        }
    }

    fn rule(&self, keyword: &str) -> Option<&'j Value> {
        self.schema?.get(keyword)
    }

    fn example(&self) -> Option<String> {
        example_of(self.schema?, self.root).map(|example| format!("For example: {example}"))
    }

    /// How a text with a certain form is written: an example, and what the field is.
    fn form(&self) -> Option<String> {
        let about = self.rule("description").and_then(Value::as_str);
        match (self.example(), about) {
            (Some(example), Some(about)) => Some(format!("{example}\n{about}")),
            (example, about) => example.or_else(|| about.map(str::to_owned)),
        }
    }

    /// Whether it may be a secret that somebody wrote where a reference belongs.
    fn is_secret(&self) -> bool {
        self.pointer.contains("/credential") || self.pointer.ends_with("/identity")
    }

    /// A value for a message: short, on one line, and never a secret.
    fn shown(&self, value: &Value) -> String {
        if self.is_secret() {
            return "a value that is not shown".to_owned();
        }
        value.as_str().map_or_else(|| printable(&value.to_string()), |text| format!("`{}`", printable(text)))
    }
}

fn diagnostic(code: &'static str, message: String, help: Option<String>, span: Span) -> (Diagnostic, Span) {
    (help.into_iter().fold(Diagnostic::error(code, message), Diagnostic::help), span)
}

/// The last key of a pointer, with the numbers after it.
fn name_of(pointer: &str) -> String {
    let steps: Vec<&str> = pointer.split('/').skip(1).collect();
    let Some(key) = steps.iter().rposition(|step| step.parse::<usize>().is_err()) else { return "this document".to_owned() };
    let numbers = steps.iter().skip(key + 1).map(|number| format!("[{number}]"));
    let key = steps.get(key).map(|key| key.replace("~1", "/").replace("~0", "~")).unwrap_or_default();
    std::iter::once(key).chain(numbers).collect()
}

fn type_name(name: &str) -> &str {
    match name {
        "string" => "a text",
        "integer" => "a whole number",
        "number" => "a number",
        "boolean" => "true or false",
        "array" => "a list",
        "object" => "a mapping of keys",
        other => other,
    }
}

fn is_true_word(text: &str) -> bool {
    matches!(text.to_lowercase().as_str(), "yes" | "y" | "on" | "true")
}

fn is_false_word(text: &str) -> bool {
    matches!(text.to_lowercase().as_str(), "no" | "n" | "off" | "false")
}

fn enum_help(value: &Value, options: &Value) -> String {
    let words = || options.as_array().into_iter().flatten().filter_map(Value::as_str);
    let near = value.as_str().and_then(|text| nearest(text, words()));
    near.map_or_else(|| format!("It takes one of: {}.", list(options)), |near| format!("Did you mean `{near}`?"))
}

fn list(options: &Value) -> String {
    let texts = options.as_array().into_iter().flatten().map(|option| option.as_str().map_or_else(|| option.to_string(), str::to_owned));
    texts.collect::<Vec<_>>().join(", ")
}

/// At most 60 characters, none of which moves the cursor.
pub fn printable(text: &str) -> String {
    let mut shown: String = text.chars().take(60).flat_map(|c| if c.is_control() { c.escape_debug().collect() } else { vec![c] }).collect();
    if text.chars().nth(60).is_some() {
        shown.push_str("...");
    }
    shown
}
