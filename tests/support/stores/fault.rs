//! What can happen to a request between its sender and the store.

/// What happens to one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// 503, and the store never sees it.
    Busy,
    /// 409, as S3 answers while another request for the key is under way; the store never sees it.
    Conflict,
    /// 403, as where a credential has run out; the store never sees it. Nobody tries again.
    Denied,
    /// The store does it; 500 is answered.
    Failed,
    /// The store does it; the connection is closed without an answer.
    Lost,
    /// The store does it; half of the answer arrives, and then the connection is closed.
    Truncated,
    /// It reaches the store twice, one behind the other; the second answer arrives.
    Twice,
    /// The connection is closed without an answer; the store sees it when so many further requests have come, or never.
    Late(usize),
}

impl Fault {
    /// One of each that a run bears. With the two late ones the first lands between the sender's look and its next try, the other long after.
    pub const ALL: [Self; 8] =
        [Self::Busy, Self::Conflict, Self::Failed, Self::Lost, Self::Truncated, Self::Twice, Self::Late(1), Self::Late(6)];
}
