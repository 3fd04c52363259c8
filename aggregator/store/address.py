"""The address of a PostgreSQL archive, for programs that speak to the server themselves.

Start reading at `conninfo`.
"""

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from aggregator.errors import StoreError


def conninfo(url: str) -> str | None:
    """What libpq wants to hear of that SQLAlchemy URL; None for an archive that is no PostgreSQL's.

    Raises: StoreError for a URL that is none.
    """
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StoreError(f"not an address of a database: {url}") from error
    if parsed.get_backend_name() != "postgresql":
        return None
    from psycopg.conninfo import make_conninfo

    known = parsed.translate_connect_args(username="user", database="dbname")
    return make_conninfo("", **known, **{key: str(value) for key, value in parsed.query.items()})
