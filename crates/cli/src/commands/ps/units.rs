//! What systemd calls the place of a process, which it writes into the names of control groups.

/// Which part of the place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// The unit: `cron.service`.
    Unit,
    /// The unit of the user's own systemd: `at-spi.service`.
    UserUnit,
    /// The slice that holds the unit; `-.slice` is the one that holds all.
    Slice,
    /// The number of the session of somebody who logged in.
    Session,
    /// The number of that user.
    Owner,
    /// The virtual machine or container that systemd started.
    Machine,
    /// The container of LXC.
    Lxc,
}

impl Part {
    /// The part of this group's path.
    pub(super) fn of(self, path: &str) -> Option<String> {
        let names: Vec<&str> = path.split('/').filter(|name| !name.is_empty()).collect();
        let (slices, rest) = behind_slices(&names);
        let unit = rest.first().copied().filter(|name| is_unit(name));
        let found = match self {
            Self::Unit => unit,
            Self::Slice => Some(slices.last().copied().unwrap_or("-.slice")),
            Self::Session => unit?.strip_prefix("session-")?.strip_suffix(".scope"),
            Self::Owner => slices.last()?.strip_prefix("user-")?.strip_suffix(".slice"),
            Self::Machine => unit?.strip_prefix("machine-")?.strip_suffix(".scope"),
            Self::UserUnit => {
                let unit = unit.filter(|unit| unit.starts_with("user@") || is_session(unit));
                let (_, rest) = behind_slices(unit.and(rest.get(1..))?);
                rest.first().copied().filter(|name| is_unit(name))
            }
            Self::Lxc => {
                names.iter().find_map(|name| name.strip_prefix("lxc.payload.")).or_else(|| {
                    let at = names.iter().position(|name| *name == "lxc")?;
                    names.get(at + 1).copied()
                })
            }
        };
        found.map(str::to_owned)
    }
}

fn is_session(unit: &str) -> bool {
    unit.starts_with("session-") && unit.ends_with(".scope")
}

/// The slices that a path begins with, and what comes behind.
fn behind_slices<'a, 'b>(names: &'a [&'b str]) -> (&'a [&'b str], &'a [&'b str]) {
    let at = names.iter().position(|name| !name.ends_with(".slice")).unwrap_or(names.len());
    names.split_at(at)
}

fn is_unit(name: &str) -> bool {
    const KINDS: &[&str] =
        &["service", "scope", "socket", "mount", "swap", "timer", "path", "target"];
    name.rsplit_once('.').is_some_and(|(_, kind)| KINDS.contains(&kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(path: &str) -> Vec<String> {
        let parts =
            [Part::Unit, Part::UserUnit, Part::Slice, Part::Session, Part::Owner, Part::Machine];
        parts.iter().map(|part| part.of(path).unwrap_or_else(|| "-".to_owned())).collect()
    }

    #[test]
    fn a_service_is_in_its_slice() {
        assert_eq!(
            of("/system.slice/cron.service"),
            ["cron.service", "-", "system.slice", "-", "-", "-"]
        );
        assert_eq!(
            of("/system.slice/system-getty.slice/getty@tty1.service/child"),
            ["getty@tty1.service", "-", "system-getty.slice", "-", "-", "-"]
        );
        assert_eq!(of("/init.scope"), ["init.scope", "-", "-.slice", "-", "-", "-"]);
    }

    #[test]
    fn a_session_has_a_number_and_a_user() {
        assert_eq!(
            of("/user.slice/user-1000.slice/session-3.scope"),
            ["session-3.scope", "-", "user-1000.slice", "3", "1000", "-"]
        );
        assert_eq!(
            of("/user.slice/user-1000.slice/user@1000.service/app.slice/dbus.service"),
            ["user@1000.service", "dbus.service", "user-1000.slice", "-", "1000", "-"]
        );
    }

    #[test]
    fn what_systemd_did_not_name_is_in_the_slice_of_all() {
        assert_eq!(of("/docker/0123"), ["-", "-", "-.slice", "-", "-", "-"]);
        assert_eq!(of("/"), ["-", "-", "-.slice", "-", "-", "-"]);
    }

    #[test]
    fn a_machine_and_a_container_have_their_names() {
        assert_eq!(Part::Machine.of("/machine.slice/machine-web.scope").as_deref(), Some("web"));
        assert_eq!(Part::Lxc.of("/lxc.payload.mail/init.scope").as_deref(), Some("mail"));
        assert_eq!(Part::Lxc.of("/lxc/mail").as_deref(), Some("mail"));
        assert_eq!(Part::Lxc.of("/system.slice"), None);
    }
}
