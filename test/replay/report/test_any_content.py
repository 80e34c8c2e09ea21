"""Whatever stands in a run folder: a page, or a typed error."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_run import MadeRun

from realvlg_ros.errors import RealvlgError
from realvlg_ros.replay.comparison.comparison import compare_runs
from realvlg_ros.replay.comparison.page import render_page
from realvlg_ros.replay.comparison.text import describe
from realvlg_ros.replay.report.report import write_report
from realvlg_ros.replay.runs.run_reader import read_run

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)


@pytest.fixture(scope='module')
def folders(tmp_path_factory):
    parent = tmp_path_factory.mktemp('made')
    made = MadeRun(('the box', 'a mug'), ('OK', 'AMBIGUOUS'), seconds=3.0, rate_hz=5.0)
    return [made.write(parent / name, recording=False) for name in ('whole', 'changed')]


def places(value, path=()):
    """The paths to everything in a JSON value."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in items:
        if isinstance(item, dict | list):
            yield from places(item, (*path, key))
        else:
            yield (*path, key)


def replaced(value, path, new):
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(value[path[0]], path[1:], new)
    return copy


@given(data=st.data())
@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_value_in_any_place(folders, data):
    whole, changed = folders
    name = data.draw(st.sampled_from(['run.json', 'answers.jsonl', 'timings.jsonl']))
    lines = (whole / name).read_text().splitlines()
    k = data.draw(st.integers(0, len(lines) - 1))
    content = json.loads(lines[k])
    path = data.draw(st.sampled_from(list(places(content))))
    lines[k] = json.dumps(replaced(content, path, data.draw(ANYTHING)))
    for each in ('run.json', 'answers.jsonl', 'timings.jsonl'):
        (changed / each).write_text((whole / each).read_text())
    (changed / name).write_text('\n'.join(lines) + '\n')
    try:
        write_report(changed)
        comparison = compare_runs(read_run(whole), read_run(changed), {}, force=True)
        assert describe(comparison) and render_page(comparison)
    except RealvlgError as error:
        assert str(error)
