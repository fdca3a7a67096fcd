"""Makes the helpers beside it (`grid`, `random_rulebooks`) importable from every test.

HYPOTHESIS_PROFILE chooses how much hypothesis tries: `dev` (the default), `ci` (the same examples in every
run), `nightly` (one turn of `make nightly`, whose seed alone decides what is tried).
"""

import os

from hypothesis import settings

settings.register_profile("dev", deadline=None, max_examples=50)
settings.register_profile("ci", deadline=None, max_examples=100, derandomize=True)
settings.register_profile("nightly", deadline=None, max_examples=200, database=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "dev"))
