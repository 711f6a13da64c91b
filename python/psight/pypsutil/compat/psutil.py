"""psutil's API by the name that it has in pypsutil: it is psight itself, which knows more of it."""

import sys

import psight

sys.modules[__name__] = psight
