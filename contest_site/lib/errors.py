"""The one family of errors that domain functions raise for what a person may mend."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # Only the stubs have this name.
    from django.utils.functional import _StrPromise


class DomainError(Exception):
    """A refusal with a sentence for the person who asked; `status` is the page's HTTP status."""

    status = 400

    def __init__(self, message: str | _StrPromise) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return str(self.message)


class NotAllowed(DomainError):
    """The person may not do this (excluded, not eligible, same person twice in a four-eyes step)."""

    status = 403


class NotNow(DomainError):
    """The act is fine, the moment is not: before the opening, after the close, already done."""

    status = 409


class Invalid(DomainError):
    """The input cannot be right: a choice that is not in the paper, a prediction that is no number."""

    status = 400


class Refused(DomainError):
    """Several reasons at once, each a sentence (a plan's faults, an import's errors)."""

    def __init__(self, message: str | _StrPromise, reasons: Sequence[str | _StrPromise]) -> None:
        super().__init__(message)
        self.reasons = list(reasons)

    def __str__(self) -> str:
        return "\n".join([str(self.message), *(f"- {reason}" for reason in self.reasons)])
