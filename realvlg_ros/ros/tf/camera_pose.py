"""The pose of the camera in the fixed frame asked for, or why it is unknown."""

from __future__ import annotations

from collections.abc import Callable

from ...arrays import FloatArray
from ...errors import TransformError
from .transform_source import TransformSource


class CameraPose:
    """Looks up the camera in the fixed frame at the stamp of each image.

    Without a pose there is no frame: grasps in another frame than the one that was asked for would
    be taken for grasps in it. The fall-back to the camera's frame must be asked for, too.
    """

    def __init__(
        self,
        fixed_frame: str,
        fallback: bool,
        tf: TransformSource | None,
        no_tf: str,
        warn: Callable[[str], None],
    ) -> None:
        """Look up in the frame of this name.

        Args:
            fixed_frame: name of the frame; empty for the camera's own.
            fallback: whether the camera's frame is used until a pose has been known once.
            tf: gives the pose; None when tf is not available.
            no_tf: why tf is not available.
            warn: called with the reason of a fall-back, and with an empty text once it is over.
        """
        self._fixed_frame = fixed_frame
        self._fallback = fallback
        self._tf = tf
        self._no_tf = no_tf
        self._warn = warn
        self._known = False

    @property
    def described(self) -> str:
        """The frame that targets live in, in words."""
        if not self._fixed_frame:
            return 'none: targets are in the camera frame'
        if self._known:
            return self._fixed_frame
        if self._fallback:
            return f'{self._fixed_frame}: not known yet, targets are in the camera frame'
        return f'{self._fixed_frame}: not known yet'

    def look_up(self, camera_frame: str, stamp_ns: int) -> FloatArray | None:
        """The 4x4 pose of the camera in the fixed frame; None where targets are in the camera's.

        Args:
            camera_frame: name of the optical frame.
            stamp_ns: time of the pose, ns.

        Raises:
            TransformError: there is a fixed frame and the pose is not known at this time.
        """
        if not self._fixed_frame:
            return None
        try:
            pose = self._wait(camera_frame, stamp_ns)
        except TransformError as error:
            # What has been in the fixed frame must not alternate between the two.
            if not self._fallback or self._known:
                raise
            self._warn(str(error))
            return None
        self._known = True
        self._warn('')
        return pose

    def _wait(self, camera_frame: str, stamp_ns: int) -> FloatArray:
        fixed_frame = self._fixed_frame
        what = f'pose of {camera_frame!r} in {fixed_frame!r}'
        if not camera_frame.strip('/'):
            raise TransformError(
                f'no {what}: the images have an empty frame_id: set it in the camera driver to '
                "the optical frame's name, and publish a static transform from "
                f'{fixed_frame!r} to it if tf does not know it'
            )
        if self._tf is None:
            raise TransformError(
                f'no {what}: {self._no_tf}. Without tf no transform can be read, not even from '
                'who would publish a static transform; or set fixed_frame to empty'
            )
        return self._tf.wait(
            what, lambda buffer: buffer.lookup(fixed_frame, camera_frame, stamp_ns)
        )
