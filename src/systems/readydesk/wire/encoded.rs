//! Form-encoded values: the vendor encodes some of its values so, also inside JSON and XML, and leaves the others as they are.
//!
//! Owns the encoding of one value. Which values have it is in [`super::columns`]. Refuses to fail: what is no escape stays as it is.

use url::form_urlencoded;

/// A value as people wrote it: `Demo+Company` is `Demo Company`, `%40` is `@`.
pub fn decoded(text: &str) -> String {
    // A whole form is decoded, of one value: a bare `&` must not end it.
    let form = format!("v={}", text.replace('&', "%26"));
    form_urlencoded::parse(form.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

/// The same value in the vendor's spelling.
pub fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::trials::trials;
    use proptest::prelude::*;

    #[test]
    fn blanks_are_plus_signs_and_the_rest_is_escaped() {
        assert_eq!(decoded("Sam+Lee%2C+sam%40example.com"), "Sam Lee, sam@example.com");
        assert_eq!(encoded("Sam Lee, sam@example.com"), "Sam+Lee%2C+sam%40example.com");
        assert_eq!(decoded("100%+sure%zz & a=b"), "100% sure%zz & a=b", "what is no escape stays");
    }

    proptest! {
        #![proptest_config(trials(256))]

        #[test]
        fn a_value_survives_its_encoding(text in any::<String>()) {
            prop_assert_eq!(decoded(&encoded(&text)), text);
        }

        #[test]
        fn decoding_never_fails(text in "[+%&=0-9a-fA-F\\PC]{0,40}") {
            decoded(&text);
        }
    }
}
