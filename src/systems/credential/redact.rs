//! Taking a secret out of other people's words, however they spell it.
//!
//! Owns the spellings: raw, of addresses (also within each other), of JSON, of HTML or XML, and of base64. A server repeats an address in
//! a page of its own, in a redirect or in an error, and what is shown to people is decoded first: so every spelling must go. Refuses to
//! damage an answer for the sake of a secret that is none: a very short one goes only where it stands as a key.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// A text that begins like the secret for so long is a secret that somebody cut off.
const TELLING: usize = 12;

/// Shorter ones go only where they are a word of their own.
const LONG: usize = 8;

/// Shorter ones, and those of letters or digits alone, which could be a plain word or a ticket's id, go only behind `key=`.
const SHORT: usize = 4;

/// How an escape in the text is taken: it may be a part of the secret as it is, and a `%25` may stand for a sign of it or for another
/// `%25`.
#[derive(Debug, Clone, Copy)]
enum Way {
    AsItIs,
    Once,
    Often,
}

/// A text with a secret taken out.
pub fn redact(text: &str, secret: &str, instead: &str) -> String {
    let plain = without(text, secret, instead);
    if secret.len() < LONG {
        return plain;
    }
    in_base64(secret).iter().fold(plain, |text, encoded| without(&text, encoded, instead))
}

/// What a secret becomes within a longer text in base64: a group of four signs holds three bytes, so it can begin at three places. Only
/// the signs that are the secret's alone; both alphabets.
fn in_base64(secret: &str) -> Vec<String> {
    let mut encoded: Vec<String> = Vec::new();
    for before in 0..3 {
        let bytes = [&vec![0; before], secret.as_bytes()].concat();
        let own = (before * 8).div_ceil(6)..bytes.len() * 8 / 6;
        let both = [STANDARD_NO_PAD.encode(&bytes), URL_SAFE_NO_PAD.encode(&bytes)];
        encoded.extend(both.iter().filter_map(|text| text.get(own.clone()).map(str::to_owned)));
    }
    encoded.dedup();
    encoded
}

fn without(text: &str, secret: &str, instead: &str) -> String {
    let bytes = text.as_bytes();
    let mut shown = String::with_capacity(text.len());
    let (mut at, mut kept) = (0, 0);
    while at < bytes.len() {
        match found(bytes, at, secret.as_bytes()) {
            Some(end) => {
                shown.push_str(text.get(kept..at).unwrap_or_default());
                shown.push_str(instead);
                (at, kept) = (end, end);
            }
            None => at += 1,
        }
    }
    shown.push_str(text.get(kept..).unwrap_or_default());
    shown
}

/// Where the secret that begins here ends.
fn found(text: &[u8], at: usize, secret: &[u8]) -> Option<usize> {
    let rest = text.get(at..)?;
    let first = secret.first()?;
    if rest.first() != Some(first) && !rest.first().is_some_and(|byte| b"%\\&+".contains(byte)) {
        return None;
    }
    let (matched, length) = [Way::AsItIs, Way::Once, Way::Often].map(|way| spelled(rest, secret, way)).into_iter().max()?;
    let end = at + length;
    let is_it = (matched == secret.len() && stands(text, (at, end), secret)) || matched >= TELLING;
    is_it.then_some(end)
}

/// Whether a whole secret counts at this place.
fn stands(text: &[u8], (at, end): (usize, usize), secret: &[u8]) -> bool {
    let is_part = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let before = text.get(at.saturating_sub(8)..at).unwrap_or_default().to_ascii_lowercase();
    let is_key = [&b"key="[..], b"key%3d", b"key=\"", b"key\":\""].iter().any(|name| before.ends_with(name));
    let is_word = !is_part(at.checked_sub(1).and_then(|at| text.get(at))) && !is_part(text.get(end));
    let is_mixed = secret.iter().any(u8::is_ascii_digit) && !secret.iter().all(u8::is_ascii_digit);
    secret.len() >= LONG || (is_key && !is_part(text.get(end))) || (is_word && secret.len() >= SHORT && is_mixed)
}

/// How much of the secret a text begins with, and how long that is in the text.
fn spelled(text: &[u8], secret: &[u8], way: Way) -> (usize, usize) {
    let mut length = 0;
    for (matched, &sign) in secret.iter().enumerate() {
        let rest = text.get(length..).unwrap_or_default();
        let raw = (rest.first() == Some(&sign)).then_some(1);
        let more = match way {
            Way::AsItIs => raw.or_else(|| escaped(rest, sign, way)),
            Way::Once | Way::Often => escaped(rest, sign, way).or(raw),
        };
        let Some(more) = more else { return (matched, length) };
        length += more;
    }
    (secret.len(), length)
}

/// The length of an escape of this sign at the text's beginning.
fn escaped(text: &[u8], sign: u8, way: Way) -> Option<usize> {
    match text.first()? {
        b'%' => in_address(text, sign, way),
        b'\\' => in_json(text, sign),
        b'&' => in_html(text, sign),
        b'+' if sign == b' ' => Some(1),
        _ => None,
    }
}

/// `%2F`, and in an address within an address `%252F`.
fn in_address(text: &[u8], sign: u8, way: Way) -> Option<usize> {
    let mut at = 1;
    loop {
        let digits = text.get(at..at + 2)?;
        let is_deeper = digits == b"25" && (sign != b'%' || (matches!(way, Way::Often) && text.get(at + 2..at + 4) == Some(b"25")));
        if !is_deeper {
            return (hex(digits) == Some(u32::from(sign))).then_some(at + 2);
        }
        at += 2;
    }
}

/// `\u002B`, `\/` or `\"`; with more backslashes in JSON within JSON.
fn in_json(text: &[u8], sign: u8) -> Option<usize> {
    let slashes = text.iter().take_while(|byte| **byte == b'\\').count();
    if sign == b'\\' && slashes > 1 {
        return Some(2);
    }
    match text.get(slashes)? {
        b'u' if text.get(slashes + 1..slashes + 5).and_then(hex) == Some(u32::from(sign)) => Some(slashes + 5),
        byte => (*byte == sign && sign != b'\\').then_some(slashes + 1),
    }
}

/// `&#43;`, `&#x2B;` or `&amp;`.
fn in_html(text: &[u8], sign: u8) -> Option<usize> {
    let name = text.get(1..)?.iter().take(8).position(|byte| *byte == b';').and_then(|end| text.get(1..=end))?;
    let is_it = match name {
        b"amp" => sign == b'&',
        b"lt" => sign == b'<',
        b"gt" => sign == b'>',
        b"quot" => sign == b'"',
        b"apos" => sign == b'\'',
        [b'#', b'x' | b'X', digits @ ..] => hex(digits) == Some(u32::from(sign)),
        [b'#', digits @ ..] => std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok()) == Some(u32::from(sign)),
        _ => false,
    };
    is_it.then_some(name.len() + 2)
}

fn hex(digits: &[u8]) -> Option<u32> {
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::trials::trials;
    use proptest::prelude::*;

    #[test]
    fn a_secret_goes_in_every_spelling() {
        for secret in ["ab/cd\"ef+g=&h<'%\\1", "a b/cd+ef", "Zm9v+YmFy/MTIz=="] {
            let hexes = |form: fn(u8) -> String| secret.bytes().map(form).collect::<String>();
            let form: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
            let json = serde_json::to_string(secret).expect("a text");
            let json = json.trim_matches('"').to_owned();
            let html = secret.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;").replace('\'', "&#39;");
            for spelling in [
                secret.to_owned(),
                form.clone(),
                form.replace('+', "%20"),
                form.replace('%', "%25"),
                json.clone(),
                json.replace('/', "\\/"),
                json.replace('+', "\\u002B").replace('&', "\\u0026"),
                html.replace('+', "&#x2B;"),
                hexes(|byte| format!("%{byte:02x}")),
                hexes(|byte| format!("\\u{byte:04X}")),
                hexes(|byte| format!("&#{byte};")),
            ] {
                assert_eq!(redact(&format!("key={spelling}."), secret, "[token]"), "key=[token].", "{spelling}");
            }
        }
    }

    #[test]
    fn a_secret_within_a_text_in_base64_goes_too() {
        let secret = "c4n4ry+of/acme=t0ken";
        for before in ["", "a", "ab", "Bearer ", "acme:"] {
            for after in ["", "!", "?!", " and more"] {
                let text = format!("{before}{secret}{after}");
                for encoded in [STANDARD_NO_PAD.encode(&text), URL_SAFE_NO_PAD.encode(&text)] {
                    let shown = redact(&format!("Basic {encoded}=="), secret, "[]");
                    assert!(shown.contains("[]"), "{shown}");
                    // What is left beside it are the other words, and at most a part of a sign.
                    assert!(shown.len() <= "Basic []==".len() + (before.len() + after.len()).div_ceil(3) * 4 + 4, "{shown}");
                }
            }
        }
        assert_eq!(redact("YzRuNHJ5", "c4n4ry", "[]"), "YzRuNHJ5", "a short one could be a word");
    }

    #[test]
    fn a_short_secret_goes_where_it_can_be_nothing_else() {
        let shown = |text: &str, secret: &str| redact(text, secret, "[token]");
        assert_eq!(shown("The key \"ab12\" is not valid; cab123", "ab12"), "The key \"[token]\" is not valid; cab123");
        assert_eq!(shown("the sandbox ?key=sandbox", "sandbox"), "the sandbox ?key=[token]");
        assert_eq!(shown("id 4711 /API/?action=x&key=4711&tid=4711", "4711"), "id 4711 /API/?action=x&key=[token]&tid=4711");
        assert_eq!(shown("id 7 ?KEY=7 ?return=%3Fkey%3D7", "7"), "id 7 ?KEY=[token] ?return=%3Fkey%3D[token]");
        assert_eq!(shown("anything", ""), "anything");
    }

    #[test]
    fn a_secret_that_a_server_cut_off_goes_too() {
        let secret = "0123456789abcdef0123456789abcdef";
        assert_eq!(redact("(key=\"0123456789abcdef...\")", secret, "[token]"), "(key=\"[token]...\")");
        assert_eq!(redact("01234567890", secret, "[token]"), "01234567890");
    }

    proptest! {
        #![proptest_config(trials(256))]

        #[test]
        fn nothing_of_it_is_left(before in "\\PC{0,20}", after in "[ \\PC]{0,20}", secret in "[!-~]{8,40}") {
            let text = format!("{before} {secret} {after}");
            let shown = redact(&text, &secret, "[]");
            prop_assert!(!shown.contains(&secret));
        }

        #[test]
        fn a_text_without_it_stays(text in "[a-z0-9 %&;\\\\/=+é]{0,60}") {
            prop_assert_eq!(redact(&text, "QWERTYUIOP", "[]"), text);
        }
    }
}
