"""The file of an annotated image: JSON in, JSON out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ..boundary import Boundary
from ..documents import LISTING, as_mapping, read_json
from ..errors import AnnotationError
from ..image_region import Box
from ..json_text import to_json_text, to_plain
from ..quoting import quoted
from ..recording.mask_runs import mask_from_runs, mask_to_runs
from ..rectangle import ContactPair, GraspRectangle
from .annotation import (
    AnnotatedGrasp,
    AnnotatedImage,
    Annotation,
    Failure,
    Provenance,
    SpaceBox,
    Status,
)

FORMAT = 'realvlg-annotation-1'


def write_image(path: Path, image: AnnotatedImage) -> None:
    """Write a file beside and put it in place: an interruption leaves the old one.

    Raises:
        AnnotationError: it cannot be written.
    """
    beside = path.with_name(f'.{path.name}.new')
    with Boundary(str(path), AnnotationError).guard('cannot be written'):
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(to_json_text(image_values(image)) + '\n', encoding='utf-8')
        beside.replace(path)


def read_image(path: Path) -> AnnotatedImage:
    """Read such a file.

    Raises:
        AnnotationError: it cannot be read, or a value in it cannot be used.
    """
    boundary = Boundary(str(path), AnnotationError)
    values = as_mapping(read_json(path, boundary, LISTING), boundary)
    with boundary.guard('is no annotated image'):
        if values['format'] != FORMAT:
            raise boundary.refusal(f'has the format {quoted(values["format"])}, not {FORMAT!r}')
        image = AnnotatedImage(
            name=str(values['name']),
            color=str(values['color']),
            width=int(values['width']),
            height=int(values['height']),
            annotations=tuple(_annotation(each) for each in values['annotations']),
            problem=str(values['problem']),
            origin=str(values['origin']),
            camera=_four(values['camera']),
            up=None if values['up'] is None else _three(values['up']),
        )
        for each in image.annotations:
            check_inside(each, image.width, image.height)
    return image


def check_inside(annotation: Annotation, width: int, height: int) -> None:
    """Refuse a box or mask that leaves its image.

    Args:
        annotation: of an object.
        width: of the image, px.
        height: of the image, px.

    Raises:
        AnnotationError: it leaves the image.
        FrameError: the mask does.
    """
    box = annotation.box
    if box is not None and (
        min(box.x_min, box.y_min) < 0 or box.x_max > width or box.y_max > height
    ):
        raise AnnotationError(
            f'object {annotation.number}: box {box.as_tuple()} px lies outside the '
            f'{width}x{height} image'
        )
    if annotation.mask is not None:
        annotation.mask.to_full(height, width)


def image_values(image: AnnotatedImage) -> dict[str, Any]:
    """The image as JSON."""
    return {
        'format': FORMAT,
        'name': image.name,
        'color': image.color,
        'width': image.width,
        'height': image.height,
        'problem': image.problem,
        'origin': image.origin,
        'camera': image.camera,
        'up': image.up,
        'annotations': [annotation_values(each) for each in image.annotations],
    }


def annotation_values(annotation: Annotation) -> dict[str, Any]:
    """The annotation as JSON."""
    return {
        'number': annotation.number,
        'status': annotation.status.value,
        **content_values(annotation),
        'failures': to_plain(annotation.failures),
        'score': annotation.score,
        'uncertainty': annotation.uncertainty,
        'provenance': to_plain(annotation.provenance),
    }


def content_values(annotation: Annotation) -> dict[str, Any]:
    """What a person may change, as JSON."""
    return {
        'description': annotation.description,
        'label': annotation.label,
        'box_xyxy': None if annotation.box is None else list(annotation.box.as_tuple()),
        'mask': None if annotation.mask is None else mask_to_runs(annotation.mask),
        'grasps': [grasp_values(grasp) for grasp in annotation.grasps],
        'space_box': to_plain(annotation.space_box),
    }


def grasp_values(grasp: AnnotatedGrasp) -> dict[str, Any]:
    """The grasp as JSON: x, y, angle (rad), width and height of the rectangle."""
    box = grasp.rectangle
    pair = grasp.contacts
    return {
        'rectangle': [box.x, box.y, box.angle, box.width, box.height],
        'contacts': [pair.x1, pair.y1, pair.x2, pair.y2],
        'source': grasp.source,
        'quality': grasp.quality,
        'tcp2camera': to_plain(grasp.tcp2camera),
        'opening': grasp.opening,
    }


def read_content(annotation: Annotation, values: Mapping[str, Any]) -> Annotation:
    """An annotation with the content of content_values.

    Raises:
        KeyError, TypeError, ValueError, RealvlgError: it is none.
    """
    space = values['space_box']
    return replace(
        annotation,
        description=str(values['description']),
        label=str(values['label']),
        box=None if values['box_xyxy'] is None else Box(*_four(values['box_xyxy'])),
        mask=None if values['mask'] is None else mask_from_runs(values['mask']),
        grasps=tuple(_grasp(each) for each in values['grasps']),
        space_box=None
        if space is None
        else SpaceBox(np.array(space['box2camera']), np.array(space['size'])),
    )


def _annotation(values: Mapping[str, Any]) -> Annotation:
    empty = Annotation(
        number=int(values['number']),
        description='',
        label='',
        failures=tuple(Failure(**each) for each in values['failures']),
        score=float(values['score']),
        uncertainty=float(values['uncertainty']),
        status=Status(values['status']),
        provenance=tuple(Provenance(**each) for each in values['provenance']),
    )
    return read_content(empty, values)


def _grasp(values: Mapping[str, Any]) -> AnnotatedGrasp:
    pose = values['tcp2camera']
    return AnnotatedGrasp(
        GraspRectangle(*(float(v) for v in values['rectangle'])),
        ContactPair(*(float(v) for v in values['contacts'])),
        str(values['source']),
        None if values['quality'] is None else float(values['quality']),
        None if pose is None else np.array(pose, float),
        None if values['opening'] is None else float(values['opening']),
    )


def _four(values: Any) -> tuple[float, float, float, float]:
    a, b, c, d = (float(v) for v in values)
    return a, b, c, d


def _three(values: Any) -> tuple[float, float, float]:
    a, b, c = (float(v) for v in values)
    return a, b, c
