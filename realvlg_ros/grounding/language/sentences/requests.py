"""Verbs and courtesies around noun phrases: what is asked for, and what is forbidden."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..phrases.cursor import Cursor
from ..phrases.draft import ARTICLES, NOUNS
from ..phrases.phrase import PhraseReader
from ..tree.syntax import (
    Node,
    Thing,
)
from ..vocabulary.lexicon import Lexicon
from ..vocabulary.tokens import Kind, Token
from .wanted import only_excludes, without_destination

# What must stand between two things that are asked for one after the other.
_JOINTS = (Kind.BREAK, Kind.AND, Kind.BUT, Kind.TAKE, Kind.PUT, Kind.FORBID, Kind.CORRECTION)


@dataclass
class Clauses:
    """What the clauses of a sentence ask for, and what they forbid."""

    taken: list[Node] = field(default_factory=list)
    forbidden: list[Node] = field(default_factory=list)


def read_clause(reader: PhraseReader, clauses: Clauses, spans: list[tuple[int, int]]) -> None:
    """One verb with what it is about, or a phrase without a verb.

    Args:
        reader: before the clause.
        clauses: take what it asks for or forbids.
        spans: take the tokens from and to which the thing asked for is described.
    """
    c = reader.cursor
    before = c.position
    _courtesies(c, reader.lexicon)
    start = c.position
    forbids, places = _verbs(c)
    if c.done:
        return
    begin = c.position
    node = reader.many() if reader.starts() else None
    if node is None:
        if c.position == start:
            reason = c.peek().get(Kind.IGNORED)
            c.reject() if reason is None else c.ignore(reason.value)
        return
    if reader.forbids_all():
        c.ignore('verb')
        forbids = True
    pronoun = isinstance(node, Thing) and node.pronoun == 'it' and (places or not node.said)
    if pronoun and clauses.taken:
        c.ignored.append(('it', 'later step'))
    elif forbids:
        clauses.forbidden.append(node)
    else:
        excluded = only_excludes(node)
        puts = places and not c.at(Kind.DESTINATION)
        if excluded is not None and (clauses.taken or not c.done):
            clauses.forbidden.append(excluded)
        else:
            thing = without_destination(node, reader.before) if puts else node
            # To move left names no thing.
            joint = any(t.is_a(*_JOINTS) for t in c.tokens[before:begin])
            if clauses.taken and not joint:
                c.unknown.append(c.tokens[begin].text)
            if thing != Thing() or not places:
                clauses.taken.append(thing)
                spans.append((begin, c.position))
    _destination(c, places)


def _courtesies(c: Cursor, words: Lexicon) -> None:
    """Pass over what stands before a verb or a thing, and says nothing of either."""
    while not c.done:
        token, following = c.peek(), c.peek(1)
        sense = token.get(Kind.IGNORED)
        if token.is_a(Kind.BREAK, Kind.AND, Kind.BUT, Kind.CORRECTION) and not token.is_a(
            Kind.RELATION
        ):
            c.take()
        elif sense is not None and sense.value not in ARTICLES:
            c.ignore(sense.value)
        elif token.text in words.no | words.yes and _ends_an_answer(token, following, words):
            c.ignore('answer')
        elif token.is_a(Kind.IT, Kind.DEMONSTRATIVE) and following.is_a(Kind.COPULA):
            c.ignore('verb')
            c.ignore('verb')
        else:
            return


def _ends_an_answer(token: Token, following: Token, words: Lexicon) -> bool:
    """Whether yes or no stands by itself before another word; neither and none need a pause."""
    if token.is_a(Kind.NOT) and token.text != words.denial:
        return following.is_a(Kind.BREAK)
    sense = following.get(Kind.IGNORED)
    return (
        following.is_a(Kind.BREAK, Kind.TAKE, Kind.PUT, Kind.FORBID, Kind.DEMONSTRATIVE, Kind.NOT,
                       Kind.OTHER,
                       Kind.IT)
        or (sense is not None)
    )  # fmt: skip


def _verbs(c: Cursor) -> tuple[bool, bool]:
    """Take the verbs; whether they forbid, and whether they place."""
    forbids = places = False
    while not c.done:
        if c.at(Kind.FORBID):
            forbids = True
        elif c.at(Kind.PUT):
            places = True
        elif c.at(Kind.ORDINAL) and c.ahead(Kind.ORDINAL, Kind.BREAK).is_a(Kind.TAKE, Kind.PUT):
            c.ignore('filler')
            continue
        elif c.at(Kind.NOT) and c.peek(1).is_a(Kind.TAKE, Kind.PUT):
            forbids = True
        elif not c.at(Kind.TAKE):
            break
        if c.at(Kind.RELATIVE, Kind.DEMONSTRATIVE, Kind.COPULA) and not c.at(Kind.TAKE):
            break
        c.ignore('verb')
        while c.at(Kind.SPEAKER) and not c.at(*NOUNS):
            c.ignore('verb')
        while (sense := c.peek().get(Kind.IGNORED)) and sense.value not in ARTICLES:
            c.ignore(sense.value)
    return forbids, places


def _destination(c: Cursor, places: bool) -> None:
    """Pass over where a thing is to be brought.

    Words that may say more of the thing are not passed over, unless the verb says where it goes.
    """
    while c.at(Kind.DESTINATION, Kind.TO) and not c.done:
        while not c.done and not c.at(Kind.BREAK):
            token = c.peek()
            doubtful = not token.senses or token.is_a(Kind.PLACE, Kind.RELATION)
            c.reject() if doubtful and not places else c.ignore('destination')
