"""What an unknown name or code may have been meant for."""

import pytest

from codesheet.language.names import nearest


@pytest.mark.parametrize(
    ("written", "known", "meant"),
    [
        ("J9O22", ["J9272", "J9022"], "J9022"),
        ("J927l", ["J9277", "J9271"], "J9271"),
        ("C3411", ["C34.1", "C34.11"], "C34.11"),
        ("Injections at vist", ["Injections", "Injections at visit"], "Injections at visit"),
        ("S0B5", ["50.8S", "5085", "S0B"], "S0B"),  # two of one look: none of them is surely meant
        ("Payer", ["Minutes"], ""),
    ],
)
def test_nearest(written: str, known: list[str], meant: str) -> None:
    assert nearest(written, known) == meant
