"""The verbs of `gammastar superposition`."""
