//! A plan as Markdown: what a comment on a pull request says.

use crate::vendor::{Site, dispatch};

#[test]
fn a_comment_says_what_merging_approves() {
    let site = Site::with_dispatch();
    site.write("tickets/b.yaml", dispatch("store-0418-router", "0418"));
    let ran = site.run("plan --out p.plan --format markdown").ends_with(0);
    insta::assert_snapshot!(ran.out, @"");
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
