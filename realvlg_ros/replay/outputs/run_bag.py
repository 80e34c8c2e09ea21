"""The bag of a run: what it shows beside the transforms of the recording."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from ...grasping.gripper import Gripper
from ..bags.bag import BagMessage
from ..bags.bag_tf import StaticTransform, frame_name
from ..bags.writer import BagWriter
from ..session.ahead import Deferred
from ..session.step import Step
from . import topics
from .step_messages import StepMessages, overlay


class RunBag:
    """Writes the messages of a run; a context manager, whole also after an exception."""

    def __init__(
        self,
        path: Path,
        gripper: Gripper,
        link: str = '',
        grasp_frame: str = topics.GRASP_FRAME,
        in_thread: bool = False,
    ) -> None:
        """Make the file.

        Args:
            path: of the .mcap; it must not exist.
            gripper: that grasps are drawn with.
            link: of the robot, whose pose is given for each grasp; empty: the profile's.
            grasp_frame: frame of tf at the best grasp.
            in_thread: draw the pictures beside what is done next.

        Raises:
            BagError: it cannot be written.
            MissingDependencyError: rosbags or tf2_msgs is not installed.
        """
        self._messages = StepMessages(gripper, link, grasp_frame)
        self._picture: Deferred[tuple[Any, int]] = Deferred(in_thread)
        self._writer = BagWriter(path)
        self._given: set[str] = set()

    def __enter__(self) -> RunBag:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._write_picture()
        finally:
            self._picture.close()
            self._writer.close()

    def add(self, step: Step) -> None:
        """Write the messages of a step; its picture may come with the next one."""
        self._write_picture()
        if step.frame is not None:
            self._picture.start(partial(_picture_of, step))
        for topic, message in self._messages.of(step):
            self._writer.write(topic, message, step.log_ns)

    def give(self, transforms: Sequence[StaticTransform], log_ns: int) -> None:
        """Write transforms that were given for the recording; they count before its own.

        Args:
            transforms: static ones.
            log_ns: time at which the recording begins, ns.
        """
        self._given |= {frame_name(each.child) for each in transforms}
        for topic, message in self._messages.of_static(transforms, log_ns):
            self._writer.write(topic, message, log_ns)

    def pass_on(self, found: Iterable[BagMessage]) -> None:
        """Write transforms of the recording as they are, but for those that were given."""
        for each in found:
            message = each.message
            kept = [
                t for t in message.transforms if frame_name(t.child_frame_id) not in self._given
            ]
            if len(kept) == len(message.transforms):
                self._writer.write(each.topic, message, each.log_ns)
            elif kept:
                self._writer.write(each.topic, replace(message, transforms=kept), each.log_ns)

    def _write_picture(self) -> None:
        made = self._picture.take()
        if made is not None:
            message, log_ns = made
            self._writer.write(topics.OVERLAY, message, log_ns)


def _picture_of(step: Step) -> tuple[Any, int]:
    assert step.frame is not None
    return overlay(step.frame, step.shown), step.log_ns
