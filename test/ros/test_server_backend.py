"""grounding_node with a model's server that fails: who answers, with which status, and in time."""

import time

import pytest
from dialect_servers import serving
from patience import PATIENCE_S
from realvlg_ros.msg import Grounding
from ros_graph import ground

from realvlg_ros.nodes.grounding_node import GroundingNode

BOX = '<think></think>\n<answer>(50,90),(115,170)</answer>'
TIMEOUT_S = 1.0
# A machine that is ten times slower has this long beyond a deadline.
SLACK_S = 20.0


def start(graph, server, folder, fallback):
    options = folder / 'server.yaml'
    # The first questions, which make the server known, have time; those that fail are short.
    options.write_text(
        f'url: {server.url}\ntimeout: {PATIENCE_S:g}\nfallback: "{fallback}"\nfailures: 2\n'
    )
    node = graph.add(GroundingNode, backend='server', backend_options=str(options))
    node._grounder.first._client._timeout_s = TIMEOUT_S
    return node


@pytest.mark.parametrize('fallback', ['', 'tabletop'])
@pytest.mark.parametrize('fault', ['stalls', 'refuses', 'rubbish', 'foreign'])
def test_a_server_that_fails_is_answered_for_or_told(graph, tmp_path, fault, fallback):
    with serving('vllm', BOX) as server:
        node = start(graph, server, tmp_path, fallback)
        node._grounder.first._client._timeout_s = PATIENCE_S
        good = ground(graph, 'pick up the red box').result().grounding
        assert (good.status, good.backend) == (Grounding.OK, 'server')
        node._grounder.first._client._timeout_s = TIMEOUT_S
        server.fault = fault
        for attempt in range(3):
            begun = time.monotonic()
            answer = ground(graph, 'pick up the red box').result().grounding
            assert time.monotonic() - begun < TIMEOUT_S + SLACK_S
            if fallback:
                assert (answer.status, answer.backend) == (Grounding.OK, 'tabletop')
                assert answer.message.startswith('tabletop answers, not server (')
            else:
                assert answer.status == Grounding.FAILED
            assert ('left alone' in answer.message) == (attempt == 2), answer.message


def test_the_node_starts_without_its_server_where_another_answers(graph, tmp_path):
    with serving('vllm', BOX) as server:
        server.fault = 'refuses'
        start(graph, server, tmp_path, 'tabletop')
        answer = ground(graph, 'pick up the red box').result().grounding
        assert (answer.status, answer.backend) == (Grounding.OK, 'tabletop')
