"""Machines made of files: a procfs, a sysfs and devices of which a test writes what it needs."""

import pytest

import psight


class Machine:
    """A machine in a folder, which psight is asked about while the test runs."""

    def __init__(self, root):
        self.root = root
        for name in ("proc", "sys", "dev"):
            (root / name).mkdir()

    def look(self):
        """Ask this machine, with its devices and sensors, from now on."""
        psight._psight.set_paths(*(str(self.root / name) for name in ("proc", "sys", "dev")))
        return self

    def look_at_proc(self):
        """Ask this machine's procfs alone, as programs do by setting `PROCFS_PATH`."""
        psight.PROCFS_PATH = str(self.root / "proc")
        return self

    def write(self, path, text):
        """Write a file; indentation of the text does not count."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(text, bytes):
            file.write_bytes(text)
        else:
            file.write_text("".join(line.strip(" ") + "\n" for line in text.strip("\n").split("\n")))
        return file

    def link(self, path, target):
        """Make a link; where it points need not exist."""
        link = self.root / path
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(target)

    def open_to_all(self):
        """Let everybody in, through the folders above that are ours."""
        for folder in [self.root, *self.root.parents]:
            mode = folder.stat().st_mode
            if mode & 0o555 == 0o555:
                break
            folder.chmod(mode | 0o555)

    def process(self, pid=42, name="cat", state="S", tty=0, start=600, threads=1):
        """Write what the kernel says of a process without a program, without arguments and without memory."""
        # The order of proc_pid_stat(5); what is told apart below has numbers that are.
        words = [pid, f"({name})", state, 1, pid, pid, tty, -1, 0, 10, 11, 12, 13, 2, 3, 4, 5, 20, 0]
        words += [threads, 0, start, 4096, 1, *[0] * 14, 6, 0, 0, 7]
        self.write(f"proc/{pid}/stat", " ".join(map(str, words)))
        status = f"Name:\t{name}\nState:\t{state}\nTgid:\t{pid}\nPid:\t{pid}\nPPid:\t1\nUid:\t0\t0\t0\t0\n"
        self.write(f"proc/{pid}/status", f"{status}Gid:\t0\t0\t0\t0\nThreads:\t{threads}\n".encode())
        self.write(f"proc/{pid}/cmdline", b"")
        self.write(f"proc/{pid}/statm", "20 10 5 2 0 8 0")
        if not (self.root / "proc/stat").exists():
            self.write("proc/stat", "cpu 1 1 1 1 1 1 1 1 1 1\ncpu0 1 1 1 1 1 1 1 1 1 1\nbtime 1000000000")
        return psight.Process(pid)


@pytest.fixture
def machine(tmp_path):
    """A machine in a folder; this one is asked again after the test."""
    try:
        yield Machine(tmp_path)
    finally:
        psight.PROCFS_PATH = "/proc"
