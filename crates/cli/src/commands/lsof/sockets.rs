//! The sockets of the machine, by the numbers that descriptors have of them.

use std::collections::HashMap;
use std::rc::Rc;

use psight::net::Connection;

/// All sockets that have a number.
#[derive(Debug)]
pub(super) struct Sockets {
    all: Vec<Connection>,
    by_inode: HashMap<u64, usize>,
}

/// One of them.
#[derive(Debug, Clone)]
pub(super) struct Socket {
    sockets: Rc<Sockets>,
    at: usize,
}

impl From<Vec<Connection>> for Sockets {
    fn from(mut all: Vec<Connection>) -> Self {
        all.retain(|socket| socket.inode.is_some());
        let numbered = all.iter().enumerate();
        let by_inode = numbered.filter_map(|(at, socket)| Some((socket.inode?, at))).collect();
        Self { all, by_inode }
    }
}

impl Sockets {
    pub(super) fn find(sockets: &Rc<Self>, inode: u64) -> Option<Socket> {
        let at = *sockets.by_inode.get(&inode)?;
        Some(Socket { sockets: Rc::clone(sockets), at })
    }
}

impl Socket {
    pub(super) fn connection(&self) -> Option<&Connection> {
        self.sockets.all.get(self.at)
    }
}
