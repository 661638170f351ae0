//! Buffers that are used again, so that a question costs no allocation.

use std::cell::RefCell;

use super::snapshot::Page;

/// As many pages as one thread keeps: a question, its comparison, and a nested call's.
const KEPT: usize = 4;

/// A page that grew beyond this is given back to the allocator: one large question must not hold its
/// memory for good.
const LARGEST_KEPT: usize = 64 * 1024;

/// In boxes as they are handed out: a page is moved by its pointer.
#[allow(
    clippy::vec_box,
    reason = "a page that is moved out of the list is moved on for every question"
)]
type Pages = Vec<Box<Page>>;

thread_local! {
    static PAGES: RefCell<Pages> = const { RefCell::new(Vec::new()) };
}

/// An empty page.
pub(super) fn take() -> Box<Page> {
    // A thread that is ending has no pool any more; then the page is simply a new one.
    let kept = PAGES.try_with(|pages| pages.try_borrow_mut().ok()?.pop()).ok().flatten();
    kept.unwrap_or_default()
}

/// Keeps a page for the next question of this thread.
pub(super) fn give_back(mut page: Box<Page>) {
    if page.capacity() > LARGEST_KEPT {
        return;
    }
    // Arguments may be secrets to whoever gets the page next; it gets an empty one.
    page.clear();
    let _gone = PAGES.try_with(|pages| {
        if let Ok(mut pages) = pages.try_borrow_mut()
            && pages.len() < KEPT
        {
            pages.push(page);
        }
    });
}
