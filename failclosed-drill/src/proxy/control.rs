//! Telling a proxy what to do, from another program.

use std::{
    io::{self, BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener, TcpStream, ToSocketAddrs},
    sync::{Arc, PoisonError},
    thread,
};

use super::{Fault, Proxy, Shared};

impl Proxy {
    /// Listens for faults, one a line, and answers each with a line: `ok`, or what is wrong with it.
    /// Returns where it listens.
    ///
    /// # Errors
    /// The address is taken, or is none.
    pub fn control(&self, address: impl ToSocketAddrs) -> io::Result<SocketAddr> {
        let listener = TcpListener::bind(address)?;
        let address = listener.local_addr()?;
        let shared = self.shared.clone();
        thread::Builder::new().name("proxy".to_owned()).spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                if shared.over() {
                    break;
                }
                let shared = shared.clone();
                let _ = thread::Builder::new().name("proxy".to_owned()).spawn(move || {
                    // Whoever was in control has gone; the last fault stays.
                    let _ = obey(&shared, stream);
                });
            }
        })?;
        *self.control.lock().unwrap_or_else(PoisonError::into_inner) = Some(address);
        Ok(address)
    }
}

fn obey(shared: &Arc<Shared>, mut stream: TcpStream) -> io::Result<()> {
    let lines = BufReader::new(stream.try_clone()?).lines();
    for line in lines {
        let answer = match line?.parse::<Fault>() {
            Ok(fault) => {
                *shared.fault.lock().unwrap_or_else(PoisonError::into_inner) = fault;
                "ok".to_owned()
            }
            Err(error) => error.replace('\n', "; "),
        };
        writeln!(stream, "{answer}")?;
    }
    Ok(())
}
