//! What `psight ps` asks of each process beside its row of the table, and only where a column wants it.

use std::ffi::OsString;

use psight::process::{SignalMasks, SignalSet};
use psight::record::Value;
use psight::table::ProcessRow;
use psight::users::UserNames;
use psight::{Host, Process, Result};

use super::units::Part;

/// A question to one process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Question {
    Wchan,
    Foreground,
    User(Who),
    Group(Who),
    /// The number of the user that counts for files.
    FileUser,
    FileGroup,
    /// The numbers of the groups that it is in besides.
    OtherGroups,
    /// What those are called.
    OtherGroupNames,
    Cgroup,
    Place(Part),
    Namespace(&'static str),
    Signals(Signals),
    Label,
    LoginUser,
    OomScore,
    OomAdjustment,
    Environment,
}

/// Which of the users or groups of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    Real,
    Effective,
    Saved,
    Files,
}

/// Which set of signals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signals {
    Pending,
    OfThread,
    Blocked,
    Ignored,
    Caught,
}

/// An answer.
#[derive(Debug, Clone)]
pub(super) enum Told {
    Number(u64),
    Signed(i64),
    Text(OsString),
    Texts(Vec<OsString>),
    Numbers(Vec<u32>),
    Signals(SignalSet),
}

impl Told {
    pub(super) fn value(&self) -> Value<'_> {
        use psight::record::ToValue as _;
        match self {
            Self::Number(number) => Value::Uint(*number),
            Self::Signed(number) => Value::Int(*number),
            Self::Text(text) => Value::OsText(text),
            Self::Texts(texts) => {
                Value::List(texts.iter().map(|text| Value::OsText(text)).collect())
            }
            Self::Numbers(numbers) => {
                Value::List(numbers.iter().map(|number| Value::Uint((*number).into())).collect())
            }
            Self::Signals(signals) => signals.to_value(),
        }
    }
}

/// What asks, with what it knows from the processes before.
#[derive(Debug)]
pub(super) struct Asker {
    questions: Vec<Question>,
    users: UserNames,
    /// Groups by number; few machines have many.
    groups: Vec<(u32, OsString)>,
}

impl Asker {
    pub(super) fn new(questions: Vec<Question>, host: &Host) -> Self {
        Self { questions, users: host.user_names(), groups: Vec::new() }
    }

    /// The answers of the process, or of the thread, that the row is about. What is not told is left out.
    pub(super) fn ask(&mut self, row: &ProcessRow, host: &Host) -> Vec<(Question, Told)> {
        if self.questions.is_empty() {
            return Vec::new();
        }
        // Several answers are in one file.
        let process = row.process_unchecked(host).oneshot();
        let questions = self.questions.clone();
        let answer = |question| Some((question, self.answer(question, row, &process).ok()??));
        questions.into_iter().filter_map(answer).collect()
    }

    fn answer(
        &mut self,
        question: Question,
        row: &ProcessRow,
        process: &Process,
    ) -> Result<Option<Told>> {
        let number = |number: u32| Told::Number(number.into());
        Ok(match question {
            Question::Wchan => process.wchan()?.map(Told::Text),
            // Only a process with a terminal can be in the foreground.
            Question::Foreground if row.terminal.is_none() => None,
            Question::Foreground => process.foreground_pgid()?.map(|pgid| number(pgid.as_u32())),
            Question::User(who) => self.user(who, row, process)?,
            Question::Group(who) => self.group_of(who, row, process)?,
            Question::FileUser => Some(number(process.fsuid()?)),
            Question::FileGroup => Some(number(process.fsgid()?)),
            Question::OtherGroups => Some(Told::Numbers(process.groups()?)),
            Question::OtherGroupNames => {
                let names = process.groups()?.into_iter();
                Some(Told::Texts(names.map(|gid| self.group(gid, process.host())).collect()))
            }
            Question::Cgroup => Some(Told::Texts(cgroups(process)?)),
            Question::Place(part) => place(process)?
                .and_then(|path| part.of(&path))
                .map(|name| Told::Text(OsString::from(name))),
            Question::Namespace(kind) => {
                let all = process.namespaces()?;
                all.iter().find(|one| one.kind == kind).map(|one| Told::Number(one.id))
            }
            Question::Signals(which) => set(which, process.signal_masks()?).map(Told::Signals),
            Question::Label => process.security_label()?.map(Told::Text),
            Question::LoginUser => process.login_uid()?.map(number),
            Question::OomScore => Some(number(process.oom_score()?.score)),
            Question::OomAdjustment => Some(Told::Signed(process.oom_score()?.adjustment.into())),
            Question::Environment => Some(Told::Texts(environment(process)?)),
        })
    }

    /// What the user is called, if it is not the one who is in the row already: few have the rights of another than who
    /// started them.
    fn user(&mut self, who: Who, row: &ProcessRow, process: &Process) -> Result<Option<Told>> {
        let Some(ids) = &row.uids else { return Ok(None) };
        let uid = match who {
            Who::Real => ids.real,
            Who::Effective => ids.effective,
            Who::Saved => ids.saved,
            Who::Files => process.fsuid()?,
        };
        if uid == ids.real {
            return Ok(None);
        }
        let name = self.users.name(uid).map(ToOwned::to_owned);
        Ok(Some(Told::Text(name.unwrap_or_else(|| uid.to_string().into()))))
    }

    fn group_of(&mut self, who: Who, row: &ProcessRow, process: &Process) -> Result<Option<Told>> {
        let Some(ids) = &row.gids else { return Ok(None) };
        let gid = match who {
            Who::Real => ids.real,
            Who::Effective => ids.effective,
            Who::Saved => ids.saved,
            Who::Files => process.fsgid()?,
        };
        Ok(Some(Told::Text(self.group(gid, process.host()))))
    }

    /// What the group is called; its number where it has no name.
    fn group(&mut self, gid: u32, host: &Host) -> OsString {
        if let Some((_, name)) = self.groups.iter().find(|(known, _)| *known == gid) {
            return name.clone();
        }
        let name = host.group_name(gid).unwrap_or_else(|| gid.to_string().into());
        self.groups.push((gid, name.clone()));
        name
    }
}

fn set(which: Signals, masks: SignalMasks) -> Option<SignalSet> {
    match which {
        Signals::Pending => masks.process_pending,
        Signals::OfThread => masks.pending,
        Signals::Blocked => masks.blocked,
        Signals::Ignored => Some(masks.ignored),
        Signals::Caught => Some(masks.caught),
    }
}

/// The groups as `ps` has them: those that are not the first one of their hierarchy.
fn cgroups(process: &Process) -> Result<Vec<OsString>> {
    let groups = process.cgroups()?.into_iter().filter(|group| group.path.as_os_str() != "/");
    let text = |group: psight::process::Cgroup| {
        let mut text =
            OsString::from(format!("{}:{}:", group.hierarchy, group.controllers.join(",")));
        text.push(group.path);
        text
    };
    Ok(groups.map(text).collect())
}

/// The group that systemd keeps the process in: that of its own hierarchy, or of the one that there is.
fn place(process: &Process) -> Result<Option<String>> {
    let groups = process.cgroups()?;
    let is_systemds = |group: &&psight::process::Cgroup| {
        group.controllers.iter().any(|controller| controller == "name=systemd")
    };
    let unified = || groups.iter().find(|group| group.hierarchy == 0);
    let found = groups.iter().find(is_systemds).or_else(unified);
    Ok(found.map(|group| group.path.to_string_lossy().into_owned()))
}

fn environment(process: &Process) -> Result<Vec<OsString>> {
    let pair = |(mut name, value): (OsString, OsString)| {
        name.push("=");
        name.push(value);
        name
    };
    Ok(process.environ()?.into_iter().map(pair).collect())
}
