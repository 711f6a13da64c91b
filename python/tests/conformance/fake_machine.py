"""Runs a command on a machine that has more than this one: somebody is logged in, and there are sensors and a battery.

Root starts it in namespaces of its own, as the first process there: ``unshare --mount --pid --fork --mount-proc``. It
covers a few directories of the kernel, runs the command, takes away orphans, and ends as the command does.
"""

import os
import platform
import struct
import subprocess
import sys
import tempfile
import time

SENSORS = {
    "hwmon/hwmon0/name": "fake",
    "hwmon/hwmon0/temp1_label": "core",
    "hwmon/hwmon0/temp1_input": "45000",
    "hwmon/hwmon0/temp1_max": "80000",
    "hwmon/hwmon0/temp1_crit": "100000",
    "hwmon/hwmon0/fan1_label": "case",
    "hwmon/hwmon0/fan1_input": "1200",
    "thermal/thermal_zone0/type": "zone",
    "thermal/thermal_zone0/temp": "40000",
    "thermal/thermal_zone0/trip_point_0_type": "critical",
    "thermal/thermal_zone0/trip_point_0_temp": "90000",
    "power_supply/BAT0/status": "Discharging",
    "power_supply/BAT0/capacity": "75",
    "power_supply/BAT0/energy_now": "60000000",
    "power_supply/BAT0/energy_full": "80000000",
    "power_supply/BAT0/power_now": "30000000",
    "power_supply/AC0/online": "0",
}


def cover(directory):
    """Put an empty directory over one that is there."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "none", directory], check=True)


def bind(directory, elsewhere):
    """Show a directory in another place as well."""
    subprocess.run(["mount", "--bind", directory, elsewhere], check=True)


def sensors():
    """Fake what the kernel tells under /sys/class."""
    ours = {path.split("/")[0] for path in SENSORS}
    # The kernel lets nobody make a directory there: the classes that it has are shown through a new one.
    with tempfile.TemporaryDirectory() as real:
        bind("/sys/class", real)
        cover("/sys/class")
        for kind in {*os.listdir(real), *ours}:
            os.mkdir(f"/sys/class/{kind}")
            if kind not in ours:
                bind(f"{real}/{kind}", f"/sys/class/{kind}")
        subprocess.run(["umount", "-l", real], check=True)
    for path, text in SENSORS.items():
        path = os.path.join("/sys/class", path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as file:
            file.write(text + "\n")


def login():
    """Log somebody in, by a record of utmp(5)."""
    if platform.machine() not in ("x86_64", "i686", "ppc64le", "riscv64"):
        # The record has another shape there.
        return
    os.makedirs("/run", exist_ok=True)
    cover("/run")
    user_process = 7
    words = (b"pts/0", b"ts/0", b"root", b"fake.example")
    end = (0, 0, os.getpid(), int(time.time()) - 60, 0)
    record = struct.pack("hi32s4s32s256shhiii16x20x", user_process, os.getpid(), *words, *end)
    with open("/run/utmp", "wb") as file:
        file.write(record)


def run(command):
    """Run the command, wait for whoever is left to this first process, and return how the command ended."""
    child = subprocess.Popen(command)
    while True:
        pid, status = os.wait()
        if pid == child.pid:
            return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sensors()
    login()
    code = run(sys.argv[1:])
    sys.exit(code if code >= 0 else 128 - code)
