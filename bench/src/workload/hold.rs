//! A process that has a lot of one thing: `psight-bench hold WHAT FOLDER`.

use std::fs::File;
use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::Path;

use crate::{Outcome, ffi, workload};

const TCP: usize = 10_000;
const UNIX: usize = 500;
const DESCRIPTORS: usize = 20_000;
const MAPPINGS: usize = 5_000;
const THREADS: usize = 2_000;

/// Gets the things, says so, and keeps them until the input ends.
pub(crate) fn run(what: &str, folder: &Path) -> Outcome {
    workload::raise_limit()?;
    match what {
        "Sockets" => keep(sockets()?),
        "Descriptors" => keep(descriptors(folder)?),
        "Mappings" => keep(mappings(folder)?),
        "Threads" => keep(threads()?),
        other => Err(format!("there is no load {other:?}").into()),
    }
}

fn keep<T>(things: T) -> Outcome {
    writeln!(std::io::stdout(), "ready")?;
    workload::until_the_end()?;
    drop(things);
    Ok(())
}

type Sockets = (TcpListener, Vec<TcpStream>, Vec<UnixStream>);

fn sockets() -> Outcome<Sockets> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let (mut inet, mut unix) = (Vec::new(), Vec::new());
    while inet.len() + 1 < TCP {
        inet.push(TcpStream::connect(address)?);
        inet.push(listener.accept()?.0);
    }
    while unix.len() < UNIX {
        let (one, other) = UnixStream::pair()?;
        unix.extend([one, other]);
    }
    Ok((listener, inet, unix))
}

/// As many as this system lets one process have.
fn descriptors(folder: &Path) -> Outcome<Vec<File>> {
    let path = folder.join("a file that is open often");
    File::create(&path)?;
    let mut files = Vec::with_capacity(DESCRIPTORS);
    for number in 0..DESCRIPTORS {
        let opened =
            File::open(if number % 2 == 0 { path.as_path() } else { Path::new("/dev/null") });
        match opened {
            Ok(file) => files.push(file),
            Err(error)
                if error.raw_os_error() == Some(libc::EMFILE) && number > DESCRIPTORS / 2 =>
            {
                break;
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(files)
}

/// The same page again and again, which the kernel does not join.
fn mappings(folder: &Path) -> Outcome<File> {
    let file = File::create_new(folder.join("a mapped file"))?;
    file.set_len(4096)?;
    let file = File::open(folder.join("a mapped file"))?;
    for _ in 0..MAPPINGS {
        ffi::map_page(&file)?;
    }
    Ok(file)
}

fn threads() -> Outcome {
    for number in 0..THREADS {
        let thread = std::thread::Builder::new().name(format!("worker-{number}"));
        thread.stack_size(64 * 1024).spawn(|| {
            loop {
                std::thread::park();
            }
        })?;
    }
    Ok(())
}
