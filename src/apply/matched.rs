//! Which ticket of an answer is whose, where one request made several.
//!
//! Owns the matching. Refuses the order of the answer, and what only seems to be left over: a ticket is a visit's if its place is, and
//! that of no other ticket. Pure.

use std::collections::BTreeMap;

use crate::state::Stray;
use crate::systems::{Place, Seen, Sent, System};

/// What an answer says of each visit, and what it has besides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Matched {
    /// In the order of the places that were asked about.
    pub each: Vec<Sent>,
    /// What the answer names and no visit got: somebody may be sent for each.
    pub surplus: Vec<Stray>,
    /// The words of a doubt have all of that.
    pub is_told: bool,
}

/// What is to be matched.
pub(super) struct Answered<'a> {
    pub system: &'static dyn System,
    pub tickets: Vec<Seen>,
    pub nameless: usize,
    /// Why a ticket cannot be any of these visits', in words that go after its id.
    pub whose: &'a dyn Fn(&Seen) -> Option<String>,
}

impl Answered<'_> {
    /// Gives each place its ticket. A place that is asked about twice gets none: nobody could say whose it is.
    pub fn among(self, places: &[Option<Place>]) -> Matched {
        let Self { system, tickets, nameless, whose } = self;
        let mut nobodys: Vec<Stray> = Vec::new();
        let stray = |seen: &Seen, what: String| Stray { id: Some(seen.id.clone()), what };
        let mut of_place: BTreeMap<Place, Vec<Seen>> = BTreeMap::new();
        let shown: Vec<String> = tickets.iter().map(|seen| seen.id.clone()).collect();
        for seen in tickets {
            let is_repeated = shown.iter().filter(|id| **id == seen.id).nth(1).is_some();
            let what = whose(&seen).or_else(|| is_repeated.then(|| "which it shows more than once".to_owned()));
            let place = system.together(&seen.fields).map(|together| together.place);
            let is_one = |place: &Place| places.iter().flatten().filter(|asked| *asked == place).count() == 1;
            match (what, place.filter(is_one)) {
                (Some(what), _) => nobodys.push(stray(&seen, format!("{}, {what}", seen.id))),
                (None, Some(place)) => of_place.entry(place).or_default().push(seen),
                (None, None) => nobodys.push(stray(&seen, for_site(system, &seen))),
            }
        }
        nobodys.dedup();
        nobodys.extend((0..nameless).map(|_| Stray { id: None, what: "one without an id".to_owned() }));
        let words = Stray::in_words(&nobodys);
        let own: Vec<Vec<Seen>> =
            places.iter().map(|place| place.as_ref().and_then(|place| of_place.remove(place)).unwrap_or_default()).collect();
        let is_told = own.iter().any(Vec::is_empty) || nobodys.is_empty();
        let crowded = own.iter().filter(|own| own.len() > 1).flatten();
        let surplus = nobodys.into_iter().chain(crowded.map(|seen| stray(seen, for_site(system, seen)))).collect();
        let each = own.into_iter().map(|own| sent(system, own, Some(words.as_str()).filter(|words| !words.is_empty()))).collect();
        Matched { each, surplus, is_told }
    }
}

fn for_site(system: &dyn System, seen: &Seen) -> String {
    format!("{} for {}", seen.id, system.site(&seen.fields))
}

/// One ticket is the visit's. None or several are a doubt, with all ids that a person may need.
fn sent(system: &dyn System, own: Vec<Seen>, nobodys: Option<&str>) -> Sent {
    let title = system.title();
    let own = match <[Seen; 1]>::try_from(own) {
        Ok([seen]) => return Sent::Done(Box::new(seen)),
        Err(own) => own,
    };
    if own.is_empty() {
        let rest = nobodys.map(|nobodys| format!("; what it names and fits none of them: {nobodys}")).unwrap_or_default();
        return Sent::Unknown { why: format!("{title} took the request and names no ticket for this place{rest}") };
    }
    let ids: Vec<String> = own.into_iter().map(|seen| seen.id).collect();
    Sent::Unknown { why: format!("{title} answered with {} tickets for this place: {}", ids.len(), ids.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::tests::bench::{plain, seen};
    use crate::systems::techexpress::TechExpress;

    #[test]
    fn a_place_that_is_asked_about_twice_gets_no_ticket() {
        let place = |number| TechExpress.together(&plain(number).fields).map(|together| together.place);
        let answered =
            Answered { system: &TechExpress, tickets: vec![seen(&plain(1), "7"), seen(&plain(2), "8")], nameless: 0, whose: &|_| None };
        let Matched { each, surplus, .. } = answered.among(&[place(1), place(2), place(1), None]);
        let is_done: Vec<bool> = each.iter().map(|sent| matches!(sent, Sent::Done(_))).collect();
        assert_eq!(
            (is_done, surplus),
            (vec![false, true, false, false], vec![Stray { id: Some("7".into()), what: "7 for Store 1 (1)".into() }])
        );
    }

    #[test]
    fn an_echo_in_another_spelling_is_the_same_place() {
        let asked = TechExpress.together(&plain(1).fields).map(|together| together.place);
        let mut echo = seen(&plain(1), "7");
        echo.fields.set("location_name", " STORE  1");
        echo.fields.set("location_number", 1);
        let answered = Answered { system: &TechExpress, tickets: vec![echo.clone()], nameless: 0, whose: &|_| None };
        assert_eq!(answered.among(&[asked]).each, [Sent::Done(Box::new(echo))]);
    }
}
