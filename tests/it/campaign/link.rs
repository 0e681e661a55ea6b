//! A TCP connection between the program and a server that can be cut, stalled and left half-open.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};

/// What becomes of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// They are passed on.
    Open,
    /// Connections are closed, and so are new ones.
    Cut,
    /// They wait; connections stay open.
    Stalled,
}

#[derive(Debug)]
struct State {
    mode: Mode,
    /// Number of the next connection.
    next: u64,
    /// Connections below this number are half-open: what is sent there vanishes, and nothing comes back.
    dead_below: u64,
    /// Both ends of every connection that is not known to be closed.
    open: Vec<(u64, TcpStream, TcpStream)>,
}

/// Listens on a port of its own and passes on to one server.
#[derive(Debug, Clone)]
pub(crate) struct Link {
    address: SocketAddr,
    state: Arc<(Mutex<State>, Condvar)>,
}

impl Link {
    /// A link to the server at `target`, such as `127.0.0.1:5432`. Its threads end with the test.
    pub(crate) fn to(target: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let state = State { mode: Mode::Open, next: 0, dead_below: 0, open: Vec::new() };
        let link = Self { address: listener.local_addr().unwrap(), state: Arc::new((Mutex::new(state), Condvar::new())) };
        let (accepting, target) = (link.clone(), target.to_owned());
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                accepting.connect(client, &target);
            }
        });
        link
    }

    /// Host and port at which it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn cut(&self) {
        let mut state = self.set(Mode::Cut);
        for (_, client, server) in state.open.drain(..) {
            let _ = client.shutdown(Shutdown::Both);
            let _ = server.shutdown(Shutdown::Both);
        }
    }

    pub(crate) fn stall(&self) {
        drop(self.set(Mode::Stalled));
    }

    pub(crate) fn restore(&self) {
        drop(self.set(Mode::Open));
    }

    /// Leaves every present connection half-open for ever; new ones are passed on.
    pub(crate) fn leave_half_open(&self) {
        let mut state = self.state.0.lock().unwrap();
        state.dead_below = state.next;
    }

    fn set(&self, mode: Mode) -> MutexGuard<'_, State> {
        let mut state = self.state.0.lock().unwrap();
        state.mode = mode;
        self.state.1.notify_all();
        state
    }

    fn connect(&self, client: TcpStream, target: &str) {
        let number = {
            let mut state = self.state.0.lock().unwrap();
            if state.mode == Mode::Cut {
                return;
            }
            state.next += 1;
            state.next - 1
        };
        // A server that is away: the client sees a closed connection.
        let Ok(server) = TcpStream::connect(target) else { return };
        let _ = (client.set_nodelay(true), server.set_nodelay(true));
        let copies = [client.try_clone(), server.try_clone(), client.try_clone(), server.try_clone()];
        let [Ok(from_client), Ok(to_server), Ok(kept_client), Ok(kept_server)] = copies else { return };
        self.state.0.lock().unwrap().open.push((number, kept_client, kept_server));
        let (up, down) = (self.clone(), self.clone());
        std::thread::spawn(move || up.pump(number, from_client, to_server));
        std::thread::spawn(move || down.pump(number, server, client));
    }

    /// Passes bytes on in one direction until one end closes.
    fn pump(&self, number: u64, mut from: TcpStream, mut to: TcpStream) {
        let mut buffer = vec![0; 64 << 10];
        loop {
            let read = from.read(&mut buffer).unwrap_or(0);
            let (lock, changed) = &*self.state;
            let mut state = lock.lock().unwrap();
            while state.mode == Mode::Stalled && number >= state.dead_below {
                state = changed.wait(state).unwrap();
            }
            if number < state.dead_below {
                if read == 0 {
                    // The other end does not learn of it.
                    return;
                }
                continue;
            }
            drop(state);
            if read == 0 || to.write_all(&buffer[..read]).is_err() {
                let _ = to.shutdown(Shutdown::Both);
                let _ = from.shutdown(Shutdown::Both);
                self.state.0.lock().unwrap().open.retain(|(other, ..)| *other != number);
                return;
            }
        }
    }
}
