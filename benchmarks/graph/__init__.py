"""The parts of `python -m benchmarks.graph_rate`: the graph, its rivals and its score."""
