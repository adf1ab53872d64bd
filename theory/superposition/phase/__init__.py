"""Phase diagrams: closed forms for `n = m + 1`, where dedication is unstable, and orders of transitions."""
