"""What psutil's own tests use of psutil's inside and psight does not have, each as small as those tests need it.

It is for the tests alone: what programs in the field use is in psight itself.
"""

import sys
import types

import psight


def install():
    """Make psight importable as `psutil`, with the private modules and names that the tests import."""
    private = psight._common
    sys.modules["psutil"] = psight
    of_this_system = ("_pswindows",) if psight.WINDOWS else ("_pslinux", "_psposix", "_psutil_linux")
    for name in ("_common", *of_this_system, "_psplatform", "_ntuples"):
        sys.modules[f"psutil.{name}"] = getattr(psight, name)
    if not psight.WINDOWS:
        return
    from psight import _beneath

    private.Process = _beneath.PlatformProcess()
    private.cext = types.SimpleNamespace(check_pid_range=check_pid_range)


def check_pid_range(pid):
    """Refuse what does not fit into a C long, as psutil's extension does."""
    if pid > sys.maxsize:
        raise OverflowError("int too large to convert to C long")
