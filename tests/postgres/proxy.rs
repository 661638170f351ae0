//! Between a program and its server: the connection is cut just before or just after the server has done
//! what it was asked.

use std::{
    io::{Read as _, Write as _},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum How {
    Passes,
    /// The next question does not arrive.
    CutsQuestion,
    /// The next answer does not: what was asked is done.
    CutsAnswer,
    /// Neither arrives any more, on this connection, and neither side is told: a network that is parted.
    Parts,
}

/// Ends with the connections that go through it.
pub(crate) struct Proxy {
    port: u16,
    how: Arc<Mutex<How>>,
}

impl Proxy {
    pub(crate) fn start(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let how = Arc::new(Mutex::new(How::Passes));
        let cuts = Arc::clone(&how);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let Ok(server) = TcpStream::connect(("127.0.0.1", server)) else { continue };
                let (to, from) = (server.try_clone().unwrap(), client.try_clone().unwrap());
                let questions = Arc::clone(&cuts);
                thread::spawn(move || carry(from, to, &questions, How::CutsQuestion));
                let answers = Arc::clone(&cuts);
                thread::spawn(move || carry(server, client, &answers, How::CutsAnswer));
            }
        });
        Self { port, how }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Once, and then everything passes again.
    pub(crate) fn set(&self, how: How) {
        *self.how.lock().unwrap() = how;
    }

    pub(crate) fn has_cut(&self) -> bool {
        *self.how.lock().unwrap() == How::Passes
    }
}

fn carry(mut from: TcpStream, mut to: TcpStream, how: &Mutex<How>, cut: How) {
    let mut bytes = [0; 65_536];
    while let Ok(read @ 1..) = from.read(&mut bytes) {
        let mut how = how.lock().unwrap();
        if *how == How::Parts && cut == How::CutsQuestion {
            *how = How::Passes;
            drop(how);
            loop {
                thread::park();
            }
        }
        if *how == cut {
            *how = How::Passes;
            break;
        }
        drop(how);
        if to.write_all(&bytes[..read]).is_err() {
            break;
        }
    }
    drop(from.shutdown(Shutdown::Both));
    drop(to.shutdown(Shutdown::Both));
}
