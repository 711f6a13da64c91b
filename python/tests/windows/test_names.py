"""Every name that psutil has on Windows is there, of the same kind and with the same fields; and no other system's."""

import inspect

import psutil
import pytest
from psutil import _ntuples, _pswindows

import psight

#: What psutil's 8.0 adds, which psight has on every system.
LATER = {
    "BatteryTime", "ConnectionStatus", "NicDuplex", "ProcessIOPriority", "ProcessStatus", "STATUS_SUSPENDED",
    "STATUS_WAKE_KILL", "bytes2human",
}
LATER_OF_PROCESSES = {"memory_footprint", "memory_info_ex", "page_faults"}


def test_psutil_is_psutil():
    assert psutil.__version__ == "7.2.2" and psutil.WINDOWS and psutil is not psight


def test_the_names_are_psutils():
    assert set(psight.__all__) - LATER == set(psutil.__all__)


@pytest.mark.parametrize("name", sorted(set(psutil.__all__)))
def test_each_name_is_of_the_same_kind(name):
    theirs, ours = getattr(psutil, name), getattr(psight, name)
    if inspect.isclass(theirs):
        assert [base.__name__ for base in ours.__mro__] == [base.__name__ for base in theirs.__mro__]
        assert (ours.__module__, ours.__name__) == (theirs.__module__, theirs.__name__)
    elif callable(theirs):
        assert callable(ours) and str(inspect.signature(ours)) == str(inspect.signature(theirs))
    else:
        assert type(ours).__name__ == type(theirs).__name__ and ours == theirs


def test_star_imports_all_of_it():
    names = {}
    exec("from psight import *", names)
    assert set(psight.__all__) <= names.keys()


@pytest.mark.parametrize("name", sorted(name for name in vars(_ntuples) if hasattr(getattr(_ntuples, name), "_fields")))
def test_tuples_have_the_same_fields(name):
    from psight import _ntuples as ours

    assert getattr(ours, name)._fields == getattr(_ntuples, name)._fields


def public(cls):
    return {name for name in dir(cls) if not name.startswith("_")}


@pytest.mark.parametrize("name", ["Process", "Popen"])
def test_methods_are_psutils(name):
    theirs, ours = getattr(psutil, name), getattr(psight, name)
    assert public(ours) - LATER_OF_PROCESSES - {"attrs"} == public(theirs)
    for method in public(theirs) - {"pid"}:
        assert inspect.signature(getattr(ours, method)) == inspect.signature(getattr(theirs, method)), method


def test_as_dict_takes_what_psutils_does():
    assert psight.Process.attrs - LATER_OF_PROCESSES == psutil._as_dict_attrnames


def test_services_have_the_same_methods():
    from psight._pswindows import WindowsService

    assert public(WindowsService) == public(_pswindows.WindowsService)
    with pytest.raises(TypeError):
        hash(WindowsService("a", "A"))


def test_enumerations_have_the_same_members():
    from psight import _pswindows as ours

    for name in ("IOPriority", "Priority", "AddressFamily"):
        members = {member: int(value) for member, value in getattr(ours, name).__members__.items()}
        assert members == {member: int(value) for member, value in getattr(_pswindows, name).__members__.items()}


@pytest.mark.parametrize(
    "name",
    ["PROCFS_PATH", "RLIM_INFINITY", "RLIMIT_NOFILE", "IOPRIO_CLASS_IDLE", "sensors_fans", "sensors_temperatures", "ProcessRlimit"],
)
def test_what_other_systems_have_is_absent(name):
    assert not hasattr(psutil, name)
    with pytest.raises(AttributeError, match=f"module 'psight' has no attribute '{name}' on this system: only Linux"):
        getattr(psight, name)
    assert name not in dir(psight)


@pytest.mark.parametrize("name", ["cpu_num", "gids", "num_fds", "rlimit", "terminal", "uids"])
def test_methods_of_other_systems_are_absent(name):
    assert not hasattr(psutil.Process, name) and not hasattr(psight.Process, name)
    with pytest.raises(AttributeError, match=f"'Process' object has no attribute '{name}' on this system: "):
        getattr(psight.Process(), name)
    with pytest.raises(ValueError, match=f"invalid attr name '{name}'"):
        psight.Process().as_dict([name])


def test_what_nobody_has_is_just_missing():
    with pytest.raises(AttributeError, match="module 'psight' has no attribute 'nonsense'$"):
        psight.nonsense


def test_setting_the_path_of_procfs_is_like_setting_any_name():
    psight.PROCFS_PATH = "/nonexistent"
    try:
        assert psight.Process().name() == psutil.Process().name()
    finally:
        del psight.PROCFS_PATH


def test_pypsutil_is_for_unix():
    with pytest.raises(ImportError, match="pypsutil is for Unix"):
        import psight.pypsutil  # noqa: F401


def test_everything_is_documented():
    there = [getattr(psight, name) for name in psight.__all__]
    methods = [getattr(psight.Process, name) for name in public(psight.Process) - {"attrs"}]
    assert [one for one in (*there, *methods) if callable(one) and not one.__doc__] == []


def test_the_private_names_that_programs_use_answer():
    import psight._common as common

    assert common.parse_environ_block("a=b\0=C:=C:\\\0Path=c\0") == {"A": "b", "PATH": "c"}
    assert common.pid_exists(psight.pids()[-1]) in (True, False)
    assert common.usage_percent(1, 3, round_=1) == 33.3
    assert "unix" not in common.conn_tmap
    assert psight._pswindows is psight._psplatform is common
    assert psight.pwd is None
