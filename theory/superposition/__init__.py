"""Toy models of superposition: exact losses, geometry of direct sums, topology, spheres, arrangements."""
