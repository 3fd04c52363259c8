"""Whether a page holds back the rest of its text: its own word for machines, a box, a link to go on.

Decides nothing: what is found goes with the page's `kind`. Start reading at `read_reserved`.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain, islice

from lxml import etree

from aggregator.extract.jsonld import nodes_of, scripts_of
from aggregator.extract.measures import Measures
from aggregator.extract.overrides import select
from aggregator.extract.phrases import GOES_ON, RESERVED
from aggregator.extract.render import Piece
from aggregator.extract.tree import elements_of, text_of
from aggregator.items import Found
from aggregator.text import fold, one_line

# As many words under the selector of what is not free are the text itself, and not its beginning.
_WHOLE = 60
_BOX = re.compile("paywall|premium|abbonat|regwall|subscri")
_BY_ID = etree.XPath("//*[contains(@id, 'paywall')]")
_MOST_BOXES, _LONGEST_BOX = 20, 600


def read_reserved(
    root: etree._Element, source: bytes, place: Iterable[Piece], measures: Measures
) -> list[Found]:
    """Founds of `kind`: `page:reserved` with what says so, `page:whole` where the reserved part is there.

    `source` is the page as served, to tell in advance what is not in it; `place` all that stands where
    the text was found, in its order.
    """
    found = [*_by_parts(root), *_by_boxes(root, source, measures)]
    last = [piece for piece in place if piece.text][-2:]
    found += [Found(p.text, "page:reserved") for p in last if p.links and GOES_ON.fullmatch(p.folded)]
    return found


def _by_parts(root: etree._Element) -> Iterator[Found]:
    """What schema.org's `hasPart` says is not free, looked up on the page.

    Source: developers.google.com/search/docs/appearance/structured-data/paywalled-content
    """
    for data in scripts_of(root, "isAccessibleForFree"):
        for node in nodes_of(data):
            parts = node.get("hasPart")
            for part in parts if isinstance(parts, list) else [parts]:
                if not isinstance(part, dict) or str(part.get("isAccessibleForFree")).lower() != "false":
                    continue
                css = part.get("cssSelector")
                if not isinstance(css, str):
                    continue
                words = sum(len(text_of(e, " ").split()) for e in select(root, css))
                yield Found(css[:100], "page:whole" if words >= _WHOLE else "page:reserved")


def _by_boxes(root: etree._Element, source: bytes, measures: Measures) -> Iterator[Found]:
    named = elements_of(_BY_ID, root) if b"paywall" in source else ()
    boxes = chain(measures.of_class(_is_box), (e for e in named if e in measures))
    for element in islice(boxes, _MOST_BOXES):
        text = one_line(text_of(element, " "))
        if text and len(text) <= _LONGEST_BOX and (said := RESERVED.search(fold(text))):
            yield Found(said[0], "page:reserved")
            return


@lru_cache(maxsize=4096)
def _is_box(names: str) -> bool:
    return _BOX.search(names) is not None
