//! The heartbeat: renews a lease in the background, as long as somebody has it.

use std::sync::Weak;
use std::time::Duration;

use super::Held;

/// Ends with the lease, or when the lease is lost. A renewal that fails otherwise is tried again at the next beat: while the store cannot be
/// reached nothing can be sent either.
pub(super) async fn beat(held: Weak<Held>, every: Duration) {
    loop {
        tokio::time::sleep(every).await;
        let Some(held) = held.upgrade() else { return };
        // The calls of `Objects` wait for this runtime's worker, so they may not be made on it.
        let renewed = tokio::task::spawn_blocking(move || (held.renew(), held.is_over())).await;
        match renewed {
            Ok((_, true)) | Err(_) => return,
            Ok((Ok(()), false)) => {}
            Ok((Err(why), false)) => tracing::warn!("the lease was not renewed: {why}"),
        }
    }
}
