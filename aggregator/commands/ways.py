"""Commands that find and prove ways into sites: `sources detect`, `add`, `check`, `move`.

What is proved is proved by reading it. Changes go to the operator's own catalogue alone. Start
reading at `add_to`.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from aggregator.choices import Kind, Way
from aggregator.commands.child import in_child, try_out
from aggregator.commands.common import Job, command

if TYPE_CHECKING:
    from aggregator.catalogue_edit import OperatorCatalogue
    from aggregator.items import Entry, Source
    from aggregator.proof import Proof, Shown

PROBLEMS = 1
_NEWEST = 3  # items that `add` shows of what it took in
_LANGUAGES = ("it", "en")  # what a site may be in before it has been read
_RENDER = "Draw its pages in a browser, scripts and all (extra `browser`)."


def add_to(group: click.Group) -> None:
    """Puts the commands of this theme into the group `sources`."""
    for add in (_add_detect, _add_add, _add_check, _add_move):
        add(group)


# ------------------------------------------------------------- detect


def _add_detect(group: click.Group) -> None:
    @command(group, "detect")
    @click.argument("url")
    @click.option("--allow-private", is_flag=True, help="The site is in your own network.")
    @click.option("--render", is_flag=True, help=_RENDER)
    @click.option("--write", is_flag=True, help="Write what was proved into your catalogue; URL is a source.")
    def detect(job: Job, url: str, allow_private: bool, render: bool, write: bool) -> int:
        """Find the ways into the site at URL (or of a SOURCE), and prove each by reading it."""
        known = next((source for source in job.catalogue.sources if source.id == url), None)
        if write and known is None:
            raise click.UsageError("--write needs the id of a source; `sources add URL` adds a site")
        source = known or _source_at(url, allow_private)
        [proof] = _prove(job, [replace(source, way=Way.AUTO, render=render or source.render)])
        if write and proof.chosen:
            _write(job, source, proof)
        if job.is_json:
            from aggregator.proof import as_json

            job.answer(as_json(proof))
        else:
            for line in _told(proof):
                job.say(line)
        return 0 if proof.best else PROBLEMS


def _source_at(url: str, allow_private: bool) -> "Source":
    """A source that is only an address; an address of this machine or network, typed, is meant."""
    from aggregator.catalogue import default_hosts
    from aggregator.items import Source

    address = url if "://" in url else f"https://{url}"
    keys = _private_keys(address, allow_private)
    try:
        hosts = default_hosts([address])
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="URL") from error
    if urlsplit(address).scheme not in ("http", "https") or not any(hosts):
        raise click.BadParameter(f"{url!r} is no http(s) address", param_hint="URL")
    return Source("", address, hosts=hosts, languages=_LANGUAGES, **keys)


def _private_keys(url: str, allow_private: bool) -> dict[str, Any]:
    """What the catalogue must say of a site on this machine or in this network."""
    from ipaddress import ip_address

    host = urlsplit(url).hostname or ""
    try:
        is_private, is_here = ip_address(host).is_private, ip_address(host).is_loopback
    except ValueError:
        is_private = is_here = host == "localhost" or host.endswith(".localhost")
    keys: dict[str, Any] = {"allow_private": True} if allow_private or is_private else {}
    return keys | ({"pace": 0.0} if is_here else {})  # nobody else's server is spared by waiting


def _prove(job: Job, sources: Sequence["Source"]) -> Sequence["Proof"]:
    """What the sources' ways in yield, by reading a little of each."""
    if not job.config.contact:
        job.warn("no contact is set: site owners cannot reach you (option contact, or AGGREGATOR_CONTACT)")
    return in_child(job, try_out, tuple(sources))


def _told(proof: "Proof") -> list[str]:
    """The proof in words: what each way yields, what would be taken in, what was tried."""
    made = f"  (made with {', '.join(proof.programs)})" if proof.programs else ""
    lines = [f"{proof.url}{made}"]
    chosen = proof.chosen
    for way in proof.ways:
        count = f"{way.articles}" if way.is_whole else f"{way.articles} or more"
        span = f", {way.oldest} to {way.newest}" if way.newest else ", undated"
        text = f", whole text in {way.full_text:.0%}" if way.full_text else ""
        spoken = f", {'/'.join(way.languages)}" if way.languages else ""
        old = ", left behind by its site" if way.is_stale else ""
        lines.append(f"  {way.way.value:9}  {count} articles{span}{text}{spoken}{old}; {way.why}")
        lines += [f"             {url.partition('&_fields')[0]}" for url in way.urls[:4]]
        lines.append(f"             {way.good} of {way.seen} pages looked at are articles")
    good = [one for one in proof.shown if not one.refused]
    if good:
        lines.append("It would take in, for example:")
        lines += [line for one in good for line in _example(one)]
    if chosen and proof.best:
        together = "the ways together" if chosen[0] is Way.AUTO else chosen[0].value
        lines.append(f"Best: {together}, {proof.total} articles; {proof.requests} requests were made.")
    else:
        lines += _lost(proof)
    if proof.moved_to:
        lines.append(f"The site answers from {proof.moved_to} now: add that, or `sources move` a source.")
    return lines


def _example(one: "Shown") -> list[str]:
    return [f"  {one.published or 'undated':25}  {one.language:2}  {one.title}", f"{'':31}{one.url}"]


def _lost(proof: "Proof") -> list[str]:
    """What to say and to do where no way in was found."""
    tried = [f"  {line}" for line in proof.tried or ("nothing answered",)]
    lines = ["No way in was found. Tried:", *tried]
    if proof.needs_browser:
        return [*lines, *_SHELL]
    return [*lines, *(line.replace("URL", proof.url) for line in _BY_HAND)]


_SHELL = (
    "The page is drawn by scripts in a browser. Look for a feed or an address that the scripts load, and",
    "give it with --feed. Else --render draws the pages with this machine's Chromium, which needs",
    "pip install 'lombardy-aggregator[browser]'; hosts that its scripts come from must stand in `hosts`.",
)
_BY_HAND = (
    "If a page lists the articles, name it and the block of one article in your catalogue.toml:",
    '  listing = ["URL"]',
    '  fields = { list = "CSS selector of the block", list_link = "a", list_date = "time" }',
)


# ------------------------------------------------------------- add


def _add_add(group: click.Group) -> None:
    @command(group, "add", flags=("publish", "base_url"))
    @click.argument("url")
    @click.option("--id", "source_id", help="Id; default: after the host.")
    @click.option("--name", help="Name that readers see.")
    @click.option("--kind", type=click.Choice([kind.value for kind in Kind]), help="What sort of publisher.")
    @click.option("--cluster", help="Technology cluster that it belongs to.")
    @click.option(
        "--way",
        type=click.Choice([way.value for way in Way if way is not Way.IMPORT]),
        help="How it is entered; default: what proves best.",
    )
    @click.option("--feed", "feeds", multiple=True, help="Address of a feed; may be given more than once.")
    @click.option("--allow-private", is_flag=True, help="The site is in your own network.")
    @click.option("--render", is_flag=True, default=None, help=_RENDER)
    @click.option("--no-visit", is_flag=True, help="Only write it down: prove and take in nothing now.")
    @click.option("--publish", help="Folder that the feeds are written to.")
    @click.option("--base-url", help="Address that this folder is served at.")
    def add(job: Job, url: str, allow_private: bool, no_visit: bool, **given: Any) -> int:  # noqa: ANN401
        """Add the site at URL to your catalogue: prove its ways in, and take in its articles at once."""
        address = url if "://" in url else f"https://{url}"
        keys = _new_keys(job, address, given) | _private_keys(address, allow_private)
        if no_visit:
            _editor(job).add_sources([keys])
            job.say(f"added {keys['id']}; `aggregator run {keys['id']}` visits it")
            return 0
        source = replace(
            _source_at(address, allow_private), id=str(keys["id"]), render=bool(keys.get("render"))
        )
        if not {"way", "feeds"} & keys.keys():
            [proof] = _prove(job, [source])
            if proof.chosen is None:
                for line in _lost(proof):
                    job.warn(line)
                job.warn("nothing was added; --no-visit adds it all the same")
                return PROBLEMS
            keys |= _proved_keys(proof)
        _editor(job).add_sources([keys])
        return _take_in(job, str(keys["id"]))


def _new_keys(job: Job, url: str, given: dict[str, Any]) -> dict[str, object]:
    from aggregator.catalogue_edit import find_same, suggest_id

    source_id = given.pop("source_id")
    try:
        same = find_same(url, job.catalogue)
        new_id = source_id or suggest_id(url, [source.id for source in job.catalogue.sources])
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="URL") from error
    if same is not None and source_id is None:
        raise click.UsageError(f"{url} is source {same.id!r} already; give an --id to add it again")
    feeds = given.pop("feeds")
    stated = {key: value for key, value in given.items() if value is not None}
    if "cluster" in stated and "kind" not in stated:
        stated["kind"] = Kind.CLUSTER.value  # its own site: `--kind` says otherwise
    return {"id": new_id, "url": url, **stated, **({"feeds": list(feeds)} if feeds else {})}


def _proved_keys(proof: "Proof") -> dict[str, object]:
    """What the catalogue is to say of a site whose ways were proved; it stays under the path given."""
    import re

    keys: dict[str, object] = {}
    if proof.chosen is not None:
        way, urls = proof.chosen
        keys["way"] = way.value
        if urls:
            keys["feeds" if way is Way.FEED else "listing"] = list(urls)
    path = urlsplit(proof.url).path.rstrip("/")
    if path and proof.is_under:
        keys["include"] = [rf"^https?://[^/]+{re.escape(path)}/"]
    # Samples may have missed the other side, and asking for one that is not there costs one request.
    first = [language for language in proof.languages if language in _LANGUAGES][:1]
    keys["languages"] = list(dict.fromkeys((*first, *_LANGUAGES)))
    return keys | {"verified": True}


def _take_in(job: Job, source_id: str) -> int:
    """Visits the new source by the ordinary road, and shows the newest of what came in."""
    from aggregator.commands.road import crawl_and_publish
    from aggregator.query import Query
    from aggregator.run import Request
    from aggregator.store.articles import find

    job = Job(job.config, is_json=job.is_json, verbosity=job.verbosity)  # its catalogue read anew
    store = job.open_store(create=True)
    try:
        code = crawl_and_publish(job, store, Request((source_id,)))
        with store.read() as session:
            entries = list(find(session, Query(sources=(source_id,), limit=None)))
    finally:
        store.close()
    entries.sort(key=_day, reverse=True)
    for entry in [] if job.is_json else entries[:_NEWEST]:
        job.say(f"  {_day(entry) or 'undated':10}  {entry.article.title}")
        job.say(f"{'':14}in {', '.join(_feeds_of(entry, job))}")
    return code


def _day(entry: "Entry") -> str:
    published = entry.article.published
    return published.day.isoformat() if published else ""


def _feeds_of(entry: "Entry", job: Job) -> list[str]:
    """The names of the feeds that an entry stands in; only what is new enters them."""
    if not entry.is_live:
        return [f"the archive alone: it is older than {job.config.feed_days} days"]
    terms = {term.id: term for term in job.catalogue.vocabulary.terms}
    named = dict.fromkeys(mention.term for mention in entry.article.mentions if mention.term in terms)
    cluster = job.catalogue.get(entry.article.source_id).cluster
    clusters = dict.fromkeys([*([cluster] if cluster else []), *(t for t in named if terms[t].is_cluster)])
    language = [entry.article.language] if entry.article.language in _LANGUAGES else []
    topics = [f"topic-{term}" for term in named if not terms[term].is_cluster]
    return [
        "all",
        *language,
        *(f"cluster-{c}" for c in clusters),
        *topics,
        f"source-{entry.article.source_id}",
    ]


# ------------------------------------------------------------- check


def _add_check(group: click.Group) -> None:
    @command(group, "check")
    @click.argument("source", nargs=-1)
    @click.option("--all", "is_all", is_flag=True, help="Every source that is switched on.")
    @click.option("--write", is_flag=True, help="Write what was proved into your catalogue.")
    def check(job: Job, source: tuple[str, ...], is_all: bool, write: bool) -> int:
        """Prove the ways into each SOURCE named on the live site: one line a source."""
        if not source and not is_all:
            raise click.UsageError("name the SOURCE, or give --all")
        wanted = [job.catalogue.get(id_) for id_ in source] or [s for s in job.catalogue.sources if s.enabled]
        proofs = _prove(job, [replace(each, way=Way.AUTO) for each in wanted])
        failed = 0
        for each, proof in zip(wanted, proofs, strict=True):
            failed += proof.chosen is None
            if write and proof.chosen is not None:
                _write(job, each, proof)
            _tell_check(job, each, proof)
        return PROBLEMS if failed else 0


def _tell_check(job: Job, source: "Source", proof: "Proof") -> None:
    if job.is_json:
        from aggregator.proof import as_json

        job.answer({**as_json(proof), "state": _state(source, proof)})
        return
    best = proof.best
    told = "; ".join(proof.tried[:2]) or "nothing answered"
    if best:
        told = f"{proof.total} articles by {_way_of(source, proof)[0].value}"
    newest = f", newest {best.newest}" if best and best.newest else ""
    moved = f"; `sources move {source.id} {proof.moved_to}`: it answers from there" if proof.moved_to else ""
    shell = "; drawn by scripts: `render = true`?" if proof.needs_browser else ""
    job.say(f"{source.id:14}  {_state(source, proof):16}  {told}{newest}{shell}{moved}")


def _state(source: "Source", proof: "Proof") -> str:
    """`broken` is only what once worked."""
    if proof.chosen is not None:
        return "proved"
    return "broken" if source.verified else "not yet verified"


def _way_of(source: "Source", proof: "Proof") -> tuple[Way, tuple[str, ...]]:
    """The way to write: the catalogue's own where it proved to work, else the best."""
    for way in proof.ways:
        if way.way is source.way and not way.is_stale:
            urls = source.feeds if way.way is Way.FEED else source.listing
            return way.way, urls or (way.urls if way.way in (Way.FEED, Way.LISTING) else ())
    return proof.chosen or (Way.AUTO, ())


def _write(job: Job, source: "Source", proof: "Proof") -> None:
    way, urls = _way_of(source, proof)
    _editor(job).write_proved(source.id, way, urls)


# ------------------------------------------------------------- move


def _add_move(group: click.Group) -> None:
    @command(group, "move")
    @click.argument("source_id", metavar="SOURCE")
    @click.argument("url")
    @click.option("--allow-private", is_flag=True, help="The site is in your own network.")
    def move(job: Job, source_id: str, url: str, allow_private: bool) -> int:
        """Give SOURCE the new address URL, and find its articles there again: none becomes a new entry."""
        from aggregator.commands.moving import move_source

        source = job.catalogue.get(source_id)
        address = url if "://" in url else f"https://{url}"
        private = _private_keys(address, allow_private)
        return move_source(job, _editor(job), source, address, private)


def _editor(job: Job) -> "OperatorCatalogue":
    from aggregator.catalogue_edit import OperatorCatalogue

    return OperatorCatalogue(job.config.operator_catalogue, job.config.catalogue, job.config.topics)
