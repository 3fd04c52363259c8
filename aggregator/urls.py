"""Addresses: the canonical form that identifies a page, hosts, and joining relative ones.

Knows nothing of the network or the store; what a server redirects to is not known here.
Start reading at `canonical_url`.
"""

import re
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin, urlsplit, urlunsplit

# Parameters that say where a reader came from, never what is shown: those of the analytics
# programs seen on Italian news sites, and of mail, advert and share tools.
_TRACKING = re.compile(
    r"^(utm_\w+|mtm_\w+|pk_\w+|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|yclid|twclid|ttclid|igshid|igsh|"
    r"mc_cid|mc_eid|_ga|_gl|_hsenc|_hsmi|hsctatracking|mkt_tok|vero_id|wickedid|oly_anon_id|oly_enc_id|rb_clickid|"
    r"s_cid|cmpid|spm|ref_src|ref_url|refresh_ce|sessionid|phpsessid|jsessionid|sid|aspsessionid\w*|cfid|cftoken|"
    r"__twitter_impression|amp|outputtype|print|stampa|replytocom|share|nb|fb_action_ids|fb_action_types|fb_source)$",
    re.IGNORECASE,
)
_SESSION_PATH = re.compile(r";jsessionid=[^/?#]*", re.IGNORECASE)
_COPY_PATH = re.compile(r"/(?:amp|amp\.html|print\.html|print)/?$", re.IGNORECASE)
_DEFAULT_PORTS = {"http": "80", "https": "443"}
# RFC 3986 section 2.3 and the pchar of 3.3: what need not be percent-encoded in a path.
_PATH_SAFE = "/:@!$&'()*+,;=-._~"


def join(base: str, href: str | None) -> str | None:
    """The absolute http(s) address that a link means, without its fragment; None for any other."""
    if not href:
        return None
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
        host = (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""
    return host if host.isascii() else _idna(host)


def is_within(url: str, hosts: tuple[str, ...]) -> bool:
    """Whether the address is http(s) on one of these hosts, exactly named."""
    return url.lower().startswith(("http://", "https://")) and host_of(url) in hosts


def canonical_url(url: str) -> str:
    """The key of a page: the same for all the spellings of one address.

    http and https, `www.`, default ports, fragments, tracking and session parameters, empty
    parameters, `/amp` and `/print.html`, a trailing slash, the order of parameters and the
    spelling of percent-encoding do not count; what addresses content (`?id=`, `?p=`,
    `?lang=`) does. Idempotent.

    Raises: ValueError for what is not an absolute http(s) address.
    Source: WHATWG URL for percent-encoding and hosts; shared forms as seen at Italian sites.
    """
    parts = urlsplit(url.strip())
    host = host_of(url.strip())
    if parts.scheme.lower() not in _DEFAULT_PORTS or not host:
        raise ValueError(f"not an absolute http(s) address: {url[:200]!r}")
    port = str(parts.port or "")
    if port in ("", *_DEFAULT_PORTS.values()):
        port = ""
    netloc = host.removeprefix("www.") + (f":{port}" if port else "")
    query = sorted((k, v) for k, v in parse_qsl(parts.query, errors="replace") if not _TRACKING.match(k))
    return urlunsplit(("https", netloc, _canonical_path(parts.path), urlencode(query), ""))


def _canonical_path(path: str) -> str:
    path = _SESSION_PATH.sub("", path)
    path = quote(unquote(path, errors="surrogateescape"), safe=_PATH_SAFE, errors="surrogateescape")
    path = re.sub(r"/{2,}", "/", path)
    while True:
        shorter = _COPY_PATH.sub("", path).rstrip("/")
        if shorter == path:
            return path or "/"
        path = shorter


def _idna(host: str) -> str:
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host
