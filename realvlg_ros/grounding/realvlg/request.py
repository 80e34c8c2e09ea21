"""One request: what it asks a model for, in the words of each kind of slot, and its state."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property

from ...frame import RgbdFrame
from ..language.sentences.parser import understand
from ..language.tree.kinds import Intent
from ..language.tree.notation import readings
from ..language.tree.syntax import AllOf, AnyOf, Node, Sentence
from ..language.tree.wording import in_words, name_of
from ..opinion.seen_things import SeenThings
from .prompts import Slot


@dataclass(frozen=True)
class Asked:
    """An instruction as it was understood.

    Attributes:
        instruction: the sentence.
        sentence: how it was read.
        phrase: the thing that is asked for with all that is said of it; the whole sentence where
            a phrase could leave something out.
        name: colour and name of that thing; the phrase where it has none.
    """

    instruction: str
    sentence: Sentence
    phrase: str
    name: str

    @classmethod
    def of(cls, instruction: str) -> Asked:
        """Read an instruction."""
        sentence = understand(instruction)
        phrase = _phrase(sentence) or instruction
        name = name_of(sentence) if sentence.intent is Intent.TAKE else ''
        return cls(instruction, sentence, phrase, name or phrase)

    def words(self, slot: Slot) -> str:
        """What goes into a slot."""
        by_slot = {
            Slot.PHRASE: self.phrase, Slot.NAME: self.name, Slot.SENTENCE: self.instruction,
        }  # fmt: skip
        return by_slot[slot]

    @property
    def parse(self) -> str:
        """How it was read, in one line."""
        return readings(self.sentence)

    @property
    def label(self) -> str:
        """A short name of what is asked for."""
        return self.name.removeprefix('the ')


@dataclass
class Work:
    """The state of one request.

    Attributes:
        frame: colour and depth.
        instruction: what is asked for.
        aborted: whether the caller has canceled.
        timings: wall time by stage, ms.
        notes: parts of the result's message.
    """

    frame: RgbdFrame
    instruction: str
    aborted: Callable[[], bool]
    timings: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @cached_property
    def asked(self) -> Asked:
        """The instruction as it is understood."""
        return Asked.of(self.instruction)

    @cached_property
    def seen(self) -> SeenThings:
        """What stands on the support."""
        return SeenThings.of(self.frame)

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Record the wall time of a stage."""
        start = time.perf_counter()
        yield
        spent = (time.perf_counter() - start) * 1e3
        self.timings[stage] = self.timings.get(stage, 0.0) + spent


def _phrase(sentence: Sentence) -> str:
    """The first thing of a request in words; empty where the words could say something else.

    Only what was understood word by word is said anew, in the language that models know best.
    """
    node = sentence.thing
    node = node.parts[0] if isinstance(node, AllOf) else node
    asks = sentence.intent is Intent.TAKE and not sentence.denies
    if not asks or sentence.language != 'en' or not sentence.wanted or _counts(node):
        return ''
    phrase = in_words(node)
    # A word that was not understood stays, as what it says is not known.
    return phrase if set(sentence.unknown) <= set(phrase.split()) else ''


def _counts(node: Node) -> bool:
    """Whether several things are asked for, or one that words before tell."""
    if isinstance(node, AnyOf):
        return any(_counts(option) for option in node.options)
    return isinstance(node, AllOf) or bool(node.count or node.every or node.pronoun)
