"""Asks the advisory service whether a pinned package has a known vulnerability.

A finding fails. A service that cannot be reached does not: it is said in one line, because a check that goes
red without a network teaches people to ignore it.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from infra.bootstrap import ROOT, say
from infra.lock import EVERYTHING

UNANSWERED = "Audit: skipped, because the advisory service does not answer. Run it again with a network."


@dataclass(frozen=True, slots=True)
class Audit:
    """One answer of the service: how many packages it knew, and a line for each vulnerability."""

    packages: int
    answered: int
    findings: tuple[str, ...]


def main() -> int:
    """Audit all pins; 1 when there is a finding or when the auditor itself failed."""
    command = [sys.executable, "-m", "pip_audit", "--progress-spinner=off", "--format=json"]
    run = subprocess.run(
        # The pins are complete and hashed, so nothing is resolved or downloaded.
        [*command, "--disable-pip", "--require-hashes", "-r", str(EVERYTHING)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if not run.stdout.strip():
        reached = "connect" not in run.stderr.lower() and "timed out" not in run.stderr.lower()
        say(run.stderr if reached else UNANSWERED)
        return 1 if reached else 0
    return report(read_audit(run.stdout))


def read_audit(output: str) -> Audit:
    """The JSON that pip-audit prints, in our terms."""
    dependencies = json.loads(output)["dependencies"]
    answered = [dependency for dependency in dependencies if "skip_reason" not in dependency]
    return Audit(
        packages=len(dependencies),
        answered=len(answered),
        findings=tuple(line for dependency in answered for line in finding_lines(dependency)),
    )


def finding_lines(dependency: dict[str, object]) -> Iterator[str]:
    """A line for each vulnerability of one package: what, which, and where it is mended."""
    vulnerabilities = dependency.get("vulns")
    for vulnerability in vulnerabilities if isinstance(vulnerabilities, list) else []:
        mended = ", ".join(vulnerability.get("fix_versions", [])) or "no version yet"
        yield f"{dependency['name']} {dependency['version']}: {vulnerability['id']}, mended in {mended}"


def report(audit: Audit) -> int:
    """Print what the audit found; the exit status."""
    if audit.answered == 0:
        say(UNANSWERED)
        return 0
    for finding in audit.findings:
        say(finding)
    say(
        f"Audit: {audit.answered} of {audit.packages} packages known to the service, "
        f"{len(audit.findings)} vulnerabilities."
    )
    return 1 if audit.findings else 0


if __name__ == "__main__":
    sys.exit(main())
