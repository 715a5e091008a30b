"""One whole Serra for all end-to-end tests, with the demo data, in a folder with a space in its name."""

from collections.abc import Iterator

import pytest

from tests.end_to_end.running import Running, start


@pytest.fixture(scope="session")
def serra(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Serra as `make run` starts it."""
    running = start(tmp_path_factory.mktemp("end to end") / "data")
    yield running
    running.stop()
