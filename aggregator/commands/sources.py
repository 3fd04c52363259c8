"""Commands on the catalogue: `sources list`, `show`, `remove`, `import`, `export`.

Changes go to the operator's own file alone. Start reading at `add_to`.
"""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from aggregator.commands import ways
from aggregator.commands.common import Job, command

if TYPE_CHECKING:
    from aggregator.catalogue_edit import OperatorCatalogue


# What holds where a catalogue is silent, and differs from source to source.
_USUAL = ("name", "hosts", "kind", "languages", "zone", "way", "pace", "keep", "publish")


def add_to(group: click.Group) -> None:
    """Puts the commands of this theme into the group."""

    @group.group("sources")
    def sources() -> None:
        """List and change the sources."""

    for add in (_add_list, _add_show, _add_changes, _add_exchange, ways.add_to):
        add(sources)


def _add_list(group: click.Group) -> None:
    @command(group, "list")
    @click.option("--all", "is_all", is_flag=True, help="Also those that are switched off.")
    def list_(job: Job, is_all: bool) -> None:
        """One line a source: id, kind, way, whether it was proved, address."""
        listed = [source for source in job.catalogue.sources if source.enabled or is_all]
        width = max((len(source.id) for source in listed), default=0)
        for source in listed:
            if job.is_json:
                job.answer(asdict(source))
                continue
            proved = "proved" if source.verified else "not yet verified"
            state = proved if source.enabled else "switched off"
            click.echo(f"{source.id:{width}}  {source.kind:11}  {source.way:9}  {state:16}  {source.url}")


def _add_show(group: click.Group) -> None:
    @command(group, "show")
    @click.argument("source_id", metavar="SOURCE")
    def show(job: Job, source_id: str) -> None:
        """All that the catalogue says of SOURCE."""
        from aggregator.catalogue_edit import render_toml

        source = job.catalogue.get(source_id)
        if job.is_json:
            job.answer(asdict(source))
            return
        stated = render_toml([source])
        click.echo(stated, nl=False)
        for key in _USUAL:
            if f"\n{key} = " not in stated:
                value = getattr(source, key)
                shown = json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)
                click.echo(f"# {key} = {shown}")


def _add_changes(group: click.Group) -> None:
    @command(group, "remove")
    @click.argument("source_id", metavar="SOURCE")
    def remove(job: Job, source_id: str) -> None:
        """Take SOURCE out, or switch it off where it came with the program; its articles stay."""
        job.catalogue.get(source_id)
        _editor(job).remove_source(source_id)
        job.say(f"{source_id} is visited no more; what it brought stays in the archive")


def _add_exchange(group: click.Group) -> None:
    @command(group, "import")
    @click.argument("file", type=click.File("rb"))
    def import_(job: Job, file: IO[bytes]) -> None:
        """Add the sites of an OPML FILE that are not known yet."""
        from aggregator.opml import read_opml

        found = read_opml(file.read(), job.catalogue.sources)
        _editor(job).add_sources(found)
        job.say(f"{len(found)} sources added to {job.config.operator_catalogue}")

    @command(group, "export")
    @click.option(
        "--format", "form", type=click.Choice(["opml", "toml"]), default="opml", help="What to write."
    )
    @click.option(
        "--out", type=click.Path(dir_okay=False, path_type=Path), help="File; default: standard output."
    )
    def export(job: Job, form: str, out: Path | None) -> None:
        """Write all sources that are switched on, as OPML for readers or TOML for another catalogue."""
        from aggregator.catalogue_edit import render_toml
        from aggregator.opml import render_opml

        enabled = [source for source in job.catalogue.sources if source.enabled]
        data = render_opml(enabled, "aggregator") if form == "opml" else render_toml(enabled).encode()
        if out is None:
            sys.stdout.buffer.write(data)
        else:
            out.write_bytes(data)


def _editor(job: Job) -> "OperatorCatalogue":
    from aggregator.catalogue_edit import OperatorCatalogue

    return OperatorCatalogue(job.config.operator_catalogue, job.config.catalogue, job.config.topics)
