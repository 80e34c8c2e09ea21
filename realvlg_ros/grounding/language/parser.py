"""Sentences: verbs and courtesies around noun phrases, corrections, and what is no request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from .cursor import Cursor
from .draft import ARTICLES, NOUNS
from .lexicon import LANGUAGES, Lexicon, lexicon
from .phrase import PhraseReader
from .syntax import (
    AllOf,
    Except,
    Extreme,
    Intent,
    Modifier,
    Node,
    NounKind,
    Ordinal,
    Place,
    Related,
    Sentence,
    Thing,
)
from .tokens import Kind, Token
from .words import is_other_script, split, tokens_of

AUTO = 'auto'
_NAMING = (
    Kind.COLOR, Kind.SHAPED, Kind.NOUN, Kind.PLACE, Kind.DEGREE, Kind.SUPERLATIVE, Kind.GENERIC,
    Kind.ONE,
)  # fmt: skip
# What must stand between two things that are asked for one after the other.
_JOINTS = (Kind.BREAK, Kind.AND, Kind.BUT, Kind.TAKE, Kind.PUT, Kind.FORBID, Kind.CORRECTION)
_SOCIAL = ('politeness', 'filler', 'addressee', 'article', 'manner')


def understand(text: str, language: str = AUTO) -> Sentence:
    """Read a sentence; every string gives one, with the words that were not understood.

    Args:
        text: what was said.
        language: code of a lexicon, or auto for the one that knows most of the words.

    Raises:
        ParameterError: there is no lexicon of the language.
    """
    if is_other_script(text):
        return Sentence(Intent.OTHER_SCRIPT, words=text.strip())
    names = LANGUAGES if language == AUTO else (language,)
    read = [_read(text, lexicon(name)) for name in names]
    return min(read, key=lambda sentence: len(sentence.unknown) + len(sentence.mended) / 2)


def _read(text: str, words: Lexicon) -> Sentence:
    """Read a sentence in one language."""
    said = split(text, words)
    if intent := _social(said, words):
        return Sentence(intent, language=words.language, words=' '.join(said))
    tokens = tokens_of(said, words)
    low, forked = _parse(tokens, words, high=False)
    if not forked:
        return low
    high, _ = _parse(tokens, words, high=True)
    if high.wanted == low.wanted or len(high.unknown) > len(low.unknown):
        return low
    if len(high.unknown) < len(low.unknown):
        return high
    return replace(low, wanted=(*low.wanted, *high.wanted))


def _social(said: Sequence[str], words: Lexicon) -> Intent | None:
    """What a sentence wants that names no thing: nothing but stop, a greeting, yes or no."""
    sets = (
        (Intent.STOP, words.stop), (Intent.NO, words.no), (Intent.YES, words.yes),
        (Intent.GREETING, words.greeting),
    )  # fmt: skip
    found: set[Intent] = set()
    bare = [word for word in said if word != ',']
    whole = ' '.join(bare)
    for intent, phrases in sets:
        if whole in phrases:
            return intent
    position = 0
    while position < len(bare):
        for count in range(min(6, len(bare) - position), 0, -1):
            phrase = ' '.join(bare[position : position + count])
            intents = [intent for intent, phrases in sets if phrase in phrases]
            senses = words.senses.get(phrase, ())
            courtesy = any(s.kind is Kind.IGNORED and s.value in _SOCIAL for s in senses)
            if intents or courtesy:
                found.update(intents[:1])
                position += count
                break
        else:
            return None
    for intent, _ in sets:
        if intent in found:
            return intent
    return Intent.NOTHING


@dataclass
class _Clauses:
    """What the clauses of a sentence ask for, and what they forbid."""

    taken: list[Node] = field(default_factory=list)
    forbidden: list[Node] = field(default_factory=list)


def _parse(tokens: Sequence[Token], words: Lexicon, high: bool) -> tuple[Sentence, bool]:
    """The sentence by one way to attach what follows a landmark, and whether there is another."""
    cursor = Cursor(_corrected(tokens, words))
    reader = PhraseReader(cursor, words, high)
    clauses = _Clauses()
    spans: list[tuple[int, int]] = []
    while not cursor.done:
        _clause(reader, clauses, spans)
    mended = tuple((t.said, t.text) for t in tokens if t.said)
    node = _joined(clauses)
    intent = Intent.TAKE if clauses.taken else Intent.FORBID if clauses.forbidden else None
    said = [t.text for start, end in spans[:1] for t in cursor.tokens[start:end]]
    sentence = Sentence(
        intent or (Intent.TAKE if cursor.unknown else Intent.NOTHING),
        (node,) if node is not None else (),
        words.language,
        tuple(dict.fromkeys(cursor.unknown)),
        tuple(cursor.ignored),
        mended,
        ' '.join(said).strip(' ,'),
        _denies(cursor.tokens, node),
    )
    return sentence, reader.forked


def _denies(tokens: Sequence[Token], node: Node | None) -> bool:
    """Whether a sentence begins with a no, and says nothing but which things are not meant."""
    said = node.said if isinstance(node, Thing) and not node.noun.text else ()
    first = next((t for t in tokens if not t.is_a(Kind.IGNORED, Kind.BREAK)), Token(''))
    return bool(said) and all(isinstance(m, Except) for m in said) and first.is_a(Kind.NOT)


def _corrected(tokens: Sequence[Token], words: Lexicon) -> Sequence[Token]:
    """What is said after the last correction, if that names something."""
    for index in range(len(tokens) - 1, 0, -1):
        if tokens[index].is_a(Kind.CORRECTION) or _takes_back(tokens, index, words):
            rest = tokens[index + 1 :]
            if any(token.is_a(*_NAMING) for token in rest):
                return rest
    return tokens


def _takes_back(tokens: Sequence[Token], index: int, words: Lexicon) -> bool:
    """Whether a no in a sentence takes back what was said: the red one, no, the green one."""
    token = tokens[index]
    # Neither the red one nor the green one takes nothing back.
    denies = token.is_a(Kind.NOT) and token.text != words.denial
    if token.text not in words.no or denies or index + 1 == len(tokens):
        return False
    before, following = tokens[index - 1], tokens[index + 1]
    if before.is_a(Kind.COPULA) or (
        (passed := before.get(Kind.IGNORED)) is not None and passed.value == 'filler'
    ):
        # If there is none the red one.
        return False
    sense = following.get(Kind.IGNORED)
    determined = sense is not None and sense.value in ARTICLES
    return determined or following.is_a(Kind.BREAK, Kind.DEMONSTRATIVE, Kind.TAKE)


def _clause(reader: PhraseReader, clauses: _Clauses, spans: list[tuple[int, int]]) -> None:
    """One verb with what it is about, or a phrase without a verb."""
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
        excluded = _only_excludes(node)
        puts = places and not c.at(Kind.DESTINATION)
        if excluded is not None and (clauses.taken or not c.done):
            clauses.forbidden.append(excluded)
        else:
            thing = _without_destination(node, reader.before) if puts else node
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


def _only_excludes(node: Node) -> Node | None:
    """The things of a phrase that says nothing but which are not meant."""
    if isinstance(node, Thing) and len(node.said) == 1 and not node.noun.text and not node.every:
        said = node.said[0]
        if isinstance(said, Except):
            return said.things
    return None


def _without_destination(node: Node, before: int) -> Node:
    """The thing that is put somewhere, without the last thing said, which is where.

    Of what has no name nothing is left of a place: turn around, move to the left.

    Args:
        node: what the verb is about.
        before: how many things are said of it before its noun, and stay.
    """
    if not isinstance(node, Thing):
        return node
    where = [index for index, said in enumerate(node.said) if _is_where(said)]
    bare = not (node.noun.text or node.pronoun) and len(where) == len(node.said)
    last = [index for index in where if index >= before][-1:]
    dropped = where if bare else last
    kept = [said for index, said in enumerate(node.said) if index not in dropped]
    return replace(node, said=tuple(kept))


def _is_where(said: Modifier) -> bool:
    near = isinstance(said, Extreme) and said.measure in ('distance', 'to', 'right')
    return near or isinstance(said, Related | Place)


def _destination(c: Cursor, places: bool) -> None:
    """Pass over where a thing is to be brought.

    Words that may say more of the thing are not passed over, unless the verb says where it goes.
    """
    while c.at(Kind.DESTINATION, Kind.TO) and not c.done:
        while not c.done and not c.at(Kind.BREAK):
            token = c.peek()
            doubtful = not token.senses or token.is_a(Kind.PLACE, Kind.RELATION)
            c.reject() if doubtful and not places else c.ignore('destination')


def _joined(clauses: _Clauses) -> Node | None:
    """What is asked for, without what is forbidden."""
    taken = _counted_from([part for node in clauses.taken for part in _parts(node)])
    others = [node for node in taken if _only_excludes(node) is None]
    forbidden = list(clauses.forbidden)
    if others:
        forbidden += [things for node in taken if (things := _only_excludes(node)) is not None]
    excluded = tuple(Except(node) for node in forbidden)
    if not taken:
        return Thing(said=excluded) if excluded else None
    nodes = [
        replace(node, said=(*node.said, *excluded)) if isinstance(node, Thing) else node
        for node in others or taken
    ]
    return nodes[0] if len(nodes) == 1 else AllOf(tuple(nodes))


def _counted_from(nodes: list[Node]) -> list[Node]:
    """Things of which a side before tells where to count from: from the left, the third one."""
    found: list[Node] = []
    for node in nodes:
        last = found[-1] if found else None
        if isinstance(last, Thing) and isinstance(node, Thing) and _is_any(last):
            sides = [said.side for said in last.said if isinstance(said, Place)]
            counts = any(isinstance(m, Ordinal) and m.side is None for m in node.said)
            if len(sides) == len(last.said) == 1 and counts:
                found[-1] = replace(
                    node,
                    said=tuple(
                        replace(m, side=sides[0]) if isinstance(m, Ordinal) else m
                        for m in node.said
                    ),
                )
                continue
        found.append(node)
    return found


def _is_any(thing: Thing) -> bool:
    return thing.noun.kind is NounKind.GENERIC


def _parts(node: Node) -> tuple[Node, ...]:
    return node.parts if isinstance(node, AllOf) else (node,)
