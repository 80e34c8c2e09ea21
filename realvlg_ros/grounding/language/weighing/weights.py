"""How well things fit a description, and that while its words are looked at one by one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ....arrays import FloatArray
from ..tree.syntax import Node
from .scene import Scene

# A fit below this contradicts what is said. Chosen: the score of a confusion of neighbouring
# colours.
CONTRADICTED = 0.3
# How fast the chance falls around that fit, and what is left of it where all is contradicted.
# Chosen: at half of it and at twice it hardly any doubt is left.
_SLOPE = 0.05
FLOOR = 0.002


@dataclass(frozen=True)
class Weights:
    """How each of n things fits a description.

    Attributes:
        strength: (n,) evidence of colours and form, 0 to 1; of two things the stronger is meant.
        chance: (n,) probability to be what is described, with all that is said.
        reasons: for each thing what contradicts, in words.
        missing: why nothing can fit, in words; empty where something may.
        level: whether the strengths tell nothing of which is meant.
    """

    strength: FloatArray
    chance: FloatArray
    reasons: tuple[tuple[str, ...], ...]
    missing: str = ''
    level: bool = False


class Draft:
    """The weights of one description while its words are looked at one by one."""

    def __init__(self, scene: Scene, weigh: Callable[[Node, Scene], Weights]) -> None:
        """Let all things fit.

        Args:
            scene: what is seen.
            weigh: gives the weights of another description, such as that of a landmark.
        """
        count = len(scene.items)
        self.scene = scene
        self.strength, self.chance = np.ones(count), np.ones(count)
        self.reasons: list[list[str]] = [[] for _ in range(count)]
        self.missing = ''
        self.level = False
        self._weigh = weigh

    def weigh(self, node: Node) -> Weights:
        """How the things fit another description."""
        return self._weigh(node, self.scene)

    def fresh(self) -> Draft:
        """A draft of the same scene in which nothing was looked at."""
        return Draft(self.scene, self._weigh)

    def keep(self, chance: FloatArray, why: Callable[[int], str]) -> None:
        """Take a chance (n,) into account; why says what contradicts the thing of a number."""
        self.chance = self.chance * np.clip(chance, FLOOR, 1)
        for index in np.flatnonzero(chance < CONTRADICTED):
            self.reasons[index].append(why(int(index)))

    def lack(self, why: str) -> None:
        """Note why nothing can fit; the first reason stays."""
        self.missing = self.missing or why

    def done(self) -> Weights:
        """The weights."""
        reasons = tuple(map(tuple, self.reasons))
        return Weights(self.strength, self.chance, reasons, self.missing, self.level)


def squashed(fit: FloatArray) -> FloatArray:
    """Chance (n,) that a fit (n,) is no contradiction."""
    return np.asarray(FLOOR + (1 - FLOOR) / (1 + np.exp(-(fit - CONTRADICTED) / _SLOPE)))
