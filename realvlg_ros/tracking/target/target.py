"""The object to be grasped as it is tracked."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

from ...arrays import FloatArray
from ...grasping.completion.object_box import ObjectBox
from ...grasping.grasp import Grasp
from ...image_region import Box, RegionMask


class TargetState(IntEnum):
    """Life of a target; the values are those of GraspTarget.msg."""

    TENTATIVE = 0
    CONFIRMED = 1
    OCCLUDED = 2
    LOST = 3
    NO_GRASP = 4


@dataclass(frozen=True)
class GraspTarget:
    """A tracked object with its ranked grasps.

    Attributes:
        state: where in its life it is.
        stamp_ns: of the image it was computed from, ns.
        frame_id: frame of the grasps: a fixed frame when tf gives one, else the camera's.
        camera_frame_id: optical frame of the camera whose image box and mask refer to.
        track_id: the same as long as it is the same object; 0 without a track.
        request_id: the request it answers.
        label: the object in words.
        stable: the pose's spread has stayed within bounds.
        message: reason for the state.
        tf_unavailable: the reason is that tf does not give the camera's pose.
        position_std, rotation_std: of the best grasp, m and rad.
        grasps: best first.
        box, mask: of the object in the image.
        object_box: around the object with its hidden side, in frame_id; None where it is not
            known.
        look_from: (3,) unit vector from the object toward a camera that would see what is not
            seen, in frame_id, where that alone leaves no grasp; else None.
        grounded_stamp_ns: of the image in which the object was grounded, ns.
        checked_stamp_ns: of the image against whose scene the grasps were checked last, ns: for
            collision, support and clearance; 0 without grasps. That of the oldest check, where
            they differ.
        timings_ms: wall time by stage.
    """

    state: TargetState
    stamp_ns: int
    frame_id: str
    camera_frame_id: str = ''
    track_id: int = 0
    request_id: str = ''
    label: str = ''
    stable: bool = False
    message: str = ''
    position_std: float = 0.0
    rotation_std: float = 0.0
    grasps: tuple[Grasp, ...] = ()
    box: Box | None = None
    mask: RegionMask | None = None
    grounded_stamp_ns: int = 0
    checked_stamp_ns: int = 0
    timings_ms: dict[str, float] = field(default_factory=dict)
    object_box: ObjectBox | None = None
    look_from: FloatArray | None = None
    tf_unavailable: bool = False
