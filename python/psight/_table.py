"""The table of processes that ``python -m psight`` prints, as psutil's `test` did."""

import sys

_HEAD = ("USER", "PID", "%MEM", "VSZ", "RSS", "NICE", "STATUS", "START", "TIME", "CMDLINE")
_ROW = "{:<10} {:>7} {:>5} {:>7} {:>7} {:>5} {:<10} {:>6} {:>8}  {}"
_ATTRS = ["cmdline", "cpu_times", "create_time", "memory_info", "name", "nice", "status", "username"]


def test():
    """Print a table of all processes, as wide as the terminal if there is one."""
    import shutil

    import psight

    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    total = psight.virtual_memory().total
    # What is printed into may be a string, which has none.
    encoding = sys.stdout.encoding or "utf-8"
    print(_ROW.format(*_HEAD)[:width])
    for process in psight.process_iter(_ATTRS):
        line = _ROW.format(*_cells(process, total)).rstrip()[:width]
        # A name can hold what this terminal's encoding cannot.
        sys.stdout.write(line.encode(encoding, "replace").decode(encoding) + "\n")
    sys.stdout.flush()


def _cells(process, total):
    from ._private import bytes2human

    info = process.info
    memory, times, start = info["memory_info"], info["cpu_times"], info["create_time"]
    return (
        _cut(info["username"] or "", 10),
        process.pid,
        f"{memory.rss / total * 100:.1f}" if memory else "",
        bytes2human(memory.vms) if memory else "",
        bytes2human(memory.rss) if memory else "",
        "" if info["nice"] is None else info["nice"],
        _cut(info["status"] or "", 10),
        _day(start) if start else "",
        _spent(times.user + times.system) if times else "",
        _printable(" ".join(info["cmdline"] or ()).strip() or f"[{info['name']}]"),
    )


def _cut(text, width):
    return text if len(text) <= width else text[: width - 1] + "+"


def _spent(seconds):
    """Minutes and seconds of CPU time."""
    minutes, seconds = divmod(int(seconds), 60)
    return f"{minutes}:{seconds:02}"


def _day(start):
    """The time of day, or the day if it was not today."""
    import time

    then, now = time.localtime(start), time.localtime()
    return time.strftime("%H:%M" if then[:3] == now[:3] else "%b%d", then)


def _printable(text):
    """The text on one line, without what would move the cursor or colour the rest."""
    return "".join(char if char.isprintable() else "?" for char in text)
