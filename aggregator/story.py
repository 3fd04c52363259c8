"""The Story: Entries that tell the same news, in whatever words and languages; one of them leads.

Knows no rule by which they are found together, and no database. Start reading at `Story`.
"""

from dataclasses import dataclass
from datetime import date, datetime

from aggregator.choices import Level


@dataclass(frozen=True, slots=True)
class Member:
    """An Entry of a Story, as far as a list of them shows it, and what brought it there.

    Shapes: `level` is NEW for what nothing ties to an earlier one: `score` is 1 then. Otherwise
        NEAR, TRANSLATION or STORY, with score and reason of the tie to an earlier member.
        `original_id` is the Entry that a translation was made of, if one of the two shows it.
    """

    entry_id: int
    source_id: str
    title: str
    url: str
    language: str
    day: date | None
    level: Level
    score: float
    reason: str
    original_id: int | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """What the archive has on one news.

    Shapes: `id` is that of the first Entry that it was made of and stays when others join; the id
        of each of its Entries, and of each story that was joined to it, leads to it, too. `lead`
        is the first publisher's Entry if that is known, else the most complete one. `members`
        are announced and not hidden, the lead first, then by publication, unknown days last;
        never empty. `sources` are all that showed one of them, that of the lead first.
    Units: `announced_seq` is that of the member that arrived last, and the cursor of
        `find_stories`; `change_seq` and `changed_at` are the latest of all members.
    """

    id: int
    lead: Member
    members: tuple[Member, ...]
    sources: tuple[str, ...]
    first_day: date | None
    last_day: date | None
    announced_seq: int
    change_seq: int
    changed_at: datetime

    @property
    def title(self) -> str:
        """What the lead is called."""
        return self.lead.title
