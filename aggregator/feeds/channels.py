"""The feeds by name: what each is called, in which language, and where it stands.

Must not know entries, formats or files. Start reading at `channel_of`.
"""

import re
from collections.abc import Mapping

from aggregator.feeds.compose import absolute
from aggregator.feeds.model import Channel, Edition
from aggregator.feeds.strings import LANGUAGES, say
from aggregator.items import EventKind, Source
from aggregator.text import hash64, one_line

CALENDARS: Mapping[str, EventKind] = {"events": EventKind.EVENT, "deadlines": EventKind.DEADLINE}
"""The feeds that are calendars first, and what they carry."""

MAIN = ("all", *LANGUAGES, "stories", "corrections")
"""The feeds that are about everything."""

OPERATOR = "operator"
"""The feed of what an operator must know of; never listed among the news."""

_SAVED_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_TAKEN = frozenset((*MAIN, *CALENDARS, OPERATOR, "index", "feeds"))


def is_saved_name(name: str) -> bool:
    """Whether a saved query can be published under that name."""
    kind, _, rest = name.partition("-")
    is_of_a_kind = bool(rest) and kind in ("cluster", "topic", "source")
    return len(name) <= 60 and bool(_SAVED_NAME.fullmatch(name)) and not is_of_a_kind and name not in _TAKEN


def channel_of(name: str, edition: Edition) -> Channel:
    """The feed of that name, whatever its kind.

    Shapes: one of `MAIN` or `CALENDARS`, `cluster-<id>`, `topic-<id>`, `source-<id>`, a saved query,
        or the operator's.

    A feed speaks its own language: `en` in English, a source's in the source's, the others in
    the edition's.
    """
    kind, _, key = ("saved", "", name) if name in edition.saved else name.partition("-")
    language, label = edition.language, ""
    if kind in LANGUAGES:
        language = kind
    elif kind == "saved":
        label = edition.saved[name] or name
    elif kind == "source":
        source = edition.sources.get(key) or Source(key, "")
        language = source.languages[0] if source.languages[:1] in (("it",), ("en",)) else language
        label = source.name or key
    elif key:
        label = edition.terms[key].label(language) if key in edition.terms else key
    file = file_name(name)
    return Channel(
        name=name,
        file=file,
        id=edition.tag(f"feed/{file}"),
        label=one_line(label) or say(f"label.{kind}", language),
        title=one_line(say(f"title.{kind}", language, label=label)),
        description=one_line(say(f"about.{kind}", language, label=label)),
        language=language,
        site_url=_site_of(name, edition),
        author=say("publisher", language),
        rights=say("rights.feed", language),
        address=edition.address(f"feeds/{file}"),
        hub=edition.hub if edition.base_url else "",
        is_calendar=kind in CALENDARS,
        has_agenda=kind in (*CALENDARS, "cluster", "topic"),
    )


def file_name(name: str) -> str:
    """The feed's name, or for one that a file cannot have, such as an imported source's, one like it."""
    if re.fullmatch(r"[A-Za-z0-9._-]{1,100}", name):
        return name
    return f"{re.sub(r'[^A-Za-z0-9_-]+', '-', name)[:60]}-{hash64(name) & 0xFFFFFFFF:08x}"


def _site_of(name: str, edition: Edition) -> str:
    """The web site of a feed: our page of it, else the source's or cluster's own, else any of them."""
    if edition.base_url:
        return edition.address(f"feeds/{file_name(name)}.html")
    kind, _, key = name.partition("-")
    ranked = sorted(
        edition.sources.values(),
        key=lambda s: (
            not (kind == "source" and s.id == key),
            not (kind == "cluster" and s.cluster == key),
            s.kind != "cluster",
        ),
    )
    return next(filter(None, (absolute(s.url) for s in ranked)), f"https://{edition.authority}/")
