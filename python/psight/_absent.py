"""Which systems have what this one lacks, for the message of the `AttributeError`."""

_LIMITS = "AS CORE CPU DATA FSIZE LOCKS MEMLOCK MSGQUEUE NICE NOFILE NPROC RSS RTPRIO RTTIME SIGPENDING STACK"
_SYSTEMS = {
    "only Windows has it": "ABOVE_NORMAL_PRIORITY_CLASS BELOW_NORMAL_PRIORITY_CLASS HIGH_PRIORITY_CLASS"
    " IDLE_PRIORITY_CLASS NORMAL_PRIORITY_CLASS REALTIME_PRIORITY_CLASS IOPRIO_HIGH IOPRIO_LOW IOPRIO_NORMAL"
    " IOPRIO_VERYLOW CONN_DELETE_TCB num_handles win_service_get win_service_iter",
    "only Solaris has it": "CONN_BOUND CONN_IDLE",
    "only FreeBSD has it": "RLIMIT_KQUEUES RLIMIT_NPTS RLIMIT_SBSIZE RLIMIT_SWAP RLIMIT_UMTXP RLIMIT_VMEM",
    "only Linux has it": "IOPRIO_CLASS_BE IOPRIO_CLASS_IDLE IOPRIO_CLASS_NONE IOPRIO_CLASS_RT PROCFS_PATH ProcessRlimit"
    " sensors_fans",
    "only Linux and FreeBSD have it": "cpu_num rlimit sensors_temperatures RLIM_INFINITY "
    + " ".join("RLIMIT_" + name for name in _LIMITS.split()),
    "every system but Windows has it": "gids num_fds terminal uids",
}


def message(owner, name):
    """What to say of `name`, which `owner` does not have here."""
    for who, names in _SYSTEMS.items():
        if name in names.split():
            return f"{owner} has no attribute {name!r} on this system: {who}"
    return f"{owner} has no attribute {name!r}"
