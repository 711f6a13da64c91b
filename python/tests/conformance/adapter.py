"""A pytest plugin that runs psutil's own tests against psight."""

import psutil  # noqa: F401
