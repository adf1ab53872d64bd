"""The errors a user can cause.

Each message is one line that names the input, the place, what is wrong and what would be right.
"""

__all__ = ["GapError", "InputError", "LimitError", "UnknownNameError"]


class InputError(ValueError):
    """The input cannot be used; the command line turns it into exit code 2."""


class UnknownNameError(InputError, LookupError):
    """A name is not one we know; the message suggests near ones."""


class LimitError(InputError):
    """The input is well formed but beyond a stated limit of size, memory or time."""


class GapError(InputError):
    """GAP is missing, refused the expression, or did not finish."""
