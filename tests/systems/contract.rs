//! One contract for every system.
