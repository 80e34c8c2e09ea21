"""The parts of `python -m benchmarks.graph_rate`: the graph, the null subscriber and the score."""
