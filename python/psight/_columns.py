"""The table of all processes by columns: for programs that compute with whole columns, and for those that know Arrow."""

from . import _psight

_core = _psight.process

#: What is read where nothing else is asked for.
COLUMNS = (
    "pid",
    "ppid",
    "name",
    "status",
    "username",
    "cpu_times",
    "rss",
    "vms",
    "create_time",
    "num_threads",
    "cmdline",
)


class ProcessTable:
    """All processes at one moment, a column for each attribute.

    ``pyarrow.table(t)``, ``polars.DataFrame(t)`` and whatever else knows Arrow's PyCapsule interface take it as it is,
    without a copy. Without any of them there are `column`, `to_dicts` and iteration.

    What is a named tuple elsewhere is a column for each of its fields: ``cpu_times_user``, ``uids_real``. A value that may
    not be known, or that a process does not have, is None. Bytes of a name or a path that are no text are written
    ``\\xNN``.
    """

    __slots__ = ("_names", "_native", "_rows")

    def __init__(self, columns=None):
        if isinstance(columns, str):
            raise TypeError("columns must be a list of names, not one text")
        names = list(COLUMNS if columns is None else columns)
        for name in names:
            if name not in _core.columns:
                raise ValueError(f"invalid column {name!r}; valid ones are {sorted(_core.columns)}")
        self._native, self._rows = _core.read_columns(names)
        self._names = tuple(_core.column_names(self._native))

    @property
    def column_names(self):
        """The names of the columns."""
        return self._names

    def column(self, name):
        """Return the values of one column in a list."""
        return _core.column_values(self._native, name)

    def to_dicts(self):
        """Return a dict for each process."""
        return list(self)

    def __len__(self):
        return self._rows

    def __iter__(self):
        """Yield a dict for each process, in the order of their pids."""
        names = self._names
        for values in zip(*map(self.column, names)):
            yield dict(zip(names, values))

    def __repr__(self):
        return f"<psight.ProcessTable of {self._rows} processes: {', '.join(self._names)}>"

    def __arrow_c_schema__(self):
        return _core.arrow_schema(self._native)

    def __arrow_c_array__(self, requested_schema=None):
        return _core.arrow_schema(self._native), _core.arrow_array(self._native)

    def __arrow_c_stream__(self, requested_schema=None):
        return _core.arrow_stream(self._native)


def process_table(columns=None):
    """Return the table of all processes with these columns; the usual ones without `columns`.

    It is read in one go and becomes Python objects only where it is looked at. `pid` is always in it.
    """
    return ProcessTable(columns)
