//! This program, started again: as the server, and as something that keeps a core awake.

use std::{
    env,
    hint::spin_loop,
    io::{BufRead, BufReader},
    os::unix::process::parent_id,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use super::server;
use crate::Failure;

const SERVE: &str = "serve";
const SPIN: &str = "spin";

/// To be called first: where this process was started by the functions below, it does not return.
///
/// # Errors
/// The server's.
pub fn play_role() -> Result<(), Failure> {
    let mut arguments = env::args().skip(1);
    match (arguments.next().as_deref(), arguments.next()) {
        (Some(SERVE), Some(wire_question)) => {
            let wire_question = wire_question.parse()?;
            thread::spawn(|| end_with_parent());
            server::serve(wire_question)
        }
        (Some(SPIN), _) => end_with_parent(),
        _ => Ok(()),
    }
}

/// A process that is ended with its owner.
pub struct Owned(Child);

impl Drop for Owned {
    fn drop(&mut self) {
        // It notices by itself, a little later.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Where the server listens.
pub struct Ports {
    /// HTTP.
    pub http: u16,
    /// Bytes for bytes.
    pub ping: u16,
    /// Reads, and says nothing.
    pub hang: u16,
    /// Sends half of a head.
    pub stuck: u16,
    /// Sends its body byte by byte.
    pub slow: u16,
    _server: Owned,
}

/// The server, in a process of its own.
///
/// # Errors
/// The system's.
pub fn server(wire_question: usize) -> Result<Ports, Failure> {
    let mut child = Command::new(env::current_exe()?)
        .args([SERVE, &wire_question.to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()?;
    let stdout = child.stdout.take().ok_or("a server without an output")?;
    let server = Owned(child);
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line)?;
    let ports: Vec<u16> = line.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
    let &[http, ping, hang, stuck, slow] = &ports[..] else { return Err("no ports".into()) };
    Ok(Ports { http, ping, hang, stuck, slow, _server: server })
}

/// Keeps every core awake, at the lowest priority. A virtual core that sleeps between two messages
/// takes ten times as long to wake up as the message takes: without this a client that has one
/// question under way is measured by its host's scheduler.
///
/// # Errors
/// The system's, or no `nice`.
pub fn spinners() -> Result<Vec<Owned>, Failure> {
    let exe = env::current_exe()?;
    (0..thread::available_parallelism()?.get())
        .map(|_| {
            let child = Command::new("nice")
                .args(["-n", "19"])
                .arg(&exe)
                .arg(SPIN)
                .stdin(Stdio::null())
                .spawn();
            Ok(Owned(child?))
        })
        .collect()
}

/// The server sleeps here, and a spinner spins.
fn end_with_parent() -> ! {
    let parent = parent_id();
    let spins = env::args().nth(1).as_deref() == Some(SPIN);
    loop {
        let look_again = Instant::now() + Duration::from_millis(100);
        while spins && Instant::now() < look_again {
            for _ in 0..10_000 {
                spin_loop();
            }
        }
        if !spins {
            thread::sleep(Duration::from_millis(100));
        }
        if parent_id() != parent {
            std::process::exit(0);
        }
    }
}
