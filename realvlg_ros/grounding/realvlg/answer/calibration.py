"""The threshold of NOT_FOUND: fitted on labelled pictures, stored beside the checkpoint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import numpy as np

from ....arrays import BoolArray, FloatArray
from ....boundary import Boundary
from ....errors import GroundingError, ParameterError
from ....fields import Fields
from ....json_text import to_json_text
from ....model_folder import read_settings

FILE_NAME = 'realvlg_calibration.json'
# Thresholds lie within, unitless. Chosen: evidence is 0 to 1, and never above rejects all.
_MOST = 2.0


class EvidenceKind(Enum):
    """What decides whether the object is in the image."""

    SCORE = 'score'
    """Confidence of the digits of the box."""
    PROBE = 'probe'
    """Probability of yes to the yes/no question of the prompts."""
    PRODUCT = 'product'
    """Score times probe."""


@dataclass(frozen=True)
class Evidence:
    """How sure a model is that an object is there.

    Attributes:
        score: of the box, 0 to 1.
        probe: probability of yes, 0 to 1; None where it was not asked, which counts as 1.
    """

    score: float
    probe: float | None = None

    def value(self, kind: EvidenceKind) -> float:
        """The number that is compared with the threshold."""
        probe = 1.0 if self.probe is None else self.probe
        if kind is EvidenceKind.SCORE:
            return self.score
        return probe if kind is EvidenceKind.PROBE else self.score * probe


@dataclass(frozen=True)
class Calibration:
    """A fitted threshold.

    Attributes:
        kind: which evidence is compared.
        threshold: evidence below it means NOT_FOUND.
        found: share of the objects that were there and are accepted.
        rejected: share of the objects that were not there and are rejected.
        samples: number of labelled answers.
        prompts: name of the prompt set they were asked with.
    """

    kind: EvidenceKind
    threshold: float
    found: float = 1.0
    rejected: float = 0.0
    samples: int = 0
    prompts: str = ''

    @classmethod
    def fit(
        cls, answers: Sequence[Evidence], present: Sequence[bool], prompts: str = ''
    ) -> Calibration:
        """The kind of evidence and the threshold of best balanced accuracy.

        Of equally good thresholds the middle of the widest gap is taken, of equally good kinds
        the first.

        Args:
            answers: evidence of each labelled picture.
            present: whether the object is in that picture.
            prompts: name of the prompt set, recorded in the result.

        Raises:
            ParameterError: fewer than two answers of either label.
        """
        labels = np.asarray(present, bool)
        if len(answers) != len(labels) or labels.sum() < 2 or (~labels).sum() < 2:
            raise ParameterError(
                f'{int(labels.sum())} objects that are there and {int((~labels).sum())} that are '
                'not cannot be calibrated on; give at least two of each'
            )
        kinds = [EvidenceKind.SCORE]
        if all(answer.probe is not None for answer in answers):
            kinds += [EvidenceKind.PROBE, EvidenceKind.PRODUCT]
        fits = []
        for kind in kinds:
            values = np.array([answer.value(kind) for answer in answers])
            threshold = _best_threshold(values, labels)
            found = float((values[labels] >= threshold).mean())
            rejected = float((values[~labels] < threshold).mean())
            fits.append(cls(kind, threshold, found, rejected, len(labels), prompts))
        return max(fits, key=lambda fit: fit.found + fit.rejected)

    @classmethod
    def load(cls, checkpoint: Path) -> Calibration | None:
        """The calibration beside a checkpoint, or None.

        Raises:
            GroundingError: the file is there and cannot be used.
        """
        path = checkpoint / FILE_NAME
        if not path.is_file():
            return None
        boundary = Boundary(str(path), GroundingError, 'fit it again')
        values = Fields(read_settings(path), boundary)
        values.check_keys(('kind', 'threshold'), ('found', 'rejected', 'samples', 'prompts'))
        with boundary.guard():
            return cls(
                EvidenceKind(values.text('kind')),
                values.number('threshold', -_MOST, _MOST),
                values.number('found', 0, 1) if 'found' in values else 1.0,
                values.number('rejected', 0, 1) if 'rejected' in values else 0.0,
                int(values.number('samples', 0, 1e9)) if 'samples' in values else 0,
                values.text('prompts') if 'prompts' in values else '',
            )

    def save(self, checkpoint: Path) -> Path:
        """Write it beside a checkpoint."""
        path = checkpoint / FILE_NAME
        path.write_text(to_json_text(self, indent=2) + '\n')
        return path


def _best_threshold(values: FloatArray, labels: BoolArray) -> float:
    """The threshold that separates the labels with the best balanced accuracy."""
    levels = np.unique(values)
    middles = (levels[1:] + levels[:-1]) / 2
    candidates = np.concatenate([[levels[0]], middles, [np.nextafter(levels[-1], np.inf)]])
    found = (values[labels][None] >= candidates[:, None]).mean(axis=1)
    rejected = (values[~labels][None] < candidates[:, None]).mean(axis=1)
    balanced = found + rejected
    best = np.flatnonzero(balanced >= balanced.max() - 1e-12)
    # Of equally good thresholds, the one with the widest gap around it.
    gaps = np.diff(np.concatenate([[levels[0]], levels, [levels[-1]]]))
    return float(candidates[best[np.argmax(gaps[best])]])
