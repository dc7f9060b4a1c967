//! The setting `look_ups`: what the vendor's pages leave open about them.

use schemars::{JsonSchema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::systems::schema::{flatten_enum, tidy};

/// Its key in the section.
pub const SECTION: &str = "look_ups";

/// The settings of it that are paths, from the section.
pub const PATHS: [&str; 3] = ["look_ups/sites_path", "look_ups/configurations_path", "look_ups/issues_path"];

/// Vendor page `/g360/nocexpress/search-sites`.
pub const SITES_PATH: &str = "/api/v1/noc/companies/sites";
/// Vendor page `/g360/nocexpress/ticket-configurations`. The page of the create names it without its last part.
pub const CONFIGURATIONS_PATH: &str = "/api/v1/noc/configurations/external";
/// Named on the page of the create only.
pub const ISSUES_PATH: &str = "/api/v1/noc/tickets/static";

/// The services that the vendor lists, of which some must be named to see configurations.
pub const SERVICES: [&str; 23] = [
    "Broadband",
    "DIA",
    "Private IP",
    "Granite Switched Ethernet",
    "MPLS",
    "GRID",
    "Rebill - DIA",
    "Rebill - Broadband",
    "Hosted PBX",
    "ePOTS",
    "SIP",
    "Toll-Free Number",
    "RCF",
    "Mobility Access / M2M",
    "EPIK",
    "Wireless Voice",
    "Proactive Ticketing",
    "Advanced Monitoring",
    "Managed SD-WAN",
    "Managed Switch",
    "Managed Wi-Fi",
    "Managed Starlink",
    "edgeboot",
];

/// How `callout validate --online` asks NOCExpress which values it knows. Only what the vendor's pages leave open; no ticket depends on it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(rename = "NocLookUps", transform = tidy)]
pub struct LookUps {
    /// The path of Search Sites.
    #[schemars(regex(pattern = "^/"))]
    pub sites_path: String,
    /// The parameter of Search Sites that finds a macnum. The vendor's page does not say which one does.
    pub sites_parameter: SitesParameter,
    /// The path of Ticket Configurations. Another page of the vendor's names it without `/external`.
    #[schemars(regex(pattern = "^/"))]
    pub configurations_path: String,
    /// Look at configurations of these services only, by the vendor's names. All 23 that the vendor lists if left out.
    #[schemars(length(min = 1), inner(length(min = 1)), extend("uniqueItems" = true, "examples" = [["Broadband", "DIA"]]))]
    pub configuration_services: Option<Vec<String>>,
    /// The field of a configuration that holds the type for tickets. That part of the vendor's page is not known.
    #[schemars(length(min = 1))]
    pub configuration_type_field: String,
    /// The field of a configuration that holds the subtype for tickets. That part of the vendor's page is not known.
    #[schemars(length(min = 1))]
    pub configuration_subtype_field: String,
    /// The path of the static values, with the list of issues in them.
    #[schemars(regex(pattern = "^/"))]
    pub issues_path: String,
    /// The parameter of the static values that takes a ticket's type. The vendor does not print it; `""` sends none.
    pub issues_type_parameter: String,
    /// The parameter of the static values that takes a ticket's subtype. The vendor does not print it; `""` sends none.
    pub issues_subtype_parameter: String,
    /// How many rows to ask for at once. The vendor prints no bound. A page with so many may not be all, and then a value that is not
    /// on it gives a warning.
    #[schemars(range(min = 1, max = 10_000))]
    pub page_size: u32,
}

impl Default for LookUps {
    fn default() -> Self {
        Self {
            sites_path: SITES_PATH.to_owned(),
            sites_parameter: SitesParameter::default(),
            configurations_path: CONFIGURATIONS_PATH.to_owned(),
            configuration_services: None,
            configuration_type_field: "type_name".to_owned(),
            configuration_subtype_field: "subtype_name".to_owned(),
            issues_path: ISSUES_PATH.to_owned(),
            issues_type_parameter: "type_name".to_owned(),
            issues_subtype_parameter: "subtype_name".to_owned(),
            // The bound of the vendor's pages that name one.
            page_size: 100,
        }
    }
}

/// The filters of Search Sites.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline, transform = flatten_enum)]
pub enum SitesParameter {
    /// `account`, as a macnum is an account's number.
    #[default]
    Account,
    /// `search`, which the page describes as the location's name.
    Search,
    /// `store`.
    Store,
}

impl SitesParameter {
    pub fn name(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Search => "search",
            Self::Store => "store",
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
        property.insert("description".to_owned(), "How `callout validate --online` asks which values are known.".into());
        (SECTION, property.to_value())
    }

    /// The services to name, as the parameter wants them.
    pub fn services(&self) -> String {
        self.configuration_services.as_ref().map_or_else(|| SERVICES.join(","), |own| own.join(","))
    }

    /// [`LookUps::page_size`] as a count.
    pub fn page(&self) -> usize {
        usize::try_from(self.page_size).unwrap_or(usize::MAX)
    }
}
