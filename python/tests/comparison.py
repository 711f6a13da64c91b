"""Asks psutil 7.2.2 and psight the same, and says whether they agree.

Both are asked in one process: psutil, psight, psutil again. An answer that lies between psutil's two is right; one that
does not is asked again for a while, because machines do not stand still.
"""

import enum
import time

import pytest

import psight

psutil = pytest.importorskip("psutil")
if psutil.__version__ != "7.2.2" or psutil is psight:
    pytest.skip("psutil 7.2.2 itself is needed", allow_module_level=True)

PATIENCE = 3.0


def raised(answer, *names):
    """Whether an answer is an exception of one of these names."""
    return isinstance(answer, tuple) and answer[:1] == ("raised",) and answer[1] in names


def plain(value):
    """The value with everything that may be compared: classes, names of fields, members of enums."""
    if isinstance(value, enum.Enum):
        return ("enum", type(value).__name__, value.name, int(value))
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return (type(value).__name__, value._fields, tuple(map(plain, value)))
    if isinstance(value, (list, tuple)):
        return type(value)(map(plain, value))
    if isinstance(value, dict):
        return {key: plain(of) for key, of in value.items()}
    if isinstance(value, (psutil.Process, psight.Process)):
        return ("process", value.pid)
    return value


def asked(question):
    """The answer, or the exception with all that it tells."""
    try:
        return plain(question())
    except (psutil.Error, psight.Error) as error:
        told = {name: getattr(error, name, None) for name in ("pid", "name", "ppid", "msg", "seconds")}
        return ("raised", type(error).__name__, told, str(error))
    except Exception as error:
        return ("raised", type(error).__name__, str(error))


def lies_between(one, ours, other):
    """Whether a value is what the two are, or a number between them."""
    if type(one) is not type(ours):
        # A part may be there in one moment and not in the next.
        return type(other) is type(ours) and type(other) is not type(one) and ours == other
    if isinstance(ours, bool) or not isinstance(ours, (int, float, list, tuple, dict)):
        return ours in (one, other)
    if isinstance(ours, (int, float)):
        return type(other) is type(ours) and min(one, other) <= ours <= max(one, other)
    if isinstance(ours, dict):
        return ours.keys() == one.keys() == other.keys() and all(
            lies_between(one[key], ours[key], other[key]) for key in ours
        )
    return len(one) == len(ours) == len(other) and all(map(lies_between, one, ours, other))


def agree(theirs, ours, what, simplify=None, gone=lambda: False, excused=lambda one, mine: False):
    """Fail unless both say the same within a while, or `excused` knows why not, or it is `gone`."""
    deadline = time.monotonic() + PATIENCE
    while True:
        one, mine, other = asked(theirs), asked(ours), asked(theirs)
        if simplify is not None:
            one, mine, other = (
                answer if raised(answer, answer[1:2] and answer[1]) else simplify(answer) for answer in (one, mine, other)
            )
        if mine in (one, other) or lies_between(one, mine, other) or excused(one, mine) or gone():
            return
        assert time.monotonic() < deadline, f"{what}:\npsutil {one}\npsight {mine}\npsutil {other}"
        time.sleep(0.01)
