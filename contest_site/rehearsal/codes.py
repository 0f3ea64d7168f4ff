"""One-time codes, as the site's File sender writes them down for the rehearsal alone."""

import json
import threading
from pathlib import Path

from contest_site.accounts.contact import read_contact


class Codes:
    """The newest code of each contact; safe to ask from several threads."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._lock = threading.Lock()
        self._read = 0
        self._newest: dict[str, str] = {}

    def of(self, contact: str) -> str:
        """The newest code sent to the contact, in any spelling; LookupError when there is none."""
        with self._lock:
            self._read_on()
            return self._newest[read_contact(contact).value]

    def _read_on(self) -> None:
        if not self.file.exists():
            return
        with self.file.open("rb") as lines:
            lines.seek(self._read)
            for line in lines:
                if not line.endswith(b"\n"):
                    break  # still being written
                self._read += len(line)
                message = json.loads(line)
                if message["code"]:
                    self._newest[message["to"]] = message["code"]
