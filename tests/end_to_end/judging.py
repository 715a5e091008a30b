"""What judges that are clients themselves are told of a running Serra, and what they tell."""

import json
import uuid
from pathlib import Path
from typing import Any

from tests.end_to_end.outside import ran
from tests.end_to_end.running import Running
from tests.end_to_end.test_stories import content, en, planned_round


def world(serra: Running) -> dict[str, Any]:
    """What the judges are told: where Serra is, who they are, and a case and a round of its own to follow."""
    drafted = {
        "slug": f"followed-{uuid.uuid4().hex[:8]}",
        "kind": "CO_CREATION_PROJECT",
        "owner": "arbetsformedlingen",
        "content": content(en("Followed from outside")),
    }
    case = serra.do("lab_editor", "draftCase", drafted, "case { id }")["case"]["id"]
    person = serra.ask("lab_editor", "{ viewer { person { name } } }")["viewer"]["person"]
    return {
        "url": serra.url,
        "token": serra.token("lab_editor"),
        "outsider": serra.token("outsider"),
        "name": person["name"],
        "case": {"id": case, "content": drafted["content"]},
        "round": {"id": planned_round(serra, audience={"public": False})["id"]},
    }


def checks(folder: Path, judge: str, given: dict[str, Any]) -> int:
    """How many checks a judge has made; fails with what it found."""
    judged = ran(["node", judge, json.dumps(given)], folder)
    assert judged.stdout, judged.stderr
    told = json.loads(judged.stdout)
    faults = [f"{one['name']}: {one['fault']}" for one in told if one["fault"]]
    assert not faults, "\n".join(faults)
    return len(told)
