use super::*;

fn refusal(code: &'static str, message: &str) -> Diagnostic {
    Diagnostic::error(code, message).help("Wait.")
}

/// What is told and how often it is asked, until the patience ends.
fn asked(timeout: u64, refusal: impl Fn(usize) -> Diagnostic) -> (Vec<String>, usize) {
    let mut patience = Patience::new(Duration::from_secs(timeout));
    let mut told = Vec::new();
    let mut asked = 0;
    loop {
        asked += 1;
        match patience.after(refusal(asked).into()) {
            Next::Wait { tell, pause } => {
                assert_eq!(pause, LOOK_EVERY);
                told.extend(tell);
            }
            Next::GiveUp(error) => {
                assert_eq!(error.help.as_deref(), Some("Wait."));
                told.push(error.message);
                return (told, asked);
            }
        }
    }
}

#[test]
fn without_a_timeout_a_lock_that_looks_alive_is_refused_at_once() {
    assert_eq!(asked(0, |_| refusal("state/locked", "in use by ana")), (vec!["in use by ana".to_owned()], 1));
}

#[test]
fn with_a_timeout_it_is_asked_again_until_then() {
    let told = vec!["in use by ana; waiting for its end, for at most 12 s".to_owned(), "in use by ana (waited for 15 s)".to_owned()];
    assert_eq!(asked(12, |_| refusal("state/locked", "in use by ana")), (told, 4));
}

#[test]
fn the_next_holder_is_told_too() {
    let holder = |asked| refusal("state/locked", if asked < 3 { "in use by ana" } else { "in use by ben" });
    let (told, _) = asked(600, holder);
    let told: Vec<&str> = told.iter().map(|told| told.split(';').next().unwrap_or_default()).collect();
    assert_eq!(told, ["in use by ana", "in use by ben", "in use by ben (waited for 600 s)"]);
}

#[test]
fn a_silent_lock_is_watched_for_its_length_without_a_timeout() {
    let told = vec!["silent; waiting whether it gives a sign of life, for at most 60 s".to_owned(), "silent (waited for 60 s)".to_owned()];
    assert_eq!(asked(0, |_| refusal("state/silent", "silent")), (told, 13), "the store takes it over at the thirteenth look");
    let wakes = |asked| if asked < 4 { refusal("state/silent", "silent") } else { refusal("state/locked", "alive") };
    assert_eq!(asked(0, wakes).0.last().map(String::as_str), Some("alive (waited for 15 s)"));
}

#[test]
fn other_refusals_are_not_waited_for() {
    assert_eq!(asked(600, |_| refusal("state/store", "no network")), (vec!["no network".to_owned()], 1));
}
