"""A frame as the bytes of its files, with what is known of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from ..arrays import BoolArray
from ..frame import RgbdFrame
from ..frame_folder import frame_files
from .blanking import Blanking
from .lighting import Lighting


@dataclass(frozen=True)
class PackedFrame:
    """The files of a frame folder.

    Attributes:
        stamp_ns: of the colour image, ns.
        files: their bytes by name.
        facts: camera2fixed, fixed_frame, lighting and blanked_share, as JSON objects.
        blanked: (height, width) True where it was blanked; None where nothing was.
    """

    stamp_ns: int
    files: dict[str, bytes]
    facts: dict[str, Any] = field(default_factory=dict)
    blanked: BoolArray | None = None

    @classmethod
    def of(cls, frame: RgbdFrame, blanking: Blanking) -> PackedFrame:
        """Measure the light of a frame, blank what is not to be kept, and encode the rest.

        Raises:
            RecordingError: it is not known what has to be blanked.
        """
        kept, blanked = blanking.apply(frame)
        facts = {
            'fixed_frame': frame.fixed_frame,
            'camera2fixed': None if frame.camera2fixed is None else frame.camera2fixed.tolist(),
            'lighting': asdict(Lighting.of_frame(frame)),
            'blanked_share': float(blanked.mean()),
        }
        return cls(frame.stamp_ns, frame_files(kept), facts, blanked if blanked.any() else None)
