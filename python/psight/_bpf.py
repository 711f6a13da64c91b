"""Reading through BPF, which Linux lets root do."""

import psight

from . import _psight as _core


def use_bpf():
    """Read through BPF from now on, where that can be; return whether it can.

    `process_iter`, `net_connections`, and of large processes `open_files`, `threads` and `children`, are then read from the
    kernel's own structures, several times quicker. It needs Linux 6.1, root (or `CAP_BPF` and `CAP_PERFMON`) and the first pid namespace;
    where any of that is missing, `/proc` is read as before. It ends when `PROCFS_PATH` is set.
    """
    return vars(psight).get("PROCFS_PATH") == "/proc" and _core.use_bpf()
