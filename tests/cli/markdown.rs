//! A plan as Markdown: what a comment on a pull request says.

use crate::shown::shows;
use crate::vendor::{Site, dispatch};

#[test]
fn a_comment_says_what_merging_approves() {
    let site = Site::with_dispatch();
    site.write("tickets/b.yaml", dispatch("store-0418-router", "0418"));
    let ran = site.run("plan --out p.plan --format markdown").ends_with(0);
    shows!(ran, @r#"
    $ callout plan --out p.plan --format markdown
    <!-- callout: acme -->
    ### Plan for `acme`

    **2 technicians, cost not estimated, all on Mon 11 Jan from 08:00; nothing of this can be cancelled by API.**

    | Day | Technicians |
    | --- | ---: |
    | Mon 11 Jan | 2 |

    | System | To create | Changes | Sent to |
    | --- | ---: | --- | --- |
    | TechExpress | 2 |  | `http://127.0.0.1:[port]` |

    <details>
    <summary>Tickets of no rollout: 2 to create</summary>

    ```diff
    + Dispatch/store-0417-router  Mon 11 Jan 08:00  Store 0417 (0417), account 01230417
    + Dispatch/store-0418-router  Mon 11 Jan 08:00  Store 0418 (0418), account 01230418
    ```

    </details>

    <details>
    <summary>Tickets of no rollout, field by field</summary>

    ```diff
    + Dispatch/store-0417-router  Store 0417 (0417), account 01230417
        visit: Mon 11 Jan 2027, 08:00 to 12:00 America/New_York
        service_type: Equipment Install
        contact_name: (hidden)
        contact_email_address: (hidden)
        initial_description: Replace the branch router.
        automatic_email_contact: true
        automatic_email_cc: false
        customer_ticket_number: [mark]
        po_number: PO-88213
        location_name: Store 0417
        location_number: 0417
        local_contact_name: (hidden)
        local_contact_number: (hidden)
        account_macnum: 01230417
        start_date: 2027-01-11T08:00:00
        end_date: 2027-01-11T12:00:00
        at tickets/a.yaml:4:9
    + Dispatch/store-0418-router  Store 0418 (0418), account 01230418
        visit: Mon 11 Jan 2027, 08:00 to 12:00 America/New_York
        service_type: Equipment Install
        contact_name: (hidden)
        contact_email_address: (hidden)
        initial_description: Replace the branch router.
        automatic_email_contact: true
        automatic_email_cc: false
        customer_ticket_number: [mark]
        po_number: PO-88213
        location_name: Store 0418
        location_number: 0418
        local_contact_name: (hidden)
        local_contact_number: (hidden)
        account_macnum: 01230418
        start_date: 2027-01-11T08:00:00
        end_date: 2027-01-11T12:00:00
        at tickets/b.yaml:4:9
    ```

    </details>

    ---

    Names of people and how to reach them are hidden.

    Plan `000000000001`, made 2027-01-04T12:00:00Z, good until 2027-01-05T12:00:00Z. To apply exactly this, once: `callout apply p.plan`
    | saved; apply exactly this with: callout apply p.plan
    exit 0
    "#);
    assert_eq!(site.run("show p.plan --format markdown").ends_with(0).out, ran.out, "a saved plan says the same");
}

#[test]
fn people_are_shown_only_when_asked() {
    let site = Site::with_dispatch();
    site.run("plan --out p.plan").ends_with(0);
    for words in ["plan --format", "show p.plan --format"] {
        for format in ["markdown", "html", "github", "gitlab"] {
            let hidden = site.run(&format!("{words} {format}")).ends_with(0);
            let shown = site.run(&format!("{words} {format} --show-contacts")).ends_with(0);
            let names = |ran: &str| ["Dana Ortiz", "dana@example.com", "617"].iter().filter(|name| ran.contains(**name)).count();
            assert_eq!(names(&hidden.out) + names(&hidden.err), 0, "{hidden}");
            if ["markdown", "html"].contains(&format) {
                assert!(names(&shown.out) > 0, "{shown}");
            }
        }
    }
}

#[test]
fn commands_in_a_comment_act_where_the_plan_was_made() {
    let site = Site::with_dispatch();
    site.run("--sandbox state init").ends_with(0);
    let ran = site.run("--sandbox plan --out p.plan --format markdown").ends_with(0);
    assert!(ran.out.ends_with("To apply exactly this, once: `callout --sandbox apply p.plan`\n"), "{ran}");
}
