"""`python -m flowdsl`: the command line."""

import sys

from flowdsl.cli import main

if __name__ == "__main__":
    sys.exit(main())
