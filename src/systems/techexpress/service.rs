//! The kinds of work that TechExpress dispatches for.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::systems::schema::flatten_enum;

/// One of the fifteen values of `service_type` (vendor page `/g360/techexpress/create-ticket`). `GRT` is the vendor, Granite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[schemars(inline, transform = flatten_enum)]
pub enum ServiceType {
    /// Put equipment in or take it out. The vendor explains Smart Hands in the same words.
    #[serde(rename = "Equipment Install")]
    EquipmentInstall,
    /// Put equipment in or take it out. The vendor explains Equipment Install in the same words.
    #[serde(rename = "Smart Hands")]
    SmartHands,
    /// Look at a site and write down its location and network, for later installs.
    #[serde(rename = "Site Audit")]
    SiteAudit,
    /// Move named equipment or wiring to another place.
    #[serde(rename = "Move")]
    Move,
    /// Run a new extension for a telephone line (POTS) that exists.
    #[serde(rename = "POTS Extension")]
    PotsExtension,
    /// Run a new extension for a circuit that exists.
    #[serde(rename = "Circuit Extension")]
    CircuitExtension,
    /// Find and mend a wiring fault on a copper circuit extension that Granite provides.
    #[serde(rename = "Circuit Extension (GRT Provided)")]
    CircuitExtensionGrt,
    /// Find and mend a fault on a fiber circuit extension that Granite provides.
    #[serde(rename = "Fiber Extension (GRT Provided)")]
    FiberExtensionGrt,
    /// Find and mend a fault on a broadband circuit that Granite provides.
    #[serde(rename = "Broadband Circuit (GRT Provided)")]
    BroadbandGrt,
    /// Find and mend a fault on a telephone line (POTS) that Granite provides.
    #[serde(rename = "POTS (GRT Provided)")]
    PotsGrt,
    /// Repair your own broadband circuit.
    #[serde(rename = "Broadband Circuit (Customer Provided)")]
    BroadbandCustomer,
    /// Repair your own telephone line (POTS).
    #[serde(rename = "POTS (Customer Provided)")]
    PotsCustomer,
    /// Repair your own copper extension.
    #[serde(rename = "Circuit Extension (Customer Provided)")]
    CircuitExtensionCustomer,
    /// Repair your own fiber extension.
    #[serde(rename = "Fiber Extension (Customer Provided)")]
    FiberExtensionCustomer,
    /// Service your own equipment. Say in `initial_description` whether it is a repair or a replacement of material.
    #[serde(rename = "Customer Equipment (Customer Provided)")]
    CustomerEquipment,
}

impl ServiceType {
    /// The vendor's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::EquipmentInstall => "Equipment Install",
            Self::SmartHands => "Smart Hands",
            Self::SiteAudit => "Site Audit",
            Self::Move => "Move",
            Self::PotsExtension => "POTS Extension",
            Self::CircuitExtension => "Circuit Extension",
            Self::CircuitExtensionGrt => "Circuit Extension (GRT Provided)",
            Self::FiberExtensionGrt => "Fiber Extension (GRT Provided)",
            Self::BroadbandGrt => "Broadband Circuit (GRT Provided)",
            Self::PotsGrt => "POTS (GRT Provided)",
            Self::BroadbandCustomer => "Broadband Circuit (Customer Provided)",
            Self::PotsCustomer => "POTS (Customer Provided)",
            Self::CircuitExtensionCustomer => "Circuit Extension (Customer Provided)",
            Self::FiberExtensionCustomer => "Fiber Extension (Customer Provided)",
            Self::CustomerEquipment => "Customer Equipment (Customer Provided)",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn each_word_of_the_schema_is_read_and_written_the_same() {
        let schema = schemars::schema_for!(ServiceType).to_value();
        let words = schema["enum"].as_array().expect("words");
        assert_eq!((words.len(), schema["enumDescriptions"].as_array().map(Vec::len)), (15, Some(15)));
        for word in words {
            let service: ServiceType = serde_json::from_value(word.clone()).expect("a service");
            assert_eq!(Value::from(service.as_str()), *word);
        }
    }
}
