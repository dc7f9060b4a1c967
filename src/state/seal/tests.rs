use super::*;

const FORM: Form = Form { kind: "plan", version: 2 };

fn sealed() -> String {
    FORM.seal(&vec!["a", "ü"]).expect("sealed")
}

fn read(text: &str) -> Result<Vec<String>, Broken> {
    FORM.unseal(text)
}

#[test]
fn what_is_sealed_reads_back() {
    assert_eq!(read(&sealed()), Ok(vec!["a".to_owned(), "ü".to_owned()]));
    assert!(!sealed().contains('\n'));
}

#[test]
fn every_flipped_bit_is_found() {
    let whole = sealed().into_bytes();
    for at in 0..whole.len() {
        for bit in 0..8 {
            let mut damaged = whole.clone();
            damaged[at] ^= 1 << bit;
            let read = std::str::from_utf8(&damaged).ok().and_then(|text| read(text).ok());
            assert_eq!(read, None, "bit {bit} of byte {at}");
        }
    }
}

#[test]
fn every_cut_is_found() {
    let whole = sealed();
    for length in (0..whole.len()).filter(|length| whole.is_char_boundary(*length)) {
        assert!(matches!(read(&whole[..length]), Err(Broken::NotSealed(_))), "{length} bytes");
    }
}

#[test]
fn an_older_version_is_read_and_a_newer_one_is_not() {
    let older = Form { version: 1, ..FORM }.seal(&["a"]).expect("sealed");
    assert_eq!(read(&older), Ok(vec!["a".to_owned()]));
    for newer in [
        Form { version: 3, ..FORM }.seal(&["a"]).expect("sealed").replace(THIS, "callout 9.1.0"),
        r#"{"format_version":3,"written_by":"callout 9.1.0","all":"else is new"}"#.to_owned(),
    ] {
        let text = format!("it has format version 3, written by callout 9.1.0; this is {THIS} and reads up to version 2");
        assert_eq!(read(&newer).map_err(|broken| broken.to_string()), Err(text));
    }
    let unnamed = read(r#"{"format_version":3}"#).expect_err("newer").to_string();
    assert!(unnamed.contains("written by a newer callout"), "{unnamed}");
}

#[test]
fn what_is_wrong_is_said() {
    let other = Form { kind: "state", version: 1 }.seal(&["a"]).expect("sealed");
    assert_eq!(read(&other).expect_err("another kind").to_string(), "it is a state, not a plan");
    let changed = sealed().replace(r#"["a""#, r#"["b""#);
    assert_eq!(read(&changed).expect_err("changed").to_string(), "its checksum does not fit its content");
    let content = FORM.seal(&[1]).expect("sealed");
    let text = read(&content).expect_err("a number").to_string();
    assert!(text.starts_with("its content makes no sense (invalid type: integer `1`, expected a string"), "{text}");
    let text = read("{}").expect_err("empty").to_string();
    assert!(text.starts_with("it is not what callout writes (missing field `format_version`"), "{text}");
}
