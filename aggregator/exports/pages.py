"""WARC: the kept pages as they were served, for tools of web archives.

Knows nothing of the archive. Start reading at `write_warc`. Needs warcio, an extra.
"""

import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from aggregator.errors import ConfigError
from aggregator.items import Fetched

# The body is kept as it was after these were undone; a reader must not undo them again.
_UNDONE = frozenset({"content-encoding", "transfer-encoding", "content-length"})
_PHRASES = {200: "OK", 203: "Non-Authoritative Information"}


def write_warc(path: Path, pages: Iterable[Fetched], software: str) -> int:
    """Writes a compressed WARC 1.1: a response a page, and what is known of its request; how many pages.

    Shapes: headers that told how the body was packed are kept under `x-archive-orig-` names.
    Raises: ConfigError without warcio.
    """
    try:
        from warcio.statusandheaders import StatusAndHeaders
        from warcio.warcwriter import WARCWriter
    except ImportError as error:
        raise ConfigError("WARC needs warcio: install the wheel with its extra `warc`") from error
    count = 0
    with path.open("wb") as file:
        writer: Any = WARCWriter(file, gzip=True, warc_version="1.1")
        writer.write_record(writer.create_warcinfo_record(path.name, {"software": software}))
        for fetched in pages:
            page = fetched.page
            if not page.body:
                continue  # a row that was imported: there was no page
            status = f"{page.status} {_PHRASES.get(page.status, '')}".strip()
            head = StatusAndHeaders(status, _headers(fetched), protocol="HTTP/1.1")
            at = {"WARC-Date": page.fetched_at.strftime("%Y-%m-%dT%H:%M:%SZ")}
            response = writer.create_warc_record(
                page.url, "response", payload=io.BytesIO(page.body), http_headers=head, warc_headers_dict=at
            )
            about = writer.create_warc_record(
                page.url, "metadata", payload=io.BytesIO(_about(fetched)),
                warc_content_type="application/warc-fields", warc_headers_dict=dict(at),
            )  # fmt: skip
            writer.write_request_response_pair(about, response)
            for record in (about, response):
                record.raw_stream.close()  # a file of the library's, to know the length by
            count += 1
    return count


def _headers(fetched: Fetched) -> list[tuple[str, str]]:
    kept = [(f"x-archive-orig-{n}" if n in _UNDONE else n, value) for n, value in fetched.page.headers]
    return [*kept, ("content-length", str(len(fetched.page.body)))]


def _about(fetched: Fetched) -> bytes:
    """What is known of the request: what was asked for, where it was named, by which way in."""
    page, candidate = fetched.page, fetched.candidate
    facts = {
        "requested-url": page.requested_url or page.url,
        "via": candidate.listed_at,
        "source": fetched.source_id,
        "way": candidate.way.value,
    }
    lines = (f"{name}: {' '.join(value.split())}" for name, value in facts.items() if value)
    return "\r\n".join(lines).encode() + b"\r\n"
