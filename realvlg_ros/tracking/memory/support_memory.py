"""The support last seen in the fixed frame, for frames in which it is not seen."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ...arrays import FloatArray
from ...frame import RgbdFrame
from ...support_plane import SupportPlane
from ...transforms import invert, moved_plane


@dataclass(frozen=True)
class _Seen:
    """A plane (4,) in a fixed frame, and when it was seen, ns."""

    plane: FloatArray
    fixed_frame: str
    stamp_ns: int


class SupportMemory:
    """Remembers one plane; without a fixed frame none, since the camera may have moved."""

    def __init__(self) -> None:
        """Remember nothing yet."""
        self._seen: _Seen | None = None

    def see(self, plane: SupportPlane | None, frame: RgbdFrame) -> None:
        """Remember a plane that was found in the depth of a frame, if the frame's place is known.

        Args:
            plane: in the optical frame; None, or one that was not found in depth, changes nothing.
            frame: in which it was found.
        """
        if plane is None or plane.inliers == 0 or frame.camera2fixed is None:
            return
        placed = moved_plane(np.append(plane.normal, plane.offset), frame.camera2fixed)
        self._seen = _Seen(placed, frame.fixed_frame, frame.stamp_ns)

    def add_to(self, frame: RgbdFrame, max_age: float) -> RgbdFrame:
        """The frame with the remembered plane as its support, where it has no other.

        Args:
            frame: whose support may be unknown.
            max_age: longest time since the plane was seen, s.
        """
        seen = self._seen
        if seen is None or frame.support is not None or frame.camera2fixed is None:
            return frame
        age = (frame.stamp_ns - seen.stamp_ns) * 1e-9
        if seen.fixed_frame != frame.fixed_frame or not 0 <= age <= max_age:
            return frame
        return replace(frame, support=moved_plane(seen.plane, invert(frame.camera2fixed)))

    def clear(self) -> None:
        """Forget it, as when the clock has jumped."""
        self._seen = None
