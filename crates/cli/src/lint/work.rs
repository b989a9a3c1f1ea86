//! Work on files, on several threads with room for deep sources, with the results in order.

use std::collections::BTreeMap;
use std::io;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::sync_channel;

use super::parse::STACK;

/// Does `work` on each item, on so many threads, each with what `begin` makes; hands the results to `consume`, in order, on this one.
///
/// # Errors
///
/// The first one of `consume`, which ends everything; and a thread that could not be made, or panicked.
pub(super) fn in_order<I: Sync, S, R: Send>(
    jobs: NonZeroUsize,
    items: &[I],
    begin: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, &I) -> R + Sync,
    mut consume: impl FnMut(&I, R) -> io::Result<()>,
) -> io::Result<()> {
    let (next, ended) = (AtomicUsize::new(0), AtomicBool::new(false));
    let (sender, results) = sync_channel(4 * jobs.get());
    std::thread::scope(|scope| {
        for _ in 0..jobs.get().min(items.len()) {
            let (sender, next, ended, begin, work) = (sender.clone(), &next, &ended, &begin, &work);
            let on_thread = move || {
                let mut state = begin();
                while !ended.load(Ordering::Relaxed) {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(at) else { return };
                    if sender.send((at, work(&mut state, item))).is_err() {
                        return;
                    }
                }
            };
            std::thread::Builder::new().name("lint".to_owned()).stack_size(STACK).spawn_scoped(scope, on_thread)?;
        }
        drop(sender);
        let (mut early, mut due) = (BTreeMap::new(), 0);
        let mut consumed = Ok(());
        for (at, result) in results {
            early.insert(at, result);
            while let Some(result) = early.remove(&due) {
                consumed = consumed.and_then(|()| consume(&items[due], result));
                due += 1;
            }
            if consumed.is_err() {
                ended.store(true, Ordering::Relaxed);
            }
        }
        consumed
    })
}
