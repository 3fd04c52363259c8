"""What all pages for people share: their language, links, twins, and the frame around them.

Knows no page. Start reading at `render`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from http import HTTPStatus
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined

from aggregator.config import Config
from aggregator.feeds import pages
from aggregator.feeds.model import Item
from aggregator.feeds.stories import say_day
from aggregator.feeds.strings import LANGUAGES, write_day
from aggregator.snippet import mark
from aggregator.web.api import address
from aggregator.web.door import Answer, Asked
from aggregator.web.parameters import Parameter
from aggregator.web.problem import Unanswerable
from aggregator.web.strings import say

HTML = "text/html; charset=utf-8"
LANG = Parameter("lang", "Language of the page.", "choice", default="", choices=LANGUAGES)
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
SECURITY = (("content-security-policy", _POLICY), ("referrer-policy", "same-origin"))
Twin = tuple[str, str, str]
"""Media type, name and address of the same in another form."""


@dataclass(frozen=True, slots=True)
class Frame:
    """The page's language, and how it leads to others in the same.

    Shapes: `lang` is what the address asks for; empty where the language is the site's own.
    """

    path: str
    values: Mapping[str, object]
    language: str
    lang: str

    def to(self, path: str, **values: object) -> str:
        """The address of that page in this language."""
        return address(path, **values, lang=self.lang)

    def say(self, key: str, **values: str) -> str:
        """The text of that key in this language."""
        return say(key, self.language, **values)


def frame_of(asked: Asked) -> Frame:
    """The frame of a request's page."""
    own = asked.config.language
    lang = asked.values.get("lang") or ""
    return Frame(asked.path, asked.values, lang or own, lang if lang != own else "")


def render(
    frame: Frame,
    template: str,
    title: str,
    *,
    twins: Sequence[Twin] = (),
    status: int = 200,
    **values: object,
) -> Answer:
    """The page; everything that is not markup of ours is escaped."""
    other = next(language for language in LANGUAGES if language != frame.language)
    context: dict[str, object] = {
        "frame": frame,
        "language": frame.language,
        "lang": frame.lang,
        "say": partial(_say, frame.language),
        "to": frame.to,
        "dated": partial(say_date, language=frame.language),
        "title": title,
        "heading": "",
        "title_language": "",
        "here": frame.path,
        "other": address(frame.path, **{**frame.values, "lang": other}),
        "other_language": other,
        "twins": [(kind, name, href) for kind, name, href in twins],
        "stories": {},
        "marks": partial(mark, words=None),
    }
    page = _environment().get_template(template).render({**context, **values})
    return Answer(page.encode("utf-8", "replace"), HTML, SECURITY, status)


def fail(config: Config, error: Unanswerable, given: Mapping[str, str]) -> Answer:
    """The page of an error, in the language that was asked for."""
    lang = given.get("lang", "")
    own = config.language
    frame = Frame(
        "/", {}, lang if lang in LANGUAGES else own, lang if lang in LANGUAGES and lang != own else ""
    )
    return render(
        frame,
        "error.html",
        frame.say("site.error"),
        status=error.status,
        words=frame.say(f"site.error.{error.status}"),
        # What is wrong with a search is said in the words of its language, which are English.
        reason=error.words if error.status == HTTPStatus.BAD_REQUEST else "",
        q=given.get("q", ""),
    )


def say_date(item: Item, language: str) -> str:
    """The day of publication in words; for one that is not known, when it was first read."""
    seen = write_day(item.published_at, language)
    return say_day(item, language) or say("shown.unknown", language, date=seen)


@cache
def stylesheet() -> bytes:
    """The one stylesheet: that of the published pages, and what the site's need beyond."""
    own = files("aggregator.web").joinpath("templates/site.css").read_text(encoding="utf-8")
    return (pages.style() + own).encode()


def _say(language: str, key: str, /, **values: str) -> str:
    return say(key, language, **values)


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("aggregator.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
