//! Reports as their hosts read them: never too long, whole, and without a word of a ticket outside of code.

#![allow(clippy::too_many_lines, reason = "a test holds the whole report")]

use insta::assert_snapshot;
use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::{COMMENT, Report, markdown};
use crate::plan::tests::bench::{Bench, open, plain};
use crate::plan::tests::gates::{member, terms};
use crate::plan::{Account, Action, Cost, Effect, Plan, Reason, Ruling};
use crate::support::trials::trials;
use crate::ticket::{Finished, Money, RolloutSite, Ticket};

fn as_it_is(text: &str) -> String {
    text.to_owned()
}

fn saved() -> Report<'static> {
    Report { saved_as: Some("acme.plan"), all: false, shows_people: false, complete: &as_it_is }
}

/// What a host makes of a report.
#[derive(Debug, Default)]
struct Read {
    /// Texts outside of code.
    own: String,
    code: String,
    tags: String,
    links: usize,
    rows: Vec<usize>,
}

fn read(text: &str) -> Read {
    let mut read = Read::default();
    let (mut is_code, mut cells) = (false, 0);
    for event in Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_GFM | Options::ENABLE_STRIKETHROUGH) {
        match event {
            Event::Start(Tag::CodeBlock(_)) => is_code = true,
            Event::End(TagEnd::CodeBlock) => is_code = false,
            Event::Start(Tag::Link { .. } | Tag::Image { .. }) => read.links += 1,
            Event::Start(Tag::TableHead | Tag::TableRow) => cells = 0,
            Event::Start(Tag::TableCell) => cells += 1,
            Event::End(TagEnd::TableHead | TagEnd::TableRow) => read.rows.push(cells),
            Event::Text(text) if is_code => read.code.push_str(&text),
            Event::Code(text) => read.code.push_str(&text),
            Event::Text(text) => read.own.push_str(&text),
            Event::Html(tag) | Event::InlineHtml(tag) => read.tags.push_str(&tag),
            Event::Start(_)
            | Event::End(_)
            | Event::InlineMath(_)
            | Event::DisplayMath(_)
            | Event::FootnoteReference(_)
            | Event::SoftBreak
            | Event::HardBreak
            | Event::Rule
            | Event::TaskListMarker(_) => {}
        }
    }
    read
}

/// Whether it is what callout wrote, and nothing that a ticket made of it.
fn is_whole(text: &str) -> Result<Read, String> {
    if text.len() > COMMENT {
        return Err(format!("{} bytes", text.len()));
    }
    let read = read(text);
    let count = |tag: &str| read.tags.matches(tag).count();
    let folds = count("<details>\n");
    if count("</details>\n") != folds || count("<summary>") != folds || count("</summary>\n") != folds {
        return Err(format!("folds: {}", read.tags));
    }
    let names = count("<code>");
    if read.tags.matches('<').count() != 4 * folds + 2 * names + 1 || names != count("</code>") {
        return Err(format!("tags: {}", read.tags));
    }
    if read.links > 0 || read.own.contains(['@', '#', '<', '\u{202e}']) || read.own.contains("http") {
        return Err(format!("{} links in {}", read.links, read.own));
    }
    Ok(read)
}

fn rollout() -> Plan {
    let mut bench = Bench { rollouts: terms(Finished::All, 0), ..Bench::new() };
    for number in 1..=5 {
        bench = bench.wants(member(number, "pilot"));
    }
    let gone = plain(7);
    let mut plan = bench.wants(member(9, "rest")).wants(plain(30)).checked(&gone, "482007").sees(&gone, open(&gone, "482007")).plan();
    for step in &mut plan.steps {
        if matches!(step.action, Action::Create { .. }) {
            step.cost = Some(Cost::Estimated(Money::from_dollars(347.5)));
            step.account = Some(Account { id: 7, name: String::new(), address: "12 Main St, Boston, MA".to_owned() });
        }
    }
    plan.commit = Some("9406c3f1a2b3".to_owned());
    plan.rulings.push(Ruling {
        policy: "lead-time".to_owned(),
        effect: Effect::Warn,
        key: Some(plan.steps[0].key.clone()),
        message: "starts in 30 hours".to_owned(),
        place: None,
    });
    plan
}

#[test]
fn a_report_says_what_counts_first() {
    let text = markdown(&rollout().without_people(), &saved(), COMMENT);
    assert_eq!(is_whole(&text).map(|read| read.rows), Ok(vec![6, 6, 6, 6, 3, 3, 5, 5]));
    assert_snapshot!(text, @r#"
    <!-- callout: bench -->
    ### Plan for `bench`

    **6 technicians, about $2,085, all on Mon 11 Jan from 08:00, 1 later (once their waves may), 1 needs a person; nothing of this can be cancelled by API.**

    **1 left the files, and its technician is still coming.**

    **Policies warn**

    - `lead-time`: `starts in 30 hours` (`Dispatch/store-1`)

    **What needs a person**

    - `Dispatch/store-7`, ticket `482007`, `Store 7 (7), account 01234567`: `left the files, and ticket 482007 is still open: its technician is still coming, at 2027-01-11T08:00:00 America/New_York; TechExpress has no call to close a ticket; cancel it in the Granite 360 portal or by telephone`  
      next: `renamed? say lifecycle.renamed_from there; otherwise cancel it by phone or portal, then: callout settle Dispatch/store-7 --cancelled --reason TEXT`

    | Wave | To create | Cost | Changes | Later | Need a person |
    | --- | ---: | ---: | --- | ---: | ---: |
    | no rollout | 1 | $347.50 |  |  | 1 |
    | `Rollout/routers, wave pilot` | 5 | $1,737.50 |  |  |  |
    | `Rollout/routers, wave rest` |  |  |  | 1 |  |

    | Day | Technicians | Cost |
    | --- | ---: | ---: |
    | Mon 11 Jan | 6 | $2,085 |

    | System | To create | Cost | Changes | Sent to |
    | --- | ---: | ---: | --- | --- |
    | TechExpress | 6 | $2,085 |  | `https://api.example.com` |

    <details>
    <summary>Tickets of no rollout: 1 to create, 1 needs a person (it left the files, and its technician is still coming)</summary>

    ```diff
    + Dispatch/store-30  Mon 11 Jan 08:00  $347.50  Store 30 (30), account 01234567  12 Main St, Boston, MA
    ! Dispatch/store-7  ticket 482007  Store 7 (7), account 01234567
    ```

    </details>

    <details>
    <summary><code>Rollout/routers, wave pilot</code>: 5 to create</summary>

    ```diff
    + Dispatch/store-1  Mon 11 Jan 08:00  $347.50  Store 1 (1), account 01234567  12 Main St, Boston, MA
    + Dispatch/store-2  Mon 11 Jan 08:00  $347.50  Store 2 (2), account 01234567  12 Main St, Boston, MA
    + Dispatch/store-3  Mon 11 Jan 08:00  $347.50  Store 3 (3), account 01234567  12 Main St, Boston, MA
    + Dispatch/store-4  Mon 11 Jan 08:00  $347.50  Store 4 (4), account 01234567  12 Main St, Boston, MA
    + Dispatch/store-5  Mon 11 Jan 08:00  $347.50  Store 5 (5), account 01234567  12 Main St, Boston, MA
    ```

    </details>

    <details>
    <summary><code>Rollout/routers, wave rest</code>: 1 deferred</summary>

    ```diff
    @ Dispatch/store-9  Mon 11 Jan 08:00  Store 9 (9), account 01234567
    ```

    </details>

    <details>
    <summary>Tickets of no rollout, field by field</summary>

    ```diff
    + Dispatch/store-30  Store 30 (30), account 01234567
        visit: Mon 11 Jan 2027, 08:00 to 12:00 America/New_York
        service_type: Site Audit
        contact_name: (hidden)
        contact_email_address: (hidden)
        initial_description: Look at the rack.
        automatic_email_contact: true
        automatic_email_cc: false
        customer_ticket_number: co-zeq97kby
        location_name: Store 30
        location_number: 30
        local_contact_name: (hidden)
        local_contact_number: (hidden)
        account_macnum: 01234567
        start_date: 2027-01-11T08:00:00
        end_date: 2027-01-11T12:00:00
        address of its account: 12 Main St, Boston, MA
        cost: about $347.50
    ! Dispatch/store-7 (ticket 482007)  Store 7 (7), account 01234567
        left the files, and ticket 482007 is still open: its technician is still coming, at 2027-01-11T08:00:00 America/New_York; TechExpress has no call to close a ticket; cancel it in the Granite 360 portal or by telephone
        next: renamed? say lifecycle.renamed_from there; otherwise cancel it by phone or portal, then: callout settle Dispatch/store-7 --cancelled --reason TEXT
    ```

    </details>

    <details>
    <summary><code>Rollout/routers, wave pilot</code>, field by field</summary>

    ```diff
    + 5 tickets: same 14 fields, 3 vary by site
        vary: customer_ticket_number, location_name, location_number
        visit: Mon 11 Jan 2027, 08:00 to 12:00 America/New_York
        cost: about $1,737.50 together, $347.50 each
        sites: 1, 2, 3, 4, 5
        one of them in full:
        + Dispatch/store-1  Store 1 (1), account 01234567
            visit: Mon 11 Jan 2027, 08:00 to 12:00 America/New_York
            service_type: Site Audit
            contact_name: (hidden)
            contact_email_address: (hidden)
            initial_description: Look at the rack.
            automatic_email_contact: true
            automatic_email_cc: false
            customer_ticket_number: co-n0rfjaas
            location_name: Store 1
            location_number: 1
            local_contact_name: (hidden)
            local_contact_number: (hidden)
            account_macnum: 01234567
            start_date: 2027-01-11T08:00:00
            end_date: 2027-01-11T12:00:00
            address of its account: 12 Main St, Boston, MA
            cost: about $347.50
    ```

    </details>

    <details>
    <summary><code>Rollout/routers, wave rest</code>, field by field</summary>

    ```diff
    @ Dispatch/store-9  Store 9 (9), account 01234567
        wave rest waits for pilot: 0 of 5 visits are known to be over
        next: not over: Dispatch/store-1 (not sent), Dispatch/store-2 (not sent), Dispatch/store-3 (not sent) and 2 more
    ```

    </details>

    ---

    Names of people and how to reach them are hidden.

    Plan `p`, made 2027-01-04T12:00:00Z from commit `9406c3f1a2b3`, good until 2027-01-05T12:00:00Z. To apply exactly this, once: `callout apply acme.plan`
    "#);
}

#[test]
fn a_refused_plan_is_not_applied() {
    let mut plan = (1..=11).fold(Bench::new(), |bench, number| bench.wants(plain(number))).plan();
    plan.rulings.push(Ruling {
        policy: "no-weekends".to_owned(),
        effect: Effect::Deny,
        key: None,
        message: "3 visits on a Sunday".to_owned(),
        place: None,
    });
    let text = markdown(&plan, &saved(), COMMENT);
    let (first, _) = text.split_once("\n| Day").expect("a table");
    assert_snapshot!(first, @r#"
    <!-- callout: bench -->
    ### Plan for `bench`

    **Refused, over 1 limit and denied by 1 ruling of a policy: nothing of this is applied.**

    **11 technicians, cost not estimated, all on Mon 11 Jan from 08:00; nothing of this can be cancelled by API.**

    **Over a limit**

    - `11 creates are over the limit of 10 (spec.limits.creates)`  
      next: `` `callout apply --allow-creates 11` lifts it for one run ``

    **Denied by policies**

    - `no-weekends`: `3 visits on a Sunday`

    **Parts of it that are over no limit, each by itself**

    - `--target Dispatch/store-1 --target Dispatch/store-10 --target Dispatch/store-11` (3 to create)
    "#);
    assert!(text.ends_with("It is refused, and cannot be applied.\n"), "{text}");
    plan.rulings.clear();
    let text = markdown(&plan, &saved(), COMMENT);
    assert!(text.ends_with("It is refused as it stands.\n"), "a limit can be lifted: {text}");
}

#[test]
fn tickets_with_one_reason_have_an_example_to_type() {
    let mut plan = (1..=3).fold(Bench::new(), |bench, number| bench.wants(plain(number))).plan();
    for step in &mut plan.steps {
        step.action = Action::Blocked { reason: Reason::DoByHand { remark: "call them".to_owned() } };
    }
    let complete = |text: &str| text.replace("callout settle", "callout --sandbox settle");
    let text = markdown(&plan, &Report { complete: &complete, ..saved() }, COMMENT);
    let (_, people) = text.split_once("**What needs a person**").expect("a list");
    assert_snapshot!(people.split("\n\n").nth(1).expect("a list"), @r"
    - 3 tickets: `do this by hand: call them` (`Dispatch/store-1`, `Dispatch/store-2`, `Dispatch/store-3`)  
      next, for the first: `have it changed, then plan again; or leave it: callout --sandbox settle Dispatch/store-1 --accept --reason TEXT`
    ");
}

#[test]
fn the_tables_and_the_first_screen_count_the_same() {
    let mut plan = Bench::new().wants(plain(1)).wants(plain(2)).wants(plain(3)).plan();
    let Action::Create { request, payload } = plan.steps[0].action.clone() else { panic!("a create") };
    plan.steps[0].action = Action::Update { id: "1".to_owned(), request, changed: payload, closes: false };
    plan.steps[1].action = Action::Close { id: "2".to_owned() };
    let text = markdown(&plan, &saved(), COMMENT);
    assert!(text.contains("Mon 11 Jan 08:00, 1 changed, 1 closed; "), "{text}");
    assert!(text.contains("| System | To create | Changes | Sent to |\n| --- | ---: | --- | --- |\n"), "{text}");
    assert!(text.contains("| TechExpress | 1 | 1 changed, 1 closed | "), "{text}");
}

#[test]
fn rulings_that_are_told_together_are_all_counted() {
    let mut plan = (1..=9).fold(Bench::new(), |bench, number| bench.wants(plain(number))).plan();
    let rulings = (0..25).flat_map(|group| {
        let message = format!("reason {group} {}", "why ".repeat(100));
        plan.steps.iter().map(move |step| Ruling {
            policy: "hours".to_owned(),
            effect: Effect::Deny,
            key: Some(step.key.clone()),
            message: message.clone(),
            place: None,
        })
    });
    plan.rulings = rulings.collect();
    let text = markdown(&plan, &saved(), COMMENT);
    assert!(text.contains("denied by 225 rulings of policies"), "{text}");
    assert!(text.contains("- and 45 more\n"), "{text}");
    assert!(text.contains("45 of 225 rulings below \"Denied by policies\""), "{text}");
}

#[test]
fn a_long_report_has_every_ticket_by_itself() {
    let (short, long) = (markdown(&rollout(), &saved(), COMMENT), markdown(&rollout(), &Report { all: true, ..saved() }, COMMENT));
    let told = |text: &str| text.lines().filter(|line| line.starts_with("+ Dispatch/store-")).count();
    assert_eq!((told(&short), told(&long)), (7, 12));
    assert!(short.contains("+ 5 tickets: same 14 fields") && !long.contains("+ 5 tickets"), "{long}");
}

#[test]
fn nothing_to_do_is_a_short_report() {
    let text = markdown(&Bench::new().plan(), &Report { saved_as: None, ..saved() }, COMMENT);
    assert_snapshot!(text, @r#"
    <!-- callout: bench -->
    ### Plan for `bench`

    **Nothing to do: nobody is sent, and nothing is changed.**

    ---

    Names of people and how to reach them are hidden.

    Plan `p`, made 2027-01-04T12:00:00Z, good until 2027-01-05T12:00:00Z. It was not saved: `callout plan --out FILE` keeps it, so that exactly this can be applied.
    "#);
}

fn many(count: u32, description: &str) -> Plan {
    let mut plan = Bench::new().wants(plain(1)).plan();
    let mut first = plan.steps.remove(0);
    if let Action::Create { payload, .. } = &mut first.action {
        payload.set("initial_description", description);
    }
    for number in 0..count {
        let mut step = first.clone();
        step.key.address.name = format!("store-{number:04}");
        plan.steps.push(step);
    }
    plan
}

#[test]
fn five_thousand_creates_fit() {
    let plan = many(5_000, "Replace the router.\n\nRing first.");
    let text = markdown(&plan, &saved(), COMMENT);
    assert!(is_whole(&text).is_ok(), "{:?}", is_whole(&text));
    assert!(text.len() > COMMENT - 4_000, "{} bytes: there is room for more", text.len());
    assert!(text.contains("**5000 technicians, cost not estimated, all on Mon 11 Jan from 08:00;"), "{}", &text[..400]);
    let listed = text.lines().filter(|line| line.starts_with("+ Dispatch/store-") && line.contains("  Mon 11 Jan 08:00  ")).count();
    let shown = text.lines().filter(|line| line.starts_with("+ Dispatch/store-")).count() - listed;
    assert!(listed > 300 && shown > 30, "{listed} and {shown}");
    let said = format!(
        "Not in this text, which has an upper limit: {} of 5000 tickets in the lists; the fields of {} of 5000 tickets. `callout show acme.plan` shows all of it",
        5_000 - listed,
        5_000 - shown
    );
    assert!(text.contains(&said), "{said}\n{}", &text[text.len() - 900..]);
    assert!(text.contains(&format!("and {} more, which did not fit", 5_000 - shown)));
}

#[test]
fn a_description_as_long_as_a_book_is_cut() {
    let text = markdown(&many(3, &"a line of it\n".repeat(100_000)), &saved(), COMMENT);
    assert!(is_whole(&text).is_ok());
    assert!(text.contains("    ... and 999"), "{text}");
    assert!(!text.contains("upper limit"), "every ticket is there: {text}");
    assert!(is_whole(&markdown(&many(3, &"`".repeat(1_000_000)), &saved(), COMMENT)).is_ok());
}

/// What a hostile ticket may say.
fn said() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "@team",
        "#12",
        "GH-1",
        "o/r#3",
        "!7",
        "<b>",
        "</details>",
        "</summary>",
        "</code>",
        "<!--",
        "-->",
        "```",
        "````",
        "`",
        "~~~",
        "|",
        "\\",
        "\n",
        "\n\n",
        "\n/close\n",
        "\n# x\n",
        "[a](http://x)",
        "![a](x)",
        "http://x.example",
        "www.x.example",
        "\u{202e}",
        "\u{1b}[31m",
        "\t",
        "\r",
        "*",
        "_",
        "&lt;",
        "- ",
        "+ ",
        "1. ",
        "> ",
        "---",
        "é",
        "a",
    ]);
    prop::collection::vec(pieces, 1..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(trials(48))]

    #[test]
    fn nothing_of_a_ticket_gets_out_of_code(texts in prop::collection::vec(said(), 8), copies in prop::sample::select(vec![1_u32, 2, 40, 400]), in_waves: bool) {
        let mut plan = many(copies, &texts[0]);
        for (at, step) in plan.steps.iter_mut().enumerate() {
            step.site.clone_from(&texts[1]);
            step.notes.push(texts[2].clone());
            step.account = Some(Account { id: 1, name: texts[3].clone(), address: texts[3].clone() });
            step.place = Some(texts[3].clone());
            step.id = Some(texts[4].clone());
            step.cost = Some(Cost::Unknown(texts[3].clone()));
            if in_waves {
                step.rollout = Some(RolloutSite { rollout: texts[5].clone(), key: format!("{at}{}", texts[6]), wave: Some(texts[6].clone()) });
            }
            if at % 3 == 1 {
                step.action = Action::Blocked { reason: Reason::CannotSend { why: texts[7].clone() } };
            }
            if at % 3 == 2 {
                step.action = Action::InDoubt { reason: Reason::FoundHeld { id: texts[4].clone(), holder: texts[7].clone() } };
            }
        }
        let key = plan.steps.first().map(|step| step.key.clone());
        plan.rulings = [Effect::Deny, Effect::Warn].into_iter().map(|effect| Ruling { policy: texts[5].clone(), effect, key: key.clone(), message: texts[2].clone(), place: None }).collect();
        plan.project.clone_from(&texts[7]);
        plan.commit = Some(texts[6].clone());
        plan.origins = [("Dispatch".to_owned(), texts[1].clone())].into();
        let text = markdown(&plan, &Report { saved_as: Some(&texts[0]), ..saved() }, COMMENT);
        let whole = is_whole(&text);
        prop_assert!(whole.is_ok(), "{:?}\n{text}", whole);
        let hidden = ['\u{202e}', '\u{1b}', '\r'];
        prop_assert!(!text.contains(hidden));
        // GitLab takes a line that begins with a stroke for a command.
        prop_assert!(!text.lines().any(|line| line.starts_with('/')));
    }

    #[test]
    fn a_report_is_never_longer_than_asked(copies in 0_u32..60, most in 12_000_usize..70_000, long in 1_usize..3_000) {
        let plan = many(copies, &"word ".repeat(long));
        let text = markdown(&plan, &saved(), most);
        prop_assert!(text.len() <= most, "{} of {most}", text.len());
        let read = read(&text);
        prop_assert_eq!(read.tags.matches("<details>").count(), read.tags.matches("</details>").count());
    }
}

#[test]
fn a_ticket_without_its_own_words_is_told_by_its_address() {
    let lone = Ticket { site: None, ..plain(1) };
    let text = markdown(&Bench::new().wants(lone).plan(), &saved(), COMMENT);
    assert!(text.contains("```diff\n+ Dispatch/store-1  Mon 11 Jan 08:00  Store 1"), "{text}");
}
