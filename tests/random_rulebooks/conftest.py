"""What random rulebooks are tried with."""

from collections.abc import Iterator

import pytest

from codesheet.compiling import matching


@pytest.fixture(scope="package", autouse=True)
def _short_turns() -> Iterator[None]:
    """Ask the rules of First tables in turns, though random tables are short."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matching, "GROUPS_IN_FIRST_TURN", 2)
        yield
