//! Which tickets a plan is about. The rest of the project is loaded all the same, and never touched.

use serde::{Deserialize, Serialize};

use crate::ticket::Address;

/// Empty selects everything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selection {
    /// Addresses. One without a location's key selects every location of its document.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<Address>,
}

impl Selection {
    pub fn is_all(&self) -> bool {
        self.targets.is_empty()
    }

    pub fn holds(&self, address: &Address) -> bool {
        self.is_all() || self.targets.iter().any(|target| covers(target, address))
    }

    /// The targets that select none of these addresses: mistakes.
    pub fn unmatched<'a>(&self, addresses: impl Iterator<Item = &'a Address> + Clone) -> Vec<&Address> {
        self.targets.iter().filter(|target| !addresses.clone().any(|address| covers(target, address))).collect()
    }
}

fn covers(target: &Address, address: &Address) -> bool {
    target == address || (target.key.is_none() && target.kind == address.kind && target.name == address.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_without_a_key_selects_every_location() {
        let selection = Selection { targets: vec!["Dispatch/a".parse().expect("an address")] };
        let addresses: Vec<Address> = ["Dispatch/a", "Dispatch/a[x]", "Dispatch/ab"].iter().filter_map(|text| text.parse().ok()).collect();
        let held: Vec<bool> = addresses.iter().map(|address| selection.holds(address)).collect();
        assert_eq!(held, [true, true, false]);
        assert!(selection.unmatched(addresses.iter()).is_empty());
        assert_eq!(selection.unmatched(addresses[2..].iter()).len(), 1);
    }
}
