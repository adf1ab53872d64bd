"""Measured speed, as ratios against a peer or a goal in the same run: `python -m benchmarks`."""
