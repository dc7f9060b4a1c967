//! What is asked and how answers are read, against a server that answers whatever a test wants.

use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::support::clock::JumpingClock;
use crate::support::server::{Reply, Server};
use crate::systems::techexpress::{TechExpress, example};
use crate::systems::{Context, Draft, Entries, Kept, Remote, System};
use crate::ticket::{Cost, Fields};

const NOW: &str = "2027-01-04T12:00:00Z";

/// What was told of some creates, what was asked, and the last word on the progress.
struct Told {
    /// Each cost, with the address of its account.
    each: Vec<String>,
    about_all: Vec<String>,
    asked: Vec<String>,
    progress: Option<(usize, usize)>,
    kept: Entries,
}

fn now() -> Timestamp {
    NOW.parse().expect("a moment")
}

fn remote(server: &Server, own: Value) -> Box<dyn Remote> {
    let mut settings = json!({"base_url": server.url, "credential": {"bearer": "env:TOKEN"}, "requests_per_minute": "unlimited"});
    settings["look_ups"] = own;
    let context = Context {
        clock: JumpingClock::at(NOW),
        variables: Arc::new([("TOKEN".to_owned(), "s3cr3t-token".to_owned())].into()),
        folder: "/".into(),
        waiting: Arc::new(|_| {}),
    };
    TechExpress.connect(&settings, context).expect("good settings")
}

/// Asks about these creates, answered in this order.
async fn estimated(replies: Vec<Reply>, creates: &[Fields]) -> Told {
    estimated_with(replies, creates, json!({}), Entries::new()).await
}

async fn estimated_with(replies: Vec<Reply>, creates: &[Fields], own: Value, entries: Entries) -> Told {
    let server = Server::with(replies).await;
    let remote = remote(&server, own);
    let progress = Mutex::new(None);
    let told = |asked, at_most| *progress.lock().expect("the progress") = Some((asked, at_most));
    let mut kept = Kept::at(now(), entries, Box::new(|_| {}));
    let found = remote.reader().estimate(&creates.iter().collect::<Vec<_>>(), &mut kept, &told).await.expect("this system tells");
    let line = |cost: &Cost| match cost {
        Cost::Estimated(money) => money.to_string(),
        Cost::Unknown(why) => format!("unknown: {why}"),
    };
    let each = found.each.iter().map(|one| {
        let account = one.account.as_ref().map(|account| format!(" at {} ({}, {})", account.address, account.name, account.id));
        format!("{}{}", line(&one.cost), account.unwrap_or_default())
    });
    Told {
        each: each.collect(),
        about_all: found.about_all.iter().map(|told| format!("{} [{}]", told.message, told.help.as_deref().unwrap_or_default())).collect(),
        asked: asked(&server),
        progress: *progress.lock().expect("the progress"),
        kept: kept.entries().clone(),
    }
}

fn asked(server: &Server) -> Vec<String> {
    server.requests().into_iter().filter_map(|request| Some(request.split(' ').nth(1)?.to_owned())).collect()
}

/// What is sent to a site, changed.
fn sent(changes: &[(&str, &str)]) -> Fields {
    let (drafts, _) = TechExpress.tickets(&example::dispatch()).expect("a dispatch");
    let mut fields = drafts[0].fields.clone();
    for (name, value) in changes {
        fields.set(*name, *value);
    }
    fields
}

fn account(macnum: &str, id: u64) -> Value {
    json!({
        "macnum": macnum, "id": id, "name": format!("{macnum} - 000417"), "address_line_1": "12 Mill Street", "address_line_2": "Suite 4",
        "city": "Quincy", "state": "MA", "zip": "02169",
    })
}

fn accounts(rows: &[Value]) -> Reply {
    Reply::json(&Value::from(rows.to_vec()))
}

fn total(dollars: f64) -> Reply {
    Reply::json(&json!({"dispatch_fee_dollars": 100.0, "hours": 1, "misc_fee_dollars": 0.0, "rate_per_hour": 1.0, "total": dollars}))
}

/// The reason of the one create, whose account is answered so.
async fn why(rows: &[Value]) -> String {
    let told = estimated_with(vec![accounts(rows)], &[sent(&[])], json!({"page_size": 3}), Entries::new()).await;
    assert_eq!((told.asked.len(), told.about_all.len(), told.kept.len()), (1, 0, 0), "{:?}", told.asked);
    told.each[0].clone()
}

const PLACE: &str = "at 12 Mill Street, Suite 4, Quincy, MA 02169";

#[tokio::test]
async fn a_question_is_asked_once_however_many_creates_have_it() {
    let later = sent(&[("start_date", "2027-01-12T08:00:00"), ("end_date", "2027-01-12T12:00:00")]);
    let mut creates = vec![sent(&[]); 20];
    creates.push(later);
    let told = estimated(vec![accounts(&[account("01234567", 88)]), total(347.5), total(400.0)], &creates).await;
    assert_eq!(told.each[0], format!("$347.50 {PLACE} (01234567 - 000417, 88)"));
    assert_eq!(told.each[19], told.each[0]);
    assert_eq!(told.each[20], format!("$400 {PLACE} (01234567 - 000417, 88)"));
    assert_eq!(
        told.asked,
        [
            "/api/v1/companies/addresses?search=01234567&page_size=100",
            "/api/v1/tickets/estimatedCosts/external?service_type=Equipment+Install&dispatch_start=2027-01-11T08%3A00%3A00&dispatch_end=2027-01-11T12%3A00%3A00&account_id=88",
            "/api/v1/tickets/estimatedCosts/external?service_type=Equipment+Install&dispatch_start=2027-01-12T08%3A00%3A00&dispatch_end=2027-01-12T12%3A00%3A00&account_id=88",
        ]
    );
    assert_eq!((told.progress, told.about_all), (Some((3, 3)), Vec::new()));
}

#[tokio::test]
async fn what_was_told_is_not_asked_again_and_what_nobody_knew_is() {
    let creates = [sent(&[]), sent(&[("account_macnum", "07")])];
    let replies = vec![accounts(&[account("01234567", 88)]), accounts(&[]), total(347.5)];
    let told = estimated(replies, &creates).await;
    assert_eq!((told.asked.len(), told.kept.len()), (3, 2));
    let again = estimated_with(vec![accounts(&[])], &creates, json!({}), told.kept.clone()).await;
    assert_eq!(again.each, told.each);
    assert_eq!(again.asked, ["/api/v1/companies/addresses?search=07&page_size=100"]);
    let known = estimated_with(vec![accounts(&[])], &creates[..1], json!({}), told.kept).await;
    assert_eq!((known.each[0].as_str(), known.asked.len(), known.progress), (told.each[0].as_str(), 0, None));
}

#[tokio::test]
async fn only_a_row_with_exactly_the_macnum_is_its_account() {
    let told =
        estimated(vec![accounts(&[account("1234567", 1), account("01234567", 88), account("012345678", 2)]), total(1.0)], &[sent(&[])])
            .await;
    assert_eq!(told.each, [format!("$1 {PLACE} (01234567 - 000417, 88)")]);
    assert_eq!(why(&[account("1234567", 1)]).await, "unknown: TechExpress knows no account with the macnum 01234567");
    assert_eq!(why(&[]).await, "unknown: TechExpress knows no account with the macnum 01234567");
    assert_eq!(
        why(&[account("1", 1), account("2", 2), account("3", 3)]).await,
        "unknown: TechExpress showed 3 accounts for the macnum 01234567, none of them with it, and may know more"
    );
    assert_eq!(
        why(&[account("1", 1), json!({"id": 3})]).await,
        "unknown: TechExpress showed 2 accounts for the macnum 01234567, none of them with it, and may know more"
    );
    assert_eq!(
        why(&[account("01234567", 88), account("01234567", 89)]).await,
        "unknown: TechExpress showed several accounts (88, 89) for the macnum 01234567"
    );
    assert_eq!(
        why(&[json!({"macnum": "01234567"})]).await,
        "unknown: TechExpress showed an account without a number for the macnum 01234567"
    );
}

#[tokio::test]
async fn one_account_shown_twice_is_one() {
    let told = estimated(vec![accounts(&[account("01234567", 88), account("01234567", 88)]), total(1.0)], &[sent(&[])]).await;
    assert_eq!(told.each, [format!("$1 {PLACE} (01234567 - 000417, 88)")]);
}

#[tokio::test]
async fn an_answer_without_an_amount_is_unknown_and_never_nothing() {
    for (answer, said) in [
        (json!({"total": -5}), r#"{"total":-5}"#),
        (json!({"hours": 2}), r#"{"hours":2}"#),
        (json!({"message": "no rates for this state"}), "no rates for this state"),
    ] {
        let told = estimated(vec![accounts(&[account("01234567", 88)]), Reply::json(&answer)], &[sent(&[])]).await;
        let why = format!("TechExpress answered without a total that is an amount: {said}");
        assert_eq!(told.each, [format!("unknown: {why} {PLACE} (01234567 - 000417, 88)")]);
        assert_eq!(
            told.about_all,
            [format!(
                "what 1 create costs is not known: {why} [The plan shows these costs as unknown, never as nothing. Where to ask is set as look_ups below spec.systems.techexpress.]"
            )]
        );
        assert_eq!(told.kept.len(), 1, "the account alone");
    }
}

#[tokio::test]
async fn a_refused_token_ends_the_asking() {
    let creates: Vec<Fields> = (1..=50).map(|number| sent(&[("account_macnum", &format!("{number:08}"))])).collect();
    let told = estimated(vec![Reply::status("403 Forbidden", "")], &creates).await;
    assert_eq!(told.asked.len(), 1);
    assert!(told.each.iter().all(|each| each.starts_with("unknown: TechExpress answered 403 Forbidden")), "{:?}", told.each[49]);
    assert_eq!(told.about_all.len(), 1);
    assert!(told.about_all[0].starts_with("what 50 creates cost is not known: TechExpress answered 403 Forbidden"), "{:?}", told.about_all);
    assert!(
        told.about_all[0]
            .ends_with("[Nothing more was asked. The plan shows these costs as unknown, never as nothing; mend that and plan again.]")
    );
}

#[tokio::test]
async fn three_in_a_row_without_an_answer_are_enough() {
    let creates: Vec<Fields> = (1..=9).map(|number| sent(&[("account_macnum", &format!("{number:08}"))])).collect();
    let bad = || Reply::status("400 Bad Request", "no");
    let told = estimated(vec![bad(), bad(), accounts(&[]), bad()], &creates).await;
    assert_eq!(told.asked.len(), 6);
    let said: Vec<bool> = told.each.iter().map(|each| each.contains("400 Bad Request")).collect();
    assert_eq!(said, [true, true, false, true, true, true, true, true, true]);
}

#[tokio::test]
async fn what_the_pages_leave_open_can_be_set() {
    let own = json!({"accounts_path": "/a", "accounts_parameter": "macnum", "costs_path": "/c", "page_size": 7});
    let rows = Reply::json(&json!({"results": [account("01234567", 88)], "info": {"page": 1}}));
    let told = estimated_with(vec![rows, total(1.0)], &[sent(&[])], own, Entries::new()).await;
    assert_eq!(told.asked[0], "/a?macnum=01234567&page_size=7");
    assert!(told.asked[1].starts_with("/c?service_type="), "{}", told.asked[1]);
}

#[test]
fn wrong_settings_are_refused() {
    let section = |own: Value| json!({"base_url": "https://a.example.com", "credential": {"bearer": "env:T"}, "look_ups": own});
    assert!(crate::systems::techexpress::settings::shared(&section(json!({}))).is_some());
    for wrong in [json!(7), json!({"page_size": "many"}), json!({"search": "x"})] {
        assert!(crate::systems::techexpress::settings::shared(&section(wrong.clone())).is_none(), "{wrong}");
    }
}

/// What `validate --online` finds out about dispatches to these macnums.
async fn looked(replies: Vec<Reply>, macnums: &[&str]) -> (Vec<String>, Vec<String>, Vec<String>) {
    let server = Server::with(replies).await;
    let remote = remote(&server, json!({"page_size": 5}));
    let with = |macnum: &&str| example::with(&[("/spec/locations/0/account_macnum", json!(macnum))]);
    let drafts: Vec<Draft> = macnums.iter().flat_map(|macnum| TechExpress.tickets(&with(macnum)).expect("a dispatch").0).collect();
    let looked = remote.reader().look_up(&drafts.iter().collect::<Vec<_>>(), &|_, _| {}).await.expect("this system has look-ups");
    assert_eq!(looked.findings.len(), macnums.len());
    let findings = looked.findings.into_iter().flatten();
    let line = |finding: crate::systems::Finding| {
        format!("{} {}: {} [{}]", finding.code, finding.pointer, finding.message, finding.help.unwrap_or_default())
    };
    let about_all = looked.about_all.iter().map(|told| format!("{} [{}]", told.message, told.help.as_deref().unwrap_or_default()));
    (findings.map(line).collect(), about_all.collect(), asked(&server))
}

#[tokio::test]
async fn a_macnum_is_unknown_only_if_the_search_finds_another_one() {
    let (found, about_all, asked) = looked(vec![accounts(&[account("01", 1)]), accounts(&[])], &["01", "02", "01"]).await;
    assert_eq!(
        found,
        [
            "online/macnum /spec/locations/0/account_macnum: TechExpress knows no account with the macnum 02 [Did you mean `01` (12 Mill Street, Suite 4, Quincy, MA 02169)?]"
        ]
    );
    assert_eq!((about_all.len(), asked.len()), (0, 2), "each macnum once");
    let (found, ..) = looked(vec![accounts(&[])], &["02"]).await;
    assert_eq!(
        found,
        [
            "online/incomplete /spec/locations/0/account_macnum: whether there is an account with the macnum 02 is not known: TechExpress found none, and the search has found no other macnum either [Set look_ups.accounts_parameter below spec.systems.techexpress to one that finds macnums, or look it up in the Granite 360 portal.]"
        ]
    );
    let (found, _, asked) = looked(vec![accounts(&[account("0020", 1)]), accounts(&[account("0020", 1)])], &["020"]).await;
    assert_eq!(
        found,
        [
            "online/macnum /spec/locations/0/account_macnum: TechExpress knows no account with the macnum 020 [Did you mean `0020` (0020 - 000417)?]"
        ]
    );
    assert_eq!(asked[1], "/api/v1/companies/addresses?search=0020&page_size=5");
}

#[tokio::test]
async fn a_full_page_of_accounts_is_no_proof() {
    let rows: Vec<Value> = (1..=5).map(|number| account(&number.to_string(), number)).collect();
    let (found, ..) = looked(vec![accounts(&rows)], &["02"]).await;
    assert_eq!(
        found,
        [
            "online/incomplete /spec/locations/0/account_macnum: whether there is an account with the macnum 02 is not known: TechExpress showed 5 accounts, and may know more [Raise look_ups.page_size below spec.systems.techexpress, or look it up in the Granite 360 portal.]"
        ]
    );
}

#[tokio::test]
async fn accounts_that_could_not_be_looked_up_are_told_once() {
    let (found, about_all, asked) = looked(vec![Reply::status("404 Not Found", "no")], &["01", "02", "03", "04", "05"]).await;
    assert_eq!((found.len(), asked.len()), (0, 3));
    assert_eq!(about_all.len(), 1);
    assert!(about_all[0].starts_with("not every account could be looked up: TechExpress answered 404 Not Found"), "{about_all:?}");
    let (_, about_all, _) = looked(vec![Reply::json(&json!([{"a": 1}])), accounts(&[])], &["01"]).await;
    assert_eq!(
        about_all,
        [
            r#"not every account could be looked up: TechExpress answered with a list that is none of accounts: [{"a":1}] [It was asked at /api/v1/companies/addresses; another path is set as look_ups.accounts_path below spec.systems.techexpress.]"#
        ]
    );
}
