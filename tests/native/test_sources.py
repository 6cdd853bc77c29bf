"""Finding the source of a function."""

import gc
import inspect
import sys
import threading
from collections.abc import Iterator

import pytest

from hindcaster.native import loops, source, translator


@pytest.fixture
def busy_collector() -> Iterator[None]:
    """Let threads change places inside of the parser, as a collector's callbacks do."""

    def callback(*_: object) -> None:
        sum(range(300))

    thresholds, interval = gc.get_threshold(), sys.getswitchinterval()
    gc.callbacks.append(callback)
    gc.set_threshold(50)
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(interval)
    gc.set_threshold(*thresholds)
    gc.callbacks.remove(callback)


@pytest.mark.usefixtures("busy_collector")
def test_threads_can_parse_at_the_same_time() -> None:
    functions = [
        function
        for module in (translator, loops)
        for function in vars(module).values()
        if inspect.isfunction(function) and function.__module__ == module.__name__
    ]
    failed: list[str] = []

    def work() -> None:
        for function in functions:
            source._parsed.cache_clear()
            try:
                source.source_of(function)
            except Exception as error:
                failed.append(repr(error))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert functions
    assert failed == []
