"""The lifecycle of a node: parameters, diagnostics, quality of service, threads."""
