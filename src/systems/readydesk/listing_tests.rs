//! Lists and searches against servers that misbehave.

use serde_json::{Value, json};

use crate::support::server::{Reply, Server};
use crate::systems::{End, Found, Listing};

use super::remote_tests::{connection, lines, mark, row, since, tickets};

async fn listed(replies: Vec<Reply>, more: &Value, most_pages: usize) -> (Listing, Vec<String>) {
    let server = Server::with(replies).await;
    let listing = connection(&server.url, more).reader().list(Some(since()), most_pages).await;
    (listing, lines(&server))
}

fn ids(listing: &Listing) -> Vec<&str> {
    listing.tickets.iter().map(|ticket| ticket.id.as_str()).collect()
}

#[tokio::test]
async fn a_list_ends_with_an_empty_page_and_is_counted() {
    let pages = [json!([row(1, "a"), row(2, "b")]), json!([row(2, "b"), row(3, "c")]), json!([]), json!([]), json!([row(2, "b")])];
    let (listing, lines) = listed(pages.iter().map(tickets).collect(), &json!({}), 9).await;
    assert_eq!((ids(&listing), &listing.end, listing.requests), (vec!["1", "2", "3"], &End::Whole, 5));
    let page =
        |count: u8, page: u8| format!("GET get_tickets&tid=*&count={count}&page={page}&order=TID&start_date=1%2F19%2F2027+00%3A00%3A00");
    assert_eq!(lines, [page(2, 1), page(2, 2), page(2, 3), page(1, 4), page(1, 2)]);
}

#[tokio::test]
async fn a_ticket_that_is_deleted_while_pages_are_read_hides_no_other_unnoticed() {
    // Of 1 to 4, the first is deleted after its page was read: 3 moves to that page, and the count is right all the same.
    let pages = [json!([row(1, "a"), row(2, "b")]), json!([row(4, "d")]), json!([]), json!([]), json!([row(3, "c")])];
    let (listing, lines) = listed(pages.iter().map(tickets).collect(), &json!({}), 9).await;
    let why = "ReadyDesk moved tickets from page to page while they were listed: some may be missing".to_owned();
    assert_eq!((listing.end, lines.len()), (End::Broken { why, stops_system: false }, 5));
}

#[tokio::test]
async fn a_list_that_is_not_surely_whole_is_not_called_so() {
    let full = || tickets(&json!([row(1, "a"), row(2, "b")]));
    let broken = |why: &str| End::Broken { why: why.to_owned(), stops_system: false };
    let end = async |pages: Vec<Reply>, most: usize| listed(pages, &json!({}), most).await.0.end;
    assert_eq!(end(vec![full()], 9).await, broken("ReadyDesk answered page 2 of its tickets with those of earlier pages"));
    assert_eq!(end(vec![full(), tickets(&json!([row(3, "c")]))], 2).await, End::TooLong);
    let skipped = vec![full(), tickets(&json!([])), tickets(&json!([row(3, "c")]))];
    assert_eq!(end(skipped, 9).await, broken("ReadyDesk listed 2 tickets, and has more than that: some are missing between its pages"));
    let nothing = vec![full(), Reply::status("200 OK", "")];
    assert_eq!(end(nothing, 9).await, broken("ReadyDesk answered page 2 of its tickets with nothing at all"));
    let refused = vec![full(), Reply::status("403 Forbidden", "")];
    assert!(matches!(end(refused, 9).await, End::Broken { stops_system: true, .. }));
}

#[tokio::test]
async fn the_delimited_form_ends_in_silence_only_after_a_page_that_was_not_full() {
    let line = |ids: &[u64]| {
        let rows: Vec<_> = ids.iter().map(|id| format!("tid={id}&cid=a&status=Open&subject=a&summary=")).collect();
        Reply::status("200 OK", Box::leak(rows.join("\n").into_boxed_str()))
    };
    let own = json!({"format": "delimited"});
    let (listing, _) = listed(vec![line(&[1, 2]), line(&[3]), line(&[]), line(&[]), line(&[2])], &own, 9).await;
    assert_eq!((ids(&listing), &listing.end), (vec!["1", "2", "3"], &End::Whole));
    let (listing, _) = listed(vec![line(&[1, 2]), line(&[])], &own, 9).await;
    assert!(matches!(listing.end, End::Broken { .. }), "{listing:?}");
}

async fn found(replies: Vec<Reply>) -> (Found, Vec<String>) {
    let server = Server::with(replies).await;
    (connection(&server.url, &json!({})).reader().find(&mark(), since()).await, lines(&server))
}

#[tokio::test]
async fn a_mark_is_searched_and_the_hit_is_checked() {
    let marked = format!("Router is down [{}]", mark());
    let pages = |rows: Value| vec![tickets(&rows), tickets(&json!([]))];
    let (one, lines) = found(pages(json!([row(1, &marked), row(2, "co-7k2m9q4x was here")]))).await;
    assert!(matches!(one, Found::One(seen) if seen.id == "1"));
    assert_eq!(lines[0], format!("GET get_tickets&tid=*&count=2&page=1&order=TID&keyword={}", mark()));
    let (two, _) = found(pages(json!([row(1, &marked), row(2, &marked)]))).await;
    assert_eq!(two, Found::Several(vec!["1".to_owned(), "2".to_owned()]));
}

#[tokio::test]
async fn without_a_hit_all_since_then_are_gone_through_and_none_is_said_only_of_a_whole_list() {
    let marked = format!("Router is down [{}]", mark());
    let (empty, full) = (|| tickets(&json!([])), |subject: &str| tickets(&json!([row(5, subject)])));
    // Each empty page is counted once more.
    let (one, lines) = found(vec![empty(), empty(), full(&marked), empty()]).await;
    assert!(matches!(one, Found::One(seen) if seen.id == "5"), "{lines:?}");
    assert!(lines[2].contains("&start_date="), "{lines:?}");
    assert_eq!(found(vec![empty(), empty(), full("another"), empty()]).await.0, Found::None);
    let unanswered = found(vec![empty(), empty(), full("another"), Reply::status("200 OK", "Oh.")]).await.0;
    let why = "ReadyDesk answered page 2 of its tickets with something that is not JSON: Oh.".to_owned();
    assert_eq!(unanswered, Found::Unanswered { why, marked: Vec::new(), stops_system: false });
    let hit = found(vec![empty(), empty(), full(&marked), Reply::status("200 OK", "Oh.")]).await.0;
    let why = "ReadyDesk answered page 2 of its tickets with something that is not JSON: Oh.; ticket 5 has the mark".to_owned();
    assert_eq!(hit, Found::Unanswered { why, marked: vec!["5".to_owned()], stops_system: false });
    let refused = found(vec![Reply::status("403 Forbidden", "")]).await.0;
    assert!(matches!(refused, Found::Unanswered { stops_system: true, .. }));
}
