import pytest

from infra.loopback import is_loopback


@pytest.mark.parametrize("host", ["localhost", "LocalHost", "127.0.0.1", "127.9.9.9", "::1"])
def test_this_machine_is_known(host: str) -> None:
    """By its name, and by each of its addresses."""
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["", "0.0.0.0", "10.0.0.1", "::", "localhost.evil.example", "serra.example", "127.1"])  # noqa: S104 - compared, not bound
def test_others_are_not(host: str) -> None:
    """Neither another machine, nor what only looks like this one."""
    assert not is_loopback(host)
