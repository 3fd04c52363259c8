"""Releases as sites really carry them: every copy joins, every near miss stays apart."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from aggregator.dedupefile import dedupe_rows

_FILE = Path(__file__).parents[2] / "fixtures" / "releases.toml"
GROUPS: list[dict[str, Any]] = tomllib.loads(_FILE.read_text("utf-8"))["group"]
COPIES = [group for group in GROUPS if group["kind"] == "copies"]
APART = [group for group in GROUPS if group["kind"] == "apart"]


def count(articles: list[dict[str, str]]) -> int:
    rows = [
        {
            "id": str(n),
            "url": f"https://{article['source']}.example/{n}",
            "title": article["title"],
            "text": article["text"],
            "lang": "it",
            "published": article["day"],
            "source": article["source"],
        }
        for n, article in enumerate(articles)
    ]
    return len({answer["cluster"] for answer in dedupe_rows(rows)})


@pytest.mark.parametrize("group", COPIES, ids=lambda group: group["edits"])
def test_every_copy_joins(group: dict[str, Any]) -> None:
    assert count(group["article"]) == 1


@pytest.mark.parametrize("group", APART, ids=lambda group: group["edits"])
def test_every_near_miss_stays_apart(group: dict[str, Any]) -> None:
    assert count(group["article"]) == len(group["article"])


def test_groups_do_not_run_into_each_other() -> None:
    copies = COPIES[:5]  # the later ones are the first one's release again
    articles = [article for group in (*copies, *APART) for article in group["article"]]
    assert count(articles) == len(copies) + sum(len(group["article"]) for group in APART)
