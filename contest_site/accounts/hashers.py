import os
from threading import BoundedSemaphore

from django.contrib.auth.hashers import Argon2PasswordHasher

from contest_site.env import env_int

# Each hash fills 19 MiB. More of them at once than there are cores push one another out of the caches: of
# eight on two cores each costs up to a quarter more, and none is ready sooner.
AT_ONCE = max(1, (os.cpu_count() or 1) // env_int("WEB_WORKERS", 2))
_turn = BoundedSemaphore(AT_ONCE)


class Argon2(Argon2PasswordHasher):
    """argon2id with OWASP's minimum (19 MiB, 2 passes, 1 lane), chosen for a start storm's log-ins."""

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        with _turn:
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        with _turn:
            return super().verify(password, encoded)
