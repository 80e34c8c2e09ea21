"""What is said of one object of one image: sentence, box, mask, grasps, and who said it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from ..arrays import FloatArray
from ..image_region import Box, RegionMask
from ..rectangle import ContactPair, GraspRectangle


class Status(Enum):
    """How far an annotation can be trusted."""

    AGREED = 'agreed'
    DOUBTFUL = 'doubtful'
    ACCEPTED = 'accepted'
    REJECTED = 'rejected'


# Statuses that a person has given.
REVIEWED = (Status.ACCEPTED, Status.REJECTED)


@dataclass(frozen=True)
class Failure:
    """A rule that two modalities break.

    Attributes:
        rule: its name, such as box_mask.
        name: of what is wrong, such as mask_leaves_box.
        words: the same with its values.
    """

    rule: str
    name: str
    words: str


@dataclass(frozen=True)
class AnnotatedGrasp:
    """One grasp, in the image and, where it is known, in space.

    Attributes:
        rectangle: in the image, px and rad.
        contacts: in the image, px.
        source: planner, recording, dataset, model or review.
        quality: 0 to 1; None where it is not known.
        tcp2camera: 4x4 pose of the TCP in the optical frame, m; None where it is not known.
        opening: of the gripper before it closes, m; None where it is not known.
    """

    rectangle: GraspRectangle
    contacts: ContactPair
    source: str
    quality: float | None = None
    tcp2camera: FloatArray | None = None
    opening: float | None = None


@dataclass(frozen=True)
class SpaceBox:
    """The oriented box of an object in the optical frame.

    Attributes:
        box2camera: 4x4 pose of its centre, m; z is up where there is a support.
        size: (3,) extent along its own axes, m.
    """

    box2camera: FloatArray
    size: FloatArray


@dataclass(frozen=True)
class Provenance:
    """Who changed what, and when.

    Attributes:
        who: a person's name, or the name and version of a program.
        when: UTC, ISO 8601.
        what: what was done, in words.
        before: description, box and so on as they were, as JSON; empty for the first entry.
    """

    who: str
    when: str
    what: str
    before: str = ''


@dataclass(frozen=True)
class Annotation:
    """One object of one image.

    Attributes:
        number: of the object in its image, from 0.
        description: the referring expression.
        label: its class.
        box: in the image; None where it was not found.
        mask: in the image; None where it was not found.
        grasps: best first.
        space_box: around it; None where the depth does not tell.
        failures: rules that it breaks.
        score: of its grounding, 0 to 1.
        uncertainty: 0 to 1, by which the review is ordered.
        status: how far it can be trusted.
        provenance: from the oldest on.
    """

    number: int
    description: str
    label: str
    box: Box | None = None
    mask: RegionMask | None = None
    grasps: tuple[AnnotatedGrasp, ...] = ()
    space_box: SpaceBox | None = None
    failures: tuple[Failure, ...] = ()
    score: float = 0.0
    uncertainty: float = 1.0
    status: Status = Status.DOUBTFUL
    provenance: tuple[Provenance, ...] = ()

    def judged(self, failures: tuple[Failure, ...]) -> Annotation:
        """The annotation with the rules that it breaks; what a person decided stays."""
        status = self.status
        if status not in REVIEWED:
            status = Status.DOUBTFUL if failures else Status.AGREED
        return replace(self, failures=failures, status=status)


@dataclass(frozen=True)
class AnnotatedImage:
    """One image and its objects.

    Attributes:
        name: of the image in the set, a file name without its suffix.
        color: path of its colour image; of a frame folder, beside the depth.
        width, height: px.
        annotations: of its objects.
        problem: why it could not be annotated; empty if it could.
        origin: recording, frames or dataset, and the recording's name if there is one.
        camera: fx, fy, cx, cy, px.
        up: (3,) opposite to gravity in the optical frame, or the support's normal; None if
            neither is known.
    """

    name: str
    color: str
    width: int
    height: int
    annotations: tuple[Annotation, ...] = ()
    problem: str = ''
    origin: str = 'frames'
    camera: tuple[float, float, float, float] = (1.0, 1.0, 0.0, 0.0)
    up: tuple[float, float, float] | None = None

    def with_annotation(self, annotation: Annotation) -> AnnotatedImage:
        """The image with another annotation in the place of the one of its number."""
        return replace(
            self,
            annotations=tuple(
                annotation if each.number == annotation.number else each
                for each in self.annotations
            ),
        )
