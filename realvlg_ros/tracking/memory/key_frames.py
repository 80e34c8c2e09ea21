"""A few past frames, so that an answer about the past can still be used.

A grounding speaks of a frame that is gone by the time it arrives. The memory keeps frames within a
bound of bytes: the frame of a request in flight is protected whole; frames after it survive as
packed frames, evenly thinned, along which motion can be followed to now.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...arrays import ByteArray, Float32Array, FloatArray, IntArray
from ...camera import Camera
from ...depth_noise import DepthNoise
from ...frame import RgbdFrame
from ...message_limits import MAX_REQUESTS
from .contrast import Contrast
from .packed_images import PackedImages

# Share of the memory that whole frames may take while thinned frames need room too. Chosen: half
# for each.
_WHOLE_SHARE = 0.5
# So many frames after that of a request are kept whole with it. Chosen: the few that a first plan
# averages its depth over.
_COMPANIONS = 2


@dataclass(frozen=True)
class KeyFrame:
    """One past frame.

    Attributes:
        color: (height, width, 3) RGB.
        depth: (height, width) m, 0 without a reading.
        camera: intrinsics.
        stamp_ns: acquisition time, ns.
        camera2fixed: 4x4 pose of the camera in the fixed frame, if known.
        fixed_frame: name of that frame.
        noise: of the depth.
        support: of the frame.
    """

    color: ByteArray
    depth: Float32Array
    camera: Camera
    stamp_ns: int
    camera2fixed: FloatArray | None = None
    fixed_frame: str = ''
    noise: DepthNoise = DepthNoise()
    support: FloatArray | None = None

    @classmethod
    def from_frame(cls, frame: RgbdFrame) -> KeyFrame:
        """Keep the images of a frame."""
        return cls(
            frame.color, frame.depth, frame.camera, frame.stamp_ns,
            frame.camera2fixed, frame.fixed_frame, frame.noise, frame.support,
        )  # fmt: skip

    def crop(self, low: IntArray, high: IntArray, contrast: Contrast) -> ByteArray:
        """The pixels from low to high (column, row) in a contrast.

        Args:
            low: (2,) first column and row.
            high: (2,) column and row after the last.
            contrast: in which the colour is shown.
        """
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
        return self.color.nbytes + self.depth.nbytes

    def to_frame(self) -> RgbdFrame:
        """The frame again."""
        return RgbdFrame(
            self.color, self.depth, self.camera, self.stamp_ns,
            self.camera2fixed, self.fixed_frame, self.noise, self.support,
        )  # fmt: skip


@dataclass(frozen=True)
class ThinnedFrame:
    """A past frame with its images packed; see KeyFrame."""

    images: PackedImages
    camera: Camera
    stamp_ns: int
    camera2fixed: FloatArray | None
    fixed_frame: str
    noise: DepthNoise

    @classmethod
    def from_key_frame(cls, key: KeyFrame) -> ThinnedFrame:
        """Pack the images of a frame."""
        images = PackedImages.pack(key.color, key.depth)
        return cls(images, key.camera, key.stamp_ns, key.camera2fixed, key.fixed_frame, key.noise)

    @property
    def size_bytes(self) -> int:
        """Memory taken by its images."""
        return self.images.size_bytes

    def unpacked(self) -> KeyFrame:
        """The frame again, with coarser colour and depth."""
        color, depth = self.images.unpack()
        return KeyFrame(
            color, depth, self.camera, self.stamp_ns,
            self.camera2fixed, self.fixed_frame, self.noise,
        )  # fmt: skip


class KeyFrameMemory:
    """Past frames in the order of their stamps, within a bound of bytes."""

    def __init__(self, limit_bytes: int, tolerance_ns: int, protect_ns: int) -> None:
        """Keep at most limit_bytes; a request protects its frame for protect_ns.

        Args:
            limit_bytes: the most memory of all frames.
            tolerance_ns: stamps that differ by no more are of one frame, ns.
            protect_ns: how long a request protects its frame, ns.
        """
        self._limit = limit_bytes
        self._tolerance = tolerance_ns
        self._protect_ns = protect_ns
        self._frames: list[KeyFrame | ThinnedFrame] = []
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
        last = self._frames[-1] if self._frames else None
        assert not isinstance(last, ThinnedFrame), 'the newest frame stays whole'
        return last

    @property
    def oldest_stamp_ns(self) -> int | None:
        """Stamp of the oldest frame that is still whole."""
        return next((f.stamp_ns for f in self._frames if isinstance(f, KeyFrame)), None)

    @property
    def requests(self) -> list[str]:
        """The requests in flight."""
        return list(self._requests)

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
            if abs(frame.stamp_ns - stamp) <= self._protect_ns
        }
        self._shrink()

    def protect(self, request_id: str, stamp_ns: int) -> bool:
        """Keep the frame of a stamp until the request is released.

        Returns whether the frame is here or can still come, within the time of a protection.
        Of too many requests the oldest is forgotten.
        """
        newest = self.newest
        to_come = newest is None or (
            self._tolerance < stamp_ns - newest.stamp_ns <= self._protect_ns
        )
        if self.find(stamp_ns) is None and not to_come:
            return False
        self._requests.pop(request_id, None)
        if len(self._requests) >= MAX_REQUESTS:
            self._requests.pop(next(iter(self._requests)))
        self._requests[request_id] = stamp_ns
        return True

    def release(self, request_id: str) -> None:
        """End the protection of a request's frame."""
        self._requests.pop(request_id, None)

    def find(self, stamp_ns: int) -> KeyFrame | None:
        """The whole frame of a stamp, or None when it is gone."""
        near = [
            frame
            for frame in self._frames
            if isinstance(frame, KeyFrame) and abs(frame.stamp_ns - stamp_ns) <= self._tolerance
        ]
        return min(near, key=lambda frame: abs(frame.stamp_ns - stamp_ns), default=None)

    def since(self, stamp_ns: int) -> list[KeyFrame | ThinnedFrame]:
        """The frames after a stamp, oldest first."""
        return [frame for frame in self._frames if frame.stamp_ns > stamp_ns]

    def before(self, stamp_ns: int) -> list[KeyFrame | ThinnedFrame]:
        """The frames before a stamp, newest first."""
        return [frame for frame in reversed(self._frames) if frame.stamp_ns < stamp_ns]

    def why_gone(self, stamp_ns: int) -> str:
        """Why the frame of a stamp is not in memory whole."""
        oldest, newest = self.oldest_stamp_ns, self.newest
        if oldest is None or newest is None:
            return f'frame {stamp_ns} ns is not in memory: no frame has come yet'
        return (
            f'frame {stamp_ns} ns is gone: whole frames from {oldest} to '
            f'{newest.stamp_ns} ns are kept; announce the request when it starts, or raise '
            f'memory_mb (now {self._limit / 1e6:g})'
        )

    def _protected(self, index: int, companions: int = _COMPANIONS) -> bool:
        """Whether a frame is of a request, or among the next ones: their depth is averaged."""
        near = self._frames[max(index - companions, 0) : index + 1]
        return any(
            abs(frame.stamp_ns - stamp) <= self._tolerance
            for frame in near
            for stamp in self._requests.values()
        )

    def _shrink(self) -> None:
        """Pack or drop frames until the bound holds; the newest always stays whole."""
        waiting = [s for s in self._requests.values() if s <= self._frames[-1].stamp_ns]
        if not waiting:
            while self.size_bytes > self._limit and len(self._frames) > 1:
                del self._frames[0]
            return
        self._pack(min(waiting))
        while self.size_bytes > self._limit:
            index = self._most_dispensable()
            if index is None:
                return
            del self._frames[index]

    def _pack(self, first_request_ns: int) -> None:
        """Pack old unprotected frames; drop those that no request can need."""
        self._frames = [
            f for f in self._frames if f.stamp_ns >= first_request_ns - self._tolerance
        ]
        for index, frame in enumerate(self._frames[:-1]):
            whole = sum(f.size_bytes for f in self._frames if isinstance(f, KeyFrame))
            if whole <= _WHOLE_SHARE * self._limit:
                return
            if isinstance(frame, KeyFrame) and not self._protected(index):
                self._frames[index] = ThinnedFrame.from_key_frame(frame)

    def _most_dispensable(self) -> int | None:
        """The unprotected frame between whose neighbours the time gap is smallest."""
        frames = self._frames
        for companions in (_COMPANIONS, 0):
            gaps = {
                index: frames[index + 1].stamp_ns - frames[index - 1].stamp_ns
                for index in range(1, len(frames) - 1)
                if not self._protected(index, companions)
            }
            if gaps:
                return min(gaps, key=lambda index: (gaps[index], index))
        # Only protected frames and the newest are left: the oldest request gives way.
        return 0 if len(frames) > 1 else None
