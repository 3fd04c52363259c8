"""Addresses: the canonical form that identifies a page, hosts, and joining relative ones.

Knows nothing of the network or the store; what a server redirects to is not known here.
Start reading at `canonical_url`.
"""

import re
from collections.abc import Iterator
from hashlib import sha256
from urllib.parse import quote, unquote, urljoin, urlsplit, urlunsplit

# Parameters that say where a reader came from, never what is shown: those of the analytics
# programs seen on Italian news sites, and of mail, advert, share and comment tools.
_TRACKING = re.compile(
    r"(?:utm_\w+|mtm_\w+|pk_\w+|piwik_\w+|matomo_\w+|hsa_\w+|itm_\w+|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|"
    r"gad_source|gad_campaignid|srsltid|msclkid|yclid|ysclid|_openstat|twclid|ttclid|li_fat_id|igshid|igsh|epik|"
    r"mc_cid|mc_eid|_ga|_gl|_hsenc|_hsmi|__hstc|__hssc|__hsfp|hsctatracking|hss_channel|mkt_tok|vero_id|vero_conv|"
    r"wickedid|oly_anon_id|oly_enc_id|rb_clickid|ml_subscriber|ml_subscriber_hash|ck_subscriber_id|_branch_match_id|"
    r"s_cid|s_kwcid|ef_id|cmpid|intcmp|ncid|xtor|wt_mc|wt_zmc|wt\.mc_id|spm|ref_src|ref_url|refresh_ce|mibextid|sfnsn|"
    r"guccounter|guce_referrer|guce_referrer_sig|at_campaign|at_medium|trk|trkcampaign|phpsessid|jsessionid|"
    r"aspsessionid\w*|cfid|cftoken|__twitter_impression|fb_action_ids|fb_action_types|fb_source|fb_ref|"
    r"replytocom|unapproved|moderation-hash|doing_wp_cron)",
    re.IGNORECASE,
)
# The same page in another dress, or a share button: known by name and value together, because
# `?print=12` or `?sid=12` (a story of PHP-Nuke) can address content.
_COPY_PARAMETER = re.compile(
    r"(?:(?:amp|print|stampa|printable|nonamp|noamp)=(?:|1|true|yes|on|amp|print|pdf|mobile)"
    r"|(?:output|outputtype|format|view|tmpl|layout)=(?:amp|print)"
    r"|(?:sid|s|session_?id)=[0-9a-f]{20,}"
    r"|share=(?:facebook|twitter|x|linkedin|whatsapp|jetpack-whatsapp|telegram|e-?mail|pinterest|pocket|reddit|tumblr|"
    r"print|skype|mastodon|threads|bluesky|custom-\d+))",
    re.IGNORECASE,
)
_BARE_COPY = frozenset(("amp", "print", "stampa"))
_SESSION_PATH = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/?#;]*", re.IGNORECASE)
# A last segment that only says in which dress the page comes; `/print` alone only behind a slug
# (`/servizi/print` may be a page of its own).
_COPY_SEGMENTS = frozenset(
    ("amp", "amp.html", "print.html", "print.htm", "index.html", "index.htm", "index.php")
)
_SLUG = re.compile(r"[-\d.]")
_HOST_COPY = re.compile(r"^(?:(?:www\d?|m|amp)\.)+(?=[^.]+\.)")
_DEFAULT_PORTS = {"http": 80, "https": 443}
# A path or query without these is spelled in one way only: nothing to decode, fold or resolve.
_NOT_PLAIN = re.compile(r"[^\w!$&'()*+,;:=@~/.-]", re.ASCII)
# A link that is an address already, in one spelling: most of a page's, and joining costs 25 times this.
_WHOLE = re.compile(r"https?://[\w.-]+(?:/[\w!$&'()*+,:=@~/.-]*(?:\?[\w!$'()*+,:=@~/.&-]+)?)?", re.ASCII)
_PERCENT = re.compile(r"%([0-9a-fA-F]{2})")
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
# RFC 3986 section 3.3 and 3.4: what need not be percent-encoded, `%` itself because what it
# opens is spelled already.
_PATH_SAFE = "/:@!$&'()*+,;=-._~%"
_QUERY_SAFE = _PATH_SAFE + "?[]"


def join(base: str, href: str | None) -> str | None:
    """The absolute http(s) address that a link means, without its fragment; None for any other."""
    if not href:
        return None
    if _WHOLE.fullmatch(href):
        return href
    try:
        url = urljoin(base, href.strip())
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return None
    return urlunsplit(parts._replace(fragment=""))


def host_of(url: str) -> str:
    """The host in lower case and ASCII (IDNA), without port; empty where there is none."""
    try:
        return _ascii_host(urlsplit(url).hostname)
    except ValueError:
        return ""


def path_of(url: str) -> str:
    """The path of the address; empty where it has none or is no address."""
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def is_within(url: str, hosts: tuple[str, ...]) -> bool:
    """Whether the address is http(s) on one of these hosts, exactly named."""
    return url.lower().startswith(("http://", "https://")) and host_of(url) in hosts


def canonical_url(url: str) -> str:
    """The key of a page: the same for all the spellings of one address.

    http and https, `www.`, `m.`, default ports, fragments, tracking and session parameters,
    parameters without a value, `/amp` and `/print.html`, `index.html`, a trailing slash, the
    order of parameters and the spelling of percent-encoding do not count; what addresses
    content (`?id=`, `?p=`, `?lang=`, `?articolo-12`, `%2F`) does. Idempotent.

    Raises: ValueError for what is not an absolute http(s) address.
    Source: RFC 3986 section 6.2.2 and WHATWG URL for spelling; shared forms as seen at Italian sites.
    """
    parts = urlsplit(url.strip())
    host = _ascii_host(parts.hostname)
    if parts.scheme not in _DEFAULT_PORTS or not host:
        raise ValueError(f"not an absolute http(s) address: {url[:200]!r}")
    if host[0] in "wma":
        host = _HOST_COPY.sub("", host)
    if ":" in host:
        host = f"[{host}]"
    if parts.port and parts.port not in _DEFAULT_PORTS.values():
        host = f"{host}:{parts.port}"
    query = _canonical_query(parts.query) if parts.query else ""
    return f"https://{host}{_canonical_path(parts.path)}{'?' if query else ''}{query}"


def url_hash(url: str) -> str:
    """What is kept of a canonical URL that must not be kept itself: its SHA-256, in hexadecimal."""
    return sha256(url.encode("utf-8", "surrogatepass")).hexdigest()


def _ascii_host(host: str | None) -> str:
    name = (host or "").rstrip(".")
    if name.isascii() and "%" not in name:
        return name
    return unquote(name).encode("idna").decode("ascii").lower().rstrip(".")


def _canonical_path(path: str) -> str:
    if _NOT_PLAIN.search(path):
        path = _spell(path.replace("\\", "/"), _PATH_SAFE)
    if "//" in path:
        path = re.sub(r"/{2,}", "/", path)
    if "/." in path:
        path = _without_dots(path)
    if ";" in path:
        path = _SESSION_PATH.sub("", path)
    while True:
        shorter = _without_dress(path.rstrip("/"))
        if shorter == path:
            return path or "/"
        path = shorter


def _without_dress(path: str) -> str:
    parent, _, last = path.rpartition("/")
    last = last.lower()
    if last in _COPY_SEGMENTS and (parent or last.startswith("index")):
        return parent
    if last == "print" and _SLUG.search(parent.rpartition("/")[2]):
        return parent
    return path[:-4] if last.endswith(".amp") and last != ".amp" else path


def _canonical_query(query: str) -> str:
    if _NOT_PLAIN.search(query):
        query = _spell(query, _QUERY_SAFE).replace("%20", "+")
    return "&".join(sorted(_kept(query), key=lambda pair: pair.partition("=")[0]))


def _kept(query: str) -> Iterator[str]:
    """The parameters that address content, as they are spelled; those of one name keep their order."""
    for pair in query.replace("&amp;", "&").split("&"):
        name, equals, value = pair.partition("=")
        if not name or (equals and not value) or (not equals and name.lower() in _BARE_COPY):
            continue
        if not _TRACKING.fullmatch(name) and not _COPY_PARAMETER.fullmatch(pair):
            yield pair


def _spell(text: str, safe: str) -> str:
    """One spelling of percent-encoding: unreserved characters plain, all else in capitals.

    What is reserved stays as it is: `%2F` is no `/`, and a `%` that opens nothing is `%25`.
    """
    text = re.sub(r"%(?![0-9a-fA-F]{2})", "%25", re.sub(r"[\t\n\r]", "", text))
    text = _PERCENT.sub(_spell_one, text)
    return quote(text, safe=safe, errors="surrogatepass")


def _spell_one(match: re.Match[str]) -> str:
    code = int(match[1], 16)
    return chr(code) if code in _UNRESERVED else match[0].upper()


def _without_dots(path: str) -> str:
    """RFC 3986 section 5.2.4."""
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del kept[max(1, len(kept) - 1) :]
        elif segment != ".":
            kept.append(segment)
    return "/".join(kept)
