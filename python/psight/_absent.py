"""Which systems have what this one lacks, for the message of the `AttributeError`."""

_SYSTEMS = {
    "Windows": "ABOVE_NORMAL_PRIORITY_CLASS BELOW_NORMAL_PRIORITY_CLASS HIGH_PRIORITY_CLASS IDLE_PRIORITY_CLASS"
    " NORMAL_PRIORITY_CLASS REALTIME_PRIORITY_CLASS IOPRIO_HIGH IOPRIO_LOW IOPRIO_NORMAL IOPRIO_VERYLOW"
    " CONN_DELETE_TCB num_handles win_service_get win_service_iter",
    "Solaris": "CONN_BOUND CONN_IDLE",
    "FreeBSD": "RLIMIT_KQUEUES RLIMIT_NPTS RLIMIT_SBSIZE RLIMIT_SWAP RLIMIT_UMTXP RLIMIT_VMEM",
}


def message(owner, name):
    """What to say of `name`, which `owner` does not have here."""
    for system, names in _SYSTEMS.items():
        if name in names.split():
            return f"{owner} has no attribute {name!r} on this system: only {system} has it"
    return f"{owner} has no attribute {name!r}"
