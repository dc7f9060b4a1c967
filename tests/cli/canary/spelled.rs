//! The forms in which a secret may turn up.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// As it is, as an address, JSON and HTML write it, and in base64 wherever it begins.
pub fn spellings(secret: &str) -> Vec<String> {
    let hexes = |form: fn(u8) -> String| secret.bytes().map(form).collect::<String>();
    let quoted: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let html = secret.replace('&', "&amp;");
    let mut all = vec![
        secret.to_owned(),
        quoted.to_lowercase(),
        quoted.replace('%', "%25"),
        quoted,
        secret.replace('/', "\\/"),
        html.replace('+', "&#43;"),
        html,
        hexes(|byte| format!("%{byte:02X}")),
        hexes(|byte| format!("\\u{byte:04x}")),
        hexes(|byte| format!("{byte:02x}")),
    ];
    for before in 0..3 {
        let text = [&vec![b'x'; before], secret.as_bytes()].concat();
        for encoded in [STANDARD_NO_PAD.encode(&text), URL_SAFE_NO_PAD.encode(&text)] {
            // A dozen signs from its middle: what stands beside it changes its ends.
            all.push(encoded[8..20].to_owned());
        }
    }
    all
}

/// All of these in one text, as a server would repeat them that means ill.
pub fn every_spelling(secret: &str) -> String {
    let whole = |text: String| [STANDARD_NO_PAD.encode(&text), URL_SAFE_NO_PAD.encode(&text)].join(" ");
    let encoded = ["", "Bearer ", "acme:"].map(|before| whole(format!("{before}{secret}"))).join(" ");
    let plain: Vec<String> = spellings(secret).into_iter().take(9).collect();
    format!("{} {encoded}", plain.join(" "))
}

#[test]
fn they_are_found_where_they_are() {
    let text = every_spelling("c4n4ry+of/acme=t0ken&x");
    let missing: Vec<String> = spellings("c4n4ry+of/acme=t0ken&x").into_iter().filter(|spelling| !text.contains(spelling)).collect();
    // In hex it is in no answer: nobody writes a token like that.
    assert_eq!(missing.len(), 1, "{missing:?}");
}
