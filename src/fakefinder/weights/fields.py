"""Checked strings of the weight store: nothing that comes from a file or a network is used as a path unchecked."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, StringConstraints, TypeAdapter, ValidationError

from fakefinder.errors import UsageError

_PART = r"[A-Za-z0-9][A-Za-z0-9._+-]{0,127}"

DetectorName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}\Z")]
VersionName = Annotated[str, StringConstraints(pattern=r"^(?!active\Z)[A-Za-z0-9][A-Za-z0-9._+-]{0,63}\Z")]
"""A folder name that begins with no dot and is not ``active``."""

FileName = Annotated[str, StringConstraints(pattern=rf"^{_PART}(/{_PART}){{0,3}}\Z")]
"""A published file name: at most four path parts, none of which begins with a dot."""

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}\Z")]
ByteCount = Annotated[int, Field(ge=0)]


def checked(kind: Any, value: str, what: str) -> str:
    """``value``, where it fits one of the types above; ``what`` names it in the error.

    Raises:
        UsageError: it does not fit.
    """
    try:
        return str(TypeAdapter(kind, config={"regex_engine": "python-re"}).validate_python(value))
    except ValidationError as error:
        raise UsageError(f"{value!r} is no {what}.", hint="Use letters, digits, '.', '_', '+' and '-'.") from error
