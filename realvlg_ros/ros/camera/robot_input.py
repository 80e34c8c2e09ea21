"""Removal of the robot's own body from the depth, with the poses of its links from tf."""

from __future__ import annotations

from pathlib import Path

from ...boundary import Boundary
from ...errors import RobotModelError
from ...files import read_text
from ...frame import RgbdFrame
from ...optional import import_optional
from ...resources import config_file
from ...robot.body_filter import RobotFilter
from ...robot.shapes import RobotShapes
from ..tf.transform_source import TransformSource


class RobotInput:
    """A robot filter that looks up the poses of the links on tf."""

    def __init__(self, file: str, padding: float, tf: TransformSource) -> None:
        """Read the robot's shapes.

        Args:
            file: YAML of shapes, or expanded URDF; see read_shapes.
            padding: distance by which the shapes are enlarged, m.
            tf: gives the poses of the links.

        Raises:
            RobotModelError, ParameterError, MissingDependencyError: the file cannot be used.
        """
        self._filter = RobotFilter(read_shapes(file), padding)
        self._tf = tf
        self.removed = 0

    def remove(self, frame: RgbdFrame) -> RgbdFrame:
        """The frame with holes in depth where it shows the robot.

        Raises:
            TransformError: the pose of a link is not known at the frame's stamp; without it the
                robot would be segmented as an object.
        """
        poses = self._tf.wait(
            'pose of the robot',
            lambda buffer: self._filter.look_up(buffer, frame.camera.frame_id, frame.stamp_ns),
        )
        filtered = self._filter.remove(frame, poses)
        self.removed = filtered.removed
        return filtered.frame


def read_shapes(file: str) -> RobotShapes:
    """The shapes of a robot from a YAML file, or from a URDF by its suffix .urdf.

    Raises:
        ParameterError: there is no such file.
        RobotModelError: it cannot be used.
        MissingDependencyError: its meshes need a package that is not installed.
    """
    path = config_file(file)
    if path.suffix == '.urdf':
        return RobotShapes.from_urdf(
            read_text(path, Boundary(f'robot description {path}', RobotModelError)), _resolve
        )
    return RobotShapes.from_yaml(path)


def _resolve(uri: str) -> Path:
    """The path of a mesh named package://NAME/FILE or file://FILE."""
    if not uri.startswith('package://'):
        return Path(uri.removeprefix('file://'))
    package, _, rest = uri.removeprefix('package://').partition('/')
    index = import_optional(
        'ament_index_python.packages',
        f'the mesh {uri} cannot be found',
        'source ROS, or give the path of the mesh',
    )
    try:
        return Path(index.get_package_share_directory(package)) / rest
    except (LookupError, OSError, ValueError) as error:
        raise RobotModelError(
            f'{uri}: package {package!r} is not installed, or ROS is not sourced'
        ) from error
