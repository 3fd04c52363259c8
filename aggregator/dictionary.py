"""The data dictionary: what each table for analysts holds, column by column, and what an empty cell means.

Knows nothing of SQL: `aggregator.store.views` makes the tables, exports carry the words. Start
reading at `TABLES`; a test holds them against the views of a real archive.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table for analysts.

    Shapes: `kind` is text, number, day, instant, yes/no, list or object; `null` says what an empty
        cell means, and is "" for a column that always has a value.
    """

    name: str
    kind: str
    meaning: str
    example: str
    null: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table for analysts, and what one row of it is."""

    name: str
    meaning: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its columns."""
        return tuple(column.name for column in self.columns)


_UNKNOWN_DAY = "the page states no date that could be read; it is not the day on which it was first seen"
_INSTANT = "2026-03-11T09:30:00Z"

ARTICLES = Table("articles", "An article, once, however many sites show it: its text as it is known today.", (
    Column("id", "number", "The article's number in this archive; its own for ever.", "1204"),
    Column("tag", "text", "The eternal id that feeds carry.", "tag:news.example.org,2026:5e0c..."),
    Column("url", "text", "Where it was read: its own page.", "https://www.example.org/notizie/12"),
    Column("source_id", "text", "The source whose page it is.", "clm"),
    Column("title", "text", "The headline.", "L'idrogeno arriva in Valcamonica"),
    Column("summary", "text", "The publisher's teaser, or the text's opening.", "I primi treni ..."),
    Column("text", "text", "The article's own words, a paragraph a line.", "I primi treni ..."),
    Column("language", "text", "The language of the text: it, en, or another ISO 639-1 code.", "it"),
    Column("published_day", "day", "The day of publication in the source's time zone; the first day of "
           "the month or year where no more is stated.", "2026-03-11", _UNKNOWN_DAY),
    Column("published_at", "instant", "The instant of publication, UTC.", _INSTANT,
           "the page states no time of day"),
    Column("precision", "text", "How much of the date is stated: minute, day, month or year.", "minute",
           "no date is known"),
    Column("is_estimated", "yes/no", "No date is known: feeds show when it was first seen.", "0"),
    Column("modified_at", "instant", "When the publisher says it was last changed, UTC.", _INSTANT,
           "the page does not say"),
    Column("first_seen_at", "instant", "When this archive first read it, UTC.", _INSTANT),
    Column("changed_at", "instant", "When its text, title or dates last changed here, UTC.", _INSTANT),
    Column("revisions", "number", "How often it changed since it was first shown.", "0"),
    Column("authors", "list", "Names as the page states them.", '["Anna Rossi"]'),
    Column("tags", "list", "The publisher's own keywords.", '["idrogeno"]'),
    Column("image", "text", "The address of its main picture.", "https://www.example.org/foto.jpg",
           "it has none"),
    Column("about", "list", "Ids of the clusters and topics that it names.", '["clm", "hydrogen"]'),
    Column("story_id", "number", "Its story; articles that tell the same news share it.", "1201",
           "it was not compared yet"),
    Column("original_id", "number", "The article that it is a translation of.", "1190",
           "it is none, or neither of the two shows which was first"),
    Column("vanished_at", "instant", "When its page was found gone, UTC.", _INSTANT, "its page answers"),
    Column("is_hidden", "yes/no", "A person keeps it out of feeds and searches.", "0"),
))  # fmt: skip

APPEARANCES = Table("appearances", "A page at a source that showed an article: these are its carriers.", (
    Column("id", "number", "The page's number in this archive.", "1206"),
    Column("article_id", "number", "The article that it shows.", "1204"),
    Column("source_id", "text", "The source whose page it is.", "agenzia"),
    Column("url", "text", "The page's address.", "https://agenzia.example/a/12"),
    Column("title", "text", "The headline at this source.", "Treni a idrogeno in Valcamonica"),
    Column("published_day", "day", "The day of publication at this source, in its time zone.", "2026-03-11",
           _UNKNOWN_DAY),
    Column("published_at", "instant", "The instant of publication at this source, UTC.", _INSTANT,
           "the page states no time of day"),
    Column("first_seen_at", "instant", "When this archive first read the page, UTC.", _INSTANT),
    Column("vanished_at", "instant", "When the page was found gone, UTC.", _INSTANT, "the page answers"),
    Column("is_home", "yes/no", "It is the article's own page, and no copy of it.", "1"),
))  # fmt: skip

STORIES = Table("stories", "A story: articles that tell the same news, also in other words or languages.", (
    Column("id", "number", "The story's number: that of the first article it was made of.", "1201"),
    Column("articles", "number", "How many articles tell it.", "3"),
    Column("appearances", "number", "On how many pages.", "5"),
    Column("sources", "number", "At how many sources.", "4"),
    Column("languages", "list", "In which languages.", '["en", "it"]'),
    Column("first_day", "day", "The earliest day of publication.", "2026-03-10", "no date is known"),
    Column("last_day", "day", "The latest day of publication.", "2026-03-12", "no date is known"),
    Column("first_seen_at", "instant", "When the first of them was first read, UTC.", _INSTANT),
))  # fmt: skip

EVENTS = Table("events", "Something that an article announces: an event, or the last day for something.", (
    Column("id", "text", "The eternal id that calendars carry.", "5e0c...@news.example.org"),
    Column("article_id", "number", "The article that announces it.", "1204"),
    Column("kind", "text", "event or deadline.", "event"),
    Column("start_day", "day", "Its first day, in the zone that is stated.", "2026-05-04"),
    Column("start_at", "instant", "When it begins, UTC.", _INSTANT, "no time of day is stated"),
    Column("end_day", "day", "Its last day, which still counts.", "2026-05-05"),
    Column("end_at", "instant", "When it ends, UTC.", _INSTANT, "no time of its end is stated"),
    Column("place", "text", "Where, as stated.", "Milano, Palazzo Lombardia", "no place could be read"),
    Column("is_online", "yes/no", "It can be followed online.", "0"),
    Column("sentence", "text", "The words that announce it.", "Il convegno si terrà il 4 maggio a Milano."),
    Column("is_year_proved", "yes/no", "Its year is stated, or proved by a weekday.", "1"),
    Column("is_cancelled", "yes/no", "The article announces it no more.", "0"),
    Column("sequence", "number", "How often it changed.", "0"),
    Column("changed_at", "instant", "When it last changed here, UTC.", _INSTANT),
))  # fmt: skip

REVISIONS = Table("revisions", "A change of an article after readers had seen it.", (
    Column("article_id", "number", "The article that changed.", "1204"),
    Column("number", "number", "Its place among the changes of the article, from 1.", "1"),
    Column("changed_at", "instant", "When it was noticed, UTC.", _INSTANT),
    Column("fields", "list", "What changed; `aggregator show` prints the old values.", '["title"]'),
))  # fmt: skip

RUNS = Table("runs", "A visit to a source.", (
    Column("id", "number", "The visit's number.", "17"),
    Column("source_id", "text", "The source that was visited.", "clm"),
    Column("started_at", "instant", "When it began, UTC.", _INSTANT),
    Column("ended_at", "instant", "When it ended, UTC.", _INSTANT, "it is going on, or its worker died"),
    Column("outcome", "text", "ok, not_modified, failed or lost.", "ok", "it has not ended"),
    Column("error", "text", "What went wrong, in words.", "robots.txt answers 503", "nothing did"),
    Column("found", "number", "Addresses worth fetching that the way in named.", "21"),
    Column("fetched", "number", "Pages fetched.", "20"),
    Column("new", "number", "Pages that became new articles.", "18"),
    Column("copies", "number", "Pages that showed articles known already.", "1"),
    Column("updated", "number", "Known articles that had changed.", "0"),
    Column("failed", "number", "Pages that could not be had or kept.", "0"),
    Column("refused", "object", "How many pages were not kept, by reason.", '{"not_relevant": 1}'),
))  # fmt: skip

MENTIONS = Table("mentions", "A cluster or topic that an article names, with the words that show it.", (
    Column("article_id", "number", "The article.", "1204"),
    Column("term", "text", "The id of the cluster or topic.", "hydrogen"),
    Column("words", "text", "The words as the article has them.", "treni a idrogeno"),
    Column("place", "text", "Where they stand: title, text, tags ...", "title"),
))  # fmt: skip

SOURCES = Table("sources", "A publisher's site that is followed.", (
    Column("id", "text", "The source's id in the catalogue.", "clm"),
    Column("name", "text", "Its name.", "Cluster Lombardo della Mobilità"),
    Column("url", "text", "Its address.", "https://clusterlombardomobilita.it/"),
    Column("kind", "text", "cluster, institution, news or association.", "cluster"),
    Column("cluster", "text", "The technology cluster whose site it is.", "clm", "it is no cluster's"),
    Column("is_enabled", "yes/no", "It is visited.", "1"),
    Column("followed_since", "instant", "Its first visit that went well.", _INSTANT, "none went well yet"),
))  # fmt: skip

TABLES = (ARTICLES, APPEARANCES, STORIES, EVENTS, REVISIONS, RUNS, MENTIONS, SOURCES)
"""All tables for analysts, in the order in which they are documented."""

_HEAD = """\
# Data dictionary

These are the tables for analysts: views in the archive (`aggregator sql`, any SQLite or PostgreSQL program,
Datasette) and the columns of exports. They stay as they are while the tables behind them change. How to ask
them: [query.md](query.md). This page is what `aggregator sql --tables` prints.

An instant is UTC: text such as `2026-03-11T09:30:00Z` in SQLite, CSV and JSON lines, `timestamptz` in
PostgreSQL, a timestamp in Parquet. A day is a day in the source's own time zone, `2026-03-11`. Lists and
objects are JSON. Yes/no is 1 or 0 in SQLite and CSV, a boolean elsewhere. Files for spreadsheets (XLSX,
`--excel`) have times in Europe/Rome and lists with semicolons between. JSON lines of articles are lines for
`import`: there `source_id` is called `source`, and `published` is the date as exactly as it is stated.
Withdrawn articles are in none of them; hidden ones are, and say so, but never in what is `--public`.
"""


def markdown() -> str:
    """The dictionary as a page."""
    return "\n".join([_HEAD, *map(_section, TABLES)])


def _section(table: Table) -> str:
    lines = [
        f"## {table.name}",
        "",
        table.meaning,
        "",
        "| column | kind | what it is | empty means | example |",
    ]
    lines += ["| --- | --- | --- | --- | --- |"]
    for column in table.columns:
        cells = (f"`{column.name}`", column.kind, column.meaning, column.null or "-", f"`{column.example}`")
        lines.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
    return "\n".join([*lines, ""])


def datasette() -> dict[str, object]:
    """What Datasette is told of an archive: each table and column in words, the inner tables hidden."""
    described = {
        table.name: {
            "description": table.meaning,
            "columns": {column.name: column.meaning for column in table.columns},
        }
        for table in TABLES
    }
    hidden = {name: {"hidden": True} for name in INNER}
    return {
        "title": "News of the Lombardy Technology Clusters",
        "description": "Facts are ours, texts the publishers'. An unknown date is empty.",
        "databases": {"archive": {"tables": {**described, **hidden}}},
    }


# fmt: off
INNER = (
    "body", "block", "correction", "crawl_run", "entry", "event", "feed_state", "kin", "link", "mention",
    "meta", "posting", "reextraction", "revision", "robots", "search", "search_state", "sighting",
    "snapshot", "source", "stale", "url_key", "validator", "verdict",
)
# fmt: on
"""Tables behind the views; they may change with any version."""
