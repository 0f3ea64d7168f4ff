from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2(Argon2PasswordHasher):
    """argon2id with OWASP's minimum (19 MiB, 2 passes, 1 lane), chosen for a start storm's log-ins."""

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1
