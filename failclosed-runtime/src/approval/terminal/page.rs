//! A question that may be longer than the screen.

use std::io;

use super::session::Size;
use crate::approval::Presentation;

const TITLE: &str = "An agent asks for your permission.";

/// A whole question, and how much of it the person has seen. The code is below its last page, and
/// nowhere else: who can type it has been shown everything.
pub(super) struct Pages {
    pages: Vec<String>,
    code: String,
}

impl Pages {
    /// # Errors
    /// The screen is too low to show a line of the question beside what is to be typed.
    pub(super) fn of(presentation: &Presentation, size: Size, code: &str) -> io::Result<Self> {
        let mut pages = Self { pages: Vec::new(), code: code.to_owned() };
        // The largest number is the widest, and each frame has the room of the larger one.
        let longest = [pages.last(), more(9_999, 9_999)];
        let rows_of = |text: &String| text.lines().map(|line| rows(line, size.columns)).sum();
        let frame: usize = longest.iter().map(rows_of).max().unwrap_or(usize::MAX);
        // An empty line, the title, an empty line, and the line for the answer.
        let room = size.rows.saturating_sub(frame.saturating_add(3 + rows(TITLE, size.columns)));
        if room == 0 {
            // FAIL CLOSED: nothing of it would be on the screen when the answer is due.
            let fault = "the terminal is too low to show a question";
            return Err(io::Error::new(io::ErrorKind::Unsupported, fault));
        }
        pages.pages = presentation.pages(size.columns, room);
        if pages.pages.is_empty() {
            // FAIL CLOSED: a code below nothing would approve nobody knows what.
            return Err(io::Error::new(io::ErrorKind::InvalidData, "there is nothing to show"));
        }
        Ok(pages)
    }

    pub(super) fn is_last(&self, page: usize) -> bool {
        page + 1 >= self.pages.len()
    }

    /// A page, and what to do next.
    pub(super) fn at(&self, page: usize) -> String {
        // There is no page behind the last; an empty one would be no harm, as what was shown stays.
        let shown = self.pages.get(page).map(String::as_str).unwrap_or_default();
        format!("\n{TITLE}\n\n{shown}{}", self.how_to_go_on(page))
    }

    fn how_to_go_on(&self, page: usize) -> String {
        if self.is_last(page) { self.last() } else { more(page + 1, self.pages.len()) }
    }

    fn last(&self) -> String {
        format!(
            "\nType {} to allow this once, ? to read it again.\n\
             Anything else is a no, and is told to the agent.\n",
            self.code
        )
    }

    /// For a person who says yes and not the code.
    pub(super) fn how_to_allow(&self, page: usize) -> String {
        if self.is_last(page) {
            format!("To allow this once, type {}.\n", self.code)
        } else {
            self.how_to_go_on(page)
        }
    }
}

fn more(page: usize, pages: usize) -> String {
    format!(
        "\nPage {page} of {pages}. ENTER shows the next; the last says how to allow it.\n\
         Anything else is a no, and is told to the agent.\n"
    )
}

/// How many rows a line of ASCII takes on a display that breaks it.
fn rows(line: &str, columns: usize) -> usize {
    line.len().div_ceil(columns).max(1)
}
