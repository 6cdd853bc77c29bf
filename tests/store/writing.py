"""A process that stores candles and is killed meanwhile: ``python -m tests.store.writing``.

It forks a writer for every line that it reads, so that the package is loaded once only, and says
how the writer ended. A line is ``folder mode argument``:

``step N``  the writer kills itself at the N-th call that changes files, a write half done;
``loop N``  it stores batch after batch, N in all or until someone kills it.
"""

from __future__ import annotations

import os
import signal
import sys

from hindcaster.store import CandleStore

from .support import WHERE, minutes

CHANGES = ("write", "fsync", "replace", "mkdir", "unlink")
BATCHES = 3


def batch(number: int):
    """Give minutes on both sides of a month's end, with a price of their own."""
    return minutes(-90 - number, 180 + 2 * number, price=1000.0 * (number + 1))


def die_at(step: int) -> None:
    """Make this process kill itself at a call that changes files."""
    left = [step]

    def deadly(call):
        def counted(*arguments, **options):
            left[0] -= 1
            if left[0] == 0:
                if call is os_write:
                    os_write(arguments[0], arguments[1][: len(arguments[1]) // 2])
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*arguments, **options)

        return counted

    os_write = os.write
    for name in CHANGES:
        setattr(os, name, deadly(getattr(os, name)))


def write(folder: str, mode: str, number: int) -> None:
    """Store batches; report each one that was stored."""
    report = os.write
    if mode == "step":
        die_at(number)
    store = CandleStore(folder)
    for count in range(BATCHES if mode == "step" else number):
        store.store(batch(count), *WHERE)
        report(1, f"stored {count}\n".encode())


def main() -> None:
    import pyarrow.parquet  # noqa: F401  (loaded once, before there are writers)

    for line in sys.stdin:
        folder, mode, number = line.rsplit(maxsplit=2)
        child = os.fork()
        if child == 0:
            write(folder, mode, int(number))
            os._exit(0)
        os.write(1, f"writer {child}\n".encode())
        _, status = os.waitpid(child, 0)
        os.write(1, f"ended {os.waitstatus_to_exitcode(status)}\n".encode())


if __name__ == "__main__":
    main()
