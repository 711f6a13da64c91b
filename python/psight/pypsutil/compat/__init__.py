"""What makes pypsutil look like something else."""

from . import psutil

__all__ = ("psutil",)
