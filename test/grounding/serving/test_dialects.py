"""The server backend against a stand-in of each dialect."""

import re

import numpy as np
import pytest
from dialect_servers import KINDS, serving
from patience import PATIENCE_S

from realvlg_ros.camera import Camera
from realvlg_ros.errors import GroundingError, ParameterError
from realvlg_ros.frame import RgbdFrame
from realvlg_ros.grounding.grounding import GroundingStatus, never_aborted
from realvlg_ros.grounding.server import make_grounder

# What is recognised, the guide that is found, and what is said at the start of what it lacks.
FOUND = {
    'vllm': ('vllm', 'structured_outputs', []),
    'vllm before 0.12': ('vllm', 'guided_regex', []),
    'tensorrt_edge_llm': ('openai', 'guided_decoding', ['no ids']),
    'llama_cpp': ('llama_cpp', 'grammar', ['no ids']),
    'transformers_serve': ('transformers_serve', 'none', ['no grammar', 'no probabilities']),
    'ollama': ('ollama', 'none', ['no grammar', 'no ids']),
}


@pytest.fixture
def frame():
    color = np.full((720, 1280, 3), 90, np.uint8)
    color[50:250, 100:300] = (200, 30, 30)
    depth = np.full((720, 1280), 0.8, np.float32)
    depth[50:250, 100:300] = 0.7
    return RgbdFrame(color, depth, Camera(1280, 720, 900, 900, 640, 360))


@pytest.mark.parametrize('kind', KINDS)
def test_each_dialect_is_recognised_guided_and_told(kind, frame):
    dialect, guide, lacks = FOUND[kind]
    with serving(kind) as server:
        grounder = make_grounder(
            url=server.url, timeout=PATIENCE_S, robot='arm_1',
            chat_template_kwargs='{"enable_thinking": false}',
        )  # fmt: skip
        grounder.load()
        result = grounder.ground(frame, 'pick up the red mug', never_aborted)
        grounder.check_health(never_aborted)
    assert result.status is GroundingStatus.OK
    assert result.box.as_tuple() == (100, 50, 300, 250)
    assert grounder.first._dialect.name == dialect
    assert grounder.first._abilities['m'].guide == guide
    assert len(grounder.notes) == len(lacks)
    for note, words in zip(grounder.notes, lacks, strict=True):
        assert re.match(rf'the server \(dialect {dialect}\) \S+ {words}', note)
    assert server.bodies[0]['chat_template_kwargs'] == {'enable_thinking': False}
    assert server.robots == ['arm_1']


@pytest.mark.parametrize(
    ('kind', 'options', 'reason'),
    [
        ('ollama', {'guide': 'structured_outputs'}, 'does not keep to a grammar'),
        ('transformers_serve', {'guide': 'grammar'}, "guide 'grammar': .* 422: .*grammar"),
        ('vllm', {'guide': 'guided_regex'}, 'does not keep to a grammar'),
    ],
)
def test_a_guide_that_a_server_does_not_keep_to_is_refused(kind, options, reason):
    with serving(kind) as server, pytest.raises(GroundingError, match=reason):
        make_grounder(url=server.url, timeout=PATIENCE_S, **options).load()


def test_a_dialect_by_name_is_tried_in_its_own_way_only(frame):
    with serving('tensorrt_edge_llm') as server:
        grounder = make_grounder(
            url=server.url, timeout=PATIENCE_S, dialect='tensorrt_edge_llm', box_model='m'
        )
        grounder.load()
        assert grounder.ground(frame, 'mug', never_aborted).status is GroundingStatus.OK
    assert 'guided_decoding' in server.bodies[0]
    assert not {'structured_outputs', 'grammar'} & set(server.bodies[0])


@pytest.mark.parametrize(
    ('options', 'reason'),
    [
        ({'chat_template_kwargs': '[1]'}, 'chat_template_kwargs'),
        ({'chat_template_kwargs': '{'}, 'chat_template_kwargs.*not JSON'),
        ({'dialect': 'magic'}, 'dialect is'),
        ({'fallback': 'server'}, 'fallback is'),
        ({'robot': 'a\r\nX: y'}, 'robot is'),
    ],
)
def test_settings_that_cannot_be_kept_are_refused(options, reason):
    with pytest.raises(ParameterError, match=reason):
        make_grounder(**options)
