// attempt: get a view with a permit that the lock is not for
// stopped by: E0277

use failclosed::{Action, Locked, Permit, guard::View};

#[derive(Action)]
#[action(name = "read")]
struct Read;

#[derive(Action)]
#[action(name = "delete")]
struct Delete;

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

struct Files;

struct Reader<'p>(&'p Files);

impl Reader<'_> {
    fn read(&self) -> usize {
        size_of_val(self.0)
    }
}

impl Files {
    fn delete(&self) {}
}

impl View<Read> for Files {
    type Seen<'p> = Reader<'p>;
    fn view(&self) -> Reader<'_> {
        Reader(self)
    }
}

impl View<Delete> for Files {
    type Seen<'p> = &'p Files;
    fn view(&self) -> &Files {
        self
    }
}

fn work(files: &Locked<Files, Read>, permit: &Permit<'_, Delete>) {
    files.view(permit);
}

fn main() {}
