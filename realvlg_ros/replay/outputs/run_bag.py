"""The bag of a run: what it shows beside the transforms of the recording."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ...grasping.gripper import Gripper
from ..bags.bag import BagMessage
from ..bags.writer import BagWriter
from ..session.step import Step
from .step_messages import StepMessages


class RunBag:
    """Writes the messages of a run; a context manager, whole also after an exception."""

    def __init__(self, path: Path, gripper: Gripper, link: str = '') -> None:
        """Make the file.

        Args:
            path: of the .mcap; it must not exist.
            gripper: that grasps are drawn with.
            link: of the robot, whose pose is given for each grasp; empty: the profile's.

        Raises:
            BagError: it cannot be written.
            MissingDependencyError: rosbags or tf2_msgs is not installed.
        """
        self._messages = StepMessages(gripper, link)
        self._writer = BagWriter(path)

    def __enter__(self) -> RunBag:
        return self

    def __exit__(self, *_: object) -> None:
        self._writer.close()

    def add(self, step: Step) -> None:
        """Write the messages of a step."""
        for topic, message in self._messages.of(step):
            self._writer.write(topic, message, step.log_ns)

    def pass_on(self, found: Iterable[BagMessage]) -> None:
        """Write messages of the recording as they are."""
        for each in found:
            self._writer.write(each.topic, each.message, each.log_ns)
