"""Settings shared by all tests."""

import os

from hypothesis import settings

# The first example of a test may wait for compilation, so there is no deadline. CI draws the
# same examples on every run; by hand each run draws new ones.
settings.register_profile("hindcaster", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("hindcaster")
