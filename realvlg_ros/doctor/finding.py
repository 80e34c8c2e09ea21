"""One thing that was looked at, and what to do where it is wrong."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class Verdict(Enum):
    """How something is; the values are printed."""

    OK = 'ok'
    NOTE = '--'
    PROBLEM = '!!'


@dataclass(frozen=True)
class Finding:
    """What was found of one thing.

    Attributes:
        verdict: how it is.
        subject: what was looked at.
        state: how it is, in words.
        remedy: what to do; every problem has one.
    """

    verdict: Verdict
    subject: str
    state: str
    remedy: str = ''

    def __post_init__(self) -> None:
        if self.verdict is Verdict.PROBLEM and not self.remedy:
            raise ValueError(f'{self.subject}: a problem needs a remedy')

    def lines(self) -> list[str]:
        """As it is printed."""
        said = [f'  {self.verdict.value}  {self.subject}: {self.state}']
        return [*said, f'      -> {self.remedy}'] if self.remedy else said


def ok(subject: str, state: str) -> Finding:
    """Something that is as it should be."""
    return Finding(Verdict.OK, subject, state)


def note(subject: str, state: str, remedy: str = '') -> Finding:
    """Something that is off or unknown, and need not be mended.

    Args:
        subject: what was looked at.
        state: how it is, in words.
        remedy: what may be done.
    """
    return Finding(Verdict.NOTE, subject, state, remedy)


def problem(subject: str, state: str, remedy: str) -> Finding:
    """Something that is wrong.

    Args:
        subject: what was looked at.
        state: how it is, in words.
        remedy: what to do.
    """
    return Finding(Verdict.PROBLEM, subject, state, remedy)


@dataclass(frozen=True)
class Section:
    """The findings of one area."""

    title: str
    findings: tuple[Finding, ...]

    def lines(self) -> list[str]:
        """As they are printed."""
        return [self.title, *(line for found in self.findings for line in found.lines())]


def problems(sections: Iterable[Section]) -> list[Finding]:
    """All that is wrong."""
    return [
        found
        for section in sections
        for found in section.findings
        if found.verdict is Verdict.PROBLEM
    ]
