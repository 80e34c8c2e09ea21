"""The three nodes with what follows an object quickly."""

from __future__ import annotations

from typing import Any

from realvlg_ros.action import PlanGrasps
from realvlg_ros.msg import GraspTarget
from ros_graph import Graph, plan

from realvlg_ros.nodes.grasp_node import GraspNode
from realvlg_ros.nodes.grasp_server import GraspServer
from realvlg_ros.nodes.grounding_node import GroundingNode

SENTENCE = 'pick up the red box'
# Plans that refine the first one would only cost time here.
QUICK = {'tracker.fused_plans': 1}


def start(graph: Graph, **camera: Any) -> None:
    """Start the nodes; the parameters are for the two that read the camera."""
    graph.add(GroundingNode, **camera)
    graph.add(GraspNode, **QUICK, **camera)
    graph.add(GraspServer)


def asked(graph: Graph, sentence: str = SENTENCE) -> GraspTarget:
    """The target of a goal that succeeds."""
    result = plan(graph, sentence).result()
    assert result.status == PlanGrasps.Result.OK, result.message
    return result.target
