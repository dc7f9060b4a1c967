//! The setting `look_ups`: what the vendor's pages leave open about accounts and costs.

use schemars::{JsonSchema, SchemaGenerator};
use serde::Deserialize;
use serde_json::Value;

use crate::systems::schema::tidy;

/// Its key in the section.
pub const SECTION: &str = "look_ups";

/// The settings of it that are paths, from the section.
pub const PATHS: [&str; 2] = ["look_ups/accounts_path", "look_ups/costs_path"];

/// Vendor page `/g360/techexpress/search-accounts`.
pub const ACCOUNTS_PATH: &str = "/api/v1/companies/addresses";
/// Vendor page `/g360/techexpress/estimated-costs`.
pub const COSTS_PATH: &str = "/api/v1/tickets/estimatedCosts/external";

/// How callout asks TechExpress for accounts and costs. Only what the vendor's pages leave open; no ticket depends on it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "TechLookUps", transform = tidy)]
pub struct LookUps {
    /// The path of Search Accounts.
    #[schemars(regex(pattern = "^/"))]
    pub accounts_path: String,
    /// The parameter of Search Accounts that finds a macnum. The vendor's page has this one, and does not say what it looks at.
    #[schemars(length(min = 1))]
    pub accounts_parameter: String,
    /// The path of Estimated Costs.
    #[schemars(regex(pattern = "^/"))]
    pub costs_path: String,
    /// How many accounts to ask for at once. The vendor prints no bound. On a page with so many, a macnum that is missing may exist.
    #[schemars(range(min = 1, max = 10_000))]
    pub page_size: u32,
}

impl Default for LookUps {
    fn default() -> Self {
        Self {
            accounts_path: ACCOUNTS_PATH.to_owned(),
            accounts_parameter: "search".to_owned(),
            costs_path: COSTS_PATH.to_owned(),
            // The bound of the vendor's pages that name one.
            page_size: 100,
        }
    }
}

/// The setting of a section; the defaults where it is left out. `None` if it is wrong.
pub fn of(section: &Value) -> Option<LookUps> {
    section.get(SECTION).map_or_else(|| Some(LookUps::default()), |own| LookUps::deserialize(own).ok())
}

impl LookUps {
    /// Its schema, for the section.
    pub fn property(generator: &mut SchemaGenerator) -> (&'static str, Value) {
        let mut property = generator.subschema_for::<Self>();
        property.insert("description".to_owned(), "How callout asks for accounts and costs.".into());
        (SECTION, property.to_value())
    }

    /// [`LookUps::page_size`] as a count.
    pub fn page(&self) -> usize {
        usize::try_from(self.page_size).unwrap_or(usize::MAX)
    }
}
