"""What becomes of targets when frames stop, and when their stream is broken."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ..transforms import invert
from .memory.key_frames import KeyFrame
from .target.report import report
from .target.target import GraspTarget
from .target.track import TargetTrack
from .target_list import TargetList


def paused(
    tracks: Iterable[TargetTrack], last: KeyFrame, reason: str, lost: bool
) -> list[GraspTarget]:
    """The targets while no frame comes: predicted only and not stable, or lost.

    Args:
        tracks: all targets; those that are lost already have said so.
        last: the last frame.
        reason: in words.
        lost: whether they are given up until they are seen again.
    """
    targets = []
    for track in tracks:
        if track.life.lost or not track.settled:
            continue
        track.life.gauge.reset()
        if lost:
            track.life.lose(reason)
        else:
            track.life.hide(reason)
        targets.append(report(track, last, {}))
    return targets


def ended(
    tracks: Iterable[TargetTrack], last: KeyFrame, reason: str, stamp_ns: int
) -> list[GraspTarget]:
    """The targets as they are lost with their stream.

    Args:
        tracks: all targets.
        last: the last frame of the stream.
        reason: in words.
        stamp_ns: when the stream broke: that of the first frame after it, if there is one.
    """
    targets = []
    for track in tracks:
        track.life.lose(reason)
        targets.append(replace(report(track, last, {}), stamp_ns=stamp_ns))
    return targets


def change_world(targets: TargetList, last: KeyFrame | None, key: KeyFrame) -> list[str]:
    """Move targets between camera and fixed frame when tf comes or goes; notices of it, if any.

    Args:
        targets: that are followed.
        last: the frame before; None for the first.
        key: the newest frame.
    """
    if last is None or last.world == key.world:
        return []
    # The camera is taken as still from the last frame to this one; features find the rest.
    old2new = key.camera2world @ invert(last.camera2world)
    notice = f'targets now live in {key.world!r}, before in {last.world!r}'
    for track in targets:
        track.change_world(old2new, notice)
    return [notice] if len(targets) else []
