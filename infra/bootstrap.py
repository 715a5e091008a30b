"""Makes the virtual environment that `make` works in, from the pinned and hashed requirements.

Runs before anything is installed, so it uses the standard library alone:

    python -I infra/bootstrap.py infra/requirements-dev.txt

Isolated (`-I`), because infra/ would otherwise stand first on the path and its folders hide the standard
library's modules of the same name. The installer is uv, itself pinned and hashed, and pip wherever uv has no
wheel or gives up. Where packages come from is the user's own pip configuration; nothing of it is stored.
"""

import ast
import functools
import hashlib
import importlib.util
import os
import subprocess
import sys
import venv
from collections.abc import Callable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
PYTHON = str(ENVIRONMENT / "bin" / "python")
STAMP = ENVIRONMENT / "installed.txt"
UV_REQUIREMENTS = ROOT / "infra" / "requirements-uv.txt"

WITHOUT_VENV = (
    "This Python cannot make virtual environments: its venv or ensurepip module is missing.\n"
    "On Debian and Ubuntu: apt install python3-venv. Or name another one: make run PYTHON=/path/to/python3"
)


def main(arguments: list[str]) -> int:
    """Bring the environment in line with one requirements file; the exit status."""
    if len(arguments) != 1:
        say("Usage: python -I infra/bootstrap.py infra/requirements-dev.txt")
        return 2
    requirements = ROOT / arguments[0]
    fingerprint = fingerprint_of_project()
    installed = installed_files(fingerprint)
    if requirements.name in installed:
        return 0
    if any(importlib.util.find_spec(module) is None for module in ("venv", "ensurepip")):
        say(WITHOUT_VENV)
        return 1
    try:
        prepare_environment()
        if not installed:
            STAMP.unlink(missing_ok=True)  # what is half changed must not look like what it was before
        install(requirements)
    except subprocess.CalledProcessError as failure:
        say(f"The installation stopped: {Path(failure.cmd[0]).name} ended with status {failure.returncode}.")
        say("The lines above say why. Packages come from where `pip config list` says; run make again after.")
        return 1
    STAMP.write_text("\n".join([fingerprint, *installed, requirements.name]), encoding="utf-8")
    return 0


def say(line: str) -> None:
    """Show one line of progress at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def fingerprint_of_project() -> str:
    """What the installed state depends on: all pins, our metadata, this Python, and the folder it stands in.

    The folder counts because a virtual environment's scripts name it, and moving the project breaks them.
    """
    digest = hashlib.sha256()
    for part in (*sorted((ROOT / "infra").glob("requirements*.txt")), ROOT / "pyproject.toml"):
        digest.update(part.read_bytes())
    digest.update(f"{sys.version_info[:2]}\n{ENVIRONMENT}".encode())
    return digest.hexdigest()


def installed_files(fingerprint: str) -> list[str]:
    """The requirements files that are installed as they are now; none after any of them changed."""
    stamped, *names = STAMP.read_text(encoding="utf-8").splitlines() if STAMP.is_file() else [""]
    return names if stamped == fingerprint else []


def prepare_environment() -> None:
    """Create the environment, or create it anew when it belongs to another Python or another folder."""
    if environment_is_ours():
        return
    say(f"Creating .venv with Python {sys.version.split()[0]} …")
    venv.create(ENVIRONMENT, clear=True, symlinks=True, with_pip=True)


def environment_is_ours() -> bool:
    """Whether .venv was made here, for this minor version and to its end, and its Python still starts."""
    made_by = ENVIRONMENT / "pyvenv.cfg"
    # The last line of pyvenv.cfg is the command that made it, and ends with the folder.
    if not made_by.is_file() or not made_by.read_text(encoding="utf-8").rstrip().endswith(str(ENVIRONMENT)):
        return False
    question = f"import sys, pip; sys.exit(sys.version_info[:2] != {sys.version_info[:2]})"
    try:
        asked = subprocess.run([PYTHON, "-c", question], check=False, stderr=subprocess.DEVNULL)
    except OSError:
        return False
    return asked.returncode == 0


def install(requirements: Path) -> None:
    """Install the pins, then this project in place so that `.venv/bin/serra` exists.

    Raises:
        subprocess.CalledProcessError: if neither uv nor pip could install them.
    """
    uv = ENVIRONMENT / "bin" / "uv"
    if not uv.is_file():
        say("Installing uv, the installer …")
        tried = run_pip("--only-binary", ":all:", "-r", str(UV_REQUIREMENTS), check=False)
        if tried != 0:
            say("uv is not to be had for this machine; pip does it, more slowly.")
    installer = run_uv if uv.is_file() else run_pip
    say(f"Installing the packages of {requirements.name} …")
    try:
        install_with(installer, requirements)
    except subprocess.CalledProcessError:
        if installer is run_pip:
            raise
        say("uv could not; trying with pip …")
        install_with(run_pip, requirements)


def install_with(installer: Callable[..., int], requirements: Path) -> None:
    """Both steps with one installer; the second needs nothing from outside."""
    installer("--require-hashes", "-r", str(requirements))
    installer("--no-deps", "--no-build-isolation", "--no-index", "-e", str(ROOT))


def run_pip(*arguments: str, check: bool = True) -> int:
    """`pip install` inside the environment; the exit status."""
    command = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    return subprocess.run([*command, *arguments], cwd=ROOT, check=check).returncode


def run_uv(*arguments: str) -> int:
    """`uv pip install` into the environment; the exit status."""
    pip = pip_settings(pip_configuration())
    command = [str(ENVIRONMENT / "bin" / "uv"), "pip", "install", "--quiet", "--python", PYTHON]
    return subprocess.run(
        [*command, *uv_flags(pip), *arguments], cwd=ROOT, env=uv_settings(pip) | os.environ, check=True
    ).returncode


@functools.cache
def pip_configuration() -> str:
    """What `pip config list` prints for this user: files and PIP_* variables."""
    listed = subprocess.run([PYTHON, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False)
    return listed.stdout


def pip_settings(listing: str) -> dict[str, str]:
    """Option → value from the output of `pip config list`, by pip's precedence.

    Lines read `global.index-url='…'`; the command's own section beats `global`, and PIP_* variables, which
    pip lists as `:env:`, beat both.
    """
    found: dict[str, dict[str, str]] = {"global": {}, "install": {}, ":env:": {}}
    for line in listing.splitlines():
        name, separator, value = line.partition("=")
        section, _, option = name.rpartition(".")
        if separator and section in found:
            found[section][option] = str(ast.literal_eval(value))
    return found["global"] | found["install"] | found[":env:"]


def uv_settings(pip: Mapping[str, str]) -> dict[str, str]:
    """The variables by which uv does what pip is told to; what pip has at its default is left out."""
    extra = pip.get("extra-index-url", "").split()
    wanted = {
        "UV_DEFAULT_INDEX": pip.get("index-url", ""),
        "UV_INDEX": " ".join(extra),
        # As pip does. The hashes see to it that an index cannot slip in another package.
        "UV_INDEX_STRATEGY": "unsafe-best-match" if extra else "",
        "UV_FIND_LINKS": ",".join(pip.get("find-links", "").split()),
        "UV_INSECURE_HOST": " ".join(pip.get("trusted-host", "").split()),
        "UV_HTTP_TIMEOUT": pip.get("timeout", pip.get("default-timeout", "")),
        "SSL_CERT_FILE": pip.get("cert", ""),
        "SSL_CLIENT_CERT": pip.get("client-cert", ""),
        "ALL_PROXY": pip.get("proxy", ""),
        "UV_PYTHON_DOWNLOADS": "never",
    }
    return {name: value for name, value in wanted.items() if value}


def uv_flags(pip: Mapping[str, str]) -> list[str]:
    """What uv takes only as a flag."""
    return ["--no-index"] if pip.get("no-index", "").lower() in {"1", "true", "yes", "on"} else []


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
