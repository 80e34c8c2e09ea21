"""Whether a thing may be a part of the one beside it: a cap, a blade, a handle, a half of a mug.

What is joined for certain is joined by `merging`; where that is not certain, the thing stays in
the list of things, with what speaks for its being a part.
"""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np

from ...arrays import FloatArray
from .bond import Bond
from .contacts import Contact
from .fragments import Fragment
from .likeness import chroma_apart, is_same_paint

# Evidence beyond these says no more, and is measured in these units, m: steps of depth, how far a
# thing goes beyond the other, its size, and differences of height. Chosen: a few centimetres.
_STEP_M, _BEYOND_M, _SIZE_M, _HEIGHT_M = 0.02, 0.03, 0.05, 0.03
_MOST = 4.0
# The smallest size that is told, m. Chosen: the noise of depth.
_LEAST_M = 0.001


def bonds_of(
    fragments: Mapping[int, Fragment], contacts: Mapping[tuple[int, int], Contact]
) -> list[Bond]:
    """The bonds of all pairs of fragments, by label, that touch."""
    bonds = []
    for (first, second), contact in contacts.items():
        if first in fragments and second in fragments:
            by_area = fragments[first].area <= fragments[second].area
            part, whole = (first, second) if by_area else (second, first)
            evidence = _evidence(fragments[part], fragments[whole], contact)
            bonds.append(Bond(part, whole, evidence))
    return bonds


def _evidence(part: Fragment, whole: Fragment, contact: Contact) -> FloatArray:
    """What speaks for a fragment's being a part of another one, by the names of EVIDENCE.

    Args:
        part: the smaller one.
        whole: the other.
        contact: where they meet.
    """
    size, other = (max(float((f.high - f.low).max()), _LEAST_M) for f in (part, whole))
    beyond = max(float(np.maximum(whole.low - part.low, part.high - whole.high)[:2].max()), 0.0)
    sides = cv2.minAreaRect(part.hull)[1]
    limit = max(part.tolerance, whole.tolerance)
    heights = (part.high - whole.high)[2], (part.low - whole.low)[2]
    return np.array(
        [
            min(contact.length / np.sqrt(part.area), _MOST),
            np.clip(contact.corner(limit), -_MOST, _MOST),
            min(abs(contact.step) / _STEP_M, _MOST),
            min(chroma_apart(part.lab, whole.lab), _MOST),
            is_same_paint(part.lab, whole.lab),
            beyond / _BEYOND_M,
            size / _SIZE_M,
            np.log(max(max(sides), 1.0) / max(min(sides), 1.0)),
            np.log(size / other),
            *(np.clip(height / _HEIGHT_M, -_MOST, _MOST) for height in heights),
        ]
    )
