import select
from typing import Any

from django.db.backends.postgresql import base

NEVER = 1_000_000_000


class DatabaseWrapper(base.DatabaseWrapper):
    def get_connection_params(self) -> dict[str, Any]:
        """Statements are prepared where a program asks for it (contest_site.lib.hot), none by itself."""
        return {**super().get_connection_params(), "prepare_threshold": NEVER}

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
