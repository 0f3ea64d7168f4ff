"""Django's sessions in the database, with one statement for a log-in's session instead of seven.

Django looks whether the key is free, stores an empty session and fills it at the end of the request, each in
a transaction of its own. Here a new key is stored once, with what the session then holds and whose it is. A
key of 128 random bits that there is already is as unlikely as a guessed one; the table would refuse it.
"""

from __future__ import annotations

import secrets

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import CreateError, UpdateError
from django.db import DatabaseError, IntegrityError

from contest_site.lib import hot

# Whose it is as in sessions.py: a new password that is being written at this moment is waited for. The time
# of the log-in comes along, so that both are one commit. The trail follows neither, so who acts is not told
# with it.
STORE = f"""{hot.UNTOLD}
WITH owner AS (
    UPDATE accounts_user SET last_login = statement_timestamp() WHERE id = %s AND password = %s RETURNING id
)
INSERT INTO django_session (session_key, session_data, expire_date, user_id)
SELECT %s, %s, %s, (SELECT id FROM owner)
RETURNING user_id
"""  # noqa: S608  a comment


class SessionStore(db.SessionStore):
    # The class's name is part of the signature of what is stored.
    _new = False
    owner: tuple[int | None, str] = (None, "")  # set at a log-in: the account's number and password

    def _validate_session_key(self, key: str | None) -> bool:
        """Letters and digits, as keys are made: a NUL, say, could not even be looked up."""
        return bool(super()._validate_session_key(key)) and str(key).isalnum()  # type: ignore[misc]

    def create(self) -> None:
        """A new key, nobody's; `save` stores it, as Django's middleware does with every changed session."""
        self._session_key = secrets.token_hex(16)
        self._new = self.modified = True
        self.owner = (None, "")

    def save(self, must_create: bool = False) -> None:
        if self.session_key is None:
            self.create()
        new = must_create or self._new
        held = self._get_session(no_load=new)  # type: ignore[attr-defined]  # Django's own
        row = self.create_model_instance(held)
        try:
            if new:
                hot.row(STORE, [*self.owner, row.session_key, row.session_data, row.expire_date])
            else:
                row.save(force_update=True)
        except IntegrityError:
            if new:
                raise CreateError from None
            raise
        except DatabaseError:
            if not new:
                raise UpdateError from None
            raise
        self._new = False
