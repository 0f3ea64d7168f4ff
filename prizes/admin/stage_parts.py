"""What a stage of the close-of-round page consists of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from prizes.progress import Progress, Step

if TYPE_CHECKING:
    from contest_site.accounts.models import User


@dataclass(frozen=True)
class Link:
    text: str
    address: str


@dataclass(frozen=True)
class Stage:
    """`told`: how it stands, in sentences; `notice`: what somebody should look at; `does`: what it is for."""

    key: str
    name: str
    steps: tuple[Step, ...]  # of which the next one makes it the present one
    does: str
    permission: str = ""
    told: tuple[str, ...] = ()
    notice: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    by: User | None = None
    at: datetime | None = None


def recorded(
    key: str,
    name: str,
    step: Step,
    does: str,
    permission: str,
    told: tuple[str, ...],
    made: object,
    links: tuple[Link, ...] = (),
) -> Stage:
    """A stage that ends with one record of who and when."""
    by, at = getattr(made, "by", None), getattr(made, "at", None)
    return Stage(key, name, (step,), does, permission, told, (), links, by, at)


def made_about(progress: Progress, name: str) -> Any:
    """A record about the newest version, unless that was sent back."""
    run = progress.run
    return None if run is None or hasattr(run, "returned") else getattr(run, name, None)
