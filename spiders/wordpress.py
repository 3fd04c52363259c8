"""Reads WordPress's own API: a page of `/wp-json/wp/v2/posts` to Candidates.

Knows nothing of fetching, dates or the store; texts are given as found. Start reading at `read`;
`first_urls` says where to begin.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from aggregator import urls
from aggregator.errors import ParseError
from aggregator.items import Candidate, Page, Source, Way
from spiders.reading import Listing, decode, further, gather, plain

# The API's own maximum, so that a first visit costs the fewest requests.
PER_PAGE = 100
# What is read below and nothing else: without it SEO plugins make a post five times as long.
_FIELDS = (
    "id,link,date,date_gmt,modified,modified_gmt,title,content,excerpt,guid,lang,translations,wpml_current_locale,"
    "wpml_translations,yoast_head_json.og_locale,yoast_head_json.og_image,yoast_head_json.author,_links,_embedded"
)
# What page builders leave when their plugin is off: then the page itself is the better text.
_SHORTCODE = re.compile(r"\[/?(?:vc_|et_pb_|fusion_|av_|cs_)\w+")
_BLANK_DATE = "0000-00-00"


def first_urls(source: Source, root: str | None = None) -> tuple[str, ...]:
    """The addresses to begin with: the newest posts, once for each of the Source's languages.

    Shapes: `root` is the API's root where the site states another (`.../wp-json/`, or
        `.../?rest_route=/`).
    """
    base = root or urljoin(source.url if source.url.endswith("/") else source.url + "/", "/wp-json/")
    first = _with_query(
        _route(base), {"per_page": str(PER_PAGE), "_embed": "author,wp:term,wp:featuredmedia"}
    )
    first = f"{first}&_fields={_FIELDS}"
    others = tuple(f"{first}&lang={language}" for language in source.languages[1:])
    return (first, *others)


def read(page: Page, source: Source) -> Listing:
    """The Candidates of a page of posts, newest first as WordPress gives them, and its next page.

    Raises: ParseError when the answer is no list of posts, with WordPress's own message if any.
    Source: developer.wordpress.org/rest-api, Polylang and WPML for languages, Yoast for `yoast_head_json`.
    """
    posts = _load(page)
    found = [c for post in posts if isinstance(post, dict) and (c := _candidate(post, page))]
    candidates, outside = gather(found, source)
    return Listing(candidates, further(_next(page, posts, found), page, source), outside)


def _load(page: Page) -> list[Any]:
    text = decode(page).lstrip("\ufeff \t\r\n")
    try:
        posts = json.loads(text)
    except (ValueError, RecursionError) as error:
        kind = "an HTML page" if text.startswith("<") else "broken JSON"
        raise ParseError(f"the answer is {kind}, a list of posts was expected", url=page.url) from error
    if isinstance(posts, dict) and "code" in posts:
        message = plain(str(posts.get("message", ""))) or "no message"
        raise ParseError(f"WordPress refuses: {posts['code']}: {message}", url=page.url, where="code")
    if not isinstance(posts, list):
        raise ParseError("JSON that is no list of posts", url=page.url)
    return posts


def _candidate(post: Mapping[str, Any], page: Page) -> Candidate | None:
    url = urls.join(page.url, _text(post.get("link")))
    if url is None:
        return None
    content, summary = _rendered(post.get("content")), _rendered(post.get("excerpt"))
    embedded = _dict(post.get("_embedded"))
    return Candidate(
        url=url,
        way=Way.WORDPRESS,
        listed_at=page.url,
        title=plain(_rendered(post.get("title"))),
        published=_instant(post, "date"),
        modified=_instant(post, "modified"),
        summary=summary,
        content=content,
        is_full_text=_is_full_text(content, _dict(post.get("content"))),
        authors=_names(embedded.get("author")) or tuple(filter(None, [_text(_yoast(post).get("author"))])),
        tags=_terms(embedded.get("wp:term")),
        language=_language(post),
        image=urls.join(url, _image(post, embedded)),
        guid=_rendered(post.get("guid")),
        translations=tuple(_translations(post, url)),
    )


def _instant(post: Mapping[str, Any], name: str) -> str | None:
    """The UTC instant with its Z, else the local text: `date_gmt` has no zone of its own."""
    gmt, local = _text(post.get(f"{name}_gmt")), _text(post.get(name))
    if gmt and not gmt.startswith(_BLANK_DATE):
        return gmt if gmt.endswith("Z") or "+" in gmt else f"{gmt}Z"
    return local if local and not local.startswith(_BLANK_DATE) else None


def _is_full_text(content: str | None, field: Mapping[str, Any]) -> bool:
    return bool(plain(content)) and not field.get("protected") and not _SHORTCODE.search(content or "")


def _language(post: Mapping[str, Any]) -> str | None:
    """The language a plugin states (Polylang, WPML); Yoast's locale otherwise."""
    return (
        _text(post.get("lang"))
        or _text(post.get("wpml_current_locale"))
        or _text(_yoast(post).get("og_locale"))
    )


def _translations(post: Mapping[str, Any], url: str) -> Iterator[tuple[str, str]]:
    wpml = post.get("wpml_translations")
    for item in wpml if isinstance(wpml, list) else ():
        language = _text(_dict(item).get("locale"))
        address = urls.join(url, _text(_dict(item).get("href")))
        if language and address:
            yield language, address
    # Polylang gives ids by default and addresses in its Pro version: an id becomes `?p=`.
    for language, target in _dict(post.get("translations")).items():
        address = f"?p={target}" if isinstance(target, int) and target != post.get("id") else _text(target)
        joined = urls.join(urljoin(url, "/"), address)
        if joined and joined != url:
            yield language, joined


def _names(authors: object) -> tuple[str, ...]:
    people = authors if isinstance(authors, list) else []
    names = (plain(_text(_dict(person).get("name"))) for person in people)
    return tuple(dict.fromkeys(name for name in names if name))


def _terms(groups: object) -> tuple[str, ...]:
    """Names of categories and tags; other taxonomies (languages, formats) are not what it is about."""
    terms = [term for group in (groups if isinstance(groups, list) else []) for term in _list(group)]
    names = (
        plain(_text(_dict(term).get("name")))
        for term in terms
        if _dict(term).get("taxonomy") not in ("language", "post_translations", "post_format")
    )
    return tuple(dict.fromkeys(name for name in names if name))


def _image(post: Mapping[str, Any], embedded: Mapping[str, Any]) -> str | None:
    media = [_text(_dict(item).get("source_url")) for item in _list(embedded.get("wp:featuredmedia"))]
    yoast = [_text(_dict(item).get("url")) for item in _list(_yoast(post).get("og_image"))]
    return next((address for address in [*media, *yoast] if address), None)


def _next(page: Page, posts: list[Any], found: list[Candidate]) -> Iterator[str]:
    """The next page: by the total that WordPress states, else as long as pages come full."""
    query = dict(parse_qsl(urlsplit(page.url).query))
    if query.get("lang") and not _is_in(query["lang"], found):
        return  # No plugin heeds the parameter: these are the posts of the first language again.
    number, total = query.get("page", "1"), page.header("x-wp-totalpages") or ""
    current = int(number) if number.isdecimal() else 1
    per_page = query.get("per_page", "10")
    is_full = len(posts) >= int(per_page) if per_page.isdecimal() else bool(posts)
    if current < int(total) if total.isdecimal() else is_full:
        yield _with_query(page.url, {"page": str(current + 1)})


def _is_in(language: str, found: list[Candidate]) -> bool:
    mark = re.compile(rf"/{re.escape(language)}/|[?&]lang={re.escape(language)}\b|//{re.escape(language)}\.")
    return any((c.language or "").lower().startswith(language.lower()) or mark.search(c.url) for c in found)


def _route(root: str) -> str:
    """The posts' address under an API root, which is a query where permalinks are plain."""
    if "rest_route=" in root:
        return _with_query(root, {"rest_route": "/wp/v2/posts"})
    return urljoin(root if root.endswith("/") else root + "/", "wp/v2/posts")


def _with_query(url: str, values: Mapping[str, str]) -> str:
    parts = urlsplit(url)
    query = {**dict(parse_qsl(parts.query, keep_blank_values=True)), **values}
    return urlunsplit(parts._replace(query=urlencode(query, safe="/,:.")))


def _yoast(post: Mapping[str, Any]) -> Mapping[str, Any]:
    return _dict(post.get("yoast_head_json"))


def _rendered(field: object) -> str | None:
    return _text(field.get("rendered")) if isinstance(field, dict) else _text(field)


def _text(value: object) -> str | None:
    return (value.strip() or None) if isinstance(value, str) else None


def _dict(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
