"""``python -m hindcaster``: the command line."""

import sys

from hindcaster.cli import main

if __name__ == "__main__":
    sys.exit(main())
