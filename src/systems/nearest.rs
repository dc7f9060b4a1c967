//! The words that were probably meant.

/// The candidate nearest to a word, if one is near enough to be what was meant.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    near(word, candidates).into_iter().next()
}

/// All candidates that are near enough to be what was meant, the nearest first.
pub fn near<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let is_near = |(distance, candidate): &(usize, &str)| *distance * 3 <= candidate.chars().count().max(3);
    ranked(word, candidates).into_iter().filter(is_near).map(|(_, candidate)| candidate).collect()
}

/// All candidates, the nearest first, with their distances. Of several equally near ones, the first stays first.
pub fn ranked<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<(usize, &'a str)> {
    let word = word.to_lowercase();
    let distance = |candidate: &str| strsim::damerau_levenshtein(&word, &candidate.to_lowercase());
    let mut ranked: Vec<(usize, &str)> = candidates.into_iter().map(|candidate| (distance(candidate), candidate)).collect();
    ranked.sort_by_key(|(distance, _)| *distance);
    ranked
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
