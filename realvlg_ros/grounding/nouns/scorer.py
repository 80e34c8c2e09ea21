"""The interface of what tells how likely things bear a name, and its calibration."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from ...arrays import FloatArray
from ...boundary import Boundary
from ...documents import read_json
from ...errors import GroundingError
from ...fields import Fields
from ...frame import RgbdFrame
from ...image_region import Box

# File beside a model's weights that makes chances of its scores.
CALIBRATION_FILE = 'realvlg_nouns.json'
# Chances stay away from 0 and 1. Chosen: no calibration has seen a thousand cases.
_LEAST = 0.002


@dataclass(frozen=True)
class Names:
    """How likely each of n things bears each of some names.

    Attributes:
        chances: (n,) by name, 0 to 1, calibrated; names that were not told are left out.
        hints: (n,) by name, larger for the likelier; they order a question, and answer nothing.
    """

    chances: Mapping[str, FloatArray]
    hints: Mapping[str, FloatArray]


NOTHING_TOLD = Names({}, {})


class NounScorer(Protocol):
    """Tells how likely things bear names."""

    name: str

    def load(self) -> None:
        """Load weights; called once.

        Raises:
            GroundingError: files are missing or unusable.
            MissingDependencyError: a package is not installed.
        """
        ...

    def score(self, frame: RgbdFrame, boxes: Sequence[Box], names: Sequence[str]) -> Names:
        """How likely the thing in each box bears each name.

        Args:
            frame: colour and depth.
            boxes: of the things, px.
            names: nouns as a person says them.

        Raises:
            GroundingError: it could not be run.
        """
        ...

    def close(self) -> None:
        """Free the weights."""
        ...


@dataclass(frozen=True)
class NameCalibration:
    """Chance of a name by a score: a logistic function (Platt 1999).

    Attributes:
        slope: of the log odds by the score.
        middle: score of even odds.
    """

    slope: float
    middle: float

    @classmethod
    def load(cls, folder: Path) -> NameCalibration | None:
        """The calibration beside a model; None where there is none.

        Raises:
            GroundingError: the file is not as it should be.
        """
        path = folder / CALIBRATION_FILE
        if not path.is_file():
            return None
        boundary = Boundary(str(path), GroundingError)
        fields = Fields(read_json(path, boundary), boundary)
        fields.check_keys(('slope', 'middle'))
        return cls(fields.number('slope', 0.0, 1e6), fields.number('middle', -1e6, 1e6))

    def chance(self, scores: npt.ArrayLike) -> FloatArray:
        """Chances (n,) of scores (n,)."""
        odds = np.clip(self.slope * (np.asarray(scores, float) - self.middle), -50, 50)
        return np.clip(1 / (1 + np.exp(-odds)), _LEAST, 1 - _LEAST)


def together(scorers: Sequence[NounScorer]) -> Callable[..., Names]:
    """One function for several scorers; of a name that several tell, the first one's counts."""

    def score(frame: RgbdFrame, boxes: Sequence[Box], names: Sequence[str]) -> Names:
        chances: dict[str, FloatArray] = {}
        hints: dict[str, FloatArray] = {}
        for scorer in scorers:
            told = scorer.score(frame, boxes, names)
            chances = {**told.chances, **chances}
            hints = {**told.hints, **hints}
        return Names(chances, hints)

    return score
