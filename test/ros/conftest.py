"""What tests of nodes have in common."""

import pytest
from ros_graph import FakeCamera, Graph


@pytest.fixture
def graph(ros_context):
    """A graph with a camera; a module may have its own instead."""
    graph = Graph()
    graph.camera = FakeCamera(graph.node)
    yield graph
    graph.close()
