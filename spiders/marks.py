"""Marks that programs leave in the pages they make, and where each keeps its ways in.

Knows nothing of fetching. Start reading at `programs_of`; `needs_browser` tells pages that are
but a shell for scripts.
"""

import re
from dataclasses import dataclass

from bs4 import BeautifulSoup

_MARKS_WITHIN = 300_000  # characters: in longer pages the head and the first links are in here
_SHELL_WORDS = 40  # words of a page that is drawn by scripts: a title, 'loading', a line of copyright
_ROOTS = re.compile(r"^(?:root|app|__next|__nuxt|gatsby|svelte|q-app|main-app|app-root)$", re.IGNORECASE)
_ASKS_FOR_SCRIPTS = re.compile(
    r"(?:enable|abilita\w*|attiva\w*|requires?|richiede|need)\W+(?:\w+\W+){0,4}javascript|javascript\W+(?:\w+\W+){0,4}"
    r"(?:enabled?|required|abilitat\w+|attiv\w+|necessari\w+)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Program:
    """A program that makes sites: its name, its marks, and `way:path` for each way in it has."""

    name: str
    mark: re.Pattern[str]
    places: str


def _program(name: str, mark: str, places: str = "") -> Program:
    return Program(name, re.compile(mark, re.IGNORECASE), places)


def _generator(name: str) -> str:
    """The mark of a program that states its name in the page's head."""
    return rf"""<meta[^>]+content\s*=\s*["']?\s*{name}\b"""


# Paths begin at the root of the site with `/`, else at the page that bears the mark.
PROGRAMS = (
    _program(
        "WordPress",
        rf"/wp-content/|/wp-includes/|{_generator('WordPress')}",
        "wordpress:/wp-json/ feed:/feed/",
    ),
    _program(
        "Ghost", rf"{_generator('Ghost')}|/ghost/api/|/public/cards\.min\.", "feed:/rss/ sitemap:/sitemap.xml"
    ),
    _program(
        "Drupal",
        rf"{_generator('Drupal')}|/sites/(?:default|all)/(?:files|themes|modules)|drupal-settings-json",
        "feed:/rss.xml",
    ),
    _program(
        "Plone",
        rf"{_generator('Plone')}|\+\+plone\+\+|\+\+theme\+\+|portal_css",
        "feed:/RSS feed:/news/RSS feed:/notizie/RSS sitemap:/sitemap.xml.gz",
    ),
    _program(
        "Liferay",
        rf"{_generator('Liferay')}|/o/frontend-|Liferay\.(?:ThemeDisplay|Browser)|/combo/\?browserId",
        "sitemap:/sitemap.xml",
    ),
    _program(
        "TYPO3",
        rf"{_generator('TYPO3')}|/typo3temp/|/typo3conf/",
        "sitemap:/?type=1533906435 feed:/?type=9818 feed:/rss.xml",
    ),
    _program(
        "Joomla",
        rf"{_generator('Joomla')}|/media/jui/|/media/system/js/core|/components/com_",
        "feed:/?format=feed&type=rss",
    ),
    _program(
        "Wix", rf"{_generator('Wix')}|static\.wixstatic\.com", "feed:/blog-feed.xml sitemap:/sitemap.xml"
    ),
    _program(
        "Squarespace",
        rf"{_generator('Squarespace')}|static1?\.squarespace",
        "feed:/news?format=rss feed:/blog?format=rss sitemap:/sitemap.xml",
    ),
    _program("Blogger", rf"{_generator('blogger')}|www\.blogger\.com/", "feed:/feeds/posts/default"),
    _program("SPIP", rf"{_generator('SPIP')}|/spip\.php", "feed:/spip.php?page=backend"),
    _program("Dotclear", rf"{_generator('Dotclear')}|/dotclear/", "feed:/feed/atom"),
    _program(
        "Serendipity",
        rf"{_generator('Serendipity')}|serendipity_",
        "feed:/index.php?/feeds/index.rss2 feed:/rss.php?version=2.0",
    ),
    _program("Textpattern", _generator("Textpattern"), "feed:/rss/ feed:/atom/"),
    _program("DokuWiki", rf"{_generator('DokuWiki')}", "feed:/feed.php"),
    _program("MediaWiki", rf"{_generator('MediaWiki')}", "feed:/index.php?title=Special:NewPages&feed=atom"),
    _program("Movable Type", _generator("Movable Type"), "feed:/atom.xml"),
    _program("Concrete CMS", _generator("concrete5|Concrete CMS"), "sitemap:/sitemap.xml"),
    _program("Umbraco", rf"{_generator('Umbraco')}|/umbraco/", "sitemap:/sitemap.xml feed:/rss"),
    _program("Kentico", rf"{_generator('Kentico')}|/CMSPages/", "sitemap:/sitemap.xml"),
    _program("Craft CMS", rf"{_generator('Craft CMS')}|/cpresources/", "feed:/feed.rss feed:/news.rss"),
    _program("Webflow", rf"{_generator('Webflow')}|data-wf-page", "sitemap:/sitemap.xml feed:/blog/rss.xml"),
    _program(
        "HubSpot",
        rf"{_generator('HubSpot')}|js\.hs-scripts\.com|/hs/hsstatic/",
        "feed:/blog/rss.xml sitemap:/sitemap.xml",
    ),
    _program("Django CMS", r"/static/cms/|csrfmiddlewaretoken", ""),
    _program("Wagtail", r"wagtail", ""),
    _program("Hugo", _generator("Hugo"), "feed:/index.xml sitemap:/sitemap.xml"),
    _program("Jekyll", _generator("Jekyll"), "feed:/feed.xml sitemap:/sitemap.xml"),
    _program(
        "Hexo",
        rf"{_generator('Hexo')}|hexo-theme|hexo-config",
        "feed:/atom.xml feed:/rss2.xml sitemap:/sitemap.xml",
    ),
    _program("Eleventy", _generator("Eleventy"), "feed:/feed/feed.xml feed:/feed.xml"),
    _program(
        "Astro", rf"{_generator('Astro')}|<astro-island|/_astro/", "feed:/rss.xml sitemap:/sitemap-index.xml"
    ),
    _program(
        "Gatsby",
        rf"{_generator('Gatsby')}|id=.___gatsby",
        "feed:/rss.xml sitemap:/sitemap/sitemap-index.xml sitemap:/sitemap-index.xml",
    ),
    _program(
        "Next.js", r"/_next/static/|id=.__NEXT_DATA__", "feed:/rss.xml feed:/feed.xml sitemap:/sitemap.xml"
    ),
    _program("Nuxt", r"/_nuxt/|id=.__NUXT", "feed:/rss.xml feed:/feed.xml sitemap:/sitemap.xml"),
    _program("Docusaurus", _generator("Docusaurus"), "feed:/blog/rss.xml sitemap:/sitemap.xml"),
    _program("VuePress", _generator("VuePress"), "feed:/rss.xml sitemap:/sitemap.xml"),
    _program(
        "MkDocs",
        rf"{_generator('mkdocs')}|mkdocs-material",
        "feed:/feed_rss_created.xml sitemap:/sitemap.xml",
    ),
    _program("Sphinx", r"_static/documentation_options\.js|_static/sphinx", "feed:/blog/atom.xml"),
    _program("Nikola", _generator("Nikola"), "feed:/rss.xml sitemap:/sitemapindex.xml sitemap:/sitemap.xml"),
    _program("Pelican", _generator("Pelican"), "feed:/feeds/all.atom.xml sitemap:/sitemap.xml"),
    _program("Lektor", _generator("Lektor"), "feed:/blog/feed.xml feed:/feed.xml"),
    _program("Zola", _generator("Zola"), "feed:/rss.xml feed:/atom.xml sitemap:/sitemap.xml"),
    _program("Publii", _generator("Publii"), "feed:/feed.xml sitemap:/sitemap.xml"),
    _program("Grav", _generator("GravCMS"), "feed:/blog.rss feed:/blog.atom sitemap:/sitemap.xml"),
)


def programs_of(text: str) -> tuple[Program, ...]:
    """The programs whose marks the page bears, in the table's order."""
    head = text[:_MARKS_WITHIN]
    return tuple(program for program in PROGRAMS if program.mark.search(head))


def needs_browser(soup: BeautifulSoup) -> bool:
    """Whether a page is an empty shell that scripts fill: hardly a word, no list of links, scripts."""
    if soup.find("script") is None or soup.find("meta", attrs={"http-equiv": "refresh"}) is not None:
        return False
    hidden = " ".join(tag.get_text(" ") for tag in soup.find_all("noscript"))
    words = [
        word
        for string in soup.find_all(string=True)
        if string.parent is not None
        and string.parent.name not in ("script", "style", "noscript", "title", "template")
        for word in string.split()
    ]
    if len(words) > _SHELL_WORDS or len(soup.find_all("a", href=True)) > 5:
        return False
    roots = soup.find_all(id=_ROOTS)
    return (
        bool(_ASKS_FOR_SCRIPTS.search(hidden))
        or any(not tag.get_text(strip=True) for tag in roots)
        or not words
    )
