"""psutil's private module of this name."""

from typing import Any

from ._private import *

def __getattr__(name: str) -> Any: ...
