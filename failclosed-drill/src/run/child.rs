//! Processes of clients, and their environment.

use std::{
    ffi::OsString,
    io::{self, BufRead, BufReader, Read},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::{Duration, Instant},
};

use super::Case;

/// A client that takes longer than this to give its first verdict never will.
pub(super) const STARTUP: Duration = Duration::from_secs(20);

/// Variables that send a client elsewhere. The caller's own do not count in a drill.
const PROXIES: [&str; 8] = [
    "http_proxy",
    "HTTP_PROXY",
    "https_proxy",
    "HTTPS_PROXY",
    "all_proxy",
    "ALL_PROXY",
    "no_proxy",
    "NO_PROXY",
];

/// The client's command, with what a case adds to its environment.
pub(super) fn command(line: &[OsString], case: &Case) -> io::Result<Command> {
    let (program, arguments) = line.split_first().ok_or(io::ErrorKind::InvalidInput)?;
    let mut command = Command::new(program);
    command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    for name in PROXIES {
        command.env_remove(name);
    }
    command
        .env("FAILCLOSED_DRILL_ID", &case.id)
        .env("FAILCLOSED_DRILL_FORMAT", case.format.name())
        .env("FAILCLOSED_DRILL_URL", &case.url)
        .env("FAILCLOSED_DRILL_PATH", case.format.path())
        .env("FAILCLOSED_DRILL_QUESTION", case.format.question())
        .env("FAILCLOSED_DRILL_CA", &case.ca)
        .env("FAILCLOSED_DRILL_DEADLINE_MS", case.deadline.as_millis().to_string())
        .envs(case.env.iter().map(|(name, value)| (name, value)));
    Ok(command)
}

/// The lines of a pipe, as they come. A thread reads them, so that waiting for one can end.
pub(super) fn lines(pipe: impl Read + Send + 'static) -> Receiver<String> {
    let (send, receive) = channel();
    thread::spawn(move || {
        let mut pipe = BufReader::new(pipe);
        let mut line = Vec::new();
        // A client may print what is not UTF-8, and a pipe may end in an error: both end the words
        // it is known by, nothing else.
        while matches!(pipe.read_until(b'\n', &mut line), Ok(1..)) {
            if send.send(String::from_utf8_lossy(&line).trim_end().to_owned()).is_err() {
                break;
            }
            line.clear();
        }
    });
    receive
}

/// The last line that was not empty, once the process has ended.
pub(super) fn last(lines: &Receiver<String>) -> String {
    let mut last = String::new();
    // A grandchild may hold the pipe open for ever.
    while let Ok(line) = lines.recv_timeout(Duration::from_millis(100)) {
        if !line.trim().is_empty() {
            last = line;
        }
    }
    last
}

/// The exit code of a process that ends within the limit; `None` if it was killed for not doing so.
pub(super) fn wait(child: &mut Child, limit: Duration) -> io::Result<Option<Option<i32>>> {
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status.code()));
        }
        if begun.elapsed() >= limit {
            end(child);
            return Ok(None);
        }
        thread::sleep(Duration::from_millis(2));
    }
}

/// Kills a process by its id, and waits for it.
pub(super) fn end(child: &mut Child) {
    // Both fail only where it has already ended.
    let _ = child.kill();
    let _ = child.wait();
}
