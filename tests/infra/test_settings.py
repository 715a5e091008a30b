import stat
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from infra.environment import load_settings
from infra.settings import Settings, SettingsError, settings_page

SECRET = "0123456789abcdef0123456789abcdef-not-to-be-seen"
PAGE = Path(__file__).parents[2] / "docs" / "settings.md"


@pytest.fixture(autouse=True)
def data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An environment without settings, but for a data folder of the test's own."""
    for name in Settings.model_fields:
        for variable in (f"SERRA_{name}".upper(), name.upper()):
            monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("SERRA_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


def refusal() -> list[str]:
    """The lines that load_settings refuses the environment with."""
    with pytest.raises(SettingsError) as refused:
        load_settings()
    return str(refused.value).splitlines()


def test_nothing_set_means_this_machine_alone(data: Path) -> None:
    """Without a variable everything is embedded, local and for development."""
    settings = load_settings()
    assert settings.public_url == "http://127.0.0.1:8000"
    assert settings.data == data
    assert settings.environment == "development"
    assert (settings.database_url, settings.s3_endpoint, settings.meili_url) == (None, None, None)
    assert settings.upload_limit_bytes == 200 * 1024 * 1024


def test_empty_is_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that is empty counts as not set, also one that is required or unknown."""
    for variable in ("SERRA_PORT", "SERRA_DATABASE_URL", "SERRA_S3_BUCKET", "MEILI_URL", "SERRA_PROT"):
        monkeypatch.setenv(variable, "")
    assert load_settings().port == 8000


def test_values_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each kind of value arrives: numbers, words in any case, paths from here, and the names without a prefix."""
    for variable, value in {
        "SERRA_PORT": "9001",
        "SERRA_HOST": "::1",
        "SERRA_LOG_LEVEL": "WARNING",
        "SERRA_TRUSTED_DOCUMENTS_ONLY": "true",
        "SERRA_DATA": "here",
        "SERRA_SECRET": SECRET,
        "MEILI_URL": "http://localhost:7700/",
        "MEILI_KEY": SECRET,
    }.items():
        monkeypatch.setenv(variable, value)
    settings = load_settings()
    assert settings.public_url == "http://[::1]:9001"
    assert settings.log_level == "warning"
    assert settings.trusted_documents_only
    assert settings.data == Path.cwd() / "here"
    assert settings.meili_url == "http://localhost:7700"
    assert settings.meili_key is not None
    assert settings.meili_key.get_secret_value() == SECRET
    assert not settings.data.exists()  # with a secret of one's own there is nothing to keep


def test_generated_secret_is_kept(data: Path) -> None:
    """Without SERRA_SECRET a signing key is made once, and kept where only its owner can read it."""
    first, second = load_settings(), load_settings()
    assert first.secret.get_secret_value() == second.secret.get_secret_value()
    assert len(first.secret.get_secret_value()) >= 32
    assert stat.S_IMODE((data / "secret").stat().st_mode) == 0o600
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert [entry.name for entry in data.iterdir()] == ["secret"]


def test_a_token_of_a_client_is_no_misspelt_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """SERRA_TOKEN is of `serra import` and `serra ask`; whoever has it set can still start the service."""
    monkeypatch.setenv("SERRA_TOKEN", "serra_x")
    assert load_settings().port == 8000


def test_own_database_needs_a_secret(monkeypatch: pytest.MonkeyPatch, data: Path) -> None:
    """With a database of one's own the signing key must be set: replicas would each make a different one."""
    monkeypatch.setenv("SERRA_DATABASE_URL", "postgresql://db/serra")
    (line,) = refusal()
    assert line.startswith("SERRA_SECRET: is not set, but SERRA_DATABASE_URL is")
    assert not data.exists()


def test_one_line_for_each_wrong_value(monkeypatch: pytest.MonkeyPatch) -> None:
    """All wrong values are told at once, each with its variable, what it got and what it takes."""
    wrong = {
        "SERRA_HOST": "a b",
        "SERRA_PORT": "70000",
        "SERRA_ENVIRONMENT": "staging",
        "SERRA_LOG_LEVEL": "loud",
        "SERRA_WORKERS": "many",
        "SERRA_REQUEST_TIMEOUT_SECONDS": "0",
        "SERRA_SMALL_CELL_THRESHOLD": "0",
        "SERRA_TRUSTED_DOCUMENTS_ONLY": "perhaps",
        "SERRA_UPLOAD_LIMIT_BYTES": "-1",
        "SERRA_BODY_LIMIT_BYTES": "1",
        "SERRA_PUBLIC_URL": "serra.example",
        "MEILI_URL": "localhost:7700",
    }
    for variable, value in wrong.items():
        monkeypatch.setenv(variable, value)
    monkeypatch.setenv("SERRA_S3_BUCKET", "files")
    lines = refusal()
    assert len(lines) == len(wrong) + 1
    for variable, value in wrong.items():
        (line,) = [line for line in lines if line.startswith(f"{variable}: ")]
        assert f"got {value!r}; it takes " in line
    assert "SERRA_S3_BUCKET: is set without SERRA_S3_ENDPOINT; set that too, or neither." in lines


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("SERRA_SECRET", "too-short-to-show"),
        ("SERRA_DATABASE_URL", "mysql://serra:too-short-to-show@db/serra"),
        ("SERRA_S3_ENDPOINT", "ftp://me:too-short-to-show@files"),
        ("SERRA_PUBLIC_URL", "ftp://me:too-short-to-show@serra"),
    ],
)
def test_secrets_are_not_echoed(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    """What may hold a password is named, but not shown."""
    monkeypatch.setenv(variable, value)
    text = "\n".join(refusal())
    assert f"{variable}: got a value that is not shown here" in text
    assert "too-short-to-show" not in text


def test_settings_do_not_print_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings that land in a log show no password and no key."""
    monkeypatch.setenv("SERRA_SECRET", SECRET)
    monkeypatch.setenv("SERRA_DATABASE_URL", f"postgresql://serra:{SECRET}@db/serra")
    monkeypatch.setenv("SERRA_S3_ENDPOINT", "https://s3.example")
    monkeypatch.setenv("SERRA_S3_BUCKET", "files")
    monkeypatch.setenv("SERRA_S3_ACCESS_KEY", SECRET)
    monkeypatch.setenv("SERRA_S3_SECRET_KEY", SECRET)
    monkeypatch.setenv("MEILI_KEY", SECRET)
    assert SECRET not in repr(load_settings())
    assert SECRET not in str(load_settings())


def test_partial_s3_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file store of one's own needs its bucket and both keys; each one missing has its line."""
    monkeypatch.setenv("SERRA_S3_ENDPOINT", "https://s3.example")
    monkeypatch.setenv("SERRA_S3_BUCKET", "files")
    lines = refusal()
    assert [line.split(":")[0] for line in lines] == ["SERRA_S3_ACCESS_KEY", "SERRA_S3_SECRET_KEY"]
    with pytest.raises(ValidationError, match="SERRA_S3_ACCESS_KEY"):
        Settings(secret=SecretStr(SECRET))


def test_a_budget_holds_the_costliest_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """A budget below what one request may cost is refused: that request could never run."""
    monkeypatch.setenv("SERRA_COST_BUDGET", "5000")
    (line,) = refusal()
    assert line.startswith("SERRA_COST_BUDGET: is 5000, but SERRA_COST_LIMIT is 100000")


def test_misspelt_settings_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A SERRA_ variable that does not exist stops the start, with the one that was probably meant."""
    monkeypatch.setenv("SERRA_DATABSE_URL", "postgresql://db/serra")
    monkeypatch.setenv("SERRA_MEILI_URL", "http://localhost:7700")
    monkeypatch.setenv("SERRA_ZZZ", "1")
    assert refusal() == [
        "SERRA_DATABSE_URL: there is no such setting; did you mean SERRA_DATABASE_URL?",
        "SERRA_MEILI_URL: there is no such setting; did you mean MEILI_URL?",
        "SERRA_ZZZ: there is no such setting; docs/settings.md lists those that there are.",
    ]


def test_a_folder_with_other_files_is_refused(data: Path) -> None:
    """A folder named by mistake is left as it is: its permissions are not narrowed and nothing is put in it."""
    data.mkdir(mode=0o755)
    (data / "thesis.odt").write_text("…")
    (line,) = refusal()
    assert line.startswith(f"SERRA_DATA: {data} already holds other files")
    assert stat.S_IMODE(data.stat().st_mode) == 0o755


def test_settings_cannot_be_changed() -> None:
    """Settings are frozen: who has them can rely on them."""
    settings = load_settings()
    with pytest.raises(ValidationError):
        settings.port = 1


def test_the_page_is_current() -> None:
    """docs/settings.md is what `python -m infra.settings` prints."""
    assert PAGE.read_text(encoding="utf-8") == settings_page()
