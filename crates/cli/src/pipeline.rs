//! Work on the lines of inputs, on one thread or several, with the results in the order of the lines.

use std::io;
use std::num::NonZeroUsize;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use crate::steps::{Step, Steps, Task};

/// How much of the inputs is held at once, in bytes, as long as no single block is larger.
const MOST_HELD: usize = 64 * 1024 * 1024;

/// Has `work` done on all lines that `steps` gives, on so many threads, and hands the steps with the results to `consume`, in
/// order, on this thread. A result is handed out as soon as it and all before it are there.
///
/// # Errors
///
/// The first one of `consume`, which ends everything; and a thread that panicked.
pub(crate) fn run<R: Send + 'static>(
    jobs: NonZeroUsize,
    steps: Steps,
    work: impl Fn(Task) -> R + Send + Sync + 'static,
    mut consume: impl FnMut(Step<R>) -> io::Result<()>,
) -> io::Result<()> {
    if jobs.get() == 1 {
        return steps.map(|step| step.map(&work)).try_for_each(consume);
    }
    // Each result in the order of the steps has a channel of its own, into which whoever works on it puts it. The threads
    // are not waited for: where `consume` fails, one of them may stand in a read that never ends.
    let held = Arc::new(Held::default());
    let (to_order, order) = sync_channel(2 * jobs.get());
    let (to_work, tasks) = sync_channel(2 * jobs.get());
    let tasks = Arc::new(Mutex::new(tasks));
    let work = Arc::new(work);
    for _ in 0..jobs.get() {
        let (tasks, work) = (tasks.clone(), work.clone());
        std::thread::Builder::new().name("work".to_owned()).spawn(move || work_on(&tasks, &*work))?;
    }
    let reader_held = held.clone();
    std::thread::Builder::new()
        .name("read".to_owned())
        .spawn(move || read(steps, &reader_held, &to_work, &to_order))?;
    for step in order {
        consume(step.try_map(|(result, len)| {
            let result = result.recv().map_err(|_| io::Error::other("a thread that masked lines ended unexpectedly"));
            held.remove(len);
            result
        })?)?;
    }
    Ok(())
}

/// A task, and where its result goes.
type Assigned<R> = (Task, SyncSender<R>);
/// Where a result comes from, and how many bytes of input it took.
type Awaited<R> = (Receiver<R>, usize);

/// Takes tasks until there will be no more.
fn work_on<R>(tasks: &Mutex<Receiver<Assigned<R>>>, work: &impl Fn(Task) -> R) {
    loop {
        let next = tasks.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok((task, result)) = next else { return };
        // Where nobody waits for it any more, the command is ending.
        let _ = result.send(work(task));
    }
}

/// Hands all steps out, until nobody wants them.
fn read<R>(steps: Steps, held: &Held, to_work: &SyncSender<Assigned<R>>, to_order: &SyncSender<Step<Awaited<R>>>) {
    for step in steps {
        let assigned = step.try_map(|task| {
            let len = task.block.text().len();
            held.add(len);
            let (sender, receiver) = sync_channel(1);
            to_work.send((task, sender)).map(|()| (receiver, len)).map_err(drop)
        });
        let Ok(step) = assigned else { return };
        if to_order.send(step).is_err() {
            return;
        }
    }
}

/// How many bytes of input wait for their results to be consumed.
#[derive(Default)]
struct Held {
    bytes: Mutex<usize>,
    fewer: Condvar,
}

impl Held {
    /// Waits until there is room; there always is for the first.
    fn add(&self, len: usize) {
        let bytes = self.bytes.lock().unwrap_or_else(PoisonError::into_inner);
        let full = |bytes: &mut usize| *bytes > 0 && *bytes + len > MOST_HELD;
        let mut bytes = self.fewer.wait_while(bytes, full).unwrap_or_else(PoisonError::into_inner);
        *bytes += len;
    }

    fn remove(&self, len: usize) {
        *self.bytes.lock().unwrap_or_else(PoisonError::into_inner) -= len;
        self.fewer.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::buffers::Buffers;
    use crate::input::Input;
    use crate::steps::Cut;

    /// The texts of all blocks as `work` leaves them, with so many threads.
    fn texts(jobs: usize, work: impl Fn(Task) -> Vec<u8> + Send + Sync + 'static) -> io::Result<Vec<u8>> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("numbers.log");
        std::fs::write(&path, (0..5_000).map(|n| format!("{n}\n")).collect::<String>())?;
        let steps = Steps::new([Input::File(path)].into_iter(), Cut { limit: 64, block: 16 }, Buffers::default());
        let mut all = Vec::new();
        run(NonZeroUsize::new(jobs).expect("not 0"), steps, work, |step| {
            if let Step::Lines(text) = step {
                all.extend_from_slice(&text);
            }
            Ok(())
        })?;
        Ok(all)
    }

    #[test]
    fn results_come_in_the_order_of_the_lines() {
        let in_order = texts(1, |task| task.block.text().to_vec()).expect("it can be read");
        assert_eq!(in_order.iter().filter(|byte| **byte == b'\n').count(), 5_000);
        let uneven = |task: Task| {
            let text = task.block.text().to_vec();
            if text[0] == b'7' {
                std::thread::sleep(std::time::Duration::from_micros(200));
            }
            text
        };
        assert_eq!(texts(4, uneven).expect("it can be read"), in_order);
    }

    #[test]
    fn a_thread_that_panics_is_an_error_and_not_a_gap() {
        let result = texts(3, |task| {
            assert!(!task.block.text().starts_with(b"25"), "as bad as it gets");
            task.block.text().to_vec()
        });
        assert!(result.is_err());
    }
}
