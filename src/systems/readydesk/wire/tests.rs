//! Answers in the three formats, with the traps of the vendor's samples.

use crate::support::trials::trials;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::systems::Seen;

fn reading() -> Reading {
    Reading { zone: TimeZone::get("America/New_York").expect("a zone"), finished: vec!["closed".to_owned(), "Cancelled".to_owned()] }
}

fn one(format: Format, body: &str) -> Seen {
    let records = tickets(format, body).unwrap_or_else(|what| panic!("{what}: {body}"));
    assert_eq!(records.len(), 1, "{body}");
    seen(&records[0], &reading())
}

const XML: &str = r#"<?xml version="1.0"?>
<tickets>
  <ticket>
    <tid>71</tid><cid>store-0417</cid><company_id>12</company_id><company_name>Larkspur+%26+Sons</company_name>
    <contact>Sam+Lee</contact><phone>617-555-0123</phone><email>sam%40example.com</email>
    <cc_addresses>noc%40example.com%3Bit%40example.com</cc_addresses><date_opened>1/4/2027 7:05:09 AM</date_opened>
    <date_closed></date_closed><source/><status>On+hold</status><due_date>1/11/2027 5:00:00 PM</due_date>
    <opened_by>a+b%20c</opened_by><updated_by>j+doe</updated_by><assigned_tech>c++dev</assigned_tech>
    <assigned_group_id>0</assigned_group_id><assigned_group_name></assigned_group_name><locked>N</locked><merged></merged>
    <parent_ticket>0</parent_ticket>
    <custom_fields><Rack>R+12</Rack><Floor></Floor></custom_fields>
    <subject>Router+is+down+%5Bco-7k2m9q4x%5D</subject>
    <summary>5+%3C+6%0ASecond+line &amp; more</summary>
  </ticket>
</tickets>"#;

const JSON: &str = r#"{"tickets": [{
    "tid": "71", "cid": "store-0417", "company_id": "12", "company_name": "Larkspur+%26+Sons", "contact": "Sam+Lee",
    "phone": "617-555-0123", "email": "sam%40example.com", "cid": "noc%40example.com%3Bit%40example.com",
    "date_opened": "1/4/2027 7:05:09 AM", "date_closed": "", "source": "", "status": "On+hold", "due_date": "1/11/2027 5:00:00 PM",
    "opened_by": "a+b%20c", "updated_by": "j+doe", "assigned_tech": "c++dev", "assigned_group_id": "0", "assigned_group_name": "",
    "locked": "N", "merged": "", "parent_ticket": "0", "custom_fields": [{"Rack": "R+12", "Floor": ""}],
    "subject": "Router+is+down+%5Bco-7k2m9q4x%5D", "summary": "5+%3C+6%0ASecond+line & more"
}]}"#;

const DELIMITED: &str = "tid=71&cid=store-0417&company_id=12&company_name=Larkspur+%26+Sons&contact=Sam+Lee\r\n\
    &phone=617-555-0123&email=sam%40example.com&cid=noc%40example.com%3Bit%40example.com&date_opened=1/4/2027 7:05:09 AM\r\n\
    &date_closed=&source=&status=On+hold&due_date=1/11/2027 5:00:00 PM&opened_by=a+b%20c&updated_by=j+doe&assigned_tech=c++dev\r\n\
    &assigned_group_id=0&assigned_group_name=&locked=N&merged=&parent_ticket=0&Rack=R+12&Floor=\r\n\
    &custom_fields=Rack,Floor&subject=Router+is+down+%5Bco-7k2m9q4x%5D\r\n&summary=5+%3C+6%0ASecond+line %26 more";

#[test]
fn a_ticket_is_the_same_in_all_three_formats() {
    let wanted = json!({
        "tid": "71", "cid": "store-0417", "company_id": "12", "company": "Larkspur & Sons", "contact": "Sam Lee",
        "phone": "617-555-0123", "email": "sam@example.com", "cc_addresses": "noc@example.com,it@example.com",
        "date_opened": "2027-01-04T12:05:09Z", "date_closed": "", "source": "", "status": "On hold", "due_date": "2027-01-11T17:00:00",
        "opened_by": "a+b%20c", "updated_by": "j doe", "assigned_to": "c++dev", "assigned_group_id": "", "assigned_group": "",
        "locked": false, "merged": "", "parent_ticket": "", "custom_fields.Rack": "R 12", "custom_fields.Floor": "",
        "subject": "Router is down [co-7k2m9q4x]", "summary": "5 < 6\nSecond line & more",
    });
    for (format, body) in [(Format::Xml, XML), (Format::Json, JSON), (Format::Delimited, DELIMITED)] {
        let seen = one(format, body);
        assert_eq!((seen.id.as_str(), seen.status.as_deref(), seen.finished), ("71", Some("On hold"), false), "{format:?}");
        let fields: serde_json::Map<String, Value> = seen.fields.0.into_iter().collect();
        assert_eq!(Value::Object(fields), wanted, "{format:?}");
    }
}

#[test]
fn the_customer_stays_the_customer_where_its_key_comes_twice() {
    let cc = |second: &str| {
        let seen = one(Format::Json, &format!(r#"{{"tickets": [{{"tid": "7", "cid": "demo", "cid": "{second}"}}]}}"#));
        assert_eq!(seen.fields.text("cid"), Some("demo"));
        seen.fields.text("cc_addresses").map(str::to_owned)
    };
    assert_eq!(cc("noc%40example.com"), Some("noc@example.com".to_owned()));
    assert_eq!(cc(""), Some(String::new()));
    assert_eq!(cc("demo"), None, "the customer once more says nothing of addresses");
    let own = one(Format::Json, r#"{"tickets": [{"tid": "7", "cid": "demo", "cid": "a@b.c", "cc_addresses": "d%40e.f"}]}"#);
    assert_eq!(own.fields.text("cc_addresses"), Some("d@e.f"));
}

#[test]
fn a_ticket_is_finished_by_its_status_in_any_case() {
    let finished = |status: &str| one(Format::Json, &json!({"tickets": [{"tid": "7", "status": status}]}).to_string()).finished;
    assert_eq!(["Closed", "CLOSED+", "cancelled", "Open", "Closed+by+customer", ""].map(finished), [true, true, true, false, false, false]);
    let reopened = json!({"tickets": [{"tid": "7", "status": "Open", "date_closed": "1/4/2027 7:05:09 AM"}]});
    assert!(!one(Format::Json, &reopened.to_string()).finished, "a date alone says nothing: it may have been opened again");
}

#[test]
fn a_last_comma_and_a_byte_order_mark_are_let_pass_and_numbers_are_texts() {
    let seen = one(Format::Json, "\u{feff}{\"tickets\": [{\"tid\": 7, \"subject\": \"a,]+b\\\",}\", \"cid\": null, },\n]}");
    assert_eq!((seen.id.as_str(), seen.fields.text("subject"), seen.fields.text("cid")), ("7", Some("a,] b\",}"), Some("")));
}

#[test]
fn several_tickets_are_several_in_each_format() {
    let ids = |format, body: &str| {
        let records = tickets(format, body).expect("tickets");
        records.iter().map(|record| record.id().expect("an id").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(ids(Format::Json, r#"{"tickets": [{"tid": "7"}, {"tid": "8"}]}"#), ["7", "8"]);
    assert_eq!(ids(Format::Xml, "<tickets><ticket><tid>7</tid></ticket><ticket><tid>8</tid></ticket></tickets>"), ["7", "8"]);
    assert_eq!(ids(Format::Delimited, "tid=7&summary=a\ntid=8&summary=b"), ["7", "8"]);
    assert_eq!(ids(Format::Delimited, "tid=7&summary=a&tid=8&summary=b"), ["7", "8"]);
}

#[test]
fn an_empty_list_is_one_only_with_its_envelope() {
    assert_eq!(tickets(Format::Json, r#"{"tickets": []}"#), Ok(vec![]));
    assert_eq!(tickets(Format::Xml, "<?xml version=\"1.0\"?><tickets/>"), Ok(vec![]));
    for format in Format::ALL {
        assert_eq!(tickets(format, " \r\n"), Err("with nothing at all".to_owned()));
    }
    assert!(tickets(Format::Json, "{}").is_err() && tickets(Format::Json, "[]").is_err());
    assert!(tickets(Format::Xml, "<response/>").is_err());
}

#[test]
fn what_is_no_answer_says_what_it_is() {
    let what = |format, body: &str| tickets(format, body).expect_err("no tickets");
    for (format, body, wanted) in [
        (Format::Json, "Invalid key", "with something that is not JSON: Invalid key"),
        (Format::Xml, "Invalid key", "with something that is not XML: Invalid key"),
        (Format::Delimited, "Invalid key", "with something that is not the delimited form: Invalid key"),
        (Format::Delimited, "error=Invalid+key", "without the list of tickets or the id that belongs there: error=Invalid+key"),
        (Format::Json, "<html><h1>Sign in</h1>", "with something that is not JSON: a web page, not an answer of the API: Sign in"),
        (
            Format::Xml,
            "<html><h1>Sign in</h1></html>",
            "without the list of tickets or the id that belongs there: a web page, not an answer of the API: Sign in",
        ),
        (
            Format::Json,
            r#"{"tickets": [], "ErrorText": "Invalid key"}"#,
            r#"without the list of tickets or the id that belongs there: {"tickets":[],"ErrorText":"Invalid key"}"#,
        ),
        (Format::Json, r#"{"error": "no"}"#, "without the list of tickets or the id that belongs there: no"),
        (Format::Json, r#"{"tickets": "none"}"#, r#"without the list of tickets or the id that belongs there: {"tickets":"none"}"#),
        (Format::Json, r#"{"tickets": [{"tid": "x"}]}"#, r#"with a ticket that has no id: {"tickets":[{"tid":"x"}]}"#),
        (Format::Json, XML, "in XML, and the setting says `format: json`; set `format: xml`"),
        (Format::Xml, JSON, "in JSON, and the setting says `format: xml`; set `format: json`"),
        (Format::Xml, DELIMITED, "in the delimited form, and the setting says `format: xml`; set `format: delimited`"),
        (Format::Delimited, JSON, "in JSON, and the setting says `format: delimited`; set `format: json`"),
        (Format::Delimited, "tid=7&cid=demo", "with a ticket that is not whole: tid=7&cid=demo"),
    ] {
        assert_eq!(what(format, body), wanted, "{format:?} {body}");
    }
}

#[test]
fn half_an_answer_is_none_wherever_it_is_cut() {
    for (format, body) in [(Format::Xml, XML), (Format::Json, JSON)] {
        for (at, _) in body.char_indices().filter(|(at, _)| *at > 0) {
            assert!(tickets(format, &body[..at]).is_err(), "{format:?} {at}");
        }
    }
    let end = DELIMITED.find("&summary").expect("the last variable");
    for (at, _) in DELIMITED.char_indices().filter(|(at, _)| (1..=end).contains(at)) {
        assert!(tickets(Format::Delimited, &DELIMITED[..at]).is_err(), "{at}");
    }
}

#[test]
fn xml_is_read_plainly_and_nothing_is_fetched_for_it() {
    let text = |summary: &str| {
        let body = format!("<tickets><!-- all --><ticket><tid>7</tid><summary>{summary}</summary></ticket></tickets>");
        tickets(Format::Xml, &body).map(|records| seen(&records[0], &reading()).fields.text("summary").unwrap_or_default().to_owned())
    };
    assert_eq!(text("a&lt;b&#x26;c <![CDATA[<d>&e]]>").as_deref(), Ok("a<b&c <d>&e"));
    assert!(text("&file;").is_err());
    assert!(text("<a><b/></a>").is_err());
    let entity = "<!DOCTYPE t [<!ENTITY file SYSTEM \"file:///etc/passwd\">]><tickets/>";
    assert!(tickets(Format::Xml, entity).is_err());
    assert!(tickets(Format::Xml, "<tickets/><tickets/>").is_err());
    assert!(tickets(Format::Xml, "<tickets/>and more").is_err());
}

#[test]
fn a_write_is_answered_with_one_id_under_its_own_name() {
    let added = |format, body: &str| written(format, body, &["added_ticket", "new_id"]);
    for (format, body) in [
        (Format::Json, r#"{"response":[{"added_ticket":"71"}]}"#),
        (Format::Json, r#"{"response":{"added_ticket":71}}"#),
        (Format::Json, r#"{"response":[{"new_id":"71"}]}"#),
        (Format::Xml, "<response><added_ticket>71</added_ticket></response>"),
        (Format::Delimited, "added_ticket=71\r\n"),
        // What names an id names it, whatever the setting says.
        (Format::Json, "<response><added_ticket>71</added_ticket></response>"),
        (Format::Xml, "added_ticket=71"),
    ] {
        assert_eq!(added(format, body), Ok("71".to_owned()), "{body}");
    }
}

#[test]
fn an_answer_without_an_id_is_no_success() {
    let what = |format, body: &str| written(format, body, &["added_ticket"]).expect_err("no id");
    for (format, body, wanted) in [
        (Format::Json, "", "with nothing at all"),
        (Format::Json, r#"{"response":[{}]}"#, r#"without `added_ticket`: {"response":[{}]}"#),
        (Format::Json, r#"{"response":[{"updated_ticket":"7"}]}"#, r#"without `added_ticket`: {"response":[{"updated_ticket":"7"}]}"#),
        (Format::Json, r#"{"response":[{"added_ticket":""}]}"#, "with `` where one id belongs"),
        (Format::Json, r#"{"response":[{"added_ticket":"0"}]}"#, "with `0` where one id belongs"),
        (Format::Xml, "<response><added_ticket>-1</added_ticket></response>", "with `-1` where one id belongs"),
        (Format::Delimited, "added_ticket=7\u{1b}[2J", "with `7 [2J` where one id belongs"),
        (Format::Json, r#"{"response":[{"added_ticket":"7"},{"added_ticket":"8"}]}"#, "with `7`, `8` where one id belongs"),
        (Format::Xml, "The source is not valid.", "with something that is not XML: The source is not valid."),
        (Format::Delimited, "added_ticket=", "with `` where one id belongs"),
        (Format::Json, "<html>Sign in", "with something that is not JSON: a web page, not an answer of the API: Sign in"),
    ] {
        assert_eq!(what(format, body), wanted, "{body}");
    }
}

/// Texts near to what a server could say.
fn near() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,60}",
        "[{}\\[\\]\",:a-z0-9 ]{0,60}".prop_map(|rest| format!("{{\"tickets\":[{rest}")),
        "[<>/&;a-z!\\[\\]#0-9]{0,60}".prop_map(|rest| format!("<tickets>{rest}")),
        "[&=%+a-z0-9\n]{0,60}".prop_map(|rest| format!("tid=7&{rest}")),
    ]
}

proptest! {
    #![proptest_config(trials(256))]

    #[test]
    fn no_answer_makes_reading_fail_otherwise_than_with_words(body in near()) {
        for format in Format::ALL {
            let read = tickets(format, &body);
            for record in read.iter().flatten() {
                prop_assert!(is_id(&seen(record, &reading()).id));
            }
            prop_assert!(written(format, &body, &["added_ticket"]).is_ok_and(|id| is_id(&id)) || !body.contains("added_ticket"));
        }
    }
}
