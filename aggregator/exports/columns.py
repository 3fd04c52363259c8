"""The tables of exports: their columns, what each means, and what it means when it is empty.

Knows nothing of formats or of the archive. Start reading at `TABLES`: the dictionary that goes with
every export is made of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

Value = str | int | float | bool | datetime | date | tuple[str, ...] | None
Row = tuple[Value, ...]


class Kind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    INTEGER = "integer"
    TRUTH = "true or false"
    INSTANT = "instant (UTC)"
    DAY = "day"
    LIST = "list of texts"


@dataclass(frozen=True, slots=True)
class Column:
    """A column; `meaning` says what an empty value means where that is not plain."""

    name: str
    kind: Kind
    meaning: str
    example: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table, and what a row of it is."""

    name: str
    meaning: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its columns."""
        return tuple(column.name for column in self.columns)


_TEXT, _INTEGER, _TRUTH = Kind.TEXT, Kind.INTEGER, Kind.TRUTH
_INSTANT, _DAY, _LIST = Kind.INSTANT, Kind.DAY, Kind.LIST

_ARTICLES = (
    Column("id", _TEXT, "Eternal id, as feeds carry it", "tag:news.example.org,2026:5b1f..."),
    Column("number", _INTEGER, "Number in this archive", "39"),
    Column("url", _TEXT, "Address at which it was read", "https://www.example.org/notizie/bando"),
    Column("title", _TEXT, "Title, without the site's name", "Un bando per le filiere"),
    Column("text", _TEXT, "The article's own text, a line a paragraph; empty where the site gives none", ""),
    Column("summary", _TEXT, "The publisher's teaser, else the text's beginning", ""),
    Column("language", _TEXT, "Language of the text, ISO 639-1", "it"),
    Column("source", _TEXT, "Id of the site that it was read at first", "clm"),
    Column("source_name", _TEXT, "Name of that site", "Cluster Lombardo della Mobilità"),
    Column("published", _TEXT, "When it came out, as exactly as its publisher says; empty: unknown, not the "
           "day it was found", "2025-04-08T07:50:00Z"),
    Column("published_at", _INSTANT, "The same, where a time is stated; else empty", "2025-04-08T07:50:00Z"),
    Column("published_day", _DAY, "Its day, in the site's zone; the first of month or year where no day "
           "is stated; empty: unknown", "2025-04-08"),
    Column("precision", _TEXT, "How exactly it is stated: minute, day, month or year", "minute"),
    Column("modified_at", _INSTANT, "When its publisher says it was changed; empty: not said", ""),
    Column("authors", _LIST, "Who wrote it; empty: not said", "Mario Rossi; Ada Neri"),
    Column("tags", _LIST, "What its publisher filed it under", "bandi; imprese"),
    Column("image", _TEXT, "Address of its picture; empty: none", ""),
    Column("clusters", _LIST, "Technology clusters that it names", "clm"),
    Column("topics", _LIST, "Topics that it names", "hydrogen; funding"),
    Column("sources", _LIST, "All sites that showed it with the same text, the first first", "clm; agenzia"),
    Column("story", _INTEGER, "Number of the story it belongs to; articles of one tell the same news", "37"),
    Column("first_seen_at", _INSTANT, "When this archive found it", "2025-04-08T08:17:03Z"),
    Column("changed_at", _INSTANT, "When what it says last changed here", "2025-04-08T08:17:03Z"),
    Column("vanished_at", _INSTANT, "When its page was found gone; empty: it was there last time", ""),
    Column("is_hidden", _TRUTH, "Whether a person keeps it out of what is published", "false"),
)  # fmt: skip
_APPEARANCES = (
    Column("number", _INTEGER, "Number of the article that the page showed", "39"),
    Column("id", _TEXT, "Its eternal id", "tag:news.example.org,2026:5b1f..."),
    Column("source", _TEXT, "Id of the site", "agenzia"),
    Column("source_name", _TEXT, "Name of the site", "Agenzia"),
    Column("url", _TEXT, "Address of the page", "https://agenzia.example/bando"),
    Column("title", _TEXT, "The article's title there", "Un bando per le filiere"),
    Column("published_at", _INSTANT, "When that page says it was published; empty: no time stated", ""),
    Column("published_day", _DAY, "Its day, in the site's zone; empty: unknown", "2025-04-09"),
    Column("first_seen_at", _INSTANT, "When this archive found the page", "2025-04-09T09:17:03Z"),
    Column("vanished_at", _INSTANT, "When the page was found gone; empty: it was there last time", ""),
    Column("is_first", _TRUTH, "Whether the article was made of this page", "false"),
)
_STORIES = (
    Column("story", _INTEGER, "Number of the story", "37"),
    Column(
        "title", _TEXT, "Title of the article that leads it: the first publisher's where known", "Un bando"
    ),
    Column("url", _TEXT, "Its address", "https://www.example.org/notizie/bando"),
    Column("source", _TEXT, "Its site", "clm"),
    Column("language", _TEXT, "Its language", "it"),
    Column("first_day", _DAY, "First day of publication; empty: unknown", "2025-04-08"),
    Column("last_day", _DAY, "Last day of publication; empty: unknown", "2025-04-10"),
    Column("articles", _INTEGER, "How many articles tell it, copies of the same text counted once", "4"),
    Column("sources", _LIST, "All sites that showed one of them, the lead's first", "clm; agenzia"),
    Column("numbers", _LIST, "Numbers of its articles, the lead first", "39; 41"),
)
_EVENTS = (
    Column("uid", _TEXT, "Eternal id of the event, as in calendars", "8c0d..."),
    Column("kind", _TEXT, "event, or deadline", "event"),
    Column("title", _TEXT, "Title of the article that announces it", "Un convegno sull'idrogeno"),
    Column("start_day", _DAY, "First day, as stated", "2025-05-06"),
    Column("start_at", _INSTANT, "When it begins; empty: no time stated", "2025-05-06T08:00:00Z"),
    Column("end_day", _DAY, "Last day, inclusive", "2025-05-06"),
    Column("end_at", _INSTANT, "When it ends; empty: not stated", ""),
    Column("place", _TEXT, "Where; empty: not stated", "Milano, Palazzo Lombardia"),
    Column("is_online", _TRUTH, "Whether one can take part from afar", "false"),
    Column("is_cancelled", _TRUTH, "Whether its page has taken it back", "false"),
    Column("sentence", _TEXT, "The sentence that says so", "Il convegno si terrà martedì 6 maggio."),
    Column("number", _INTEGER, "Number of the article", "39"),
    Column("url", _TEXT, "Its address", "https://www.example.org/notizie/convegno"),
    Column("source", _TEXT, "Its site", "clm"),
)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        Table("articles", "An article, once, however many sites showed it", _ARTICLES),
        Table(
            "appearances", "A page that showed an article: copies of the same text have several", _APPEARANCES
        ),
        Table("stories", "Articles that tell the same news, copies and translations included", _STORIES),
        Table("events", "An event or deadline that an article announces", _EVENTS),
    )
}
"""The tables by name."""

DICTIONARY = Table(
    "dictionary",
    "What the columns of the other tables mean",
    (
        Column("table", _TEXT, "Name of the table", "articles"),
        Column("column", _TEXT, "Name of the column", "published_day"),
        Column("kind", _TEXT, "What it holds", "day"),
        Column("meaning", _TEXT, "What it means, also where it is empty", ""),
        Column("example", _TEXT, "An example", "2025-04-08"),
    ),
)
"""The dictionary as a table, for formats that hold several."""


def dictionary(*names: str) -> Iterator[Row]:
    """The rows of the dictionary of these tables, of all without names."""
    for name in names or TABLES:
        for column in TABLES[name].columns:
            yield name, column.name, column.kind.value, column.meaning, column.example
