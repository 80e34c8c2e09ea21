"""Kinds of nouns, sides, relations and intents that a sentence may have."""

from __future__ import annotations

from enum import Enum


class NounKind(Enum):
    """What is known of a noun."""

    GENERIC = 'any object'
    SHAPE = 'a class whose shape is known'
    UNVERIFIED = 'a word that only recognition could confirm'
    LARGE = 'a thing too large to be seen on a table, unless a toy is meant'
    IMMATERIAL = 'nothing that a hand can hold'


class Side(Enum):
    """Where an object is said to be."""

    LEFT = 'on the left'
    RIGHT = 'on the right'
    MIDDLE = 'in the middle'
    FRONT = 'in front'
    BACK = 'at the back'


class Relation(Enum):
    """Where an object is said to be with respect to others; the values are in words."""

    LEFT_OF = 'to the left of'
    RIGHT_OF = 'to the right of'
    NEXT_TO = 'next to'
    NEAR = 'near'
    FAR_FROM = 'far from'
    NEAREST = 'nearest to'
    FARTHEST = 'farthest from'
    IN_FRONT_OF = 'in front of'
    BEHIND = 'behind'
    BETWEEN = 'between'
    ON = 'on top of'
    IN = 'in'
    UNDER = 'under'
    AMONG = 'among'


class Intent(Enum):
    """What a person wants with a sentence."""

    TAKE = 'take'
    FORBID = 'forbid'
    STOP = 'stop'
    GREETING = 'greeting'
    YES = 'yes'
    NO = 'no'
    OTHER_SCRIPT = 'another script'
    NOTHING = 'nothing'
