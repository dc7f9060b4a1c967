//! What the schema wants at each place, in the form that the typed read needs.
//!
//! Owns the flattening of `$ref`, `allOf`, `anyOf` and `oneOf` into one answer: which types fit here, and what lies below.
//! Refuses to judge: a value that fits no type is left as it is, for the validator to report.

use std::collections::HashMap;

use serde_json::{Map, Value};

/// The types that fit at a place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "one flag for each of JSON's scalar types")]
pub struct Types {
    pub text: bool,
    pub number: bool,
    pub boolean: bool,
    pub null: bool,
}

/// One place of a schema. Places below are numbers into [`Shapes`], so that a schema may refer to itself.
#[derive(Debug, Default)]
struct Shape {
    types: Types,
    properties: HashMap<String, usize>,
    additional: Option<usize>,
    items: Option<usize>,
}

/// A schema, flattened.
#[derive(Debug)]
pub struct Shapes {
    shapes: Vec<Shape>,
}

/// A place in a [`Shapes`]; none where the schema says nothing.
#[derive(Debug, Clone, Copy)]
pub struct At<'s> {
    shapes: &'s Shapes,
    index: Option<usize>,
}

impl Shapes {
    /// Flattens a schema whose references all start with `#`.
    pub fn new(schema: &Value) -> Self {
        let mut builder = Builder { root: schema, shapes: Vec::new(), known: HashMap::new() };
        builder.shape(schema);
        Self { shapes: builder.shapes }
    }

    pub fn root(&self) -> At<'_> {
        At { shapes: self, index: Some(0) }
    }
}

impl<'s> At<'s> {
    fn shape(self) -> Option<&'s Shape> {
        self.shapes.shapes.get(self.index?)
    }

    /// Whether the schema knows this place.
    pub fn is_known(self) -> bool {
        self.shape().is_some()
    }

    /// The types that fit; none at all where the schema leaves it open.
    pub fn types(self) -> Types {
        self.shape().map(|shape| shape.types).unwrap_or_default()
    }

    #[must_use]
    pub fn property(self, key: &str) -> Self {
        let index = self.shape().and_then(|shape| shape.properties.get(key).copied().or(shape.additional));
        Self { index, ..self }
    }

    #[must_use]
    pub fn item(self) -> Self {
        Self { index: self.shape().and_then(|shape| shape.items), ..self }
    }

    /// The keys that may stand here.
    pub fn keys(self) -> Vec<&'s str> {
        let mut keys: Vec<_> = self.shape().map(|shape| shape.properties.keys().map(String::as_str).collect()).unwrap_or_default();
        keys.sort_unstable();
        keys
    }
}

struct Builder<'s> {
    root: &'s Value,
    shapes: Vec<Shape>,
    /// By the address of the schema's value, so that each is flattened once and a circle ends.
    known: HashMap<*const Value, usize>,
}

impl<'s> Builder<'s> {
    fn shape(&mut self, schema: &'s Value) -> usize {
        if let Some(index) = self.known.get(&std::ptr::from_ref(schema)) {
            return *index;
        }
        let index = self.shapes.len();
        self.known.insert(std::ptr::from_ref(schema), index);
        self.shapes.push(Shape::default());
        let mut shape = Shape::default();
        self.gather(schema, &mut shape, 0);
        if let Some(place) = self.shapes.get_mut(index) {
            *place = shape;
        }
        index
    }

    /// Adds what one schema and all that it is combined with say. The depth ends a reference that only leads to itself.
    fn gather(&mut self, schema: &'s Value, shape: &mut Shape, depth: usize) {
        let Some(object) = schema.as_object().filter(|_| depth < 32) else { return };
        if let Some(target) =
            object.get("$ref").and_then(Value::as_str).and_then(|reference| self.root.pointer(reference.trim_start_matches('#')))
        {
            self.gather(target, shape, depth + 1);
        }
        for key in ["allOf", "anyOf", "oneOf"] {
            for part in object.get(key).and_then(Value::as_array).into_iter().flatten() {
                self.gather(part, shape, depth + 1);
            }
        }
        add_types(object, &mut shape.types);
        for (name, property) in object.get("properties").and_then(Value::as_object).into_iter().flatten() {
            let index = self.shape(property);
            shape.properties.entry(name.clone()).or_insert(index);
        }
        if let Some(additional) = object.get("additionalProperties").filter(|schema| schema.is_object()) {
            shape.additional = Some(self.shape(additional));
        }
        if let Some(items) = object.get("items") {
            shape.items = Some(self.shape(items));
        }
    }
}

fn add_types(object: &Map<String, Value>, types: &mut Types) {
    let listed: Vec<&str> = match object.get("type") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let constants = object.get("const").into_iter().chain(object.get("enum").and_then(Value::as_array).into_iter().flatten());
    let untyped = listed.is_empty();
    for name in listed {
        match name {
            "string" => types.text = true,
            "integer" | "number" => types.number = true,
            "boolean" => types.boolean = true,
            "null" => types.null = true,
            _ => {}
        }
    }
    for constant in constants.filter(|_| untyped) {
        match constant {
            Value::String(_) => types.text = true,
            Value::Number(_) => types.number = true,
            Value::Bool(_) => types.boolean = true,
            Value::Null => types.null = true,
            Value::Array(_) | Value::Object(_) => {}
        }
    }
}
