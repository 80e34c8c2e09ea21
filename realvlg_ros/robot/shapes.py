"""Collision shapes of a robot's links, from its URDF or from a parameter file."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from scipy.spatial.transform import Rotation

from ..arrays import BoolArray, FloatArray
from ..boundary import Boundary
from ..documents import as_mapping, parse_xml, read_yaml
from ..errors import RobotModelError
from ..fields import Fields
from ..mesh_files import read_mesh
from ..quoting import quoted
from ..transforms import from_quaternion, make_transform

MeshResolver = Callable[[str], Path]

# The 13 directions to faces, edges and corners of a cube: a mesh is bounded along each.
# From geometry.
_DIRECTIONS = np.array(
    [
        (x, y, z)
        for x in (1, 0, -1)
        for y in (1, 0, -1)
        for z in (1, 0, -1)
        if (x, y, z) > (0, 0, 0)
    ],
    np.float64,
)
_DIRECTIONS /= np.linalg.norm(_DIRECTIONS, axis=1, keepdims=True)


class Shape(Protocol):
    """A solid about the origin of its own frame."""

    def bounds(self, padding: float) -> tuple[FloatArray, FloatArray]:
        """Least and largest corner (3,) of the box that holds it, grown by a padding, m."""
        ...

    def contains(self, points: npt.NDArray[Any], padding: float) -> BoolArray:
        """(n,) which points (n, 3) lie inside or within a padding, m."""
        ...


@dataclass(frozen=True)
class Sphere:
    """A ball, m."""

    radius: float

    def bounds(self, padding: float) -> tuple[FloatArray, FloatArray]:
        """See Shape."""
        reach = np.full(3, self.radius + padding)
        return -reach, reach

    def contains(self, points: npt.NDArray[Any], padding: float) -> BoolArray:
        """See Shape."""
        inside: BoolArray = np.einsum('ij,ij->i', points, points) <= (self.radius + padding) ** 2
        return inside


@dataclass(frozen=True)
class Cylinder:
    """A cylinder along z, m."""

    radius: float
    length: float

    def bounds(self, padding: float) -> tuple[FloatArray, FloatArray]:
        """See Shape."""
        reach = np.array([self.radius, self.radius, self.length / 2]) + padding
        return -reach, reach

    def contains(self, points: npt.NDArray[Any], padding: float) -> BoolArray:
        """See Shape."""
        x, y, z = points.T
        inside: BoolArray = (x * x + y * y <= (self.radius + padding) ** 2) & (
            np.abs(z) <= self.length / 2 + padding
        )
        return inside


@dataclass(frozen=True, eq=False)
class Slabs:
    """What lies between pairs of parallel planes: low <= directions . p <= high, m.

    Attributes:
        directions: (k, 3) unit vectors; the first three are the axes.
        low, high: (k,) m.
    """

    directions: FloatArray
    low: FloatArray
    high: FloatArray

    @classmethod
    def box(cls, size: Sequence[float]) -> Slabs:
        """A box of a size (3,)."""
        half = np.asarray(size, np.float64) / 2
        return cls(np.eye(3), -half, half)

    @classmethod
    def around(cls, vertices: npt.ArrayLike) -> Slabs:
        """The 26-sided solid that holds vertices (n, 3), and so their convex hull."""
        directions = np.concatenate(
            [np.eye(3), _DIRECTIONS[np.count_nonzero(_DIRECTIONS, axis=1) > 1]]
        )
        along = np.asarray(vertices, np.float64) @ directions.T
        return cls(directions, along.min(axis=0), along.max(axis=0))

    def bounds(self, padding: float) -> tuple[FloatArray, FloatArray]:
        """See Shape."""
        return self.low[:3] - padding, self.high[:3] + padding

    def contains(self, points: npt.NDArray[Any], padding: float) -> BoolArray:
        """See Shape."""
        along = points @ self.directions.T.astype(points.dtype)
        inside: BoolArray = np.all(
            (along >= self.low - padding) & (along <= self.high + padding), axis=1
        )
        return inside


@dataclass(frozen=True, eq=False)
class LinkShape:
    """A shape with its 4x4 pose in a link of the robot."""

    link: str
    shape: Shape
    shape2link: FloatArray


@dataclass(frozen=True, eq=False)
class RobotShapes:
    """All collision shapes of a robot."""

    shapes: tuple[LinkShape, ...]

    @property
    def links(self) -> tuple[str, ...]:
        """Names of the links that have a shape."""
        return tuple(dict.fromkeys(shape.link for shape in self.shapes))

    @classmethod
    def from_urdf(
        cls, urdf: str, resolve: MeshResolver | None = None, ignore: Collection[str] = ()
    ) -> RobotShapes:
        """Read the collision geometry of a URDF's text (xacro already expanded).

        Args:
            urdf: the XML, as in the parameter robot_description.
            resolve: turns a mesh's file name (package://...) into a path; without it a mesh is
                refused.
            ignore: links to leave out, such as a table that is part of the URDF.

        Raises:
            RobotModelError: no XML of a robot, geometry that cannot be read, or no shape at all.
            MissingDependencyError: there are meshes and trimesh is not installed.
        """
        remedy = 'pass the expanded URDF, not a file name'
        robot = parse_xml(urdf, Boundary('robot description', RobotModelError, remedy))
        shapes = []
        with Boundary('robot description', RobotModelError).guard():
            for link in robot.iter('link'):
                name = link.get('name', '')
                for collision in link.findall('collision') if name not in ignore else ():
                    shape = _urdf_shape(collision.find('geometry'), name, resolve)
                    pose = _urdf_origin(collision.find('origin'), name)
                    shapes.append(LinkShape(name, shape, pose))
        return cls._checked(shapes, 'the robot description')

    @classmethod
    def from_yaml(cls, path: Path) -> RobotShapes:
        """Read a parameter file: links, each with a list of shapes.

        A shape is one of `box: [x, y, z]`, `sphere: radius`, `cylinder: [radius, length]` (along
        z), in m, with optional position_m and quaternion_xyzw in the link.

        Raises:
            RobotModelError: the file is missing or does not follow this.
        """
        expected = 'expected links: {LINK: [{box: [x, y, z]}]}'
        boundary = Boundary(f'robot shapes {path}', RobotModelError, expected)
        with boundary.guard():
            links = as_mapping(read_yaml(path, boundary), boundary)['links']
            shapes = [
                LinkShape(link, *_yaml_shape(Fields(values, boundary, link)))
                for link, listed in links.items()
                for values in listed
            ]
        return cls._checked(shapes, str(path))

    @classmethod
    def _checked(cls, shapes: Sequence[LinkShape], source: str) -> RobotShapes:
        if not shapes:
            raise RobotModelError(
                f'{source} holds no collision shape; give each link at least one'
            )
        for shape in shapes:
            low, high = shape.shape.bounds(0.0)
            if np.any(~np.isfinite([low, high])) or not np.all(low < high):
                raise RobotModelError(
                    f'{source}: a shape of link {quoted(shape.link)} from {low} to {high} m '
                    'is empty'
                )
        return cls(tuple(shapes))


def _yaml_shape(values: Fields) -> tuple[Shape, FloatArray]:
    position = values.numbers('position_m', 3) if 'position_m' in values else (0.0, 0.0, 0.0)
    turned = 'quaternion_xyzw' in values
    quaternion = values.numbers('quaternion_xyzw', 4) if turned else (0.0, 0.0, 0.0, 1.0)
    (kind,) = set(values) - {'position_m', 'quaternion_xyzw'}
    if kind == 'sphere':
        shape: Shape = Sphere(values.number(kind))
    elif kind == 'cylinder':
        shape = Cylinder(*values.numbers(kind, 2))
    elif kind == 'box':
        shape = Slabs.box(values.numbers(kind, 3))
    else:
        raise ValueError(f'shape {quoted(kind)} is not box, sphere or cylinder')
    return shape, from_quaternion(position, quaternion)


def _urdf_shape(
    geometry: ElementTree.Element | None, link: str, resolve: MeshResolver | None
) -> Shape:
    (element,) = geometry if geometry is not None and len(geometry) == 1 else (None,)
    if element is None:
        raise RobotModelError(f'link {quoted(link)}: a collision needs one geometry')
    if element.tag == 'sphere':
        return Sphere(*_numbers(element, 'radius', 1, link))
    if element.tag == 'cylinder':
        return Cylinder(
            *_numbers(element, 'radius', 1, link), *_numbers(element, 'length', 1, link)
        )
    if element.tag == 'box':
        return Slabs.box(list(_numbers(element, 'size', 3, link)))
    if element.tag != 'mesh':
        raise RobotModelError(f'link {quoted(link)}: geometry {quoted(element.tag)} is not known')
    name = element.get('filename', '')
    if resolve is None:
        raise RobotModelError(
            f'link {quoted(link)}: mesh {quoted(name)} cannot be found without its package; '
            'give boxes in a '
            'parameter file or a resolver of package://'
        )
    scale = list(_numbers(element, 'scale', 3, link)) if element.get('scale') else [1.0] * 3
    return Slabs.around(_mesh_vertices(resolve(name), link) * scale)


def _mesh_vertices(path: Path, link: str) -> FloatArray:
    mesh = read_mesh(path, Boundary(f'link {quoted(link)}: mesh {path}', RobotModelError))
    return np.asarray(mesh.vertices, np.float64)


def _urdf_origin(origin: ElementTree.Element | None, link: str) -> FloatArray:
    """The pose of an <origin>: fixed-axis roll, pitch, yaw as in the URDF specification."""
    if origin is None:
        return np.eye(4)
    position = list(_numbers(origin, 'xyz', 3, link)) if origin.get('xyz') else [0.0] * 3
    angles = list(_numbers(origin, 'rpy', 3, link)) if origin.get('rpy') else [0.0] * 3
    return make_transform(Rotation.from_euler('xyz', angles).as_matrix(), position)


def _numbers(element: ElementTree.Element, name: str, count: int, link: str) -> Iterator[float]:
    text = element.get(name, '')
    try:
        values = [float(v) for v in text.split()]
    except ValueError:
        values = []
    if len(values) != count or not np.all(np.isfinite(values)):
        raise RobotModelError(
            f'link {quoted(link)}: {element.tag} {name}={quoted(text)}; expected {count} '
            'number(s), and xacro expressions already expanded'
        )
    return iter(values)
