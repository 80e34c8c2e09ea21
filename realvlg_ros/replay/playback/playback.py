"""Messages of a bag, each when its time has come, once or over and over."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from contextlib import closing

from ..bags.bag import Bag, BagMessage
from ..session.ahead import read_ahead
from .play_clock import PlayClock


class Playback:
    """Plays a bag in a thread of its own."""

    def __init__(
        self,
        bag: Bag,
        names: Collection[str],
        clock: PlayClock,
        publish: Callable[[BagMessage], None],
        on_begin: Callable[[], None],
        on_end: Callable[[Exception | None], None],
        loop: bool = False,
    ) -> None:
        """Prepare to play.

        Args:
            bag: open.
            names: topics that are played.
            clock: tells when a message is published: at its log time.
            publish: sends a message, given as bytes.
            on_begin: called at the beginning and whenever the bag begins again, before its first
                message.
            on_end: called at the end, with what ended it too early.
            loop: begin again after the last message.
        """
        self._bag, self._names, self._clock = bag, names, clock
        self._publish, self._on_begin, self._on_end = publish, on_begin, on_end
        self._loop = loop
        self._closed = False
        self._thread = threading.Thread(target=self._run, name='playback', daemon=True)

    def start(self) -> None:
        """Begin to play."""
        self._thread.start()

    def close(self) -> None:
        """Stop; no message is published any more."""
        self._closed = True
        self._clock.close()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        problem: Exception | None = None
        try:
            while self._play_once() and self._loop:
                pass
        except Exception as error:
            problem = error
        self._on_end(problem)

    def _play_once(self) -> bool:
        """Play the bag from its beginning; whether it can be played again."""
        with closing(read_ahead(self._bag.serialized(self._names))) as messages:
            played = 0
            for message in messages:
                if not played:
                    # Once there is something to publish: opening a bag takes time.
                    self._clock.jump(self._bag.start_ns)
                    self._on_begin()
                if not self._clock.wait_until(message.log_ns) or self._closed:
                    return False
                self._publish(message)
                played += 1
        return played > 0
