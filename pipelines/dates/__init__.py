"""The reader of dates: any text, Italian or English, to what it says of time.

Knows no page and no site beyond an order and a zone; loads neither Scrapy nor SQLAlchemy, and
dateparser only for what lies outside its own grammar. Start reading at `read_dates`.
"""

from pipelines.dates.jsonl import answer
from pipelines.dates.read import ROLES, read_date, read_dates
from pipelines.dates.reading import Reading, iso

__all__ = ["ROLES", "Reading", "answer", "iso", "read_date", "read_dates"]
