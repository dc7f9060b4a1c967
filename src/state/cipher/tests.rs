use super::super::journal::{self, COMMIT, Commit, commit_line};
use super::super::replay::{SNAPSHOT, snapshot_text};
use super::super::samples::{cipher, commit, intended};
use super::super::seal::Broken;
use super::super::transition::State;
use super::*;
use crate::state::event::Write;
use crate::support::keys::{ANA, BEN};

fn line(cipher: &Cipher) -> String {
    commit_line(&commit(1, vec![intended("a", Write::Create)]), cipher).expect("a line")
}

fn read(line: &str, cipher: &Cipher) -> Result<Commit, Broken> {
    COMMIT.open(line.trim_end(), cipher)
}

fn told(refused: Outcome<Cipher>) -> String {
    let why = refused.expect_err("refused");
    format!("{}: {}", why.code, why.message)
}

#[test]
fn what_is_encrypted_reads_back_on_one_line_and_shows_nothing() {
    let (plain, secret) = (line(&Cipher::default()), line(&cipher(&[ANA], Some(ANA))));
    assert_eq!(secret.lines().count(), 1);
    assert!(plain.contains("Dispatch/") && !secret.contains("Dispatch/"), "{secret}");
    let start = format!("{{\"format_version\":4,\"written_by\":\"callout {}\",\"kind\":\"encrypted\",", env!("CARGO_PKG_VERSION"));
    assert!(secret.starts_with(&start), "{secret}");
    let both = [read(&plain, &Cipher::default()), read(&secret, &cipher(&[ANA], Some(ANA)))];
    assert_eq!(both[0], both[1]);
    assert!(both[0].is_ok());
    assert_ne!(secret, line(&cipher(&[ANA], Some(ANA))), "no two texts look alike");
}

#[test]
fn each_recipient_reads_it_and_nobody_else() {
    let secret = line(&cipher(&[ANA, BEN], Some(BEN)));
    for one in [ANA, BEN] {
        assert!(read(&secret, &cipher(&[one], Some(one))).is_ok());
    }
    let for_ana = line(&cipher(&[ANA], Some(ANA)));
    let other = read(&for_ana, &cipher(&[BEN], Some(BEN))).expect_err("not for ben");
    let (ana, ben) = (ANA.recipient, BEN.recipient);
    let text = format!("it is encrypted for {ana}, and the identity that this run has is of {ben}");
    assert_eq!(other, Broken::Locked(text));
}

#[test]
fn an_identity_may_have_several_keys_and_comments() {
    let old = line(&cipher(&[ANA], Some(ANA)));
    let text = format!("# created: today\n# public key: {}\n{}\n\n{}\n", BEN.recipient, BEN.secret, ANA.secret);
    let rotated = Cipher::new(&[BEN.recipient.to_owned()], Some(text.into())).expect("keys");
    assert!(read(&old, &rotated).is_ok());
    assert!(read(&line(&rotated), &cipher(&[BEN], Some(BEN))).is_ok());
}

#[test]
fn without_a_key_it_is_told_what_is_missing_and_where() {
    let (secret, ana) = (line(&cipher(&[ANA], Some(ANA))), ANA.recipient);
    let why = |cipher: &Cipher| read(&secret, cipher).expect_err("no key").to_string();
    let recipients = [ana.to_owned()];
    let keyless = || Cipher::new(&recipients, None).expect("recipients");
    assert_eq!(
        why(&Cipher::default()),
        format!("it is encrypted for {ana}, and callout.yaml has no `spec.state.encryption`, which says what to read it with")
    );
    assert_eq!(why(&keyless()), format!("it is encrypted for {ana}, and `spec.state.encryption` names no identity to read it with"));
    assert_eq!(
        why(&keyless().because("the variable CALLOUT_AGE_IDENTITY is not set")),
        format!("it is encrypted for {ana}, and the variable CALLOUT_AGE_IDENTITY is not set")
    );
    let blank = Cipher::new(&recipients, Some("# nothing here\n\n".to_owned().into())).expect("recipients");
    assert_eq!(why(&blank), why(&keyless()));
}

#[test]
fn nothing_is_written_that_the_run_could_not_read() {
    let refusal = |cipher: &Cipher| {
        let why = cipher.may_write().expect_err("refused");
        let refused = commit_line(&commit(1, vec![]), cipher).expect_err("refused");
        assert_eq!((refused.code, &refused.message), (why.code, &why.message));
        format!("{}: {}", why.code, why.message)
    };
    let (ana, ben) = (ANA, BEN);
    assert_eq!(
        refusal(&cipher(&[ana], None)),
        format!(
            "state/encrypted: what would be written is encrypted for {}, and `spec.state.encryption` names no identity to read it with",
            ana.recipient
        )
    );
    assert_eq!(
        refusal(&cipher(&[ana], Some(ben))),
        format!(
            "state/encrypted: what would be written is encrypted for {}, and the identity that this run has is of {}",
            ana.recipient, ben.recipient
        )
    );
    assert!(cipher(&[ana, ben], Some(ben)).may_write().is_ok());
    assert!(Cipher::default().may_write().is_ok());
}

#[test]
fn damage_is_told_apart_from_a_missing_key_also_without_one() {
    let secret = line(&cipher(&[ANA], Some(ANA)));
    let body = secret.find("\"age\":\"").expect("an age file") + 40;
    let mut damaged = secret.clone().into_bytes();
    damaged[body] ^= 1;
    let damaged = String::from_utf8(damaged).expect("text");
    for cipher in [Cipher::default(), cipher(&[BEN], Some(BEN)), cipher(&[ANA], Some(ANA))] {
        assert_eq!(read(&damaged, &cipher), Err(Broken::Checksum));
    }
}

#[test]
fn every_flipped_bit_and_every_cut_is_found() {
    let reader = cipher(&[ANA], Some(ANA));
    let whole = line(&reader).trim_end().as_bytes().to_vec();
    let read = |bytes: &[u8]| std::str::from_utf8(bytes).ok().and_then(|text| read(text, &reader).ok());
    for at in 0..whole.len() {
        for bit in 0..8 {
            let mut damaged = whole.clone();
            damaged[at] ^= 1 << bit;
            assert_eq!(read(&damaged), None, "bit {bit} of byte {at}");
        }
        assert_eq!(read(&whole[..at]), None, "cut at {at}");
    }
    assert!(read(&whole).is_some());
}

/// Whoever makes an envelope anew around something else.
fn forged(age: &[u8], recipient: &str) -> String {
    let letter = Letter { holds: "commit".into(), recipients: vec![recipient.into()], age: STANDARD.encode(age) };
    ENCRYPTED.seal(&letter).expect("a text")
}

#[test]
fn a_forged_envelope_is_damage_and_no_missing_key() {
    let reader = cipher(&[ANA], Some(ANA));
    let keys = Keys::new(&[ANA.recipient.to_owned()], None).expect("keys");
    let whole = encrypt(&keys, COMMIT.seal(&commit(1, vec![])).expect("a text").as_bytes()).expect("encrypted");
    assert!(read(&forged(&whole, ANA.recipient), &reader).is_ok(), "age does not say who wrote");
    let mut bent = whole.clone();
    *bent.last_mut().expect("bytes") ^= 1;
    for (age, why) in
        [(&b"nonsense"[..], "Header is invalid"), (&whole[..whole.len() - 1], "decryption error"), (&bent, "decryption error")]
    {
        let error = read(&forged(age, ANA.recipient), &reader).expect_err(why);
        assert!(matches!(error, Broken::Undecipherable(_)), "{error:?}");
        assert!(error.to_string().starts_with("what is encrypted in it does not open ("), "{error}");
    }
    let other = Keys::new(&[BEN.recipient.to_owned()], None).expect("keys");
    let foreign = encrypt(&other, b"x").expect("encrypted");
    let error = read(&forged(&foreign, ANA.recipient), &reader).expect_err("its list lies");
    assert!(matches!(error, Broken::Undecipherable(_)), "{error:?}");
    let shown = read(&forged(&foreign, "\u{1b}[31mred"), &reader).expect_err("not ours");
    assert_eq!(shown.to_string(), format!("it is encrypted, and the identity that this run has is of {}", ANA.recipient));
}

#[test]
fn one_kind_never_passes_for_another() {
    let reader = cipher(&[ANA], Some(ANA));
    let snapshot = snapshot_text(&State::new("l1"), &reader).expect("a text");
    assert!(SNAPSHOT.open::<State>(snapshot.trim_end(), &reader).is_ok());
    let wrong = Err(Broken::OtherKind { found: "state".into(), wanted: "commit" });
    assert_eq!(read(&snapshot, &reader), wrong);
    assert_eq!(read(&snapshot, &Cipher::default()), wrong, "that is seen without a key");
    let inside = reader.wrap("commit", SNAPSHOT.seal(&State::new("l1")).expect("a text")).expect("encrypted");
    assert_eq!(read(&inside, &reader), wrong, "what is inside counts, whatever the envelope says");
}

#[test]
fn a_callout_without_encryption_is_told_to_be_too_old() {
    let old = Form { version: 3, ..COMMIT };
    let why = old.unseal::<Commit>(line(&cipher(&[ANA], Some(ANA))).trim_end()).expect_err("too new");
    assert!(matches!(why, Broken::Newer { version: 4, known: 3, .. }), "{why:?}");
}

#[test]
fn plain_text_reads_as_ever_also_where_it_speaks_of_encryption() {
    let mut told = commit(1, vec![]);
    told.command = Some("callout \"kind\":\"encrypted\"".into());
    let reader = cipher(&[ANA], Some(ANA));
    assert_eq!(read(&commit_line(&told, &Cipher::default()).expect("a line"), &reader), Ok(told.clone()));
    // JSON has quotes in a text behind a backslash: nothing looks like the kind but the kind.
    assert!(!is_encrypted(&commit_line(&told, &Cipher::default()).expect("a line")));
}

#[test]
fn lines_of_both_sorts_make_one_journal() {
    let reader = cipher(&[ANA], Some(ANA));
    let header = journal::header_line(&journal::Header { lineage: "l1".into(), follows: 0 }).expect("a line");
    let two = commit_line(&commit(2, vec![]), &reader).expect("a line");
    let text = header + &line(&Cipher::default()) + &two;
    assert_eq!(journal::read("journal", text.as_bytes(), &reader).expect("whole").commits.len(), 2);
    let locked = journal::read("journal", text.as_bytes(), &Cipher::default()).expect_err("no key");
    let why = "callout.yaml has no `spec.state.encryption`, which says what to read it with";
    let message = format!("`journal` line 3 cannot be read: it is encrypted for {}, and {why}", ANA.recipient);
    assert_eq!((locked.code, locked.message), ("state/encrypted", message));
    let swapped = text.lines().next().map(|header| format!("{header}\n{two}{}", line(&reader))).expect("a header");
    let error = journal::read("journal", swapped.as_bytes(), &reader).expect_err("the order is inside");
    assert_eq!(error.message, "`journal` line 2 holds commit 2, where commit 1 must be");
}

#[test]
fn names_are_found_inside_by_whoever_has_the_key() {
    let secret = line(&cipher(&[ANA], Some(ANA)));
    assert!(cipher(&[ANA], Some(ANA)).names(secret.as_bytes(), "\"l1\""));
    assert!(!Cipher::default().names(secret.as_bytes(), "\"l1\""));
}

#[test]
fn what_is_no_recipient_is_told_by_its_sort() {
    let recipients = |text: &str| told(Cipher::new(&[text.to_owned()], None));
    let is = |text: &str, message: &str| assert_eq!(recipients(text), format!("state/recipient: {message}"));
    is(ANA.secret, "a secret key stands among the recipients: whoever reads callout.yaml can read the state with it");
    is(&ANA.secret.to_lowercase(), "a secret key stands among the recipients: whoever reads callout.yaml can read the state with it");
    is("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA ana@laptop", "an SSH key stands among the recipients, and callout takes only age's own");
    let other = "a recipient of a plugin or of another sort stands among the recipients, and callout takes only age's own";
    is("age1yubikey1q2w7u3vpya839jxxuq8g0sedh3d740d4xvn639sqhr95ejj8vu3hyfumptt", other);
    is("ana@example.com", "what stands among the recipients is no recipient of age");
    let cut = &ANA.recipient[..40];
    is(cut, &format!("`{cut}` is no recipient of age: a letter of it is missing or wrong"));
    let none = told(Cipher::new(&[], None));
    assert_eq!(none, "state/recipient: `spec.state.encryption` names no recipient, so nobody could read the state");
    assert!(Cipher::check_recipient(ANA.recipient).is_ok());
}

#[test]
fn what_is_no_identity_is_told_by_its_sort_and_never_shown() {
    let recipients = [ANA.recipient.to_owned()];
    for (text, message) in [
        ("age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p", "the identity is a recipient, the half that is no secret"),
        ("AGE-PLUGIN-YUBIKEY-1QQQQQQQ", "the identity is one of a plugin, and callout takes only age's own"),
        (
            "-----BEGIN OPENSSH PRIVATE KEY-----",
            "the identity is an SSH key or encrypted itself, and callout takes only age's own as they are",
        ),
        (&ANA.secret[..60], "the identity is a secret key of which a letter is missing or wrong, or one of another sort"),
        ("hunter2-hunter2", "the identity is no secret key of age"),
    ] {
        let why = Cipher::new(&recipients, Some(text.to_owned().into())).expect_err(message);
        assert_eq!((why.code, why.message.as_str()), ("state/identity", message));
        assert!(!format!("{why:?}").contains(text), "{why:?}");
    }
}

#[test]
fn no_key_is_ever_shown() {
    let shown = format!("{:?}", cipher(&[ANA], Some(ANA)));
    assert_eq!(shown, format!("Cipher {{ recipients: Some([\"{}\"]), .. }}", ANA.recipient));
}
