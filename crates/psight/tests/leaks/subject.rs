//! What is called: the questions, and what changes a process, on children of the test.

use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use psight::net::ConnectionKind;
use psight::process::{Gone, Resource, Signal, wait_procs, wait_procs_with};
use psight::table::Columns;
use psight::{Host, Pid, Process};
use serde_json::Value;

use crate::questions::{Answer, OF_HOSTS, OF_PROCESSES, Question};

/// Whom the calls are made to: this machine, a captured one, this process, a child that sleeps, one that is a zombie, one that is gone.
pub(crate) struct Subject {
    host: Host,
    missing: Host,
    laptop: Host,
    #[cfg(feature = "bpf")]
    bpf: Host,
    me: Process,
    child: Process,
    zombie: Process,
    gone: Process,
    children: Vec<Child>,
}

impl Subject {
    pub(crate) fn new() -> Self {
        let host = Host::local();
        let missing = host.with_proc("/nonexistent").with_sys("/nonexistent");
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/linux");
        let laptop = Host::at(fixtures.join("6.8-laptop")).unwrap();
        let mut children: Vec<Child> = Vec::new();
        let mut spawn = |program: &str, argument: &str| {
            let mut command = Command::new(program);
            children.push(command.arg(argument).stdin(Stdio::null()).spawn().unwrap());
            Process::new(children.last().unwrap().id()).unwrap()
        };
        let (child, zombie) = (spawn("sleep", "36000"), spawn("true", ""));
        let gone = spawn("true", "");
        gone.wait(None).unwrap();
        crate::common::eventually(|| match zombie.status().unwrap() {
            psight::process::Status::Zombie => Ok(()),
            other => Err(other.to_string()),
        });
        // A process that has forgotten how it ended asks again.
        let gone = gone.on(&host);
        Self {
            #[cfg(feature = "bpf")]
            bpf: host.with_bpf(),
            host,
            missing,
            laptop,
            me: Process::current().unwrap(),
            child,
            zombie,
            gone,
            children,
        }
    }
}

impl Drop for Subject {
    fn drop(&mut self) {
        for child in &mut self.children {
            child.kill().ok();
            child.wait().ok();
        }
    }
}

/// Something to call.
pub(crate) enum Call {
    Host(&'static str, Question<Host>),
    Process(&'static str, Question<Process>, Whom),
    Other(&'static str, Other),
}

type Other = fn(&Subject) -> Answer;
type Whom = fn(&Subject) -> &Process;

impl Call {
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Host(whom, (name, _)) | Self::Process(whom, (name, _), _) => {
                format!("{name} {whom}").trim_end().to_owned()
            }
            Self::Other(name, _) => (*name).to_owned(),
        }
    }

    pub(crate) fn make(&self, subject: &Subject) -> Answer {
        match self {
            Self::Host("", (_, ask)) => ask(&subject.host),
            Self::Host("of a laptop", (_, ask)) => ask(&subject.laptop),
            Self::Host(_, (_, ask)) => ask(&subject.missing),
            Self::Process(_, (_, ask), whom) => ask(whom(subject)),
            Self::Other(_, make) => make(subject),
        }
    }
}

/// Everything, each to everybody who answers in a way of his own.
pub(crate) fn calls() -> Vec<Call> {
    let mut all = Vec::new();
    for whom in ["", "of a laptop", "without /proc and /sys"] {
        all.extend(OF_HOSTS.iter().map(|question| Call::Host(whom, *question)));
    }
    let whom: [(&str, Whom); 4] = [
        ("", |subject| &subject.me),
        ("of a child", |subject| &subject.child),
        ("of a zombie", |subject| &subject.zombie),
        ("of one that is gone", |subject| &subject.gone),
    ];
    for (words, whom) in whom {
        all.extend(OF_PROCESSES.iter().map(|question| Call::Process(words, *question, whom)));
    }
    all.extend(OTHERS.iter().map(|(name, make)| Call::Other(name, *make)));
    all
}

const OTHERS: &[(&str, Other)] = &[
    ("Host::at", |_| done(Host::at("/"))),
    ("Host::at nothing", |_| done(Host::at("/nonexistent"))),
    ("Host::local", |_| done(Ok(Host::local()))),
    ("Host::process of nobody", |subject| done(subject.host.process(Pid::new(u32::MAX)))),
    ("Host::bpf_answers", |subject| done(bpf::kept(subject))),
    ("Host::bpf_refusal", |subject| done(bpf::refusal(subject))),
    ("Host::with_bpf", |subject| done(bpf::new(subject))),
    ("Scanner::bpf_refusal", |subject| done(bpf::refusal(subject))),
    ("Scanner::path", |subject| done(bpf::path(subject))),
    ("Host::with_dev", |subject| done(Ok(subject.host.with_dev("/dev")))),
    ("Host::with_open_files", |subject| done(subject.host.with_open_files(true).cpu_times())),
    ("Host::close_open_files", |subject| {
        let kept = subject.host.with_open_files(true);
        let answer = done(kept.virtual_memory());
        kept.close_open_files();
        answer
    }),
    ("Host::with_proc", |subject| done(Ok(subject.host.with_proc("/proc")))),
    ("Host::with_sys", |subject| done(Ok(subject.host.with_sys("/sys")))),
    ("Host::disk_usage of nothing", |subject| done(subject.host.disk_usage("/nonexistent"))),
    ("Host::scan stopped", |subject| done(subject.host.scanner(Columns::ALL).map(drop))),
    ("Process::connections udp", |subject| done(subject.me.connections(ConnectionKind::Udp))),
    ("Process::current", |_| done(Process::current())),
    ("Process::new", |_| done(Process::new(1))),
    ("Process::memory_percent of nothing", |subject| done(subject.me.memory_percent("nothing"))),
    ("Process::kill", |subject| done(subject.zombie.kill())),
    ("Process::kill of one that is gone", |subject| done(subject.gone.kill())),
    ("Process::resume", |subject| done(subject.child.resume())),
    ("Process::send_signal", |subject| done(subject.child.send_signal(Signal::new(0)))),
    ("Process::send_signal that is none", |subject| {
        done(subject.child.send_signal(Signal::new(9999)))
    }),
    ("Process::set_cpu_affinity", |subject| {
        done(subject.child.set_cpu_affinity(&subject.child.cpu_affinity()?))
    }),
    ("Process::set_cpu_affinity to none", |subject| {
        done(subject.child.set_cpu_affinity(&[u32::MAX]))
    }),
    ("Process::set_ionice", |subject| {
        let now = subject.child.ionice()?;
        done(subject.child.set_ionice(now.ioclass, now.value))
    }),
    ("Process::set_nice", |subject| done(subject.child.set_nice(subject.child.nice()?))),
    ("Process::set_rlimit", |subject| {
        let now = subject.child.rlimit(Resource::Core)?;
        done(subject.child.set_rlimit(Resource::Core, now))
    }),
    ("Process::suspend", |subject| done(subject.zombie.suspend())),
    ("Process::terminate", |subject| done(subject.zombie.terminate())),
    ("Process::wait", |subject| done(new_child(subject)?.wait(None))),
    ("Process::wait of one that is gone", |subject| {
        done(subject.gone.on(&subject.host).wait(None))
    }),
    ("Process::wait in vain", |subject| done(subject.child.wait(Some(Duration::ZERO)))),
    ("Process::wait_with", |subject| {
        done(subject.child.wait_with(Some(Duration::ZERO), || ControlFlow::Continue(())))
    }),
    ("wait_procs_with", |subject| {
        let (broken, on) = (|_: Gone<'_>| ControlFlow::Break(()), || ControlFlow::Continue(()));
        done(wait_procs_with([&subject.child, &subject.gone], Some(Duration::ZERO), broken, on))
    }),
    ("wait_procs", |subject| {
        let own = new_child(subject)?;
        done(wait_procs([&own, &subject.child], Some(Duration::from_millis(1)), |_| {}))?;
        done(own.wait(None))
    }),
    ("capture_addresses", |_| done(psight::net::capture_addresses())),
    ("capture_links", |_| done(psight::net::capture_links())),
    ("capture_routes", |_| done(psight::net::capture_routes())),
    ("capture_statvfs", |_| done(psight::disk::capture_statvfs())),
    ("fahrenheit", |_| done(Ok(psight::sensors::fahrenheit(0.0)))),
    ("heap_info", |_| done(psight::memory::heap_info())),
    ("heap_trim", |_| done(psight::memory::heap_trim())),
];

/// Programs that are loaded, and read: nothing where the library was built without them.
#[cfg(not(feature = "bpf"))]
mod bpf {
    use super::Subject;

    pub(super) fn nothing(_: &Subject) -> psight::Result<()> {
        Ok(())
    }

    pub(super) use {nothing as kept, nothing as new, nothing as path, nothing as refusal};
}

#[cfg(feature = "bpf")]
mod bpf {
    use psight::Result;
    use psight::net::ConnectionKind;
    use psight::table::Columns;

    use super::Subject;

    /// Every question that BPF answers, to a machine that has its programs already.
    pub(super) fn kept(subject: &Subject) -> Result<u64> {
        let mut scanner = subject.bpf.scanner(Columns::ALL)?;
        for _ in 0..3 {
            scanner.scan(|_| {})?;
        }
        subject.bpf.connections_with_owners(ConnectionKind::All)?;
        let me = subject.me.on(&subject.bpf);
        me.threads()?;
        me.open_files()?;
        Ok(subject.bpf.bpf_answers())
    }

    /// The same to one that must load them.
    pub(super) fn new(subject: &Subject) -> Result<()> {
        let host = subject.host.with_bpf();
        host.processes(Columns::NAME | Columns::CMDLINE)?;
        host.connections_with_owners(ConnectionKind::Unix).map(drop)
    }

    pub(super) fn refusal(subject: &Subject) -> Result<String> {
        let host = subject.laptop.with_bpf();
        let mut scanner = host.scanner(Columns::NAME)?;
        scanner.scan(|_| {})?;
        Ok(format!("{:?} {:?}", scanner.bpf_refusal(), host.bpf_refusal()))
    }

    pub(super) fn path(subject: &Subject) -> Result<bool> {
        let scanner = subject.bpf.scanner(Columns::NAME)?;
        Ok(scanner.path() == psight::os::linux::bpf::Path::Proc)
    }
}

/// A child that ends at once; without the descriptors to start one, some error.
fn new_child(subject: &Subject) -> psight::Result<Process> {
    match Command::new("true").stdin(Stdio::null()).spawn() {
        Ok(child) => subject.host.process(child.id()),
        Err(_) => Err(Host::at("/nonexistent").unwrap_err()),
    }
}

/// That it was answered.
fn done<T>(answer: psight::Result<T>) -> Answer {
    answer.map(|_| Value::Bool(true))
}
