//! The schemas that are published, made from the types that are written.
//!
//! They tell what callout writes, not all that a reader must take: objects are open, so that a key that is added breaks no reader.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::apply::Line;
use super::plan::PlanOutput;
use super::validated::ValidateOutput;
use crate::manifest;
use crate::plan::saved_plan_schema;

/// One of the published schemas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Published {
    /// What a person writes.
    Manifests,
    /// What `plan --out` writes.
    Plan,
    /// What `plan`, `show` and `settle` print.
    PlanOutput,
    /// What `validate` prints.
    ValidateOutput,
    /// What `apply` prints.
    ApplyEvents,
}

impl Published {
    pub const ALL: [Self; 5] = [Self::Manifests, Self::Plan, Self::PlanOutput, Self::ValidateOutput, Self::ApplyEvents];

    /// Its name in the folder `schemas`, and for `callout schema`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Manifests => "callout",
            Self::Plan => "plan",
            Self::PlanOutput => "plan-output",
            Self::ValidateOutput => "validate-output",
            Self::ApplyEvents => "apply-events",
        }
    }

    /// The schema, draft 2020-12.
    pub fn document(self) -> Value {
        match self {
            Self::Manifests => manifest::schema::document(),
            Self::Plan => saved_plan_schema(),
            Self::PlanOutput => of::<PlanOutput<'_>>(),
            Self::ValidateOutput => of::<ValidateOutput<'_>>(),
            Self::ApplyEvents => of::<Line<'_>>(),
        }
    }

    /// The schema as it is printed and committed.
    pub fn text(self) -> String {
        format!("{:#}\n", self.document())
    }
}

fn of<T: JsonSchema>() -> Value {
    SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<T>().to_value()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_schemas_are_those_of_the_types() {
        for schema in Published::ALL {
            let path = format!("{}/schemas/{}.schema.json", env!("CARGO_MANIFEST_DIR"), schema.name());
            if std::env::var_os("UPDATE_SCHEMAS").is_some() {
                std::fs::write(&path, schema.text()).expect("a written schema");
            }
            let committed = std::fs::read_to_string(&path).unwrap_or_default();
            let name = schema.name();
            assert!(committed == schema.text(), "schemas/{name}.schema.json is stale: UPDATE_SCHEMAS=1 cargo test --lib published");
        }
    }

    #[test]
    fn each_is_a_valid_schema() {
        for schema in Published::ALL {
            let document = schema.document();
            jsonschema::draft202012::meta::validate(&document).expect("a valid schema");
            assert!(jsonschema::draft202012::new(&document).is_ok(), "{}", schema.name());
            assert!(document["title"].is_string() && document["description"].is_string(), "{}", schema.name());
        }
    }
}
