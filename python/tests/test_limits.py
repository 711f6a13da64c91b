"""What psutil does not have: limits of control groups, and pressure."""

import os
import sys

import pytest

import psight
from fakes import machine  # noqa: F401

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux alone has control groups")

GROUP = "sys/fs/cgroup/pod/job"


@pytest.fixture
def limited(machine):
    """A machine of 4 GiB and 8 CPUs, which asks as its first process, in a group with limits."""
    machine.process(pid=1, name="init")
    machine.link("proc/self", "1")
    machine.write("proc/1/cgroup", "0::/pod/job")
    machine.write("proc/1/mountinfo", "30 25 0:26 / /sys/fs/cgroup rw shared:9 - cgroup2 cgroup2 rw")
    fields = {"MemTotal": 4194304, "MemAvailable": 1, "SwapTotal": 0, "SwapFree": 0}
    fields.update(dict.fromkeys("MemFree Buffers Cached Shmem Active Inactive".split(), 1))
    machine.write("proc/meminfo", "\n".join(f"{name}: {size} kB" for name, size in fields.items()))
    machine.write("proc/vmstat", "pswpin 0\npswpout 0")
    machine.write("sys/devices/system/cpu/online", "0-7")
    machine.write("sys/fs/cgroup/pod/memory.max", "536870912")
    machine.write("sys/fs/cgroup/pod/memory.current", "4096")
    machine.write(f"{GROUP}/memory.max", "max")
    machine.write(f"{GROUP}/cpu.max", "150000 100000")
    return machine.look()


def test_the_memory_of_a_container_is_that_of_its_group(limited):
    memory = psight.effective_memory()
    assert (memory.limit, memory.used) == (512 << 20, 4096)
    assert memory.limited_by == str(limited.root / "sys/fs/cgroup/pod/memory.max")
    assert (memory.high, memory.high_set_by, memory.swap, memory.swap_limited_by) == (None, None, 0, "host")
    assert memory.complete is True
    assert psight.virtual_memory().total == 4 << 30


def test_the_cpus_of_a_container_are_its_quota(limited):
    cpus = psight.effective_cpus()
    assert (cpus.cpus, cpus.whole, cpus.quota, cpus.online) == (1.5, 2, 1.5, 8)
    assert cpus.limited_by == cpus.quota_set_by == str(limited.root / GROUP / "cpu.max")
    assert psight.cpu_count() == 8


def test_limits_that_cannot_be_read_are_an_error(limited):
    limited.write("sys/fs/cgroup/pod/memory.max", "much")
    with pytest.raises(RuntimeError, match="memory.max"):
        psight.effective_memory()


def test_this_process_may_use_no_more_than_there_is():
    memory, cpus = psight.effective_memory(), psight.effective_cpus()
    assert 0 < memory.limit <= psight.virtual_memory().total
    assert 0 < cpus.cpus <= cpus.whole <= cpus.online == psight.cpu_count()
    assert cpus.whole <= len(os.sched_getaffinity(0))


def test_pressure_has_the_kernels_numbers(machine):
    machine.write("proc/pressure/io", """
        some avg10=15.72 avg60=62.36 avg300=42.31 total=17503520681
        full avg10=0.00 avg60=1.25 avg300=0.00 total=7
    """)
    machine.write("proc/pressure/irq", "full avg10=0.10 avg60=0.20 avg300=0.30 total=900000")
    pressure = machine.look() and psight.pressure()
    assert (pressure.cpu, pressure.memory) == (None, None)
    assert pressure.io.some == (15.72, 62.36, 42.31, 17503.520681)
    assert pressure.io.full._asdict() == {"avg10": 0.0, "avg60": 1.25, "avg300": 0.0, "total": 0.000007}
    assert (pressure.irq.some, pressure.irq.full.total) == (None, 0.9)


def test_a_kernel_without_pressure_says_so(machine):
    with pytest.raises(NotImplementedError):
        machine.look() and psight.pressure()


def test_the_names_are_no_names_of_psutil():
    names = {"effective_memory", "effective_cpus", "pressure"}
    assert names.isdisjoint(psight.__all__)
    assert names.isdisjoint(dir(psight))
