"""Sample sites: content files and templates that become what a web server would answer.

Imports nothing of the crawler: what these sites are is decided here and never by what we read out of them.
Start reading at `resources`.
"""

from collections.abc import Callable
from pathlib import Path

from aggregator.samplesite import agency, association, daily, magazine, newspaper, plone, portal, wordpress
from aggregator.samplesite.answer import Resources
from aggregator.samplesite.content import Site

_TEMPLATES: dict[str, Callable[[Site], Resources]] = {
    "agency": agency.build,
    "association": association.build,
    "daily": daily.build,
    "magazine": magazine.build,
    "newspaper": newspaper.build,
    "plone": plone.build,
    "portal": portal.build,
    "wordpress": wordpress.build,
}


def resources(site: Site) -> Resources:
    """Every address that the site answers, with its answer."""
    return _TEMPLATES[site.template](site)


def samples_root() -> Path:
    """The folder of the sample sites: the checkout's where there is one, else the installed copy."""
    package = Path(__file__).resolve().parents[1]
    checkout = package.parent / "fixtures" / "sites"
    return checkout if checkout.is_dir() else package / "samples"
