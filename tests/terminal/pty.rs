//! A real terminal, with a test for a person at it.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read, Write},
    os::fd::OwnedFd,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::{Duration, Instant},
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
    termios::{Winsize, tcgetattr, tcsetwinsize},
};

/// No wait in a healthy test comes near it.
const TOO_LONG: Duration = Duration::from_secs(20);

/// A person, the screen they see, and the agent at the other side of it.
pub(crate) struct Person {
    keyboard: Option<File>,
    /// Kept open, so that the terminal's modes can be read, and outlive the agent.
    slave: File,
    seen: String,
    agent: Child,
    orders: ChildStdin,
    said: BufReader<ChildStdout>,
}

impl Person {
    /// With patience in milliseconds: the approver's deadline.
    pub(crate) fn at_terminal(patience: u64) -> Self {
        let (master, name) = terminal();
        Self::with(master, &name, &name, patience)
    }

    /// At a screen that knows its size.
    pub(crate) fn at_screen(columns: u16, rows: u16) -> Self {
        let person = Self::at_terminal(15_000);
        let size = Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&person.slave, size).unwrap();
        person
    }

    /// The agent has no terminal at all.
    pub(crate) fn elsewhere() -> Self {
        let (master, name) = terminal();
        Self::with(master, &name, "none", 60_000)
    }

    fn with(master: OwnedFd, name: &str, terminal: &str, patience: u64) -> Self {
        let mut agent = Command::new(env!("CARGO_BIN_EXE_agent_at_terminal"))
            .args([terminal, &patience.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        Self {
            keyboard: Some(master.into()),
            slave: File::options().read(true).write(true).open(name).unwrap(),
            seen: String::new(),
            orders: agent.stdin.take().unwrap(),
            said: BufReader::new(agent.stdout.take().unwrap()),
            agent,
        }
    }

    /// Tells the agent what to do.
    pub(crate) fn order(&mut self, what: &str) {
        writeln!(self.orders, "{what}").unwrap();
    }

    /// What the agent says came of it.
    pub(crate) fn hear(&mut self) -> String {
        let mut line = String::new();
        self.said.read_line(&mut line).unwrap();
        line
    }

    pub(crate) fn hears(&mut self, what: &str) -> String {
        let line = self.hear();
        assert!(line.starts_with(what), "`{line}` and not `{what}`; on the screen: {}", self.seen);
        line
    }

    pub(crate) fn types(&mut self, keys: &str) {
        self.keyboard.as_mut().unwrap().write_all(keys.as_bytes()).unwrap();
    }

    /// Looks at the screen until there is `text`, and takes everything up to there off it.
    pub(crate) fn sees(&mut self, text: &str) -> String {
        let start = Instant::now();
        loop {
            if let Some(at) = self.seen.find(text) {
                let rest = self.seen.split_off(at + text.len());
                return std::mem::replace(&mut self.seen, rest);
            }
            assert!(start.elapsed() < TOO_LONG, "no `{text}` on the screen: {}", self.seen);
            self.look(Duration::from_millis(50));
        }
    }

    /// Everything that is on the screen and was not seen yet.
    pub(crate) fn glances(&mut self) -> String {
        while self.look(Duration::from_millis(100)) {}
        std::mem::take(&mut self.seen)
    }

    fn look(&mut self, patience: Duration) -> bool {
        let keyboard = self.keyboard.as_mut().unwrap();
        let mut ready = [PollFd::new(&*keyboard, PollFlags::IN)];
        let patience = Timespec::try_from(patience).unwrap();
        if poll(&mut ready, Some(&patience)).unwrap() == 0 {
            return false;
        }
        let mut bytes = [0; 4096];
        let read = keyboard.read(&mut bytes).unwrap_or(0);
        self.seen.push_str(&String::from_utf8_lossy(&bytes[..read]));
        read > 0
    }

    /// Reads the whole question; its code.
    pub(crate) fn is_asked(&mut self) -> (String, String) {
        let question = self.sees("\n> ");
        let code = question.split("ype ").last().unwrap()[..4].to_owned();
        assert!(code.chars().all(|c| c.is_ascii_lowercase()), "{question}");
        (question, code)
    }

    /// The next call is asked about as if nothing had been, and its code allows it.
    pub(crate) fn allows_the_next(&mut self) {
        self.order("charge");
        let (_, code) = self.is_asked();
        self.types(&format!("{code}\n"));
        let heard = self.hears("allowed|bodies ");
        assert!(heard.starts_with("allowed|bodies 1|"), "{heard}");
    }

    /// The terminal hangs up.
    pub(crate) fn leaves(&mut self) {
        self.keyboard = None;
    }

    /// Every attribute of the terminal.
    pub(crate) fn modes(&self) -> String {
        format!("{:?}", tcgetattr(&self.slave).unwrap())
    }
}

impl Drop for Person {
    fn drop(&mut self) {
        let _gone = self.agent.kill();
        let _gone = self.agent.wait();
    }
}

fn terminal() -> (OwnedFd, String) {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    let name = ptsname(&master, Vec::new()).unwrap().into_string().unwrap();
    (master, name)
}
