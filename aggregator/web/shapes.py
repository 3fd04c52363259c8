"""What the API says of entries, stories, sources and events, as JSON.

Takes what may leave, and adds addresses. Start reading at `entry_shape`.
"""

from datetime import date, datetime
from typing import Any

from aggregator.feeds.model import Appointment, Edition
from aggregator.items import Source
from aggregator.store.events import Happening
from aggregator.store.gone import Gone
from aggregator.store.kinship import Tie
from aggregator.store.overview import Standing
from aggregator.store.revisions import Revision
from aggregator.store.sightings import SeenPage
from aggregator.store.statistics import UNKNOWN, Count, Coverage
from aggregator.story import Story
from aggregator.web.shown import Shown, past_of


def instant(at: datetime | None) -> str | None:
    """The instant in UTC, RFC 3339."""
    return at.isoformat().replace("+00:00", "Z") if at else None


def entry_shape(shown: Shown, edition: Edition) -> dict[str, Any]:
    """An entry as lists have it."""
    entry, item = shown.entry, shown.item
    article, terms = entry.article, edition.terms
    published = article.published if item.precision else None
    return {
        "id": entry.id,
        "tag": item.tag,
        "url": item.url,
        "title": item.title,
        "language": item.language,
        "source": article.source_id,
        "source_name": item.publisher.name,
        "sources": list(entry.sources),
        "published_at": instant(published.at) if published else None,
        "published_day": published.day.isoformat() if published else None,
        "precision": published.precision.value if published else None,
        "first_seen_at": instant(entry.first_seen_at),
        "changed_at": instant(entry.changed_at),
        "change_seq": entry.change_seq,
        "authors": list(item.authors),
        "summary": item.summary or None,
        "html": item.html or None,
        "image": item.image.url if item.image else None,
        "clusters": [term for term in shown.terms if terms[term].is_cluster],
        "topics": [term for term in shown.terms if not terms[term].is_cluster],
        "translations": [{"language": r.language, "url": r.url} for r in item.related if r.language],
        "is_gone": entry.vanished_at is not None,
        "rights": item.rights,
        "links": {"self": f"/api/entries/{entry.id}", "page": f"/entries/{entry.id}"},
    }


def carrier_shape(page: SeenPage) -> dict[str, Any]:
    """A page that showed an entry."""
    return {
        "source": page.source_id,
        "url": page.link,
        "title": page.title,
        "published_day": page.published_day.isoformat() if page.published_day else None,
        "first_seen_at": instant(page.first_seen_at),
        "is_gone": page.vanished_at is not None,
    }


def tie_shape(tie: Tie, other: Shown) -> dict[str, Any]:
    """What ties an entry to another, and which of two translations is the original, if one shows it."""
    return {
        "entry": tie.other_id,
        "title": other.item.title,
        "url": other.item.url,
        "language": other.item.language,
        "source": other.entry.article.source_id,
        "level": tie.level.value,
        "score": tie.score,
        "reason": tie.reason,
        "original": tie.original_id,
        "links": {"self": f"/api/entries/{tie.other_id}", "page": f"/entries/{tie.other_id}"},
    }


def revision_shape(shown: Shown, revision: Revision) -> dict[str, Any]:
    """What an entry was until it changed; values that may not leave are null."""
    return {"changed_at": instant(revision.changed_at), "was": past_of(shown, revision.old)}


def evidence_shapes(shown: Shown) -> list[dict[str, Any]]:
    """Where each field was read, and why that won."""
    return [
        {
            "field": one.field,
            "where": one.chosen.where if one.chosen else None,
            "value": one.chosen.value if one.chosen else None,
            "why": one.why,
            "others": [{"where": other.where, "value": other.value} for other in one.others],
        }
        for one in shown.evidence
    ]


def story_shape(story: Story, members: list[Shown], edition: Edition) -> dict[str, Any]:
    """A story with those of its members that may be shown, the lead first."""
    ties = {member.entry_id: member for member in story.members}
    told = []
    for shown in members:
        tie = ties[shown.entry.id]
        told.append({
            **entry_shape(shown, edition),
            "level": tie.level.value,
            "score": tie.score,
            "reason": tie.reason,
            "original": tie.original_id,
        })  # fmt: skip
    return {
        "id": story.id,
        "title": members[0].item.title,
        "first_day": story.first_day.isoformat() if story.first_day else None,
        "last_day": story.last_day.isoformat() if story.last_day else None,
        "changed_at": instant(story.changed_at),
        "sources": list(story.sources),
        "members": told,
        "links": {"self": f"/api/stories/{story.id}", "page": f"/stories/{story.id}"},
    }


def source_shape(source: Source, standing: Standing | None) -> dict[str, Any]:
    """A source, and how its last visit went."""
    return {
        "id": source.id,
        "name": source.name or source.id,
        "url": source.url,
        "kind": source.kind.value,
        "cluster": source.cluster,
        "languages": list(source.languages),
        "publish": source.publish.value,
        "is_followed": source.enabled,
        "last_visit_at": instant(standing.ended_at) if standing else None,
        "last_outcome": standing.outcome.value if standing and standing.outcome else None,
        "last_success_at": instant(standing.visited_at) if standing else None,
        "failures": standing.failures if standing else 0,
        "links": {"page": f"/sources/{source.id}", "feed": f"/feeds/source-{source.id}.atom"},
    }


def gone_shape(one: Gone) -> dict[str, Any]:
    """An article that was withdrawn: its number and id, and since when."""
    return {"id": one.entry_id, "tag": one.tag, "withdrawn_at": instant(one.withdrawn_at)}


def count_shape(one: Count, throughout: int | None) -> dict[str, Any]:
    """A value and its three counts; of a month also how many sources were followed throughout."""
    return {
        "value": None if one.value == UNKNOWN else one.value,
        "appearances": one.appearances,
        "articles": one.articles,
        "stories": one.stories,
        "followed": throughout,
    }


def coverage_shape(one: Coverage) -> dict[str, Any]:
    """Since when a source is followed, until when, and the gaps in between."""
    return {
        "source": one.source_id,
        "since": instant(one.since),
        "until": instant(one.until),
        "gaps": [{"from": instant(start), "to": instant(end)} for start, end in one.gaps],
    }


def event_shape(happening: Happening, item: Appointment) -> dict[str, Any]:
    """Something announced, as far as it may leave."""
    return {
        "uid": item.uid,
        "kind": happening.event.kind.value,
        "title": item.title,
        "start": _moment(item.start),
        "end": _moment(item.end),
        "place": item.location or None,
        "is_cancelled": item.is_cancelled,
        "changed_at": instant(item.changed_at),
        "url": item.url,
        "source": happening.source_id,
        "entry": happening.entry_id,
        "links": {"entry": f"/api/entries/{happening.entry_id}"},
    }


def _moment(moment: date | datetime | None) -> str | None:
    return instant(moment) if isinstance(moment, datetime) else moment.isoformat() if moment else None
