import select
from typing import Any

from django.db.backends.postgresql import base

from contest_site.lib.postgres.prepared import PreparedCursor

NEVER = 1_000_000_000


class DatabaseWrapper(base.DatabaseWrapper):
    _prepared: PreparedCursor | None = None

    def prepared_cursor(self) -> Any:
        """The connection's cursor for statements whose text is always the same (contest_site.lib.hot).

        In Django's own wrapping: errors, what is told to the trail, and counting in tests are as always. Not
        to be closed; whoever asks through it fetches all rows at once.
        """
        # As Django's own `_cursor`: the first statement of a request must not meet a connection that is gone.
        self.close_if_health_check_failed()
        self.ensure_connection()
        if self._prepared is None or self._prepared.connection is not self.connection:
            self._prepared = PreparedCursor(self.connection, prepare=not self.pooled)
        return self._prepare_cursor(self._prepared)  # type: ignore[attr-defined]  # of Django, without a type

    def get_connection_params(self) -> dict[str, Any]:
        """Statements are prepared where a program asks for it (contest_site.lib.hot), none by itself.

        What is prepared is planned once and not five times first, each connection for itself: at the bell,
        when all of them begin, planning costs ten times as much as running. These statements find rows by
        their keys, so their plan does not hang on the values.
        """
        parameters = {**super().get_connection_params(), "prepare_threshold": NEVER}
        if not self.pooled:
            given = parameters.get("options", "")
            parameters["options"] = f"{given} -c plan_cache_mode=force_generic_plan".strip()
        return parameters

    @property
    def pooled(self) -> bool:
        """Whether a pooler stands before the server, which may give us another session each time."""
        return bool(self.settings_dict["DISABLE_SERVER_SIDE_CURSORS"])

    def is_usable(self) -> bool:
        """Whether the kept connection lives, without asking the server, which would cost each request.

        A server that ends a connection says so, and what it has said lies there to be read. Nothing else
        comes unasked (no LISTEN here), so a connection with something to read is not gone on with.
        """
        if self.connection is None or self.connection.closed:
            return False
        poll = select.poll()
        poll.register(self.connection.fileno(), select.POLLIN | select.POLLHUP | select.POLLERR)
        return not poll.poll(0)
