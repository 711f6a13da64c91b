"""``python -m psight``: the table of processes, the drop-in's switch, and what this user may not see."""

import sys

USAGE = """\
Usage: python -m psight [COMMAND]

  (none)    print the table of processes
  enable    make `import psutil` mean psight in this environment
  disable   undo that
  status    say what `import psutil` means here and why; the exit status is 0 if it is psight
  doctor    say what this user may not see or do, and why
"""


def main(words):
    """Run the command and return its exit status."""
    if not words:
        from ._table import test

        test()
        return 0
    if words in (["-h"], ["--help"], ["help"]):
        print(USAGE, end="")
        return 0
    if words == ["doctor"]:
        from ._doctor import main

        return main()
    if words not in (["enable"], ["disable"], ["status"]):
        print(f"psight: no command {' '.join(words)!r}\n\n{USAGE}", end="", file=sys.stderr)
        return 2
    return _switch(words[0])


def _switch(word):
    from .dropin import environment

    try:
        if word == "status":
            live, text = environment.status()
            print(text)
            return 0 if live else 1
        print(environment.enable() if word == "enable" else environment.disable())
        return 0
    except environment.Refused as error:
        print(f"psight: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except BrokenPipeError:
        # Whoever read has seen enough. What is still in the buffer must not fail again at exit.
        import os

        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
