import pytest


@pytest.fixture
def work_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a page asks a worker for is there when the page is shown."""
    from tests.support import worker

    worker.works_at_once(monkeypatch)
