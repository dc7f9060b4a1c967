//! Exit codes: documented, tested, and picked in one place.

/// How a command ended. The order is the precedence: of several, the first of this list counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// 1: an error; what was asked was not done.
    Error,
    /// 5: tickets are in doubt.
    InDoubt,
    /// 6: partly applied.
    Partly,
    /// 4: refused by a limit or a policy; nothing was applied.
    Refused,
    /// 3: the saved plan is stale, finished or expired.
    Stale,
    /// 2: there are changes or drift; only with `--detailed-exitcode`.
    Changes,
    /// 7: nothing to change, but something needs a person; only with `--detailed-exitcode`.
    NeedsPerson,
    /// 0: done, or no changes.
    Done,
}

impl Exit {
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Error => 1,
            Self::Changes => 2,
            Self::Stale => 3,
            Self::Refused => 4,
            Self::InDoubt => 5,
            Self::Partly => 6,
            Self::NeedsPerson => 7,
        }
    }

    /// The one that counts, of those whose condition holds.
    pub fn first(conditions: &[(bool, Self)]) -> Self {
        conditions.iter().filter(|(holds, _)| *holds).map(|(_, exit)| *exit).min().unwrap_or(Self::Done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_precedence_holds() {
        let order = [Exit::Error, Exit::InDoubt, Exit::Partly, Exit::Refused, Exit::Stale, Exit::Changes, Exit::NeedsPerson, Exit::Done];
        assert_eq!(order.map(Exit::code), [1, 5, 6, 4, 3, 2, 7, 0]);
        assert!(order.is_sorted());
        assert_eq!(Exit::first(&[(true, Exit::Changes), (false, Exit::Error), (true, Exit::InDoubt)]), Exit::InDoubt);
        assert_eq!(Exit::first(&[]), Exit::Done);
    }
}
