"""The quality figures of a set, in words."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ...grounding.nouns.contrastive import ContrastiveScorer
from ..annotation import AnnotatedImage
from ..exports.labelled import Labelled
from ..pixels import read_pixels
from .consistency import consistency
from .lexical import mtld, words_of

# CLIP-S is so many times the cosine, where that is positive. From Hessel et al. (2021).
_CLIP_SCALE = 2.5
_PROMPT = 'A photo depicts {}'


def quality_words(labelled: Sequence[Labelled], clip_folder: str = '') -> str:
    """MTLD, R_s, R_g, R_c and, with a model, the CLIP score of what would be exported.

    Args:
        labelled: the objects.
        clip_folder: of a CLIP or SigLIP model; empty for none.

    Raises:
        GroundingError: the folder cannot be used.
        MissingDependencyError: torch or transformers is not installed.
        FrameError: an image cannot be read.
    """
    words = words_of(each.item.description for each in labelled)
    agreement = consistency((each.image, each.item) for each in labelled)
    figures = {
        'MTLD': mtld(words),
        'R_s': agreement.masks,
        'R_g': agreement.grasps,
        'R_c': agreement.contacts,
    }
    if clip_folder:
        figures['CLIP score'] = clip_score(labelled, Path(clip_folder))
    shown = ', '.join(f'{name} {value:.3g}' for name, value in figures.items())
    return f'quality of {len(labelled)} objects and {len(words)} words: {shown}'


def clip_score(labelled: Sequence[Labelled], folder: Path) -> float:
    """Mean CLIP-S of each description with the crop of its box; NaN without an object.

    Raises:
        GroundingError: the folder cannot be used.
        MissingDependencyError: torch or transformers is not installed.
        FrameError: an image cannot be read.
    """
    scorer = ContrastiveScorer(str(folder))
    scorer.load()
    scores: list[float] = []
    last: AnnotatedImage | None = None
    try:
        for each in labelled:
            if each.image is not last:
                last, frame = each.image, read_pixels(each.image)
            text = _PROMPT.format(each.item.description)
            cosine = float(scorer.cosines(frame, [each.box], [text])[0, 0])
            scores.append(_CLIP_SCALE * max(cosine, 0.0))
    finally:
        scorer.close()
    return float(np.mean(scores)) if scores else float('nan')
