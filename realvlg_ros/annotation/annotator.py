"""All steps on one image, and on one annotation that a person has changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timezone

from .. import __version__
from ..errors import GroundingError, RealvlgError
from ..frame import RgbdFrame
from ..grounding.grounding import Grounder, Grounding
from ..grounding.tabletop.grounder import TabletopGrounder
from .annotation import AnnotatedImage, Annotation, Provenance
from .order import uncertainty
from .sources.image import SourceImage
from .stages.describe import Described, describe
from .stages.localise import Localiser
from .stages.rules import Evidence, verify, with_agreeing_grasps
from .stages.unify import GraspUnifier, Unified

PROGRAM = f'realvlg_ros {__version__}'


def utc_now() -> str:
    """The time, UTC, ISO 8601."""
    return datetime.now(timezone.utc).isoformat(timespec='seconds')


class Annotator:
    """Describes, localises, unifies grasps and verifies."""

    def __init__(
        self,
        localiser: Localiser,
        unifier: GraspUnifier,
        others: Sequence[Grounder] = (),
        clock: Callable[[], str] = utc_now,
    ) -> None:
        """Join the steps.

        Args:
            localiser: of boxes and masks.
            unifier: of grasps.
            others: further backends; where they disagree, an annotation is uncertain.
            clock: the time as text, for provenance.
        """
        self.localiser, self.unifier = localiser, unifier
        self._others, self._clock = list(others), clock
        self._eyes = TabletopGrounder()

    def annotate(self, image: SourceImage) -> AnnotatedImage:
        """Annotate an image; one that cannot be used keeps the reason.

        Raises:
            GroundingError: a backend could not do its work, which says nothing of the image.
        """
        try:
            frame = image.read()
            return self._annotate(image, frame)
        except GroundingError:
            raise
        except RealvlgError as error:
            return AnnotatedImage(
                image.name, image.color, 0, 0, problem=str(error), origin=image.origin
            )

    def renewed(self, frame: RgbdFrame, annotation: Annotation) -> Annotation:
        """An annotation that was changed, verified again.

        Args:
            frame: that it is of.
            annotation: with the change.

        Raises:
            GroundingError: the backend could not do its work.
        """
        grounding = None
        if annotation.description:
            grounding = self.localiser.ground(frame, annotation.description)
        return annotation.judged(verify(Evidence(frame, annotation, grounding)))

    def _annotate(self, image: SourceImage, frame: RgbdFrame) -> AnnotatedImage:
        scene = describe(frame, self._eyes)
        spoken = bool(image.spoken)
        objects = image.spoken or scene.objects
        annotations = tuple(
            self._object(image, frame, described, number if spoken else -1, number)
            for number, described in enumerate(objects)
        )
        camera = frame.camera
        return AnnotatedImage(
            image.name, image.color, camera.width, camera.height, annotations,
            origin=image.origin, camera=(camera.fx, camera.fy, camera.cx, camera.cy),
            up=None if scene.up is None else tuple(float(v) for v in scene.up),  # type: ignore[arg-type]
        )  # fmt: skip

    def _object(
        self,
        image: SourceImage,
        frame: RgbdFrame,
        described: Described,
        spoken: int,
        number: int,
    ) -> Annotation:
        place = self.localiser.localise(frame, described)
        made = Unified((), None, 'the object was not found')
        if place.box is not None and place.mask is not None:
            given = image.given() if spoken == 0 else ()
            proposals = image.proposals(spoken) if spoken >= 0 else ()
            made = self.unifier.unify(frame, place.box, place.mask, given, proposals)
        best = made.grasps[0].quality if made.grasps else None
        others = self._second_opinions(frame, place.description) if place.description else []
        words = f'described by {described.source}, grasps: {made.reason or "given"}'
        annotation = Annotation(
            number=number,
            description=place.description,
            label=described.label,
            box=place.box,
            mask=place.mask,
            grasps=made.grasps,
            space_box=made.space_box,
            score=0.0 if place.grounding is None else float(place.grounding.score),
            uncertainty=uncertainty(place.grounding, best, others),
            provenance=(Provenance(PROGRAM, self._clock(), words),),
        )
        annotation = with_agreeing_grasps(frame, annotation)
        evidence = Evidence(frame, annotation, place.grounding, described)
        return annotation.judged(verify(evidence))

    def _second_opinions(self, frame: RgbdFrame, phrase: str) -> list[Grounding]:
        return [other.ground(frame, phrase, lambda: False) for other in self._others]


def corrected(annotation: Annotation, who: str, what: str, before: str, when: str) -> Annotation:
    """An annotation with a line of provenance more.

    Args:
        annotation: as it is now.
        who: changed it.
        what: was done, in words.
        before: what it was, as JSON.
        when: UTC, ISO 8601.
    """
    return replace(
        annotation, provenance=(*annotation.provenance, Provenance(who, when, what, before))
    )
