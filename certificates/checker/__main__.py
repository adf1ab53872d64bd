"""`python -m certificates.checker FILE [--json]`."""

import os
import sys

from certificates.checker import main

try:
    code = main(sys.argv[1:])
    sys.stdout.flush()
except KeyboardInterrupt:
    code = 130
except BrokenPipeError:  # the reader, such as `head`, has seen enough
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    code = 141
sys.exit(code)
