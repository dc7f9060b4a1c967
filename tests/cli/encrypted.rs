//! A project whose state is encrypted: every command goes on as ever with the key, nothing personal lies anywhere, and without the key nothing
//! is taken for damaged or lost.

use std::fs;

use callout::state::{By, Cipher, Home, Location, Owner, Session, open_for_writing};
use jiff::Timestamp;

use crate::shown::shows;
use crate::support::keys::{ANA, BEN, Person};
use crate::support::project::Ran;
use crate::vendor::{Site, dispatch, project_file};

const IDENTITY: &str = "CALLOUT_AGE_IDENTITY";

/// What stands in the tickets about people, and must stand nowhere else. The work is as good a sign as a name.
const PERSONAL: [&str; 7] = ["Dana Ortiz", "dana@example.com", "Sam Lee", "617-555-0123", "6175550123", "branch router", "store-0417"];

fn encryption(recipients: &[Person]) -> String {
    let recipients: Vec<&str> = recipients.iter().map(|person| person.recipient).collect();
    format!("  state: {{encryption: {{recipients: [{}], identity: \"env:{IDENTITY}\"}}}}\n", recipients.join(", "))
}

/// A project that was encrypted from its first commit on.
fn begun() -> Site {
    let mut site = Site::new();
    fs::remove_dir_all(site.path(".callout")).expect("a folder");
    site.remove("callout.lock");
    site.set(IDENTITY, ANA.secret);
    site.write("callout.yaml", project_file(site.vendor.base_url(), &encryption(&[ANA])));
    site.run("state init").ends_with(0);
    site
}

/// Folds the journal into the snapshot, as a long run of Ana's does at its end.
fn fold(site: &Site, recipients: &[Person]) {
    let recipients: Vec<String> = recipients.iter().map(|person| person.recipient.to_owned()).collect();
    let cipher = Cipher::new(&recipients, Some(ANA.secret.to_owned().into())).expect("keys");
    let place: Location = site.path(".callout/state.json").into();
    let home = Home { lock_file: site.path("callout.lock"), state: place.encrypted(cipher) };
    let owner = Owner { by: By::default(), pid: 1, command: "a test".to_owned(), since: Timestamp::UNIX_EPOCH };
    site.vendor.block_on(async {
        open_for_writing(&home, Session::new(owner)).expect("opened").compact().await.expect("folded");
    });
}

/// One ticket in the snapshot, one in the journal.
fn sent() -> Site {
    let site = begun();
    for store in ["0417", "0418"] {
        site.write(format!("tickets/{store}.yaml"), dispatch(&format!("store-{store}"), store));
        site.run("apply --yes").ends_with(0);
        if store == "0417" {
            fold(&site, &[ANA]);
        }
    }
    assert_eq!(site.vendor.tickets(), 2);
    site
}

/// Every file of the state and every plan: what of it says who is visited.
fn personal(site: &Site) -> Vec<String> {
    let is_kept = |path: &std::path::Path| path.starts_with(site.path(".callout")) || path.extension().is_some_and(|end| end == "plan");
    let mut found = Vec::new();
    for path in site.files().into_iter().filter(|path| is_kept(path)) {
        let text = String::from_utf8_lossy(&fs::read(&path).expect("a file")).into_owned();
        assert!(!text.contains("AGE-SECRET-KEY"), "{}", path.display());
        let told = PERSONAL.iter().filter(|word| text.contains(**word));
        found.extend(told.map(|word| format!("{}: {word}", path.display())));
    }
    found
}

/// Fails the test if a command showed the key.
#[track_caller]
fn silent(ran: Ran) -> Ran {
    for person in [ANA, BEN] {
        assert!(!format!("{ran}").contains(&person.secret[..24]), "{ran}");
    }
    ran
}

fn records(site: &Site) -> serde_json::Value {
    site.run("state list --format json").ends_with(0).json()["records"].clone()
}

#[test]
fn every_command_goes_on_as_ever_and_nothing_personal_lies_anywhere() {
    let site = sent();
    site.write("tickets/0419.yaml", dispatch("store-0419", "0419"));
    for line in [
        "plan --out next.plan",
        "show next.plan",
        "apply --yes next.plan",
        "status",
        "log",
        "state list",
        "state show Dispatch/store-0417",
        "state check",
        "state history",
        "settle Dispatch/store-0418 --cancelled --reason x --yes",
        "state restore 2 --reason x --yes",
        "state mv Dispatch/store-0419 Dispatch/store-0499 --reason x --yes",
        "state rm Dispatch/store-0499 --reason x --yes",
        "plan",
    ] {
        silent(site.run(line)).ends_with(0);
    }
    fold(&site, &[ANA]);
    assert!(site.files().iter().any(|path| path.ends_with("next.plan")));
    assert_eq!(personal(&site), [""; 0]);
    let log = site.run("log --format json").ends_with(0);
    assert!(log.out.contains("store-0417") && log.out.contains("store-0499"), "{log}");
}

#[test]
fn what_is_searched_for_is_found_where_nothing_is_encrypted() {
    let site = Site::with_ticket();
    site.run("plan --out next.plan").ends_with(0);
    let found = personal(&site);
    // A state has telephone numbers as digits.
    for word in PERSONAL.iter().filter(|word| **word != "617-555-0123") {
        assert!(found.iter().any(|told| told.ends_with(word)), "{word}: {found:?}");
    }
}

#[test]
fn damage_is_mended_and_a_lost_state_rebuilt_with_the_key() {
    let site = sent();
    let before = records(&site);
    let path = site.path(".callout/state.json");
    let bytes = fs::read(&path).expect("a snapshot");
    fs::write(&path, &bytes[..bytes.len() / 2]).expect("written");
    silent(site.run("state check")).ends_with(1);
    silent(site.run_words(&["state", "restore", "--reason", "half of it was gone", "--yes"], "")).ends_with(0);
    assert_eq!(records(&site), before);
    assert_eq!(personal(&site), [""; 0]);
    let site = sent();
    fs::remove_file(site.path(".callout/journal.jsonl")).expect("removed");
    silent(site.run_words(&["state", "rebuild", "--reason", "the disk died", "--yes"], "")).ends_with(0);
    let import = format!("import Dispatch/store-0418 {} --reason found --yes", site.vendor.last().id);
    silent(site.run(&import)).ends_with(0);
    silent(site.run("plan")).ends_with(0);
    assert_eq!(personal(&site), [""; 0]);
    assert_eq!(site.vendor.tickets(), 2);
}

#[test]
fn without_the_key_it_is_told_what_is_missing_and_nothing_is_changed() {
    let mut site = sent();
    site.run("plan --out next.plan").ends_with(0);
    let before: Vec<Vec<u8>> = site.files().iter().map(|path| fs::read(path).expect("a file")).collect();
    site.set(IDENTITY, "");
    shows!(silent(site.run("plan")), @r"
    $ callout plan
    | state/encrypted
    |
    |   x `.callout/state.json` cannot be read: it is encrypted for
    |   | age1muf2wlj79ms2xe8k8xsy6dtv3ec96unrejrgrsqrv7d7whcs798q248afy, and the variable CALLOUT_AGE_IDENTITY is
    |   | empty
    |   help: Nothing was changed. What this run has no key for may be whole: do not rebuild the state. Get an
    |         identity of one of these recipients from whoever runs callout here, and put it where `identity` of
    |         `spec.state.encryption` in callout.yaml says.
    |
    exit 1
    ");
    shows!(silent(site.run("state check")), @r"
    $ callout state check
    !  .callout/state.json                                   cannot be read: it is encrypted for age1muf2wlj79ms2xe8k8xsy6dtv3ec96unrejrgrsqrv7d7whcs798q248afy, and the variable CALLOUT_AGE_IDENTITY is empty
    !  .callout/journal.jsonl                                cannot be read: it is encrypted for age1muf2wlj79ms2xe8k8xsy6dtv3ec96unrejrgrsqrv7d7whcs798q248afy, and the variable CALLOUT_AGE_IDENTITY is empty
    !  .callout/history/state-0000000000.json                cannot be read: it is encrypted for age1muf2wlj79ms2xe8k8xsy6dtv3ec96unrejrgrsqrv7d7whcs798q248afy, and the variable CALLOUT_AGE_IDENTITY is empty
    !  .callout/history/state-0000000002.json                cannot be read: it is encrypted for age1muf2wlj79ms2xe8k8xsy6dtv3ec96unrejrgrsqrv7d7whcs798q248afy, and the variable CALLOUT_AGE_IDENTITY is empty
    !  .callout/history/journal-0000000001-0000000002.jsonl  cannot be read: it is encrypted for age1muf2wlj79ms2xe8k8xsy6dtv3ec96unrejrgrsqrv7d7whcs798q248afy, and the variable CALLOUT_AGE_IDENTITY is empty

    | state/encrypted
    |
    |   x `.callout/state.json` cannot be read: it is encrypted for
    |   | age1muf2wlj79ms2xe8k8xsy6dtv3ec96unrejrgrsqrv7d7whcs798q248afy, and the variable CALLOUT_AGE_IDENTITY is
    |   | empty
    |   help: Nothing was changed. What this run has no key for may be whole: do not rebuild the state. Get an
    |         identity of one of these recipients from whoever runs callout here, and put it where `identity` of
    |         `spec.state.encryption` in callout.yaml says.
    |
    exit 1
    ");
    shows!(silent(site.run("show next.plan")), @r"
    $ callout show next.plan
    | plan/encrypted
    |
    |   x the plan next.plan cannot be read: it is encrypted for
    |   | age1muf2wlj79ms2xe8k8xsy6dtv3ec96unrejrgrsqrv7d7whcs798q248afy, and the variable CALLOUT_AGE_IDENTITY is
    |   | empty
    |   help: Nothing was applied. Get an identity of one of these recipients from whoever runs callout here, and
    |         put it where `identity` of `spec.state.encryption` in callout.yaml says.
    |
    exit 1
    ");
    site.set(IDENTITY, BEN.secret);
    shows!(silent(site.run("apply --yes")), @r"
    $ callout apply --yes
    | state/encrypted
    |
    |   x `.callout/state.json` cannot be read: it is encrypted for
    |   | age1muf2wlj79ms2xe8k8xsy6dtv3ec96unrejrgrsqrv7d7whcs798q248afy, and the identity that this run has is of
    |   | age1hfzj7v6xl3t8tna2nlez8c5fwqa8cvkh2f3x60vfre6vxlszwfcsafcan4
    |   help: Nothing was changed. What this run has no key for may be whole: do not rebuild the state. Get an
    |         identity of one of these recipients from whoever runs callout here, and put it where `identity` of
    |         `spec.state.encryption` in callout.yaml says.
    |
    exit 1
    ");
    for line in [
        "state restore --reason x --yes",
        "state rebuild --reason x --yes",
        "state init --start-over --reason x --yes",
        "state migrate --to elsewhere --reason x --yes",
        "state mv Dispatch/store-0417 Dispatch/x --reason x --yes",
        "settle Dispatch/store-0417 --cancelled --reason x --yes",
        "apply --yes next.plan",
        "status",
    ] {
        let ran = silent(site.run(line)).ends_with(1);
        assert!(ran.err.contains("state/encrypted"), "{ran}");
    }
    let log = silent(site.run("log")).ends_with(1);
    assert!(log.err.contains("state/encrypted"), "{log}");
    let after: Vec<Vec<u8>> = site.files().iter().map(|path| fs::read(path).expect("a file")).collect();
    assert_eq!(before, after);
    assert_eq!(site.vendor.tickets(), 2);
}

#[test]
fn what_is_no_key_is_refused_unseen() {
    let mut site = sent();
    site.set(IDENTITY, "hunter2-hunter2");
    let ran = site.run("plan").ends_with(1);
    assert!(!format!("{ran}").contains("hunter2"), "{ran}");
    shows!(ran, @r"
    $ callout plan
    | state/identity
    |
    |   x the identity is no secret key of age
    |   help: It must be the content of a file that `age-keygen` wrote, or the line of it that begins with
    |         `AGE-SECRET-KEY-1`.
    |
    exit 1
    ");
    site.set(IDENTITY, BEN.recipient);
    shows!(silent(site.run("plan")), @r"
    $ callout plan
    | state/identity
    |
    |   x the identity is a recipient, the half that is no secret
    |   help: It must be the content of a file that `age-keygen` wrote, or the line of it that begins with
    |         `AGE-SECRET-KEY-1`.
    |
    exit 1
    ");
}

#[test]
fn a_new_recipient_reads_what_is_written_from_then_on() {
    let mut site = sent();
    site.write("callout.yaml", project_file(site.vendor.base_url(), &encryption(&[ANA, BEN])));
    site.write("tickets/0419.yaml", dispatch("store-0419", "0419"));
    site.run("apply --yes").ends_with(0);
    fold(&site, &[ANA, BEN]);
    site.set(IDENTITY, BEN.secret);
    silent(site.run("plan")).ends_with(0);
    let check = silent(site.run("state check"));
    shows!(check, @r"
    $ callout state check
    .  .callout/state.json                                   whole: 3 records, up to commit 8
    .  .callout/journal.jsonl                                whole: nothing since commit 8
    !  .callout/history/state-0000000000.json                cannot be read: it is encrypted for age1muf2wlj79ms2xe8k8xsy6dtv3ec96unrejrgrsqrv7d7whcs798q248afy, and the identity that this run has is of age1hfzj7v6xl3t8tna2nlez8c5fwqa8cvkh2f3x60vfre6vxlszwfcsafcan4
    !  .callout/history/state-0000000002.json                cannot be read: it is encrypted for age1muf2wlj79ms2xe8k8xsy6dtv3ec96unrejrgrsqrv7d7whcs798q248afy, and the identity that this run has is of age1hfzj7v6xl3t8tna2nlez8c5fwqa8cvkh2f3x60vfre6vxlszwfcsafcan4
    .  .callout/history/state-0000000008.json                whole: 3 records, up to commit 8
    !  .callout/history/journal-0000000001-0000000002.jsonl  cannot be read: it is encrypted for age1muf2wlj79ms2xe8k8xsy6dtv3ec96unrejrgrsqrv7d7whcs798q248afy, and the identity that this run has is of age1hfzj7v6xl3t8tna2nlez8c5fwqa8cvkh2f3x60vfre6vxlszwfcsafcan4
    !  .callout/history/journal-0000000003-0000000008.jsonl  cannot be read: it is encrypted for age1muf2wlj79ms2xe8k8xsy6dtv3ec96unrejrgrsqrv7d7whcs798q248afy, and the identity that this run has is of age1hfzj7v6xl3t8tna2nlez8c5fwqa8cvkh2f3x60vfre6vxlszwfcsafcan4

    | state/history
    |
    |   x the state is whole, but 4 files of its history cannot be used
    |   help: Nothing needs them today: they are earlier snapshots, and the log. What is encrypted for others
    |         opens with a key of one of them: an identity may have several, each on a line of its own.
    |
    exit 1
    ");
    site.set(IDENTITY, &format!("{}\n{}", BEN.secret, ANA.secret));
    silent(site.run("state check")).ends_with(0);
    // A move writes all that is kept anew, for both.
    silent(site.run("state migrate --to moved --reason x --yes")).ends_with(0);
    let state = encryption(&[ANA, BEN]).replace("{encryption", "{path: moved/state.json, encryption");
    site.write("callout.yaml", project_file(site.vendor.base_url(), &state));
    site.set(IDENTITY, BEN.secret);
    silent(site.run("state check")).ends_with(0);
}

#[test]
fn a_plan_is_never_written_over_an_encrypted_state() {
    let site = sent();
    let before = site.read(".callout/state.json");
    let ran = site.run("plan --out .callout/state.json").ends_with(1);
    assert!(ran.err.contains("something else is there, which is no saved plan"), "{ran}");
    assert_eq!(site.read(".callout/state.json"), before);
    site.run("plan --out next.plan").ends_with(0);
    site.run("plan --out next.plan").ends_with(0);
}

#[test]
fn the_sandbox_needs_no_key_and_the_state_is_read_by_nobody_else() {
    let mut site = sent();
    site.set(IDENTITY, "");
    site.run("plan --sandbox").ends_with(0);
    site.run("apply --sandbox --yes").ends_with(0);
    site.run("validate").ends_with(0);
}
