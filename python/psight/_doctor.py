"""``python -m psight doctor``: what this user may not see or do on this machine, and why.

The counts are what happened when every process was asked; the reasons are read where the kernel and the container tell
them.
"""

import os
import sys

import psight

#: The questions that a process may refuse to other users.
QUESTIONS = ("exe", "cwd", "environ", "open_files", "num_fds", "io_counters", "memory_maps", "memory_full_info")
_CAPABILITIES = {
    "CAP_SYS_PTRACE": (19, "see files, environment and memory maps of other users' processes"),
    "CAP_DAC_READ_SEARCH": (2, "read files that only others may read"),
    "CAP_KILL": (5, "send signals to other users' processes"),
    "CAP_SYS_NICE": (23, "raise priorities, and change those of other users' processes"),
    "CAP_SYS_RESOURCE": (24, "raise limits, and change those of other users' processes"),
    "CAP_SYS_ADMIN": (21, "set the real-time class of I/O"),
}


def main():
    """Print the findings and return 0, or 1 if something is refused."""
    if psight.WINDOWS:
        print("psight: doctor knows the reasons of Linux alone", file=sys.stderr)
        return 2
    refused = _refusals()
    findings = [*_who(), *_proc(), *_kernel(), *_container(), *_machine()]
    for title, text in findings:
        print(f"{title:<14}{text}")
    print()
    for question, (asked, denied) in refused.items():
        print(f"{question:<18}{_share(asked, denied)}")
    print(f"{'socket owners':<18}{_sockets()}")
    if any(denied for _, denied in refused.values()) and _may("CAP_SYS_PTRACE"):
        print("\nWhat is refused all the same belongs to processes that may do more than this one, or to another user")
        print("namespace.")
    return 1 if any(denied for _, denied in refused.values()) else 0


def _share(asked, denied):
    if not denied:
        return f"known of all {asked} processes"
    return f"refused by {denied} of {asked} processes"


def _refusals():
    """For each question, how many processes were asked, and how many may not be known."""
    counts = {question: [0, 0] for question in QUESTIONS}
    for process in psight.process_iter():
        with process.oneshot():
            for question, count in counts.items():
                try:
                    getattr(process, question)()
                except psight.AccessDenied:
                    count[1] += 1
                except (psight.NoSuchProcess, NotImplementedError):
                    continue
                except OSError:
                    pass
                count[0] += 1
    return counts


def _sockets():
    try:
        found = psight.net_connections("inet")
    except (psight.Error, OSError) as error:
        return f"no socket may be seen: {error}"
    # What waits after its process has closed it belongs to none.
    live = [s for s in found if s.status not in ("TIME_WAIT", "NEW_SYN_RECV")]
    unknown = sum(s.pid is None for s in live)
    if not unknown:
        return f"known of all {len(live)} sockets"
    return f"not known of {unknown} of {len(live)} sockets"


def _who():
    yield "user", f"uid {os.getuid()}" + (f", effective {os.geteuid()}" if os.geteuid() != os.getuid() else "")
    lacking = [(name, what) for name, (_, what) in _CAPABILITIES.items() if not _may(name)]
    if not lacking:
        yield "capabilities", "all that matter here"
    for name, what in lacking:
        yield "capabilities", f"without {name}, which is needed to {what}"


def _may(capability):
    bit, _ = _CAPABILITIES[capability]
    return bool(int(_status().get("CapEff", "0"), 16) >> bit & 1)


def _proc():
    """How procfs is mounted: with `hidepid` others' processes are not there at all."""
    path = psight.PROCFS_PATH
    options = ""
    for line in _lines("/proc/self/mountinfo"):
        left, _, right = line.partition(" - ")
        if left.split()[4:5] == [path]:
            options = " ".join([left.split()[5], *right.split()[2:]]).replace(",", " ")
    words = dict(word.partition("=")[::2] for word in options.split())
    hide = words.get("hidepid", "0")
    meaning = {
        "1": "only the names of other users' processes may be known",
        "noaccess": "only the names of other users' processes may be known",
        "2": "other users' processes are hidden",
        "invisible": "other users' processes are hidden",
        "4": "only processes that could be traced are there",
        "ptraceable": "only processes that could be traced are there",
    }
    if hide in meaning:
        exempt = f"; group {words['gid']} is exempt" if "gid" in words else ""
        yield "procfs", f"mounted with hidepid={hide}: {meaning[hide]}{exempt}"
    if words.get("subset") == "pid":
        yield "procfs", "mounted with subset=pid: nothing about the machine itself is there"
    if not os.path.exists(f"{path}/self/stat"):
        yield "procfs", f"{path} is not a procfs, or none that this process is in"


def _kernel():
    scope = _first("/proc/sys/kernel/yama/ptrace_scope")
    if scope in ("2", "3"):
        who = "nobody may" if scope == "3" else "only those with CAP_SYS_PTRACE may"
        yield "ptrace scope", f"{scope}: {who} trace others; reading them through procfs is not affected"
    if _first("/proc/sys/kernel/kptr_restrict") is None and os.path.exists("/proc/self"):
        yield "sysctl", "/proc/sys may not be read"
    filtered = _status().get("Seccomp")
    if filtered not in (None, "0"):
        yield "seccomp", "a filter stands between this process and the kernel; calls may be refused with EPERM"
    if hasattr(os, "pidfd_open"):
        try:
            os.close(os.pidfd_open(os.getpid()))
        except OSError as error:
            yield "pidfd", f"pidfd_open is refused ({error.strerror}): waiting polls, and signals use pids"
    for module in ("selinux", "apparmor"):
        if module in (_first("/sys/kernel/security/lsm") or "").split(","):
            profile = (_first("/proc/self/attr/current") or "").strip("\0")
            if profile and profile != "unconfined":
                yield module, f"this process is confined as {profile}"


def _container():
    """Whether this is a container, and what it cannot see for that."""
    signs = [path for path in ("/.dockerenv", "/run/.containerenv") if os.path.exists(path)]
    kind = _first("/run/systemd/container") or os.environ.get("container")
    groups = " ".join(_lines("/proc/1/cgroup"))
    if any(word in groups for word in ("docker", "kubepods", "containerd", "lxc", "libpod")):
        signs.append("the control group of process 1")
    if kind:
        signs.append(f"it says so ({kind})")
    if signs:
        yield "container", f"yes: {', '.join(signs)}"
    try:
        # The first namespaces have fixed numbers.
        if os.stat("/proc/self/ns/pid").st_ino != 0xEFFFFFFC:
            yield "container", "in a pid namespace of its own: processes outside are not there"
    except OSError:
        pass
    limit = _first("/sys/fs/cgroup/memory.max")
    if limit and limit != "max":
        yield "container", f"memory is limited to {limit} bytes, which the machine's total does not show"


def _machine():
    if not os.path.isdir("/sys/class"):
        yield "sysfs", "/sys is not mounted: no sensors, and less is known of disks and interfaces"
    for what, found in (("temperatures", "hwmon"), ("battery", "power_supply")):
        path = f"/sys/class/{found}"
        if os.path.isdir("/sys/class") and not (os.path.isdir(path) and os.listdir(path)):
            yield what, f"none: {path} is empty, as in most virtual machines"
    if not any(os.path.exists(path) for path in ("/run/utmp", "/var/run/utmp")):
        yield "users", "there is no utmp, which is where logins are recorded"


def _status():
    return dict(line.split(":\t", 1) for line in _lines("/proc/self/status") if ":\t" in line)


def _lines(path):
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return file.read().splitlines()
    except OSError:
        return []


def _first(path):
    lines = _lines(path)
    return lines[0] if lines else None
