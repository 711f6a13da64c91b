"""What is beneath psutil's `Process` on this system: other programs' tests replace it, and a few programs ask it."""

import os
import sys

from . import _private

_package = sys.modules[__package__]

# The names that psutil's class of this system shares with `Process`. To replace one replaces that.
_SHARED = frozenset(
    "cmdline cpu_num cpu_times create_time cwd environ exe gids io_counters memory_full_info memory_info memory_maps name"
    " net_connections num_ctx_switches num_fds num_threads open_files ppid rlimit status terminal threads uids wait".split()
)
# And those for which it has others.
_OTHERS = {
    "cpu_affinity_get": "cpu_affinity",
    "cpu_affinity_set": "cpu_affinity",
    "ionice_get": "ionice",
    "ionice_set": "ionice",
    "nice_get": "nice",
    "nice_set": "nice",
}


class Beneath:
    """One process: the same answers, under the names that they have there."""

    def __init__(self, process):
        self._process = process
        self.pid = process.pid

    def __getattr__(self, name):
        return getattr(self._process, _OTHERS.get(name, name))

    @property
    def _procfs_path(self):
        return _package.PROCFS_PATH

    def create_time(self, monotonic=False):
        """When it started, in seconds since 1970; or what tells it from others that had its pid."""
        return self._process._get_ident()[1] if monotonic else _package.Process(self.pid).create_time()

    def _get_eligible_cpus(self):
        """Return the CPUs that it may have, if they are in a row, and else all."""
        import re

        with _private.open_text(f"{self._procfs_path}/{self.pid}/status") as file:
            found = re.search(r"^Cpus_allowed_list:\t(\d+)-(\d+)", file.read(), re.MULTILINE)
        if found is None:
            return list(range(len(_package.cpu_times(percpu=True))))
        return list(range(int(found[1]), int(found[2]) + 1))

    def wait(self, timeout=None):
        """Wait for its end, and keep nothing of it."""
        return _private.wait_pid(self.pid, timeout)


class PlatformProcess:
    """The class: what is made of it does not look whether there is such a process before it is asked something."""

    def __call__(self, pid):
        process = _package.Process.__new__(_package.Process)
        process._init(pid, True)
        return Beneath(process)

    def __getattr__(self, name):
        if name in _SHARED:
            return getattr(_package.Process, name)
        raise AttributeError(f"what is beneath psutil's Process has no attribute {name!r} here")

    def __setattr__(self, name, value):
        if name in _SHARED:
            setattr(_package.Process, name, value)
        else:
            super().__setattr__(name, value)

    def __delattr__(self, name):
        if name in _SHARED:
            delattr(_package.Process, name)
        else:
            super().__delattr__(name)


class RootFsDeviceFinder:
    """Looks for the device of the root directory, where the table of mounts has another name for it."""

    def __init__(self):
        device = os.stat("/").st_dev
        self.major, self.minor = os.major(device), os.minor(device)

    def ask_proc_partitions(self):
        """Return what the table of partitions calls it."""
        with _private.open_text(f"{_package.PROCFS_PATH}/partitions") as file:
            rows = [line.split() for line in file]
        names = [row[3] for row in rows if len(row) >= 4 and row[:2] == [str(self.major), str(self.minor)]]
        return f"/dev/{names[0]}" if names else None

    def ask_sys_dev_block(self):
        """Return the name that the kernel tells of its number."""
        with _private.open_text(f"/sys/dev/block/{self.major}:{self.minor}/uevent") as file:
            names = [line.partition("=")[2].strip() for line in file if line.startswith("DEVNAME=")]
        return f"/dev/{names[0]}" if names and names[0] else None

    def ask_sys_class_block(self):
        """Return the device that has its number."""
        from glob import glob

        for path in glob("/sys/class/block/*/dev"):
            if _private.cat(path, "").strip() == f"{self.major}:{self.minor}":
                return f"/dev/{os.path.basename(os.path.dirname(path))}"
        return None

    def find(self):
        """Return the first of these that is there."""
        for ask in (self.ask_proc_partitions, self.ask_sys_dev_block, self.ask_sys_class_block):
            try:
                path = ask()
            except OSError as error:
                _private.debug(error)
                continue
            if path is not None:
                return path if os.path.exists(path) else None
        return None


def calculate_avail_vmem(mems):
    """Return how much memory programs can have, by the lines of meminfo of a kernel that does not say."""
    free = mems[b"MemFree:"]
    try:
        pages = mems[b"Active(file):"] + mems[b"Inactive(file):"]
        slab = mems[b"SReclaimable:"]
        with _private.open_binary(f"{_package.PROCFS_PATH}/zoneinfo") as file:
            words = [line.split() for line in file]
    except (KeyError, OSError) as error:
        _private.debug(error)
        return free + mems.get(b"Cached:", 0)
    low = sum(int(word[1]) for word in words if word[:1] == [b"low"]) * _private.PAGESIZE
    # As the kernel does: half of what can be given back, or the reserve if that is less, is not counted.
    return int(free - low + pages - min(pages / 2, low) + slab - min(slab / 2, low))
