"""What a forked interpreter has to undo of being a copy, and how it ends like one that was started for its program.

A fork copies the state of random generators and the thread counts that libraries chose when the zygote imported them.
Python's hash seed is copied too; it is fixed for every sandbox (`PYTHONHASHSEED=0`), so that a program runs the same
each time it does, and the interpreters that a program starts agree with it.
"""

from __future__ import annotations

import atexit
import os
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, NoReturn

_TWISTER_WORDS, _WORD_BYTES = 624, 4


@contextmanager
def without_exits_of_packages() -> Iterator[None]:
    """While packages are imported, keeps what they want to be called at a program's end from being so.

    They tidy up, or look for leaks, in a process whose memory is about to vanish; that took longer than most programs
    (632 pages copied, 5 ms).  The standard library's stay: `logging` flushes, `multiprocessing` waits for workers.
    """
    register = atexit.register

    def register_few(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Callable[..., Any]:
        if _is_of_standard_library(function):
            register(function, *args, **kwargs)
        return function

    # Python declares a generic function, and takes any.
    atexit.register = register_few  # type: ignore[assignment]
    try:
        yield
    finally:
        atexit.register = register


def _is_of_standard_library(function: Callable[..., Any]) -> bool:
    module = getattr(function, "__module__", None) or ""
    return module.partition(".")[0] in sys.stdlib_module_names


def renew() -> None:
    """Replaces what a fork has copied and two processes must not have in common, random generators aside."""
    threading.main_thread()._set_native_id()  # type: ignore[attr-defined]  # noqa: SLF001 - as Python does after a fork
    if "multiprocessing.process" in sys.modules:
        sys.modules["multiprocessing.process"].current_process().authkey = os.urandom(32)


def seed(number: int | None) -> None:
    """Seeds the random generators that every program shares with the libraries it imports.

    Args:
        number: the seed; None for fresh entropy.
    """
    if "random" in sys.modules:
        sys.modules["random"].seed(number)
    if "numpy.random" in sys.modules:
        if number is None:
            _stir(sys.modules["numpy.random"])
        else:
            sys.modules["numpy.random"].seed(number)


def _stir(generators: Any) -> None:
    """Gives numpy's generator a state of fresh entropy.  Its own way to one copies four times as many pages."""
    words = sys.modules["numpy"].frombuffer(os.urandom(_TWISTER_WORDS * _WORD_BYTES), "u4")
    generators.set_state(("MT19937", words, _TWISTER_WORDS))


def widen(cpus: int) -> None:
    """Lets libraries that were imported with one thread use as many as the profile gives."""
    if cpus == 1:
        return
    if "pyarrow" in sys.modules:
        sys.modules["pyarrow"].set_cpu_count(cpus)
    if "threadpoolctl" in sys.modules:
        sys.modules["threadpoolctl"].threadpool_limits(limits=cpus)


def end_with(main: Callable[[], object]) -> NoReturn:
    """Runs `main` and ends the process as an interpreter ends: threads, `atexit`, streams, exit status."""
    code = 1
    try:
        code = _status_of(main)
        threading._shutdown()  # type: ignore[attr-defined]  # noqa: SLF001 - as multiprocessing ends its workers
        atexit._run_exitfuncs()  # noqa: SLF001 - as above
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):
                stream.flush()
    finally:
        os._exit(code)


def _status_of(main: Callable[[], object]) -> int:
    try:
        said = main()
    except SystemExit as leave:
        said = leave.code
    except BaseException:  # noqa: BLE001 - the boundary of a program
        traceback.print_exc()
        return 1
    if said is None or isinstance(said, int):
        return (said or 0) & 0xFF
    sys.stderr.write(f"{said}\n")
    return 1
