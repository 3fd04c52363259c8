"""What the web calls its parts: tags, class names and short texts that tell an article from its surroundings.

Weak evidence, all of it: who asks must weigh it against the text. Start reading at `part_of`.
"""

import re
from enum import IntEnum
from functools import lru_cache
from typing import Any

from lxml import etree

from aggregator.extract.patterns import any_of


def _words(names: str) -> frozenset[str]:
    return frozenset(names.split())


# Never holds an article's text: not even looked into.
HARD_TAGS = _words("""
    script style template svg iframe embed canvas select option datalist textarea input audio video map
    applet frameset noframes progress meter title base link meta head
""")
INLINE_TAGS = _words("""
    a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr output q ruby rb
    rt rp s samp small span strike strong sub sup time tt u var wbr
""")
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))


class Part(IntEnum):
    """What an element seems to be by its names; of several names the one with the highest number counts."""

    PLAIN = 0
    ASIDE = 1  # surroundings, unless most of the page's text is in it
    ARTICLE = 2  # the article's own container
    COMMENTS = 3  # readers' words: surroundings even then


# The members as plain names: each look through the enumeration costs as much as one at an attribute.
PLAIN, ASIDE, ARTICLE, COMMENTS = Part


def _names(before: str, names: str, after: str) -> re.Pattern[str]:
    return re.compile(f"{before}{any_of(names.split())}{after}")


# Each is searched in one name: lower case, camelCase cut with hyphens, between blanks: ` post-meta `.
# Whole names.
_COMMENTS = _names(
    " ",
    r"""
    comments? commentlist comment-(list|area|section|thread|respond|form|wrapper)
    comments-(area|section|wrapper|container|list) commenti respond disqus[\w-]* fb-comments
    livefyre[\w-]* coral-talk[\w-]* article-comments? post-comments? responses replies
    """,
    " ",
)
# Parts of names, at a hyphen or underscore.
_ASIDE = _names(
    "[ _-]",
    r"""
    related recommend(ed|ations?|er)? correlat[ieo] consigliat[ieo] suggest(ed|ions) similar leggi-?anche
    potrebbe\w* you-may\w* may-like also-like read-?(next|also) up-?next trending latest popular
    more-?(from|stories|news|articles|posts|on|like) most-?(read|viewed|popular|recent)
    (recent|other|altr[ie]|ultim[ie]|next|prev|previous)-?(posts?|articles?|news|stories|entries)
    (altr[ie]|ultim[ie])-?(articoli|notizie) jp-relatedposts yarpp\w* crp-related relateditems
    loop-grid wp-block-latest-posts\w* outbrain\w* taboola\w*
    wp-block-(comments|post-comments|social-links|query|categories|tag-cloud|search|loginout)
    elementor-widget-(posts|share-buttons|table-of-contents|author-box|post-navigation|nav-menu|post-info)
    post-?navigation nav-?links nav-?(previous|next|below) pagination paginat\w+ pager breadcrumbs? briciole
    sidebar side-bar widget-area widgets footer site-?header global-?header page-?footer masthead topbar
    top-bar navbar navigation nav navi mega-?menu submenu sub-menu menu toolbar skip-?(link|to)\w*
    screen-reader sr-only visually-?hidden portlet\w* documentactions document-?byline viewlet-below\w*
    share shares sharing share-?\w+ condividi condivisione social\w* addtoany\w* a2a addthis\w* sharedaddy
    sharethis\w* heateor\w* ssba\w* follow-?us whatsapp\w* newsletter\w* subscribe\w* subscription\w*
    signup sign-?up form-?(block|wrap\w*|success|error) w-form mailchimp mc4wp\w* optin opt-in
    donat(e|ion) donazion[ei] sostieni\w* cookies? cookie-?\w+ consent gdpr
    onetap\w* pojo-a11y\w* userway\w* (a11y|accessibility)-?(toolbar|widget|menu|settings)
    onetrust\w* iubenda\w* modal popup pop-up overlay tooltip lightbox offcanvas
    advert\w* ad-?(slot|unit|container|wrapper|banner|block|box|zone) adsbygoogle sponsored? sponsors
    promo promos promoted-\w+ promotion cta\d* call-to-action banners? download-app app-?promo
    (firma|box|scheda|card|bio)-?autore autore-?(box|bio|scheda|card|info)
    authors? saboxplugin\w* m-a-box\w* abh-box bio byline by-line
    post-?meta entry-?meta article-?meta meta-?info post-?info article-?info post-?date entry-?date
    entry-footer post-?footer article-?footer post-?tags? tags-?links tag-?(list|cloud) tagcloud
    entry-tags article-tags post-?categor\w+ cat-links reading-?time read-?time login log-in register
    paywall search-?form searchform rating ratings flag-?(comment|post) toc table-of-contents ez-toc\w*
    lwptoc\w* (post|article|cc)-?licen[cs]e licen[cs]e-?(box|card|info|block|notice)
    copyright colophon disclaimer print-only noprint no-print hidden-print back-to-top
    """,
    "(?=[ _-])",
)
# Too common inside other names: whole names only.
_ALONE = _names(
    " ",
    r"""
    tags? meta autore ads? adv social share tools utility credits jump-?links hidden hide
    d-none categories category-list kicker eyebrow dateline date data hero-meta contributors?
    """,
    " ",
)
_ARTICLE = _names(
    "[ _-]",
    r"""
    article-?(body|content|text|main) articlebody articolo-?(testo|corpo|body) entry-?content
    post-?(content|body|entry|text) story-?(body|content|text) content-?(body|text|article)
    body-?(content|text|copy) blog-?(content|body|post-content) single-?(content|post-content)
    news-?(content|body|text|detail) node-?content field--name-body field-name-body the-?content
    theme-post-content e-content testo testo-?\w+ corpo corpo-?\w+ documentcontent parent-fieldname-text
    content-core wysiwyg detail-?(body|content|text) page-?content text-?content rich-?text\w* prose
    """,
    "(?=[ _-])",
)
# Names that speak of the page's layout, not of what the element is.
_SCAFFOLD = _names(
    " ",
    r"""
    has no with without show hide is row page-template wp-singular single group category(?!-list)
    tag(?!-list|-cloud|-links) anchor-(with|target)
    """,
    "-",
)
_PARTED = re.compile(r"[-_]+|(?<=[a-z])(?=[A-Z])")
_ASIDE_ROLES = _words("""
    navigation banner contentinfo complementary search dialog alertdialog menu menubar tablist toolbar alert
""")
# Those that a page may have forgotten to close around its whole text are surroundings, not hard junk.
_ASIDE_TAGS = _words("nav footer aside form button dialog menu noscript object")


def part_of(element: etree._Element, tag: str) -> tuple[Part, str]:
    """What the element of that tag seems to be, and its class: by tag, role, style, microdata, class and id.

    Never raises.
    """
    names = own = ""
    telling: dict[str, str] | None = None
    stated: Any = element.items()  # lxml's stubs allow bytes, which no parser gives
    for key, value in stated:
        if key == "class":
            names = value
        elif key == "id":
            own = value
        elif key in _TELLING:
            telling = dict(stated)
    # Most elements have no more than a class, and most classes stand on many elements.
    if not own and telling is None:
        return _part_of_class(tag, names), names
    return _part_by_all(tag, names, own, telling or {}), names


def _part_by_all(tag: str, names: str, own: str, stated: dict[str, str]) -> Part:
    part = part_of_names(names) if names else PLAIN
    style = stated.get("style")
    is_unseen = style is not None and _NOT_SHOWN.search(style) is not None
    if tag in INLINE_TAGS:
        return ASIDE if is_unseen else part
    if tag in _WHOLE_TAGS:
        return PLAIN
    # A heading's id is made of its text: `social-e-imprese`; one that skips leads to the content.
    if own and tag not in HEADINGS and not _SKIP_TARGET.search(own) and not _SLUG.fullmatch(own):
        part = max(part, part_of_names(own))
    is_unseen = is_unseen or "hidden" in stated
    if is_unseen and (stated.get("role") in _PANELS or _FOLDS.search(names) or _FOLDS.search(own)):
        is_unseen = False
    if is_unseen or stated.get("role") in _ASIDE_ROLES:
        # React's server sends parts hidden that its script puts in place: `S:1f`.
        return part if own.startswith("S:") else ASIDE
    props = stated.get("itemprop", "").split()
    if "articleBody" in props:
        return ARTICLE
    if "author" in props and part is PLAIN:
        return ASIDE
    return ASIDE if part is PLAIN and tag in _ASIDE_TAGS else part


@lru_cache(maxsize=16384)
def _part_of_class(tag: str, names: str) -> Part:
    if tag in _WHOLE_TAGS:
        return PLAIN
    part = part_of_names(names) if names else PLAIN
    return ASIDE if part is PLAIN and tag in _ASIDE_TAGS else part


_TELLING = frozenset(("style", "hidden", "role", "itemprop"))
# What opens at a click is there to be read: the accordion and tabs patterns of WAI-ARIA's Authoring
# Practices, and what Bootstrap and others call them.
_PANELS = frozenset(("region", "tabpanel"))
_FOLDS = re.compile(r"accordion|collaps|tab-?pane", re.IGNORECASE)
_UNSEEN = frozenset(("hidden", "hide", "d-none"))
_SKIP_TARGET = re.compile(r"skip[-_]?to", re.IGNORECASE)
# Five words and more: what a section is called after its heading, as `related-costs-of-a-new-kitchen`.
# Drupal's blocks have names as long.
_SLUG = re.compile(r"(?!block-)[a-z]+(?:[-_][a-z]+){4,}")
_NOT_SHOWN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden")
_WHOLE_TAGS = frozenset(("body", "html", "main"))


@lru_cache(maxsize=16384)
def part_of_names(names: str) -> Part:
    """What class names or ids (blank between them) say of an element."""
    best = PLAIN
    told = _UNSEEN if _FOLDS.search(names) else ()
    for name in names.split() if len(names) <= 600 else ():
        if name in told:
            continue
        part = _part_of_name(name)
        if part > best:
            best = part
    return best


@lru_cache(maxsize=16384)
def _part_of_name(name: str) -> Part:
    flat = f" {_PARTED.sub('-', name).lower()} "
    if _SCAFFOLD.search(flat):
        return PLAIN
    if _COMMENTS.search(flat):
        return COMMENTS
    if _ARTICLE.search(flat):
        return ARTICLE
    return ASIDE if _ASIDE.search(flat) or _ALONE.search(flat) else PLAIN
