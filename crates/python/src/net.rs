//! The machine's network as Python has it: sockets, and what interfaces are.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashSet};
use std::ffi::OsString;
use std::net::{IpAddr, SocketAddr};

use psight::net::{Address, Connection, Duplex, Family, InterfaceAddress, InterfaceStats};
use psight::record::ToValue;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple};

use crate::state::{Class, State, Tuple};
use crate::views::{object, text, view_with};
use crate::{enter, ffi};

/// Adds the functions of this file that take something.
pub(crate) fn fill(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(net_connections, module)?)
}

#[pyfunction]
#[pyo3(pass_module)]
fn net_connections<'py>(module: &Bound<'py, PyModule>, kind: &str) -> PyResult<Bound<'py, PyAny>> {
    let (py, state) = (module.py(), ffi::state(module)?);
    let kind = enter::system(py, state, || kind.parse())?;
    let found = enter::host(py, state, |host| host.connections_with_owners(kind).map(distinct))?;
    connections(py, state, Tuple::Sconn, &found)
}

/// One of those that look the same: psutil answers with what was a set, and unix sockets without a name and an owner
/// are many. A descriptor is of one socket alone.
fn distinct(mut found: Vec<Connection>) -> Vec<Connection> {
    let mut seen = HashSet::new();
    found.retain(|row| {
        (row.pid.is_some() && row.fd.is_some()) || {
            let ends = (row.laddr.clone(), row.raddr.clone());
            seen.insert((row.pid, row.fd, row.family, row.kind, row.status, ends))
        }
    });
    found
}

/// Sockets as psutil's tuples `sconn` or `pconn`.
pub(crate) fn connections<'py>(
    py: Python<'py>,
    state: &State,
    tuple: Tuple,
    found: &[Connection],
) -> PyResult<Bound<'py, PyAny>> {
    let words = Words { py, state, known: RefCell::default() };
    let ends = Ends::new(py, state)?;
    let unknown_fd = (-1i32).into_pyobject(py)?.into_any();
    let rows = found.iter().map(|row| {
        view_with(py, state, tuple, row, |field| {
            Ok(Some(match field {
                "fd" if row.fd.is_none() => unknown_fd.clone(),
                "family" => words.get("family", row.family.as_str())?,
                "type" => words.get("socket_type", row.kind.as_str())?,
                "status" => state.constant(py, row.status.as_str()).into_any(),
                "laddr" => ends.object(row.family, row.laddr.as_ref())?,
                "raddr" => ends.object(row.family, row.raddr.as_ref())?,
                _ => return Ok(None),
            }))
        })
    });
    Ok(PyList::new(py, rows.collect::<PyResult<Vec<_>>>()?)?.into_any())
}

/// The ends of the sockets of a listing. Many are the same: a server's own end is that of each of its connections, and the
/// other end of each of its clients'.
struct Ends<'py, 'a> {
    py: Python<'py>,
    class: &'a Class,
    /// Each at the place of its port, until another comes there.
    known: RefCell<[Known<'py, SocketAddr>; PLACES]>,
    /// The last address, which differs from the next one less often than the port.
    last: RefCell<Known<'py, IpAddr>>,
}

/// What something was made into, and what it was.
type Known<'py, T> = Option<(T, Bound<'py, PyAny>)>;

const PLACES: usize = 64;

impl<'py, 'a> Ends<'py, 'a> {
    fn new(py: Python<'py>, state: &'a State) -> PyResult<Self> {
        let class = state.class(py, Tuple::Addr, &[])?;
        Ok(Self {
            py,
            class,
            known: RefCell::new([const { None }; PLACES]),
            last: RefCell::default(),
        })
    }

    /// `addr(ip, port)`, `()` where there is none, or the text of a unix address.
    fn object(&self, family: Family, address: Option<&Address>) -> PyResult<Bound<'py, PyAny>> {
        match address {
            Some(Address::Unix(name)) => text(self.py, name),
            Some(Address::Inet(address)) if address.port() != 0 => self.end(*address),
            _ if family == Family::Unix => Ok(PyString::new(self.py, "").into_any()),
            _ => Ok(PyTuple::empty(self.py).into_any()),
        }
    }

    fn end(&self, address: SocketAddr) -> PyResult<Bound<'py, PyAny>> {
        let place = usize::from(address.port()) % PLACES;
        let mut known = self.known.borrow_mut();
        let Some(known) = known.get_mut(place) else { return self.new_end(address) };
        if let Some((_, end)) = known.as_ref().filter(|(of, _)| *of == address) {
            return Ok(end.clone());
        }
        let end = self.new_end(address)?;
        Ok(known.insert((address, end)).1.clone())
    }

    fn new_end(&self, address: SocketAddr) -> PyResult<Bound<'py, PyAny>> {
        let end = self.class.begin(self.py, 2)?;
        end.set_leaf(0, self.ip(address.ip()))?;
        end.set_leaf(1, address.port().into_pyobject(self.py)?.into_any())?;
        Ok(end.done())
    }

    fn ip(&self, ip: IpAddr) -> Bound<'py, PyAny> {
        let mut last = self.last.borrow_mut();
        match &*last {
            Some((known, object)) if *known == ip => object.clone(),
            _ => {
                let object = PyString::new(self.py, &ip.to_string()).into_any();
                last.insert((ip, object)).1.clone()
            }
        }
    }
}

/// What Python has for the core's words, each looked up once for a listing.
struct Words<'py, 'a> {
    py: Python<'py>,
    state: &'a State,
    /// By the function that knows the word, and the word.
    known: RefCell<Vec<(&'static str, &'static str, Bound<'py, PyAny>)>>,
}

impl<'py> Words<'py, '_> {
    /// The member of an enum that this function of `psight._enums` has for the word.
    fn get(&self, function: &'static str, word: &'static str) -> PyResult<Bound<'py, PyAny>> {
        let found = self.known.borrow().iter().find_map(|(f, w, object)| {
            (std::ptr::eq(*f, function) && std::ptr::eq(*w, word)).then(|| object.clone())
        });
        if let Some(object) = found {
            return Ok(object);
        }
        // Its own name each time would fill the cache of attribute names, which keeps 4,096 of them.
        let name = PyString::intern(self.py, word);
        let object = self.state.object(self.py, "psight._enums", function)?.call1((name,))?;
        self.known.borrow_mut().push((function, word, object.clone()));
        Ok(object)
    }
}

pub(crate) fn interface_addresses<'py>(
    py: Python<'py>,
    state: &State,
    nics: BTreeMap<OsString, Vec<InterfaceAddress>>,
) -> PyResult<Bound<'py, PyAny>> {
    let words = Words { py, state, known: RefCell::default() };
    let dict = PyDict::new(py);
    for (nic, addresses) in &nics {
        let rows = addresses.iter().map(|row| {
            view_with(py, state, Tuple::Snicaddr, row, |field| match field {
                "family" => words.get("family", row.family.as_str()).map(Some),
                _ => Ok(None),
            })
        });
        dict.set_item(text(py, nic)?, PyList::new(py, rows.collect::<PyResult<Vec<_>>>()?)?)?;
    }
    Ok(dict.into_any())
}

pub(crate) fn interface_stats<'py>(
    py: Python<'py>,
    state: &State,
    nics: BTreeMap<OsString, InterfaceStats>,
) -> PyResult<Bound<'py, PyAny>> {
    let words = Words { py, state, known: RefCell::default() };
    let dict = PyDict::new(py);
    for (nic, stats) in &nics {
        let row = view_with(py, state, Tuple::Snicstats, stats, |field| match field {
            "duplex" => {
                words.get("duplex", stats.duplex.map_or("unknown", Duplex::as_str)).map(Some)
            }
            "speed" if stats.speed.is_none() => object(py, 0u8.to_value()).map(Some),
            _ => Ok(None),
        })?;
        dict.set_item(text(py, nic)?, row)?;
    }
    Ok(dict.into_any())
}
