//! Lists and schedules of rollouts that no text file in a repository can show, or that are too long for one.

use std::fmt::Write as _;
use std::fs;

use callout::manifest::Loaded;
use callout::render::human;
use tempfile::TempDir;

use crate::{LOOK, loaded, messages, project};

const ROLLOUT: &str = "\
apiVersion: callout/v1
kind: Rollout
metadata: {name: routers}
spec:
  sites: {csv: sites.csv, key: store}
  template:
    kind: Dispatch
    metadata: {name: \"router-${{ site.store }}\"}
    spec:
      service_type: Equipment Install
      contact_name: Dana Ortiz
      contact_email_address: dana@example.com
      initial_description: Replace the branch router.
      automatic_email_contact: true
      automatic_email_cc: false
      po_number: ${{ site.po }}
      locations:
        - location_name: ${{ site.name }}
          local_contact_name: Sam Lee
          local_contact_number: 617-555-0123
          account_macnum: ${{ site.store }}
          start_date: 2035-06-04T08:00:00
          end_date: 2035-06-04T12:00:00
          timezone: America/New_York
";

const SCHEDULE: &str =
    "  schedule: {starts: 2035-06-04, days: [mon], window: {from: \"08:00\", to: \"12:00\"}, timezone: America/New_York, per_day: 9}
  template:
";

/// Sites that are listed: as many as the largest project has.
const MANY: usize = 10_000;

struct Case(TempDir);

impl Case {
    fn new(rollout: &str, csv: impl AsRef<[u8]>) -> Self {
        let case = Self(project());
        case.write("routers.yaml", rollout);
        case.write("sites.csv", csv);
        case
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        fs::write(self.0.path().join(name), content).expect("a file");
    }

    fn load(&self) -> Loaded {
        loaded(self.0.path())
    }
}

/// Many good rows, each changed.
fn rows(change: impl Fn(usize, String) -> String) -> String {
    let mut text = "store,name,po\n".to_owned();
    for at in 0..MANY {
        text += &change(at, format!("{at:05},Store {at},PO-{at}\n"));
    }
    text
}

/// One message, which fits on a screen.
#[track_caller]
fn one_screen(loaded: &Loaded) -> (&str, &str) {
    assert!(loaded.tickets.is_empty() || loaded.has_errors());
    let text = human(&loaded.diagnostics, LOOK);
    assert!(text.lines().count() <= 24 && text.len() < 6_000, "{text}");
    let [only] = loaded.diagnostics.as_slice() else { panic!("{text}") };
    (only.message.as_str(), only.help.as_deref().unwrap_or_default())
}

#[test]
fn files_that_are_no_text_are_told_for_what_they_are() {
    let told = |bytes: &[u8]| {
        let loaded = Case::new(ROLLOUT, bytes).load();
        let (message, help) = one_screen(&loaded);
        format!("{message} | {help}")
    };
    let save = "Save it as UTF-8 text. Spreadsheets call that `CSV UTF-8`.";
    assert_eq!(
        told(b"PK\x03\x04\x14\0\x06\0"),
        format!("sites.csv is no text: it is a zip file, as spreadsheets keep their workbooks (.xlsx, .ods) | {save}")
    );
    assert_eq!(
        told(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"),
        format!("sites.csv is no text: it is an old Office file, such as a workbook (.xls) | {save}")
    );
    assert_eq!(told(b"store,name,po\n0417,Back\0Bay,\n"), format!("sites.csv is no text: line 2 has a NUL byte (byte 23) | {save}"));
    assert_eq!(told(b"store,name,po\n0417,Caf\xE9,\n"), format!("sites.csv is not UTF-8: line 2, byte 22 | {save}"));
    assert_eq!(told(b"\xFF\xFEs\0t\0"), format!("sites.csv is UTF-16, not UTF-8 | {save}"));
}

#[test]
fn a_list_that_lost_its_end_is_told_wherever_it_was_cut() {
    let whole = "store,name,po\n0417,\"Back Bay, 2nd\",PO-1\n0418,Caf\u{e9},PO-2\n".as_bytes();
    let told = |end: usize| {
        let loaded = Case::new(&ROLLOUT.replace("key: store", "key: store, expect: 2"), &whole[..end]).load();
        let (message, help) = one_screen(&loaded);
        format!("{message} | {help}")
    };
    let at = |text: &str| whole.windows(text.len()).position(|part| part == text.as_bytes()).expect("a part");
    assert_eq!(
        told(at("Bay")),
        "a quote is opened here and never closed, so that the rest of the file is one cell | Close it with another `\"`. A quote that \
         belongs to the text is written twice."
    );
    assert_eq!(
        told(at("0418")),
        "sites.csv lists 1 site, and 2 are expected | If the list is complete, correct `expect`. It counts every site, before `where` \
         chooses among them."
    );
    assert_eq!(
        told(at("\u{e9}") + 1),
        "sites.csv ends on line 3 in the middle of a character: it lost its end | Take the whole file once more from where it came."
    );
    let short = "A cell that holds a comma must be in quotes. A short last row may mean that the file lost its end.";
    assert_eq!(told(at(",PO-2")), format!("this row has 2 cells, and the header names 3 columns | {short}"));
}

#[test]
fn a_long_key_a_huge_cell_and_a_thousand_columns_fill_no_screen() {
    let key = "x".repeat(5_000);
    let loaded = Case::new(ROLLOUT, format!("store,name,po\n{key},Back Bay,\n")).load();
    assert_eq!(one_screen(&loaded).0, "the store of this site has 5000 characters, and 100 are the most");
    let cell = "x".repeat(1_000_000);
    let loaded = Case::new(ROLLOUT, format!("store,name,po\n0417,Back Bay,{cell}\n")).load();
    assert_eq!(one_screen(&loaded).0, "site 0417 (sites.csv:2): po_number is 1000000 characters; TechExpress takes at most 25");
    let loaded = Case::new(ROLLOUT, format!("store,name,po\n0417,{cell},,\n")).load();
    assert_eq!(one_screen(&loaded).0, "this row has 4 cells, and the header names 3 columns");
    let names: String = (0..1_000).fold(String::new(), |mut text, at| {
        let _ = write!(text, ",c{at}");
        text
    });
    let loaded = Case::new(ROLLOUT, format!("store,name{names}\n0417,Back Bay{}\n", ",".repeat(1_000))).load();
    let (message, help) = one_screen(&loaded);
    assert_eq!(message, "sites.csv has no column `po`");
    assert!(help.ends_with(" and 972 more."), "{help}");
}

#[test]
fn characters_that_move_the_cursor_are_no_key_and_reach_no_terminal() {
    let loaded = Case::new(ROLLOUT, "store,name,po\n04\u{1b}[2J17,Back Bay,\n").load();
    assert_eq!(one_screen(&loaded).0, "the store of this site has a character in it that cannot be shown");
    assert!(!human(&loaded.diagnostics, LOOK).contains('\u{1b}'));
}

#[test]
fn ten_thousand_broken_rows_are_one_message() {
    let told = |csv: String| one_screen(&Case::new(ROLLOUT, csv).load()).0.to_owned();
    assert_eq!(told(rows(|_, row| row.replace('\n', ",x\n"))), "this row has 4 cells, and the header names 3 columns");
    assert_eq!(told(rows(|_, row| row[5..].to_owned())), "this site has no store");
    let twice = rows(|at, row| row.replacen(&format!("{at:05}"), &format!("{:05}", at % (MANY / 2)), 1));
    assert_eq!(told(twice), "the store `00000` is listed twice: first on line 2, and here again");
    let long = rows(|_, row| row.replace("PO-", "PO-99999999999999999999999"));
    assert_eq!(told(long), "all 10000 sites, first 00000 (sites.csv:2): po_number is 27 characters; TechExpress takes at most 25");
}

#[test]
fn ten_thousand_wrong_names_are_one_message() {
    let alongside = ROLLOUT.replace("    spec:\n", "    lifecycle: {alongside: [\"Dispatch/ruoter-${{ site.store }}\"]}\n    spec:\n");
    let loaded = Case::new(&alongside, rows(|_, row| row)).load();
    let [only] = loaded.diagnostics.as_slice() else { panic!("{}", loaded.diagnostics.len()) };
    assert_eq!(only.message, "alongside names Dispatch/ruoter-00000, which no file describes");
    let help = only.help.as_deref().unwrap_or_default();
    assert!(help.starts_with("Did you mean `Dispatch/router-00000`?") && help.ends_with("and 9996 more."), "{help}");
    let before = ROLLOUT.replace("      po_number: ${{ site.po }}\n", "      prior_ticket: {ref: \"Dispatch/before-${{ site.store }}\"}\n");
    let loaded = Case::new(&before, rows(|_, row| row)).load();
    let (message, help) = one_screen(&loaded);
    assert_eq!(message, "no file describes Dispatch/before-00000");
    assert!(help.ends_with("and 9996 more."), "{help}");
}

#[test]
fn a_schedule_of_ten_thousand_broken_rows_is_told_by_its_first() {
    let case = Case::new(&ROLLOUT.replace("  template:\n", SCHEDULE), rows(|_, row| row));
    let mut book = "key,reissue,start,end,timezone,status\n".to_owned();
    for at in 0..MANY {
        let _ = writeln!(book, "{at:05},0,6/4/2035 8:00,6/4/2035 12:00,America/New_York,planned");
    }
    case.write("routers.schedule.csv", book);
    let loaded = case.load();
    assert_eq!(messages(&loaded), [("rollout/schedule-row", "start is `6/4/2035 8:00`, which is no date and time of the calendar"); 5]);
    let last = loaded.diagnostics.last().and_then(|last| last.help.as_deref()).unwrap_or_default();
    assert!(last.ends_with("9995 more rows have mistakes."), "{last}");
    case.write("routers.schedule.csv", "key,reissue,start,end,timezone,status\n");
    let loaded = case.load();
    assert_eq!(one_screen(&loaded).0, "all 10000 sites, first 00000 (sites.csv:2): no visit in routers.schedule.csv");
}
