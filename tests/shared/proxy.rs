//! The proxy does to a request what it was told, and nothing else.

use std::time::{Duration, Instant};

use object_store::Error;

use crate::client::{Client, create, text};
use crate::support::stores::fault::Fault;
use crate::support::stores::gcs;
use crate::support::stores::proxy::Proxy;

/// Whoever reaches a bucket directly, whoever reaches it through the proxy, and the proxy.
fn stage() -> (Client, Client, Proxy) {
    let bucket = gcs();
    let proxy = bucket.proxy();
    (bucket.client(), bucket.through(&proxy).client(), proxy)
}

#[tokio::test]
async fn without_orders_all_passes() {
    let bucket = gcs();
    let proxy = bucket.proxy();
    let through = bucket.through(&proxy).client();
    create(&through, "a/b", "one").await.expect("made");
    assert_eq!(text(&through, "a/b").await.expect("there"), "one");
    let again = create(&through, "a/b", "two").await.expect_err("there is one");
    assert!(matches!(again, Error::AlreadyExists { .. }), "{again:?}");
    let path = format!("/{}/a%2Fb", bucket.url().replace("gs://", ""));
    assert_eq!(proxy.seen(), [format!("PUT {path}"), format!("GET {path}"), format!("PUT {path}")]);
}

/// What the sender hears, and what the store has then.
#[tokio::test]
async fn each_fault_is_what_it_says() {
    let stories = [
        (Fault::Busy, "503", false),
        (Fault::Conflict, "409", false),
        (Fault::Failed, "500", true),
        (Fault::Lost, "IncompleteMessage", true),
        (Fault::Truncated, "IncompleteMessage", true),
        (Fault::Twice, "AlreadyExists", true),
        (Fault::Late(6), "IncompleteMessage", false),
    ];
    for (fault, heard, is_there) in stories {
        let (direct, through, proxy) = stage();
        proxy.trouble(0, fault);
        let error = create(&through, "a", "one").await.expect_err("no good answer");
        assert!(format!("{error:?}").contains(heard), "{fault:?}: {error:?}");
        assert_eq!(text(&direct, "a").await.is_ok(), is_there, "{fault:?}");
        create(&through, "b", "one").await.expect("the next request passes");
    }
}

#[tokio::test]
async fn a_look_is_cut_in_the_middle() {
    let (_, through, proxy) = stage();
    create(&through, "a", "a long text").await.expect("made");
    proxy.trouble(1, Fault::Truncated);
    assert_eq!(text(&through, "a").await.expect("not yet"), "a long text");
    assert!(text(&through, "a").await.is_err());
    assert_eq!(text(&through, "a").await.expect("not any more"), "a long text");
}

#[tokio::test]
async fn what_is_held_lands_behind_so_many_others_or_when_it_is_told() {
    let bucket = gcs();
    let proxy = bucket.proxy();
    let through = bucket.through(&proxy).client();
    proxy.trouble(0, Fault::Late(1));
    create(&through, "a", "one").await.expect_err("held");
    assert!(text(&through, "a").await.is_err(), "the one request between");
    assert_eq!(text(&through, "a").await.expect("it has landed"), "one");
    for (key, answer) in [("b", "200 OK"), ("a", "412 Precondition Failed")] {
        proxy.trouble(0, Fault::Late(100));
        create(&through, key, "two").await.expect_err("held");
        assert_eq!(proxy.land(), [format!("PUT /{}/{key}: {answer}", bucket.url().replace("gs://", ""))]);
    }
    assert_eq!(proxy.land(), [""; 0]);
}

#[tokio::test]
async fn chance_tells_the_same_story_for_the_same_seed() {
    let story = async |seed| {
        let (_, through, proxy) = stage();
        proxy.trouble_at_random(seed, 3);
        let mut heard = Vec::new();
        for number in 0..40 {
            heard.push(create(&through, &number.to_string(), "one").await.is_ok());
        }
        proxy.calm();
        create(&through, "last", "one").await.expect("calm");
        heard
    };
    let first = story(7).await;
    assert!(first.contains(&true) && first.contains(&false), "{first:?}");
    assert_eq!(first, story(7).await);
    assert_ne!(first, story(8).await);
}

#[tokio::test]
async fn a_delay_holds_up_every_request() {
    let (_, through, proxy) = stage();
    let delay = Duration::from_millis(30);
    proxy.delay(delay);
    let began = Instant::now();
    create(&through, "a", "one").await.expect("made");
    assert!(began.elapsed() >= delay);
}
