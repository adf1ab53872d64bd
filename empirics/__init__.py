"""Training networks and comparing what they learn with the theory; it has no public name yet."""

__all__: list[str] = []
