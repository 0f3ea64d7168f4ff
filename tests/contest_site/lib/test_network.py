from unittest.mock import patch

import pytest
from django.test import RequestFactory
from redis.exceptions import ConnectionError as RedisDownError

from contest_site.lib import tally
from contest_site.lib.network import TooMany, client_address, limit


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, "1.1.1.1", "127.0.0.1"),
        (1, "6.6.6.6, 1.1.1.1", "1.1.1.1"),
        (2, "6.6.6.6, 1.1.1.1, 10.0.0.1", "1.1.1.1"),
        (1, "", "127.0.0.1"),
    ],
)
def test_only_what_trusted_proxies_added_is_believed(
    settings: object, proxies: int, forwarded: str, expected: str
) -> None:
    settings.TRUSTED_PROXY_COUNT = proxies  # type: ignore[attr-defined]
    request = RequestFactory().get("/", headers={"X-Forwarded-For": forwarded})
    assert client_address(request) == expected


def test_a_limit_counts_each_key_for_itself(settings: object) -> None:
    settings.RATE_LIMITS_ENABLED = True  # type: ignore[attr-defined]
    for key in ("a", "b"):
        for _ in range(3):
            limit("act", key, per_minute=3)
    with pytest.raises(TooMany, match="đợi một phút"):
        limit("act", "a", per_minute=3)


def test_without_redis_nobody_is_refused(settings: object) -> None:
    settings.RATE_LIMITS_ENABLED = True  # type: ignore[attr-defined]
    with patch.object(tally, "client", side_effect=RedisDownError):
        limit("act", "a", per_minute=0)
