"""The lifeline: a worker ends when its parent does, however the parent went."""

import os
import signal
import threading
from collections.abc import Callable

from ostiary.main.serving.exit_codes import FAILED

_LAST_WORDS_SECONDS = 0.5


def hang_on(descriptor: int, last_words: Callable[[], None]) -> None:
    """End this process when the pipe does, whatever the event loop is doing at that time.

    Args: last_words is called from another thread; it may take half a second.
    """

    def wait() -> None:
        while os.read(descriptor, 1):
            pass
        # A write that blocks must not keep us alive: the alarm ends the process.
        signal.setitimer(signal.ITIMER_REAL, _LAST_WORDS_SECONDS)
        try:
            last_words()
        finally:
            os._exit(FAILED)

    threading.Thread(target=wait, name="lifeline", daemon=True).start()
