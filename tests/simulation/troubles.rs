//! What goes wrong between callout and the vendors: slow servers, lying ones, broken lines.

use callout::systems::sandbox::{Call, Fault, Trouble};

use crate::world::World;

/// Longer than any client waits.
const AGES: u64 = 20 * 60 * 1000;

/// Everything that a random world must have met.
pub const ALL: [&str; 28] = [
    "error_before_commit",
    "error_after_commit",
    "drop_before_commit",
    "drop_after_commit",
    "half_answer",
    "html",
    "no_id",
    "too_many_requests",
    "other_date",
    "other_order",
    "ticket_left_out",
    "same_places",
    "refused_half_way",
    "refused_after_commit",
    "late_commit",
    "other_ticket",
    "other_id_type",
    "latency",
    "not_found",
    "old_version",
    "ignored",
    "repeated_page",
    "skipped_row",
    "shuffled",
    "unfiltered",
    "not_listed_yet",
    "nothing_listed",
    "redirect",
];

/// Not `OtherTicket`: an answer with a ticket that no record holds, in a system whose answers show no mark, cannot be told from a create
/// that was booked for another place. That one is held already is tried beside the protocol, in `src/apply`.
fn on_create() -> Vec<Trouble> {
    vec![
        Trouble::ErrorBeforeCommit { status: 500 },
        Trouble::ErrorAfterCommit { status: 502 },
        Trouble::DropBeforeCommit,
        Trouble::DropAfterCommit,
        Trouble::HalfAnswer,
        Trouble::Html,
        Trouble::NoId,
        Trouble::TooManyRequests { retry_after: Some(3) },
        Trouble::OtherDate,
        Trouble::LateCommit { seconds: 90 },
        Trouble::OtherIdType,
        Trouble::Redirect { to: "http://127.0.0.1:9/".to_owned() },
    ]
}

fn on_several() -> Vec<Trouble> {
    vec![Trouble::OtherOrder, Trouble::TicketLeftOut, Trouble::SamePlaces, Trouble::RefusedHalfWay]
}

fn on_read() -> Vec<Trouble> {
    vec![
        Trouble::NotFound,
        Trouble::NotFound,
        Trouble::OtherTicket,
        Trouble::OldVersion,
        Trouble::OtherIdType,
        Trouble::Html,
        Trouble::DropBeforeCommit,
    ]
}

fn on_update() -> Vec<Trouble> {
    vec![
        Trouble::ErrorBeforeCommit { status: 500 },
        Trouble::ErrorAfterCommit { status: 502 },
        Trouble::DropBeforeCommit,
        Trouble::DropAfterCommit,
        Trouble::NotFound,
        Trouble::RefusedAfterCommit { status: 404 },
        Trouble::Html,
        Trouble::Ignored,
    ]
}

fn on_delete() -> Vec<Trouble> {
    vec![
        Trouble::ErrorBeforeCommit { status: 500 },
        Trouble::ErrorAfterCommit { status: 502 },
        Trouble::DropBeforeCommit,
        Trouble::DropAfterCommit,
        Trouble::NotFound,
        Trouble::RefusedAfterCommit { status: 400 },
    ]
}

fn on_list() -> Vec<Trouble> {
    vec![
        Trouble::ErrorBeforeCommit { status: 500 },
        Trouble::HalfAnswer,
        Trouble::Html,
        Trouble::RepeatedPage,
        Trouble::SkippedRow,
        Trouble::Shuffled,
        Trouble::Unfiltered,
        Trouble::NotListedYet { seconds: 3600 },
        Trouble::NothingListed,
        Trouble::OldVersion,
    ]
}

impl World {
    /// Some of the vendor's requests go wrong from now on.
    pub fn draw_faults(&mut self) {
        let mut faults = Vec::new();
        for _ in 0..=self.random.below(3) {
            let percent = u8::try_from(20 + self.random.below(60)).expect("below 100");
            faults.push(self.draw(Call::Create, &on_create()).percent(percent));
        }
        if self.together && self.random.one_in(2) {
            faults.push(self.draw(Call::Create, &on_several()).percent(60));
        }
        for (call, troubles) in [(Call::Read, on_read()), (Call::Update, on_update()), (Call::Delete, on_delete()), (Call::List, on_list())]
        {
            if self.random.one_in(2) {
                faults.push(self.draw(call, &troubles).percent(50));
            }
        }
        // A slow answer to some kind of request, and a broken line besides: what a client sees that waited for so long.
        if self.random.one_in(4) {
            let call = *self.random.pick(&[Call::Create, Call::Read, Call::List, Call::Update]).expect("a call");
            faults.push(Fault::on(call, Trouble::Latency { milliseconds: AGES }).percent(30));
        }
        self.sandbox.set_faults(faults).expect("faults that exist");
    }

    fn draw(&mut self, call: Call, troubles: &[Trouble]) -> Fault {
        Fault::on(call, self.random.pick(troubles).expect("there are troubles").clone())
    }

    pub fn heal(&self) {
        self.sandbox.set_faults(Vec::new()).expect("no faults");
    }
}
