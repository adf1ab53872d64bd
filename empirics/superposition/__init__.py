"""Toy models of superposition, trained: phase diagrams, sweeps, correlated features, dynamics."""
