//! What is asked and how answers are read, against a server that answers whatever a test wants.

use std::slice;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::support::clock::JumpingClock;
use crate::support::server::{Reply, Server};
use crate::systems::nocexpress::{NocExpress, example};
use crate::systems::{Context, Draft, System};

/// What look-ups told, what they asked, and the last word on their progress.
struct Told {
    findings: Vec<Vec<String>>,
    about_all: Vec<String>,
    asked: Vec<String>,
    progress: (usize, usize),
}

/// Looks these tickets up with these further settings, answered in this order.
async fn looked(replies: Vec<Value>, documents: &[Value], own: Value) -> Told {
    let server = Server::with(replies.iter().map(Reply::json)).await;
    let mut settings = json!({"base_url": server.url, "credential": {"bearer": "env:TOKEN"}, "requests_per_minute": "unlimited"});
    settings["look_ups"] = own;
    let context = Context {
        clock: JumpingClock::at("2027-01-04T12:00:00Z"),
        variables: Arc::new([("TOKEN".to_owned(), "s3cr3t-token".to_owned())].into()),
        folder: "/".into(),
        waiting: Arc::new(|_| {}),
    };
    let remote = NocExpress.connect(&settings, context).expect("good settings");
    let drafts: Vec<Draft> = documents.iter().flat_map(|document| NocExpress.tickets(document).expect("a NOC ticket").0).collect();
    let progress = Mutex::new((0, 0));
    let told = |asked, at_most| *progress.lock().expect("the progress") = (asked, at_most);
    let looked = remote.reader().look_up(&drafts.iter().collect::<Vec<_>>(), &told).await.expect("this system has look-ups");
    let asked = server.requests().into_iter().filter_map(|request| Some(request.split(' ').nth(1)?.to_owned())).collect();
    let line = |code: &str, pointer: &str, message: &str, help: Option<&String>| {
        format!("{code} {pointer}: {message} [{}]", help.map_or("", String::as_str))
    };
    let findings = looked
        .findings
        .iter()
        .map(|found| found.iter().map(|finding| line(finding.code, &finding.pointer, &finding.message, finding.help.as_ref())).collect());
    let about_all = looked.about_all.iter().map(|told| line(told.code, "", &told.message, told.help.as_ref()));
    Told { findings: findings.collect(), about_all: about_all.collect(), asked, progress: *progress.lock().expect("the progress") }
}

/// The ticket of one site, changed.
fn ticket(changes: &[(&str, Value)]) -> Value {
    let mut all = vec![
        ("/spec/sites", json!([{"macnum": "01234567", "maintenance_window": "any time"}])),
        ("/spec/type_name", json!("Service Request")),
        ("/spec/subtype_name", json!("Outage")),
    ];
    all.extend(changes.iter().cloned());
    example::with(&all)
}

fn site(macnum: &str) -> Value {
    json!({"id": 1, "macnum": macnum, "name": format!("Store {macnum}")})
}

/// Rows as the vendor may show them: type and subtype are in fields that no page is known to list.
fn configuration(id: u64) -> Value {
    json!({"id": id, "name": "DIA 100", "type": "DIA", "status": "Active", "type_name": "Service Request", "subtype_name": ["Outage", "Service Impact"]})
}

fn configurations() -> Value {
    json!([configuration(88_213), configuration(88_214)])
}

fn issues() -> Value {
    json!({"ticket_issues_dropdown_values": ["Circuit down", "Slow"]})
}

#[tokio::test]
async fn a_question_is_asked_once_however_many_tickets_have_it() {
    let told = looked(vec![json!([site("01234567")]), configurations(), issues()], &vec![ticket(&[]); 50], json!({})).await;
    assert!(told.findings.iter().all(Vec::is_empty) && told.findings.len() == 50, "{:?}", told.findings);
    assert_eq!(told.about_all, Vec::<String>::new());
    let services = super::settings::SERVICES.join(",").replace(' ', "+").replace(',', "%2C").replace('/', "%2F");
    assert_eq!(
        told.asked,
        [
            "/api/v1/noc/companies/sites?page_size=100".to_owned(),
            format!("/api/v1/noc/configurations/external?macnums=01234567&services={services}&page_size=100"),
            "/api/v1/noc/tickets/static?type_name=Service+Request&subtype_name=Outage".to_owned(),
        ]
    );
    assert_eq!(told.progress, (3, 4));
}

#[tokio::test]
async fn what_the_pages_leave_open_can_be_set() {
    let own = json!({
        "sites_path": "/s", "sites_parameter": "search", "configurations_path": "/c", "configuration_services": ["DIA", "SIP"],
        "configuration_type_field": "kind", "configuration_subtype_field": "sort",
        "issues_path": "/i", "issues_type_parameter": "t", "issues_subtype_parameter": "", "page_size": 7,
    });
    let rows = json!({"data": [{"id": "88213", "kind": "Service Request", "sort": "Outage"}, {"id": 88_214}]});
    let told = looked(vec![json!({"sites": []}), json!([site("01234567")]), rows, issues()], &[ticket(&[])], own).await;
    assert_eq!(told.findings, [Vec::<String>::new()]);
    assert_eq!(
        told.asked,
        ["/s?page_size=7", "/s?search=01234567&page_size=7", "/c?macnums=01234567&services=DIA%2CSIP&page_size=7", "/i?t=Service+Request"]
    );
}

#[tokio::test]
async fn a_macnum_is_unknown_only_if_the_same_question_finds_another_one() {
    let list = || json!([site("01234576"), site("55555555")]);
    let wrong =
        "online/macnum /spec/sites/0/macnum: NOCExpress knows no site with the macnum 01234567 [Did you mean `01234576` (Store 01234576)?]";
    let told = looked(vec![list(), json!([]), json!([site("01234576")]), issues()], &[ticket(&[])], json!({})).await;
    assert_eq!(told.findings, [[wrong]]);
    assert_eq!(
        told.asked[1..3],
        ["/api/v1/noc/companies/sites?account=01234567&page_size=100", "/api/v1/noc/companies/sites?account=01234576&page_size=100"]
    );

    let told = looked(vec![list(), json!([]), json!([]), configurations(), issues()], &[ticket(&[])], json!({})).await;
    let blind = "online/incomplete /spec/sites/0/macnum: whether there is a site with the macnum 01234567 is not known: NOCExpress does not find macnums by `account` [Set look_ups.sites_parameter below spec.systems.nocexpress to one that does.]";
    assert_eq!(told.findings, [[blind]]);
}

#[tokio::test]
async fn a_site_without_its_macnum_may_be_the_one() {
    let hidden = json!([{"id": 5, "name": "Store 417"}]);
    let told = looked(vec![json!([]), hidden, configurations(), issues()], &[ticket(&[])], json!({})).await;
    let unsure = "online/incomplete /spec/sites/0/macnum: whether there is a site with the macnum 01234567 is not known: NOCExpress showed 1 site, and may know more [Raise look_ups.page_size below spec.systems.nocexpress, or look it up in the Granite 360 portal.]";
    assert_eq!(told.findings, [[unsure]]);
}

#[tokio::test]
async fn a_list_that_stops_where_lists_of_this_vendor_stop_is_no_proof() {
    // The server heeds a page size of 1000 no more than it must.
    let many = |count: u64| json!((1..=count).map(configuration).collect::<Vec<_>>());
    for (count, code) in [(20, "online/incomplete"), (100, "online/incomplete"), (99, "online/configuration")] {
        let replies = vec![json!([site("01234567")]), many(count), issues()];
        let told = looked(replies, &[ticket(&[("/spec/configuration_ids", json!([5, 999_999]))])], json!({"page_size": 1000})).await;
        assert_eq!(told.findings[0].iter().map(|line| line.split(' ').next()).collect::<Vec<_>>(), [Some(code)], "{count}");
    }
}

#[tokio::test]
async fn where_no_site_shows_at_all_none_is_called_unknown() {
    let told = looked(vec![json!([]), json!([]), configurations(), issues()], &[ticket(&[])], json!({})).await;
    let unsure = "online/incomplete /spec/sites/0/macnum: whether there is a site with the macnum 01234567 is not known: NOCExpress showed 0 sites, and may know more [Raise look_ups.page_size below spec.systems.nocexpress, or look it up in the Granite 360 portal.]";
    assert_eq!(told.findings, [[unsure]]);
}

#[tokio::test]
async fn a_configuration_of_a_service_that_was_not_asked_for_may_exist() {
    let own = json!({"configuration_services": ["DIA", "SIP"]});
    let other = ticket(&[("/spec/configuration_ids", json!([88_213, 90_000]))]);
    let told = looked(vec![json!([site("01234567")]), configurations(), issues()], &[other], own).await;
    let unsure = "online/incomplete /spec/configuration_ids/1: whether the site 01234567 has a configuration 90000 is not known: only those of DIA, SIP were asked for [Leave look_ups.configuration_services below spec.systems.nocexpress out to ask for those of all services.]";
    assert_eq!(told.findings, [[unsure]]);
}

#[tokio::test]
async fn a_full_page_of_several_sites_is_asked_for_site_by_site() {
    let several = example::with(&[("/spec/configuration_ids", json!([88_213, 88_299]))]);
    let list = json!([site("01234567"), site("01234568")]);
    let replies = vec![list, configurations(), json!([configuration(88_213)]), json!([configuration(88_299)]), issues()];
    let told = looked(replies, slice::from_ref(&several), json!({"page_size": 2, "configuration_services": ["DIA"]})).await;
    assert_eq!(told.findings, [Vec::<String>::new()]);
    let asked = |macnums: &str| format!("/api/v1/noc/configurations/external?macnums={macnums}&services=DIA&page_size=2");
    assert_eq!(told.asked[1..4], [asked("01234567%2C01234568"), asked("01234567"), asked("01234568")]);

    let list = json!([site("01234567"), site("01234568")]);
    let replies = vec![list, configurations(), configurations(), json!([]), issues()];
    let told = looked(replies, &[several], json!({"page_size": 2})).await;
    let unsure = "online/incomplete /spec/configuration_ids/1: whether the sites 01234567, 01234568 have a configuration 88299 is not known: NOCExpress showed 2, and may know more [Raise look_ups.page_size or name fewer look_ups.configuration_services below spec.systems.nocexpress.]";
    assert_eq!(told.findings, [[unsure]]);
}

#[tokio::test]
async fn a_neighbours_configuration_does_not_pass() {
    let other = ticket(&[("/spec/sites/0/macnum", json!("01234568")), ("/spec/configuration_ids", json!([88_213]))]);
    let list = json!([site("01234567"), site("01234568")]);
    let replies = vec![list, configurations(), json!([configuration(90_000)]), issues()];
    let told = looked(replies, &[ticket(&[]), other], json!({})).await;
    let wrong =
        "online/configuration /spec/configuration_ids/0: the site 01234568 has no configuration 88213 [There are `90000` (DIA 100).]";
    assert_eq!(told.findings, [vec![], vec![wrong.to_owned()]]);
}

#[tokio::test]
async fn type_and_subtype_are_those_of_the_tickets_configurations() {
    let wrong = ticket(&[("/spec/type_name", json!("Service Requests")), ("/spec/subtype_name", json!("Upgrade"))]);
    let told = looked(vec![json!([site("01234567")]), configurations()], &[wrong], json!({})).await;
    let lines = [
        "online/type /spec/type_name: the configurations 88213, 88214 have no type `Service Requests` [Did you mean `Service Request`?]",
        "online/subtype /spec/subtype_name: the configurations 88213, 88214 have no subtype `Upgrade` [They have `Outage`, `Service Impact`.]",
    ];
    assert_eq!(told.findings, [lines]);
    // The list of issues of a type that does not exist says nothing.
    assert_eq!(told.asked.len(), 2);
}

#[tokio::test]
async fn an_issue_is_read_in_every_form_that_the_page_leaves_open() {
    for list in [
        issues(),
        json!({"data": {"ticket_issues_dropdown_values": [{"label": "Circuit down"}]}}),
        json!({"ticket_issues_dropdown_values": [{"value": 7, "name": "Circuit down"}], "others": []}),
    ] {
        let told = looked(vec![json!([site("01234567")]), configurations(), list.clone()], &[ticket(&[])], json!({})).await;
        assert_eq!((told.findings, told.about_all), (vec![vec![]], vec![]), "{list}");
    }
    let other = ticket(&[("/spec/issue_name", json!("Circut down"))]);
    let told = looked(vec![json!([site("01234567")]), configurations(), issues()], &[other], json!({})).await;
    let wrong = "online/issue /spec/issue_name: NOCExpress has no issue `Circut down` for the type `Service Request` and the subtype `Outage` [Did you mean `Circuit down`?]";
    assert_eq!(told.findings, [[wrong]]);
}

#[tokio::test]
async fn a_look_up_of_the_wrong_shape_is_told_and_hides_no_other() {
    let typo = ticket(&[("/spec/issue_name", json!("Slwo")), ("/spec/configuration_ids", json!([88_215]))]);
    let told = looked(vec![json!({"message": "moved"}), configurations(), issues()], slice::from_ref(&typo), json!({})).await;
    let codes: Vec<&str> = told.findings[0].iter().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(codes, ["online/configuration", "online/issue"]);
    let unanswered = "online/unanswered : the sites could not be looked up: NOCExpress answered without a list of sites: moved [The other look-ups are not touched by that. It was asked at /api/v1/noc/companies/sites; another path is set as look_ups.sites_path below spec.systems.nocexpress.]";
    assert_eq!(told.about_all, [unanswered]);

    for (shape, why) in [
        (json!([{"name": "DIA"}]), "NOCExpress answered with a configuration that has no id: [{\"name\":\"DIA\"}]"),
        (json!("no"), "NOCExpress answered without a list of configurations: no"),
        (json!([1, 2]), "NOCExpress answered without a list of configurations: [1,2]"),
    ] {
        let told = looked(vec![json!([site("01234567")]), shape, issues()], slice::from_ref(&typo), json!({})).await;
        assert!(
            told.about_all[0].starts_with(&format!("online/unanswered : the configurations could not be looked up: {why} [")),
            "{:?}",
            told.about_all
        );
        assert_eq!(told.findings[0].len(), 1, "the issue is still told: {:?}", told.findings);
    }
    for shape in [json!([]), json!({"ticket_issues_dropdown_values": [{"id": 1}]}), json!({"ticket_issues_dropdown_values": "Slow"})] {
        let told = looked(vec![json!([site("01234567")]), configurations(), shape.clone()], &[ticket(&[])], json!({})).await;
        let why =
            format!("the issues could not be looked up: NOCExpress answered without names in `ticket_issues_dropdown_values`: {shape}");
        assert!(told.about_all[0].contains(&why), "{:?}", told.about_all);
    }
}
