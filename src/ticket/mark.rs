//! The mark: a short text in the ticket itself that says which address it belongs to.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::Address;

/// Like `co-7k2m9q4x`: callout's prefix and 40 bits. Made once, stored in the record, never computed again.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(extend("pattern" = "^co-[0-9a-hjkmnp-tv-z]{8}$"))]
pub struct Mark(String);

/// Crockford's base 32 in lower case: no `i`, `l`, `o` or `u`, so that it survives a telephone call.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

impl Mark {
    /// The mark of one visit: the state's lineage keeps two projects with equal names apart.
    pub fn new(lineage: &str, address: &Address, reissue: u32) -> Self {
        let hash = Sha256::digest(format!("{lineage}\n{address}\n{reissue}"));
        let text: String = hash.iter().take(8).map(|byte| char::from(ALPHABET[usize::from(byte & 31)])).collect();
        Self(format!("co-{text}"))
    }

    /// The first mark among the entries of a comma list.
    pub fn find(list: &str) -> Option<Self> {
        list.split(',').map(str::trim).find(|entry| Self::fits(entry)).map(|entry| Self(entry.to_owned()))
    }

    fn fits(text: &str) -> bool {
        text.strip_prefix("co-").is_some_and(|rest| rest.len() == 8 && rest.bytes().all(|byte| ALPHABET.contains(&byte)))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_found_in_a_comma_list_and_differs_by_each_part() {
        let address = Address::new("Dispatch", "a");
        let mark = Mark::new("l1", &address, 0);
        assert_eq!(Mark::find(&format!("INC-1, {mark} ,x")), Some(mark.clone()));
        assert_eq!(Mark::find("INC-1,co-short,co-ILOU0000"), None);
        for other in [Mark::new("l2", &address, 0), Mark::new("l1", &address, 1), Mark::new("l1", &Address::new("Dispatch", "b"), 0)] {
            assert_ne!(mark, other);
        }
    }
}
