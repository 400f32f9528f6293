"""`python -m flowdsl`."""

import sys

from flowdsl.cli import main

sys.exit(main())
