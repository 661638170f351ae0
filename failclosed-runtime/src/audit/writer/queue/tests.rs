#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test panics, and has a thread of its own"
)]

use std::{thread, time::Duration};

use super::*;

const LONG: Duration = Duration::from_secs(3_600);

fn draft() -> Draft {
    Draft::lost(1)
}

fn queue(decisions: usize, outcomes: usize) -> (Queue, Vec<Ticket>) {
    let queue = Queue::new(8);
    let tickets = (0..decisions).filter_map(|_| queue.put(draft()).ok()).collect();
    (0..outcomes).for_each(|_| queue.put_outcome(draft()));
    (queue, tickets)
}

/// How many jobs there are to do, and how long it took to know.
fn taken(queue: &Queue, gather: Gather) -> (Option<usize>, Duration) {
    let began = Instant::now();
    let jobs = queue.take(None, gather);
    (jobs.map(|jobs| jobs.len()), began.elapsed())
}

#[test]
fn an_outcome_is_written_with_the_next_decision() {
    let (queue, _tickets) = queue(1, 1);
    assert_eq!(taken(&queue, Gather::default()).0, Some(2));
}

#[test]
fn an_outcome_is_written_where_no_decision_comes() {
    let (queue, _) = queue(0, 1);
    let (jobs, took) = taken(&queue, Gather::default());
    assert_eq!((jobs, took >= OUTCOMES_WAIT), (Some(1), true));
}

#[test]
fn one_of_them_does_not_wait_for_the_next_one() {
    let (queue, _) = queue(0, 1);
    thread::sleep(OUTCOMES_WAIT);
    queue.put_outcome(draft());
    // It would be empty if they were not due.
    assert_eq!(queue.take(Some(Instant::now()), Gather::default()).map(|jobs| jobs.len()), Some(2));
}

#[test]
fn outcomes_that_fill_half_of_their_room_do_not_wait() {
    for (outcomes, jobs) in [(3, 0), (4, 4)] {
        let (queue, _) = queue(0, outcomes);
        let taken = queue.take(Some(Instant::now()), Gather::default());
        assert_eq!(taken.map(|jobs| jobs.len()), Some(jobs), "{outcomes}");
    }
}

#[test]
fn what_waits_at_the_end_is_written() {
    let (queue, _) = queue(0, 1);
    queue.close();
    assert_eq!(taken(&queue, Gather::default()).0, Some(1));
    assert_eq!(taken(&queue, Gather::default()).0, None);
}

#[test]
fn who_came_alone_waits_for_nobody() {
    assert_eq!(Gather::after(1, LONG).until(Instant::now()), None);
    assert_eq!(Gather::default().until(Instant::now()), None);
}

/// And not for longer than a write would have taken.
#[test]
fn whoever_came_together_is_waited_for() {
    let now = Instant::now();
    let waits = |took| Gather::after(2, took).until(now).unwrap() - now;
    let short = Duration::from_micros(400);
    assert_eq!(waits(short), short / 4);
    assert!(waits(LONG) < OUTCOMES_WAIT);

    let (two, _both) = queue(1, 0);
    let (jobs, took) = taken(&two, Gather::after(2, LONG));
    assert_eq!((jobs, took >= waits(LONG)), (Some(1), true));
    // The other one comes in time.
    let gather = Gather::after(2, LONG);
    let together = (0..1_000).any(|_| {
        let (two, _one) = queue(1, 0);
        thread::scope(|scope| {
            let other = scope.spawn(|| two.put(draft()).ok());
            let jobs = taken(&two, gather).0;
            other.join().unwrap();
            jobs == Some(2)
        })
    });
    assert!(together);
}

/// There is no room for as many as came before: nobody could come.
#[test]
fn a_full_queue_is_not_waited_for() {
    let (full, _tickets) = queue(8, 0);
    assert!(matches!(full.put(draft()), Err(Refused::Full(_))));
    let quickest = (0..100).map(|_| {
        let (full, _tickets) = queue(8, 0);
        taken(&full, Gather::after(1_000, LONG))
    });
    // Of many, one at least is not held up by the machine.
    let (jobs, took) = quickest.min_by_key(|(_, took)| *took).unwrap();
    assert_eq!((jobs, took < Duration::from_millis(1)), (Some(8), true));
}
