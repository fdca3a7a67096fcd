"""Addresses of exports in object stores (`s3://bucket/visits/*.parquet`), and what of them may be shown."""

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

_ADDRESS = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]+)://"
    r"(?:(?P<user>[^/@:]*)(?::(?P<password>[^@]*))?@)?"
    r"(?P<store>[^/]*)/?(?P<key>.*?)"
    r"(?:\?(?P<options>[\w.-]+=.*))?",
    re.DOTALL,
)
_LOST_SLASH = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")
_AZURE = ("abfs", "abfss")


@dataclass(frozen=True, slots=True)
class Address:
    """An object, or the objects that a pattern or the folder of this key holds.

    User, password and options (`?region=...`) may be secrets: only `name` is ever shown.
    """

    scheme: str
    store: str
    key: str = ""
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    options: str = field(default="", repr=False)

    @property
    def name(self) -> str:
        """Give it as messages, records and results name it. In Azure's the user is a container."""
        store = f"{self.user}@{self.store}" if self.scheme in _AZURE and self.user else self.store
        return f"{self.scheme}://{store}/{self.key}"

    def at(self, key: str) -> "Address":
        """Give that of another object of the store."""
        return replace(self, key=key)


Place: TypeAlias = Path | Address
"""Where an export lies."""


def place_of(text: str) -> Place:
    """Tell an address from a path."""
    found = _ADDRESS.fullmatch(text)
    if found is None:
        return Path(text)
    parts = {name: part or "" for name, part in found.groupdict().items()}
    if ":" in parts["store"] and parts["scheme"].lower() == "s3":
        parts["store"] = parts["key"] = ""  # a password without its @: no bucket has such a name
    return Address(**{**parts, "scheme": parts["scheme"].lower()})


def is_address(path: Path) -> bool:
    """Say whether a path was meant as an address; paths lose a slash of it."""
    return _LOST_SLASH.match(str(path)) is not None


def without_secrets(text: str) -> str:
    """Leave out of a word of a command line what an address in it must not show."""
    option, given, value = text.partition("=") if text.startswith("--") else ("", "", text)
    place = place_of(value)
    return text if isinstance(place, Path) else f"{option}{given}{place.name}"
