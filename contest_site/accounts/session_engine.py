"""Django's sessions in the database, with one statement for a log-in's session instead of seven.

Django looks whether the key is free, stores an empty session and fills it at the end of the request, each in
a transaction of its own. Here a new key is stored once, with what the session then holds and whose it is. A
key of 32 random characters that there is already is as unlikely as a guessed one; the table would refuse it.
"""

from __future__ import annotations

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import VALID_KEY_CHARS, CreateError, UpdateError
from django.db import DatabaseError, IntegrityError
from django.utils.crypto import get_random_string

from contest_site.lib import hot

# Whose it is as in sessions.py: a new password that is being written at this moment is waited for.
STORE = """
INSERT INTO django_session (session_key, session_data, expire_date, user_id)
VALUES (%s, %s, %s, (SELECT id FROM accounts_user WHERE id = %s AND password = %s FOR SHARE))
RETURNING user_id
"""


class SessionStore(db.SessionStore):
    # The class's name is part of the signature of what is stored.
    _new = False
    owner: tuple[int | None, str] = (None, "")  # set at a log-in: the account's number and password

    def create(self) -> None:
        """A new key; `save` stores it, which Django's middleware does for every session that was changed."""
        self._session_key = get_random_string(32, VALID_KEY_CHARS)
        self._new = self.modified = True

    def save(self, must_create: bool = False) -> None:
        if self.session_key is None:
            self.create()
        new = must_create or self._new
        row = self.create_model_instance(self._get_session(no_load=new))
        try:
            if new:
                hot.row(STORE, [row.session_key, row.session_data, row.expire_date, *self.owner])
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
