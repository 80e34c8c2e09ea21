"""Inputs of hypothesis for the boundaries of benchmarks.fuzz: seeded, and over in their time."""

import json
import time

import numpy as np
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from benchmarks.fuzz.mutations import mutate
from realvlg_ros.errors import RealvlgError

# Inputs of a target at most, and time for it, s: all targets together take half a minute.
MOST_EXAMPLES, SECONDS = 120, 0.8
# Characters of a message at most: what is quoted in it is cut. Paths of tests are long.
MESSAGE_CHARACTERS = 2000

_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


@st.composite
def _edited(draw, data):
    """Sound bytes with parts that were replaced."""
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(data)))
        end = min(len(data), at + draw(st.integers(0, 8)))
        data = data[:at] + draw(st.binary(max_size=8)) + data[end:]
    return data


@st.composite
def _with_another_value(draw, data):
    """A sound JSON document in which one value is another."""
    document = json.loads(data)
    place, key = document, None
    for _ in range(draw(st.integers(1, 3))):
        inner = place if key is None else place[key]
        if not isinstance(inner, dict | list) or not inner:
            break
        place = inner
        key = draw(st.sampled_from(list(inner) if isinstance(inner, dict) else range(len(inner))))
    if key is None:
        return data
    place[key] = draw(_VALUES)
    return json.dumps(document).encode()


@st.composite
def inputs(draw, seeds):
    """What a boundary is given: changed sound inputs, and some that are nothing.

    Args:
        seeds: sound inputs by their names.
    """
    name, data = draw(st.sampled_from(sorted(seeds.items())))
    ways = [
        st.integers(0, 2**32).map(lambda n: mutate(name, data, np.random.default_rng(n))),
        _edited(data),
        st.binary(max_size=60),
    ]
    if name.endswith('.json') and data[:1] in b'{[':
        ways += [_with_another_value(data), _VALUES.map(lambda value: json.dumps(value).encode())]
    return draw(st.one_of(ways))


def fuzz(target, folder):
    """Give a target inputs until its time is over: they are used, or end with a typed error.

    Args:
        target: of benchmarks.fuzz.
        folder: for files.
    """
    seeds, place = target.seeds(folder / 'seeds'), folder / 'input'

    def use(data):
        try:
            target.use(data, place)
        except RealvlgError as error:
            assert len(str(error)) < MESSAGE_CHARACTERS
        finally:
            for path in place.iterdir():
                path.unlink()

    (folder / 'seeds').mkdir()
    place.mkdir()
    search(inputs(seeds), use)


def search(strategy, use, most=MOST_EXAMPLES, seconds=SECONDS, shrink=True):
    """Give a function what a strategy draws, until its time is over: a slow machine tries fewer.

    Args:
        strategy: of hypothesis.
        use: called with each; what it raises fails the test.
        most: times at most.
        seconds: after which no more is tried.
        shrink: whether a failure is made small.
    """
    end_s = time.monotonic() + seconds

    @settings(
        derandomize=True, database=None, deadline=None, max_examples=most,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink] if shrink else [Phase.generate],
    )  # fmt: skip
    @given(strategy)
    def within_its_time(drawn):
        if time.monotonic() < end_s:
            use(drawn)

    within_its_time()
