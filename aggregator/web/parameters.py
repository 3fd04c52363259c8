"""What a request may ask in its address: parameters, checked, and described for machines.

Knows nothing of what they are used for. Start reading at `read`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from aggregator.web.problem import Unanswerable

# Beyond it no address is one that a person or program of good will made.
_LONGEST = 1000
FIRST_DAY = date(1900, 1, 1)
"""No day before it can be asked for: the archive's sources have no other."""
_DAY = r"^(19|2[0-9])[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter by name: `kind` is text, number, day or choice.

    Units: `least` and `most` are inclusive, of numbers.
    """

    name: str
    help: str
    kind: str = "text"
    default: Any = None
    least: int = 0
    most: int = 0
    choices: tuple[str, ...] = ()

    def value(self, text: str) -> Any:  # noqa: ANN401 - text, int, date by kind
        """The value that the text states. Raises: Unanswerable."""
        match self.kind:
            case "number":
                if (
                    text.isascii()
                    and text.isdigit()
                    and len(text) < 19
                    and self.least <= int(text) <= self.most
                ):
                    return int(text)
                raise Unanswerable(
                    400, f"{self.name} is a number from {self.least} to {self.most}", self.name
                )
            case "day":
                return self._day(text)
            case "choice":
                if text in self.choices:
                    return text
                raise Unanswerable(400, f"{self.name} is one of {', '.join(self.choices)}", self.name)
        if len(text) > _LONGEST or "\0" in text:
            raise Unanswerable(
                400, f"{self.name} has at most {_LONGEST} letters, none of them NUL", self.name
            )
        return text

    def schema(self) -> dict[str, Any]:
        """What it may be, as JSON Schema."""
        match self.kind:
            case "number":
                told: dict[str, Any] = {"type": "integer", "minimum": self.least, "maximum": self.most}
            case "day":
                told = {"type": "string", "format": "date", "pattern": _DAY}
            case "choice":
                told = {"type": "string", "enum": list(self.choices)}
            case _:
                told = {"type": "string", "maxLength": _LONGEST}
        return told if self.default is None else {**told, "default": self.default}

    def _day(self, text: str) -> date:
        try:
            if re.fullmatch(_DAY, text):
                return date.fromisoformat(text)
        except ValueError:
            pass
        raise Unanswerable(400, f"{self.name} is a day such as 2026-03-31, of 1900 or later", self.name)


def read(parameters: Sequence[Parameter], given: Sequence[tuple[str, str]]) -> Mapping[str, Any]:
    """All parameters by name, those not given or empty with their defaults.

    Raises: Unanswerable for an unknown one, one given twice, and a value that cannot be: what is
        passed over in silence would be answered with something else than was asked.
    """
    known = {parameter.name: parameter for parameter in parameters}
    values = {parameter.name: parameter.default for parameter in parameters}
    seen: set[str] = set()
    for name, text in given:
        if name not in known:
            there = ", ".join(known) or "none"
            raise Unanswerable(
                400, f"there is no parameter {name[:40]!r} here; there are: {there}", name[:40]
            )
        if name in seen:
            raise Unanswerable(400, f"{name} is given more than once", name)
        seen.add(name)
        if text:
            values[name] = known[name].value(text)
    return values
