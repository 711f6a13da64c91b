//! Which columns the options of `psight ps` ask for: those of `ps`, in its order, and ours where nothing is said.

use super::Arguments;
use crate::commands::Failure;
use crate::output::Format;

const DEFAULT: &str = "pid,user,%cpu,%mem,rss,tname,stat,start_time,bsdtime,command";
const THREADS: &str = "pid,lwp,user,%cpu,rss,tname,stat,start_time,bsdtime,name";
/// The options of BSD's `ps`, the first of which decides.
const BSD: &[(char, &str)] = &[
    ('X', "pid,stackp,esp,eip,tmout,alarm,stat,tname,bsdtime,command"),
    ('v', "pid,tname,stat,bsdtime,maj_flt,trs,drs,rss,%mem,command"),
    ('u', "user,pid,%cpu,%mem,vsz,rss,tname,stat,start_time,bsdtime,command"),
    ('j', "ppid,pid,pgid,sid,tname,tpgid,stat,uid,bsdtime,command"),
    ('l', "f,uid,pid,ppid,priority,ni,vsz,rss,wchan,stat,tname,bsdtime,command"),
    ('s', "uid,pid,pending,blocked,ignored,caught,stat,tname,bsdtime,command"),
    ('Z', "label,pid,tname,stat,bsdtime,command"),
];
/// What any other of them shows.
const BERKELEY: &str = "pid,tname,stat,bsdtime,command";
/// What System V's `ps` shows.
const SYSTEM_V: &str = "pid,tname,time,cmd";
/// What programs get that do not choose: all that is cheap.
const RICH: &str = "pid,ppid,name,username,status,uids,gids,terminal,create_time,nice,num_threads,\
    cpu_percent,cpu_times,rss,vms,memory_percent,cmdline";
/// The same of threads.
const RICH_THREADS: &str = "pid,lwp,ppid,name,username,status,uids,gids,terminal,create_time,nice,\
    num_threads,cpu_num,cpu_percent,cpu_times,rss,vms,memory_percent,cmdline";

/// The names of the columns that are asked for.
pub(super) fn asked(arguments: &Arguments, format: Format) -> Result<Vec<String>, Failure> {
    if arguments.without_flags && !arguments.long {
        let what = "-y changes what -l shows, and there is no -l";
        return Err(Failure::Usage(what.to_owned()));
    }
    let own = arguments.columns.join(",");
    if !own.is_empty() {
        return split(&own);
    }
    if !arguments.more_columns.is_empty() {
        let more = arguments.more_columns.join(",");
        return split(&format!("pid,{more},s,tname,time,command"));
    }
    let usual = usual(arguments);
    let names = match format {
        Format::Table if usual.is_some() => split(usual.as_deref().unwrap_or_default()),
        Format::Table => match arguments.bsd.layout {
            Some(letter) => split(BSD.iter().find(|(own, _)| *own == letter).map_or("", |it| it.1)),
            None if arguments.context => split("pid,context,command"),
            None if is_classic(arguments) => Ok(of_options(arguments)),
            None if arguments.bsd.any || has_numbers(arguments) => split(BERKELEY),
            None if is_ours(arguments) && arguments.threads => split(THREADS),
            None if is_ours(arguments) => split(DEFAULT),
            None => Ok(of_options(arguments)),
        },
        _ if arguments.has_threads() => split(RICH_THREADS),
        _ => split(RICH),
    }?;
    Ok(if arguments.bsd.numbers {
        names.iter().map(|name| numbered(name)).collect()
    } else {
        names
    })
}

/// What `PS_FORMAT` has shown where no option says what.
fn usual(arguments: &Arguments) -> Option<String> {
    let is_said = arguments.bsd.layout.is_some() || arguments.context || is_classic(arguments);
    let said = std::env::var("PS_FORMAT").ok().filter(|said| !said.is_empty() && !is_said)?;
    Some(match said.as_str() {
        "DefSysV" => SYSTEM_V.to_owned(),
        "DefBSD" => BERKELEY.to_owned(),
        _ => said,
    })
}

/// The names in a list. `%p %c` are those of AIX's `ps`.
fn split(names: &str) -> Result<Vec<String>, Failure> {
    let names = names.split([',', ' ']).filter(|name| !name.is_empty());
    let mut all = Vec::new();
    for name in names {
        match name.strip_prefix('%').filter(|codes| codes.len() == 1 || codes.contains('%')) {
            Some(codes) => all.extend(of_codes(codes)?),
            None => all.push(name.to_owned()),
        }
    }
    Ok(all)
}

/// Columns by their letters: `p%c%n`, without the first sign.
fn of_codes(codes: &str) -> Result<Vec<String>, Failure> {
    let column = |code: &str| match AIX.iter().find(|(own, _)| *own == code) {
        Some((_, name)) => Ok((*name).to_owned()),
        None => Err(Failure::Usage(format!("no column has the letter {code:?}"))),
    };
    codes.split('%').map(column).collect()
}

/// The letters of AIX's `ps`.
const AIX: &[(&str, &str)] = &[
    ("C", "%cpu"),
    ("G", "group"),
    ("P", "ppid"),
    ("U", "user"),
    ("a", "args"),
    ("c", "comm"),
    ("g", "rgroup"),
    ("n", "ni"),
    ("p", "pid"),
    ("r", "pgid"),
    ("t", "etime"),
    ("u", "ruser"),
    ("x", "time"),
    ("y", "tname"),
    ("z", "vsz"),
];

/// The number in the place of a name, under its head.
fn numbered(name: &str) -> String {
    match name {
        "user" => "uid:8=USER".to_owned(),
        _ => name.to_owned(),
    }
}

/// The letter of BSD's `ps` among these that decides over the columns.
pub(super) fn bsd(letters: &str) -> Option<char> {
    BSD.iter().map(|(letter, _)| *letter).find(|letter| letters.contains(*letter))
}

/// Whether nothing was said that `ps` knows about whom to show and what of them: then psight shows what it holds best.
pub(super) fn is_ours(arguments: &Arguments) -> bool {
    let lists = [
        &arguments.users,
        &arguments.real_users,
        &arguments.names,
        &arguments.terminals,
        &arguments.leaders,
        &arguments.groups,
        &arguments.real_groups,
        &arguments.columns,
        &arguments.more_columns,
    ];
    let numbers = [&arguments.pids, &arguments.quick, &arguments.parents, &arguments.sessions];
    let Arguments { every, attached, followers, negated, hierarchy, spid, context, under, .. } =
        *arguments;
    let is_said =
        [every, attached, followers, negated, hierarchy, spid, context, under].contains(&true);
    !is_said
        && !is_classic(arguments)
        && !arguments.bsd.any
        && !has_numbers(arguments)
        && lists.iter().all(|list| list.is_empty())
        && numbers.iter().all(|list| list.is_empty())
}

/// Whether there is a pid among the words, as in `ps 1`.
fn has_numbers(arguments: &Arguments) -> bool {
    arguments.words.iter().any(|word| word.parse::<u32>().is_ok())
}

/// Whether what was said shapes what `ps` shows without saying of whom, which is there the caller's own.
pub(super) fn is_of_caller(arguments: &Arguments) -> bool {
    is_classic(arguments)
        || arguments.bsd.any
        || arguments.hierarchy
        || arguments.spid
        || arguments.under
}

/// Whether an option asks for columns as System V's `ps` has them.
fn is_classic(arguments: &Arguments) -> bool {
    let Arguments { full, extra, long, jobs, class, processor, label, .. } = *arguments;
    [full, extra, long, jobs, class, processor, label].contains(&true)
}

fn of_options(arguments: &Arguments) -> Vec<String> {
    let Arguments { long, jobs, class, processor, threads, spid, .. } = *arguments;
    let full = arguments.full || arguments.extra;
    let mut names: Vec<&str> = Vec::new();
    let mut add = |when: bool, more: &[&'static str]| {
        if when {
            names.extend(more);
        }
    };
    add(arguments.label, &["label"]);
    add(long && !arguments.without_flags, &["f"]);
    add(long, &["s"]);
    add(full, &["uid_hack"]);
    add(long && !full, &["uid"]);
    add(true, &["pid"]);
    add(spid, &["spid"]);
    add(full || long, &["ppid"]);
    add(jobs, &["pgid", "sid"]);
    add(threads && !spid, &["lwp"]);
    add(processor && !arguments.extra, &["psr"]);
    add(class, &["cls", "pri"]);
    add(!class && (full || long), &["c"]);
    add(!class && long, &["opri"]);
    add(threads && full && !spid, &["nlwp"]);
    add(!class && long, &["ni"]);
    add(
        long,
        if arguments.without_flags { &["rss", "sz", "wchan"] } else { &["addr", "sz", "wchan"] },
    );
    add(arguments.extra && !long, &["sz"]);
    add(arguments.extra, &["rss", "psr"]);
    add(full, &["stime"]);
    add(true, &["tname"]);
    match arguments.bsd.any || has_numbers(arguments) {
        // Something of BSD's, and be it a pid alone, brings its times and commands with it.
        true => {
            add(!long, &["stat"]);
            add(true, if full || long { &["bsdtime", "cmd"] } else { &["bsdtime", "command"] });
        }
        false => add(true, if full { &["time", "cmd"] } else { &["time", "ucmd"] }),
    }
    names.into_iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::ps::columns::Chosen;

    #[test]
    fn the_sets_of_columns_have_known_names() {
        let sets = [DEFAULT, THREADS, RICH, RICH_THREADS, BERKELEY, SYSTEM_V].into_iter();
        for set in sets.chain(BSD.iter().map(|(_, set)| *set)) {
            assert!(set.split(',').all(|name| Chosen::named(name).is_some()), "{set}");
        }
    }

    #[test]
    fn options_change_what_others_ask_for() {
        let full = Arguments { full: true, class: true, ..Arguments::default() };
        assert_eq!(of_options(&full).join(" "), "uid_hack pid ppid cls pri stime tname time cmd");
        let long = Arguments { long: true, without_flags: true, ..Arguments::default() };
        assert_eq!(
            of_options(&long).join(" "),
            "s uid pid ppid c opri ni rss sz wchan tname time ucmd"
        );
    }

    #[test]
    fn a_pid_alone_brings_the_columns_of_bsd_with_it() {
        let shown = |arguments: Arguments| {
            let words = vec!["1".to_owned()];
            of_options(&Arguments { words, ..arguments }).join(" ")
        };
        let full = shown(Arguments { full: true, ..Arguments::default() });
        assert_eq!(full, "uid_hack pid ppid c stime tname stat bsdtime cmd");
        let long = shown(Arguments { long: true, ..Arguments::default() });
        assert_eq!(long, "f s uid pid ppid c opri ni addr sz wchan tname bsdtime cmd");
        let jobs = shown(Arguments { jobs: true, ..Arguments::default() });
        assert_eq!(jobs, "pid pgid sid tname stat bsdtime command");
    }

    #[test]
    fn whom_somebody_asked_for_as_ps_does_are_shown_as_ps_does() {
        let shown = |arguments: Arguments| asked(&arguments, Format::Table).unwrap().join(" ");
        assert_eq!(shown(Arguments { every: true, ..Arguments::default() }), "pid tname time ucmd");
        let pids = Arguments { pids: vec![1], ..Arguments::default() };
        assert_eq!(shown(pids), "pid tname time ucmd");
        let words = Arguments { words: vec!["1".to_owned()], ..Arguments::default() };
        assert_eq!(shown(words), "pid tname stat bsdtime command");
        let words = Arguments { words: vec!["nginx".to_owned()], ..Arguments::default() };
        assert!(shown(words).starts_with("pid user"), "a pattern is ours");
        assert!(shown(Arguments::default()).starts_with("pid user"));
    }

    #[test]
    fn the_letters_of_aix_are_columns() {
        assert_eq!(split("%p %c").unwrap(), ["pid", "comm"]);
        assert_eq!(split("%p%c,%n").unwrap(), ["pid", "comm", "ni"]);
        assert_eq!(split("%cpu,%mem").unwrap(), ["%cpu", "%mem"]);
        assert!(split("%Q").is_err());
    }

    #[test]
    fn a_modifier_without_what_it_modifies_is_refused() {
        let arguments = Arguments { without_flags: true, ..Arguments::default() };
        assert!(matches!(asked(&arguments, Format::Table), Err(Failure::Usage(_))));
    }
}
