import re
from pathlib import Path

ONE_SCREEN = 60
HEADINGS = ["Context", "Decision", "Rejected", "Consequences"]
HEAD = re.compile(
    r"# (\d{3})\. \S.*[^.]\n\n"
    r"Date: \d{4}-\d{2}-\d{2}\. Status: (proposed|accepted|replaced by \d{3})\.\n\n## Context\n"
)


def decisions(project_files: list[Path]) -> list[Path]:
    """The decision records, the template among them."""
    return [path for path in project_files if path.parent == Path("docs/decisions") and path.suffix == ".md"]


def test_decision_records_fit_one_screen(project_root: Path, project_files: list[Path]) -> None:
    """A record is read in one look: at most 60 lines."""
    records = decisions(project_files)
    lines = {path: len((project_root / path).read_text(encoding="utf-8").splitlines()) for path in records}

    assert records
    assert not {str(path): count for path, count in lines.items() if count > ONE_SCREEN}


def test_decision_records_answer_the_four_questions(project_root: Path, project_files: list[Path]) -> None:
    """Each record says what was the case, what is done, what was not chosen, and what follows."""
    headings = {
        str(path): re.findall(r"^## (.+)$", (project_root / path).read_text(encoding="utf-8"), re.MULTILINE)
        for path in decisions(project_files)
    }

    assert {path: found for path, found in headings.items() if found != HEADINGS} == {}


def test_decision_records_are_numbered_once(project_files: list[Path]) -> None:
    """A number names one record, so that a commit can refer to it."""
    names = [path.name for path in decisions(project_files)]

    assert all(re.fullmatch(r"\d{3}-[a-z0-9-]+\.md", name) for name in names), names
    assert len({name[:3] for name in names}) == len(names), names


def test_decision_records_begin_alike(project_root: Path, project_files: list[Path]) -> None:
    """A record begins with its number and title, its date and whether it still holds, as the template has it."""
    records = [path for path in decisions(project_files) if not path.name.startswith("000-")]
    heads = {path.name: HEAD.match((project_root / path).read_text(encoding="utf-8")) for path in records}

    assert {name for name, head in heads.items() if head is None or head[1] != name[:3]} == set()
