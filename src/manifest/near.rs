//! "Did you mean": the closest of some known words.

/// The known word that a person most likely meant, if any is close.
pub fn near<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let plain = |text: &str| text.to_lowercase().replace(['-', '_', ' '], "");
    let short = plain(written);
    let close = |word: &&str| {
        let word = plain(word);
        let allowed = (word.chars().count().max(short.chars().count()) / 3).min(3);
        let distance = strsim::damerau_levenshtein(&short, &word);
        (distance <= allowed).then_some(distance)
    };
    known.into_iter().filter_map(|word| close(&word).map(|distance| (distance, word))).min_by_key(|(distance, _)| *distance).map(|(_, word)| word)
}

/// The hint as a sentence for a diagnostic's help.
pub fn did_you_mean<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    near(written, known).map(|word| format!("Did you mean `{word}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognised_and_other_words_are_not() {
        let known = ["service_type", "po_number", "start_date", "end_date"];
        assert_eq!(near("serviceType", known), Some("service_type"));
        assert_eq!(near("po_nubmer", known), Some("po_number"));
        assert_eq!(near("end_dat", known), Some("end_date"));
        assert_eq!(near("colour", known), None);
        assert_eq!(near("x", ["y"]), None);
    }
}
