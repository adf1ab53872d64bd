"""`python -m certificates.checker FILE [--json]`."""

import sys

from certificates.checker import main

sys.exit(main(sys.argv[1:]))
