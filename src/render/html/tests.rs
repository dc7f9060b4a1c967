//! What the report says of plans that are put together by hand; `tests/cli/report` opens such pages in a browser.

use insta::assert_snapshot;
use proptest::prelude::*;

use super::{Report, plan_html};
use crate::plan::tests::bench::{Bench, key, plain, ticket};
use crate::plan::tests::gates::member;
use crate::plan::{Account, Action, Cost, Effect, Plan, Reason, Refusal, Ruling};
use crate::support::trials::trials;
use crate::ticket::{Money, Ticket};

fn as_it_is(text: &str) -> String {
    text.to_owned()
}

fn page(plan: &Plan) -> String {
    plan_html(plan, &Report { saved_as: Some("p.plan"), all: false, shows_people: true, complete: &as_it_is }).expect("a page")
}

/// What stands on the page below this heading, without its tags.
fn below(page: &str, heading: &str) -> String {
    let from = page.split_once(&format!("id=\"{heading}\"")).unwrap_or_else(|| panic!("no {heading} in {page}")).1;
    let (section, _) = from.split_once("</section>").expect("its end");
    let texts = section.split('<').filter_map(|part| part.split_once('>')).map(|(_, text)| text.trim()).filter(|text| !text.is_empty());
    texts.collect::<Vec<_>>().join(" | ").replace("&#x2f;", "/")
}

fn on(number: u32, day: &str) -> Ticket {
    ticket(number, |document| {
        document["spec"]["locations"][0]["start_date"] = format!("{day}T08:00:00").into();
        document["spec"]["locations"][0]["end_date"] = format!("{day}T12:00:00").into();
    })
}

fn of(tickets: impl IntoIterator<Item = Ticket>) -> Plan {
    tickets.into_iter().fold(Bench::new(), Bench::wants).plan()
}

#[test]
fn what_is_not_known_is_no_amount() {
    let mut plan = of([plain(1), plain(2), plain(3)]);
    assert!(!page(&plan).contains("Cost"), "nobody was asked");
    plan.steps[0].cost = Some(Cost::Estimated(Money::from_cents(34_750)));
    plan.steps[0].account = Some(Account { id: 7, name: "Store 1".to_owned(), address: "1 Main St, Boston MA".to_owned() });
    plan.steps[1].cost = Some(Cost::Unknown("no rate for <this> site".to_owned()));
    let page = page(&plan);
    assert_snapshot!(below(&page, "summary"), @"Summary | System | Create | Cost | TechExpress | 3 | about $347.50 and 2 unknown");
    assert!(page.contains("<td role=\"cell\" class=\"cost\">$347.50</td>"), "{page}");
    assert!(page.contains("<td role=\"cell\" class=\"cost unknown\">unknown: no rate for &lt;this&gt; site</td>"), "{page}");
    assert!(page.contains("<span class=\"site\">Store 1, 1 Main St, Boston MA</span>"), "{page}");
}

#[test]
fn what_refuses_a_plan_comes_first() {
    let mut plan = of([plain(1), plain(2)]);
    let ruling = |policy: &str, effect, key, message: &str| Ruling {
        policy: policy.to_owned(),
        effect,
        key,
        message: message.to_owned(),
        place: None,
    };
    plan.refusals = vec![Refusal {
        limit: "creates".to_owned(),
        rollout: None,
        allowed: 1,
        wanted: 2,
        before: 0,
        creates: 2,
        whole: 0,
        tickets: vec![key(&plain(1))],
    }];
    plan.rulings = vec![
        ruling("weekends", Effect::Deny, Some(key(&plain(2))), "nobody works on <Sunday>"),
        ruling("money", Effect::Warn, None, "this is much"),
    ];
    let page = page(&plan);
    assert_snapshot!(below(&page, "refused"), @"Refused: nothing of this plan is applied | 2 creates are over the limit of 1 (spec.limits.creates) | Dispatch/store-1 | `callout apply --allow-creates 2` lifts it for one run | policy weekends: nobody works on &lt;Sunday&gt; | Dispatch/store-2");
    assert_snapshot!(below(&page, "warned"), @"Warnings of policies | policy money: this is much");
    assert!(page.contains("<a href=\"#t2\">Dispatch&#x2f;store-2</a>"), "{page}");
    assert!(page.contains("<p class=\"why\">weekends: nobody works on &lt;Sunday&gt;</p>"), "{page}");
    assert!(!page.contains("callout apply p.plan"), "{page}");
    assert!(page.contains("<dd>It is refused, and cannot be applied."), "{page}");
    plan.rulings.clear();
    let page = self::page(&plan);
    assert!(page.contains("<dd>It is refused as it stands."), "a limit can be lifted: {page}");
}

#[test]
fn days_are_counted_by_wave_and_weeks_without_visits_are_passed_over() {
    let of_wave = |number, day: &str, wave: &str| Ticket { site: member(number, wave).site, ..on(number, day) };
    let mut plan =
        of([on(1, "2027-01-11"), of_wave(2, "2027-01-11", "pilot"), of_wave(3, "2027-01-29", "rest"), of_wave(4, "2027-02-17", "rest")]);
    let later = plan.steps.iter_mut().find(|step| step.key.address.name.ends_with('4')).expect("the last");
    later.action = Action::Deferred { reason: Reason::Paused { rollout: "sdwan".to_owned() } };
    assert_snapshot!(below(&page(&plan), "calendar"), @"Calendar of new visits | 3 visits are sent by this plan, 1 later; Mon 11 Jan 2027 to Wed 17 Feb 2027, at most 2 on a day. Each by its site's own clock. | A | single 1 | B | pilot 1 | C | rest 2 | Week of | Mon | Tue | Wed | Thu | Fri | Sat | Sun | 11 Jan 2027 | 11 | 2 | A | single | 1 | B | pilot | 1 | 12 | 13 | 14 | 15 | 16 | 17 | 1 week without new visits | 25 Jan | 25 | 26 | 27 | 28 | 29 | 1 | C | rest | 1 | 30 | 31 | 2 weeks without new visits | 15 Feb | 15 | 16 | 17 | 1 | later | C | rest | 1 | 18 | 19 | 20 | 21");
}

#[test]
fn who_has_many_tickets_to_see_to_works_with_the_table() {
    let held = |number: u32| {
        let mut step = of([plain(number)]).steps.remove(0);
        step.action = Action::Blocked { reason: Reason::NotRead { why: format!("timeout {number}") } };
        step
    };
    let plan = Plan { steps: (1..=60).map(held).collect(), ..of([]) };
    let people = below(&page(&plan), "people");
    assert!(people.ends_with("10 more tickets | in the table below"), "{people}");
    assert_eq!(people.matches("could not be read").count(), 50);
}

/// A turn of the writing direction, and the beginning of a terminal's command.
const HIDDEN: [char; 2] = ['\u{202e}', '\u{1b}'];

/// Whatever an author, a policy or a server would like the page to take for markup.
fn texts() -> impl Strategy<Value = String> {
    proptest::collection::vec(
        prop_oneof![
            Just("</script>"),
            Just("<script>"),
            Just("<img src=x onerror=x>"),
            Just("</td>"),
            Just("\" onclick=\"x"),
            Just("' x='"),
            Just("<!--"),
            Just("-->"),
            Just("{{ x }}"),
            Just("{% raw %}"),
            Just("&lt;"),
            Just("&"),
            Just("\u{202e}"),
            Just("\u{1b}[31m"),
            Just("a"),
            Just("]]>"),
        ],
        1..6,
    )
    .prop_map(|parts| parts.concat())
}

fn said(text: &str) -> String {
    let mut plan = of([plain(1), plain(2)]);
    text.clone_into(&mut plan.project);
    plan.commit = Some(text.to_owned());
    plan.rulings = vec![Ruling {
        policy: text.to_owned(),
        effect: Effect::Warn,
        key: Some(key(&plain(1))),
        message: text.to_owned(),
        place: Some(text.to_owned()),
    }];
    for step in &mut plan.steps {
        text.clone_into(&mut step.site);
        step.notes = vec![text.to_owned()];
        step.place = Some(text.to_owned());
        step.id = Some(text.to_owned());
        step.account = Some(Account { id: 1, name: text.to_owned(), address: text.to_owned() });
        step.cost = Some(Cost::Unknown(text.to_owned()));
        step.changes = vec![crate::ticket::Change { field: text.to_owned(), before: Some(text.into()), after: Some("b".into()) }];
    }
    if let Action::Create { payload, .. } = &mut plan.steps[0].action {
        payload.set(text, text);
    }
    plan.steps[1].action = Action::Blocked { reason: Reason::NotRead { why: text.to_owned() } };
    page(&plan)
}

proptest! {
    #![proptest_config(trials(64))]
    #[test]
    fn no_text_becomes_markup(text in texts()) {
        let marks = |page: &str, mark: char| page.chars().filter(|c| *c == mark).count();
        let (harmless, page) = (said("a"), said(&text));
        for mark in ['<', '>', '"'] {
            prop_assert_eq!(marks(&harmless, mark), marks(&page, mark), "{} in\n{}", mark, page);
        }
        prop_assert!(!page.contains(HIDDEN), "hidden characters");
    }
}
