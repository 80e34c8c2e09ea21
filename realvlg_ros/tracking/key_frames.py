"""A few past frames, so that an answer about the past can still be used.

A grounding speaks of a frame that is gone by the time it arrives. The memory keeps frames within a
bound of bytes: the frame of a request in flight is protected whole; frames after it survive as
grey stepping stones, evenly thinned, along which motion can be followed to now.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from ..camera import Camera
from ..frame import FloatArray, RgbdFrame
from .contrast import Contrast

# Share of the memory that whole frames may take while stepping stones need room too.
_WHOLE_SHARE = 0.5


@dataclass(frozen=True)
class KeyFrame:
    """One past frame.

    Attributes:
        grey: (height, width).
        depth: (height, width) m, 0 without a reading; None where only grey was kept.
        camera: intrinsics.
        stamp_ns: acquisition time, ns.
        camera2fixed: 4x4 pose of the camera in the fixed frame, if known.
        fixed_frame: name of that frame.
        color: (height, width, 3) RGB; None where only grey was kept.
    """

    grey: npt.NDArray[np.uint8]
    depth: npt.NDArray[np.float32] | None
    camera: Camera
    stamp_ns: int
    camera2fixed: FloatArray | None = None
    fixed_frame: str = ''
    color: npt.NDArray[np.uint8] | None = None

    @classmethod
    def from_frame(cls, frame: RgbdFrame) -> KeyFrame:
        """Keep the grey image and the depth of a frame."""
        grey = cv2.cvtColor(frame.color, cv2.COLOR_RGB2GRAY)
        return cls(
            grey, frame.depth, frame.camera, frame.stamp_ns,
            frame.camera2fixed, frame.fixed_frame, frame.color,
        )  # fmt: skip

    def crop(
        self, low: npt.NDArray[np.int_], high: npt.NDArray[np.int_], contrast: Contrast | None
    ) -> npt.NDArray[np.uint8]:
        """The pixels from low to high (column, row), in a contrast or in grey."""
        if contrast is None or self.color is None:
            return self.grey[low[1] : high[1], low[0] : high[0]]
        return contrast.apply(self.color[low[1] : high[1], low[0] : high[0]])

    @property
    def camera2world(self) -> FloatArray:
        """Pose of the camera where targets live: the fixed frame, else the camera itself."""
        return np.eye(4) if self.camera2fixed is None else self.camera2fixed

    @property
    def world(self) -> str:
        """Name of the frame where targets live."""
        return self.camera.frame_id if self.camera2fixed is None else self.fixed_frame

    @property
    def size_bytes(self) -> int:
        """Memory taken by its images."""
        images = (self.grey, self.depth, self.color)
        return sum(image.nbytes for image in images if image is not None)

    def to_frame(self) -> RgbdFrame:
        """The whole frame again.

        Raises:
            ValueError: it is a stepping stone, of which only grey was kept.
        """
        if self.depth is None or self.color is None:
            raise ValueError('a stepping stone holds grey only')
        return RgbdFrame(
            self.color, self.depth, self.camera, self.stamp_ns,
            self.camera2fixed, self.fixed_frame,
        )  # fmt: skip


class KeyFrameMemory:
    """Past frames in the order of their stamps, within a bound of bytes."""

    def __init__(self, limit_bytes: int, tolerance_ns: int, protect_ns: int) -> None:
        """Keep at most limit_bytes; a request protects its frame for protect_ns."""
        self._limit = limit_bytes
        self._tolerance = tolerance_ns
        self._protect_ns = protect_ns
        self._frames: list[KeyFrame] = []
        self._requests: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._frames)

    @property
    def size_bytes(self) -> int:
        """Memory taken by all frames."""
        return sum(frame.size_bytes for frame in self._frames)

    @property
    def newest(self) -> KeyFrame | None:
        """The last frame added."""
        return self._frames[-1] if self._frames else None

    @property
    def oldest_stamp_ns(self) -> int | None:
        """Stamp of the oldest frame that still has its depth."""
        return next((f.stamp_ns for f in self._frames if f.depth is not None), None)

    def clear(self) -> None:
        """Forget all frames and requests."""
        self._frames.clear()
        self._requests.clear()

    def add(self, frame: KeyFrame) -> None:
        """Add the newest frame and make room for it."""
        self._frames.append(frame)
        self._requests = {
            request: stamp
            for request, stamp in self._requests.items()
            if frame.stamp_ns - stamp <= self._protect_ns
        }
        self._shrink()

    def protect(self, request_id: str, stamp_ns: int) -> bool:
        """Keep the frame of a stamp until the request is released.

        Returns whether the frame is here or can still come.
        """
        newest = self.newest
        to_come = newest is None or stamp_ns > newest.stamp_ns + self._tolerance
        if self.find(stamp_ns) is None and not to_come:
            return False
        self._requests[request_id] = stamp_ns
        return True

    def release(self, request_id: str) -> None:
        """End the protection of a request's frame."""
        self._requests.pop(request_id, None)

    def find(self, stamp_ns: int) -> KeyFrame | None:
        """The frame of a stamp with its depth, or None when it is gone."""
        near = [
            frame
            for frame in self._frames
            if frame.depth is not None and abs(frame.stamp_ns - stamp_ns) <= self._tolerance
        ]
        return min(near, key=lambda frame: abs(frame.stamp_ns - stamp_ns), default=None)

    def since(self, stamp_ns: int) -> list[KeyFrame]:
        """The frames after a stamp, oldest first."""
        return [frame for frame in self._frames if frame.stamp_ns > stamp_ns]

    def _protected(self, frame: KeyFrame) -> bool:
        stamps = self._requests.values()
        return any(abs(frame.stamp_ns - stamp) <= self._tolerance for stamp in stamps)

    def _shrink(self) -> None:
        """Strip or drop frames until the bound holds; the newest always stays whole."""
        waiting = [s for s in self._requests.values() if s <= self._frames[-1].stamp_ns]
        if not waiting:
            while self.size_bytes > self._limit and len(self._frames) > 1:
                del self._frames[0]
            return
        self._strip(min(waiting))
        while self.size_bytes > self._limit:
            index = self._most_dispensable()
            if index is None:
                return
            del self._frames[index]

    def _strip(self, first_request_ns: int) -> None:
        """Take the depth from old unprotected frames; drop those that no request can need."""
        self._frames = [
            f for f in self._frames if f.stamp_ns >= first_request_ns - self._tolerance
        ]
        for index, frame in enumerate(self._frames[:-1]):
            whole = sum(f.size_bytes for f in self._frames if f.depth is not None)
            if whole <= _WHOLE_SHARE * self._limit:
                return
            if frame.depth is not None and not self._protected(frame):
                self._frames[index] = replace(frame, depth=None, color=None)

    def _most_dispensable(self) -> int | None:
        """The unprotected frame between whose neighbours the time gap is smallest."""
        frames = self._frames
        gaps = {
            index: frames[index + 1].stamp_ns - frames[index - 1].stamp_ns
            for index in range(1, len(frames) - 1)
            if not self._protected(frames[index])
        }
        if gaps:
            return min(gaps, key=lambda index: (gaps[index], index))
        # Only protected frames and the newest are left: the oldest request gives way.
        return 0 if len(frames) > 1 else None
