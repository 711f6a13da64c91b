//! Which columns the options of `psight ps` ask for: those of `ps`, in its order, and ours where nothing is said.

use super::Arguments;
use crate::commands::Failure;
use crate::output::Format;

const DEFAULT: &str = "pid,user,%cpu,%mem,rss,tname,stat,start_time,bsdtime,command";
const THREADS: &str = "pid,lwp,user,%cpu,rss,tname,stat,start_time,bsdtime,name";
/// The options of BSD's `ps`, the first of which decides.
const BSD: &[(char, &str)] = &[
    ('u', "user,pid,%cpu,%mem,vsz,rss,tname,stat,start_time,bsdtime,command"),
    ('j', "ppid,pid,pgid,sid,tname,tpgid,stat,uid,bsdtime,command"),
    ('l', "f,uid,pid,ppid,priority,ni,vsz,rss,wchan,stat,tname,bsdtime,command"),
    ('s', "uid,pid,pending,blocked,ignored,caught,stat,tname,bsdtime,command"),
    ('Z', "label,pid,tname,stat,bsdtime,command"),
];
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
    let split = |names: &str| -> Vec<String> {
        let names = names.split([',', ' ']).filter(|name| !name.is_empty());
        names.map(str::to_owned).collect()
    };
    let own = arguments.columns.join(",");
    if !own.is_empty() {
        return Ok(split(&own));
    }
    if !arguments.more_columns.is_empty() {
        let more = arguments.more_columns.join(",");
        return Ok(split(&format!("pid,{more},s,tname,time,command")));
    }
    Ok(match format {
        Format::Table => match arguments.bsd.layout {
            Some(letter) => split(BSD.iter().find(|(own, _)| *own == letter).map_or("", |it| it.1)),
            None if classic(arguments) => of_options(arguments),
            None if arguments.threads => split(THREADS),
            None => split(DEFAULT),
        },
        _ if arguments.threads => split(RICH_THREADS),
        _ => split(RICH),
    })
}

/// The letter of BSD's `ps` among these that decides over the columns.
pub(super) fn bsd(letters: &str) -> Option<char> {
    BSD.iter().map(|(letter, _)| *letter).find(|letter| letters.contains(*letter))
}

/// Whether an option asks for columns as System V's `ps` has them.
fn classic(arguments: &Arguments) -> bool {
    let Arguments { full, extra, long, jobs, class, processor, label, .. } = *arguments;
    [full, extra, long, jobs, class, processor, label].contains(&true)
}

fn of_options(arguments: &Arguments) -> Vec<String> {
    let Arguments { long, jobs, class, processor, threads, .. } = *arguments;
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
    match (full, long) {
        (true, _) => add(true, &["uid_hack", "pid", "ppid"]),
        (false, true) => add(true, &["uid", "pid", "ppid"]),
        (false, false) => add(true, &["pid"]),
    }
    add(jobs, &["pgid", "sid"]);
    add(threads, &["lwp"]);
    add(processor && !arguments.extra, &["psr"]);
    add(class, &["cls", "pri"]);
    add(!class && (full || long), &["c"]);
    add(!class && long, &["opri"]);
    add(threads && full, &["nlwp"]);
    add(!class && long, &["ni"]);
    add(
        long,
        if arguments.without_flags { &["rss", "sz", "wchan"] } else { &["addr", "sz", "wchan"] },
    );
    add(arguments.extra && !long, &["sz"]);
    add(arguments.extra, &["rss", "psr"]);
    add(full, &["stime"]);
    add(true, &["tname", "time"]);
    add(true, if full { &["cmd"] } else { &["ucmd"] });
    names.into_iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::ps::columns::Chosen;

    #[test]
    fn the_sets_of_columns_have_known_names() {
        let sets = [DEFAULT, THREADS, RICH, RICH_THREADS].into_iter();
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
    fn a_modifier_without_what_it_modifies_is_refused() {
        let arguments = Arguments { without_flags: true, ..Arguments::default() };
        assert!(matches!(asked(&arguments, Format::Table), Err(Failure::Usage(_))));
    }
}
