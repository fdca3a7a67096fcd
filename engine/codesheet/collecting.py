"""When Python looks for circles of objects to free: seldom.

Of a rulebook's cells hardly any are in a circle. To look at all of them after each 700 objects, as is usual,
takes an eighth of a check's time.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_NEW_OBJECTS = 50_000
"""So many are made before Python looks again."""


@contextmanager
def while_importing() -> Iterator[None]:
    """Do not look at what is imported, now or later: it stays. Look seldom at what is made afterwards."""
    gc.disable()
    yield
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS)
    gc.enable()
