"""How child processes are bound to their parent, so that nothing is left running."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading

_PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """Ask the kernel to send SIGTERM when the parent is gone; for `preexec_fn`, a no-op where there is no prctl.

    The kernel's parent is the thread that started the child: start children from a thread that stays.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def stop_when_input_closes() -> None:
    """Send this process SIGTERM when its standard input ends: the portable sign that the parent is gone."""

    def wait() -> None:
        while os.read(0, 1024):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, daemon=True, name="parent-watch").start()
