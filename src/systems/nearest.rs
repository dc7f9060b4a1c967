//! The words that were probably meant.

/// The candidate nearest to a word, if one is near enough to be what was meant.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    near(word, candidates).into_iter().next()
}

/// All candidates that are near enough to be what was meant, the nearest first.
pub fn near<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let word = word.to_lowercase();
    let mut near: Vec<(usize, &str)> = candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&word, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance * 3 <= candidate.chars().count().max(3))
        .collect();
    // Stable: of several equally near ones, the first stays first.
    near.sort_by_key(|(distance, _)| *distance);
    near.into_iter().map(|(_, candidate)| candidate).collect()
}

#[cfg(test)]
mod tests {
    use super::{near, nearest};

    #[test]
    fn only_what_is_near_is_offered() {
        let names = ["po_number", "contact_name", "location_name"];
        assert_eq!(nearest("po_numbr", names), Some("po_number"));
        assert_eq!(nearest("PO_Number", names), Some("po_number"));
        assert_eq!(nearest("colour", names), None);
        assert_eq!(nearest("x", []), None);
    }

    #[test]
    fn the_nearest_comes_first() {
        assert_eq!(near("88215", ["88113", "88213", "90000", "88214"]), ["88213", "88214"]);
        assert_eq!(near("01234576", ["01234599", "00000000", "01234567"]), ["01234567", "01234599"]);
    }
}
