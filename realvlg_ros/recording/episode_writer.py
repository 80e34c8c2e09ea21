"""Packs frames and writes episodes and their log: the slow half of a recorder."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime, timezone
from typing import Any, Generic, TypeVar

from ..errors import RealvlgError, RecordingError
from ..frame import RgbdFrame
from .blanking import Blanking, BlankingSettings
from .episode import Episode, Shot
from .episode_files import Surroundings, episode_files
from .episode_store import EpisodeStore, episode_name
from .goal_figures import EndedGoal
from .goal_log import GoalLog
from .packed_frame import PackedFrame

P = TypeVar('P')


class EpisodeWriter(Generic[P]):
    """Writes what a watch has gathered, in one thread; what fails is said in words.

    Attributes:
        written: episodes that were written.
        not_written: episodes that could not be.
        frames_lost: frames that could not be decoded or packed.
        problem: why the last episode or line could not be written; empty when it was.
    """

    def __init__(
        self,
        store: EpisodeStore,
        blanking: BlankingSettings,
        decode: Callable[[P], RgbdFrame],
        versions: Mapping[str, str],
        now: Callable[[], float] = time.time,
    ) -> None:
        """Prepare to write.

        Args:
            store: where episodes are kept.
            blanking: what is not to be kept of a frame.
            decode: makes a frame of a payload; raises RealvlgError where it cannot.
            versions: written with each episode.
            now: s since 1970.

        Raises:
            MissingDependencyError: faces are to be blanked and there is nothing to find them.
        """
        self._store = store
        self._log = GoalLog(store.folder)
        self._blanking_settings = blanking
        self._blanking = Blanking(blanking)
        self._decode = decode
        self._versions = dict(versions)
        self._now = now
        self.written = self.not_written = self.frames_lost = 0
        self.problem = ''

    def pack(self, shot: Shot[P]) -> None:
        """Decode, blank and encode a frame; one that cannot be used says why in its episode."""
        payload, shot.payload = shot.payload, None
        if payload is None:
            return
        try:
            shot.packed = PackedFrame.of(self._decode(payload), self._blanking)
        except RealvlgError as error:
            self.lose(shot, str(error))
        except Exception as error:
            self.lose(shot, f'{error!r}')
            raise

    def lose(self, shot: Shot[P], reason: str) -> None:
        """Leave a frame out, for a reason in words."""
        shot.payload, shot.problem = None, reason
        self.frames_lost += 1

    def write(self, episode: Episode[P], parameters: Mapping[str, Any]) -> None:
        """Write an episode.

        Args:
            episode: of which everything has come; its frames are packed.
            parameters: of the nodes by their names; None for one that did not tell.
        """
        now = self._now()
        goal = episode.goal
        name = episode_name(now, episode.status, goal.goal_id or goal.request_id)
        when = datetime.fromtimestamp(now, timezone.utc).isoformat(timespec='milliseconds')
        around = Surroundings(
            parameters=parameters,
            versions=self._versions,
            blanking=asdict(self._blanking_settings),
            recorded={'time': when, 'frames_lost_before': self.frames_lost},
            blanks=self._blanking_settings.is_on,
        )
        try:
            self._store.write(name, episode_files(episode, around))
        except RecordingError as error:
            self.not_written += 1
            self.problem = str(error)
            return
        self.written += 1
        self.problem = ''

    def log_goal(self, ended: EndedGoal) -> None:
        """Append a goal to the log."""
        self._append(lambda: self._log.goal(ended, self._now()))

    def log_recovery(self, request_id: str, seconds: float) -> None:
        """Append that a target is followed again that was lost for so many seconds."""
        self._append(lambda: self._log.recovery(request_id, seconds, self._now()))

    def _append(self, write: Callable[[], None]) -> None:
        try:
            write()
        except RecordingError as error:
            self.problem = str(error)
