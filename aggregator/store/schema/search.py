"""The tables of one theme: How far the index of search is made.

Columns and constraints only: no behaviour, no query. The index itself differs between the two
databases and is made in `aggregator.store.search`. Start reading at `SearchStateRow`;
a change here needs a migration beside it (a test compares them).
"""

from sqlalchemy import Integer
from sqlalchemy.orm import Mapped, mapped_column

from aggregator.store.columns import Base


class SearchStateRow(Base):
    """One row: by which rules Entries are indexed, and which of the older ones still wait.

    What was announced after `reached`, up to `goal`, is not indexed yet; `reached` = `goal` says all is.
    """

    __tablename__ = "search_state"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    rules: Mapped[str]
    reached: Mapped[int]
    goal: Mapped[int]
