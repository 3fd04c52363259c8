"""The command `aggregator`: its group of commands, and errors turned into exit codes.

Imports nothing heavy, and no command but the one that is asked for. Start reading at `main`.
"""

import sys
from collections.abc import Mapping
from importlib import import_module

import click

from aggregator import __version__
from aggregator.errors import AggregatorError, ConfigError, QueryError, StoreError

# Exit codes are promises: scheduled jobs tell by them what to do.
_CODES: tuple[tuple[type[AggregatorError], int], ...] = ((QueryError, 2), (ConfigError, 3), (StoreError, 4))
_INTERRUPTED = 130

THEMES: Mapping[str, Mapping[str, str]] = {
    "road": {
        "demo": "Crawl the bundled sample sites, without network.",
        "init": "Write a commented aggregator.toml and a catalogue of your own.",
        "run": "Crawl what is due, store what is new, publish what changed.",
        "import": "Take articles from a JSONL file into the archive.",
        "publish": "Write all feeds as files, only those whose bytes change.",
        "config": "Show the options in force.",
    },
    "sources": {"sources": "List and change the sources."},
    "feeds": {
        "feeds": "Show the feeds, and publish searches as feeds of your own.",
        "digest": "Print or mail a press review of a feed, by story.",
    },
    "search": {
        "search": "Find articles by words, phrases and filters.",
        "sql": "Ask the archive in SQL; nothing can be written.",
    },
    "statistics": {"stats": "Count appearances, articles and stories."},
    "articles": {
        "show": "Print an article: its fields, where it was seen, what it was.",
        "explain": "Print why each field of an article is what it is.",
        "correct": "Set a field of an article, for good.",
        "hide": "Keep an article out of feeds and searches.",
        "reextract": "Read the kept pages again with today's code and catalogue.",
    },
    "export": {"export": "Write articles as CSV, JSONL, Parquet, XLSX, SQLite or WARC."},
    "withdraw": {
        "withdraw": "Erase an article everywhere, and never take it in again.",
        "purge": "Let go of what is no longer needed, by a rule.",
    },
    "serve": {"serve": "Serve the feeds, a search page and a JSON API."},
    "archive": {"db": "Look after the archive."},
    "operations": {
        "health": "Tell what is silent, failing, drifting or slow.",
        "schedule": "Tell when each source is asked next; hand it to a fleet.",
        "worker": "Visit sources as `schedule` hands them out.",
    },
    "texts": {
        "extract": "Turn a page in a file into an article, without a database.",
        "dates": "Read the date that a text states, in Italian or English.",
        "dedupe": "Tell which articles are the same; split and join them.",
    },
}
"""The commands of each module of `aggregator.commands`, with what the help says of them.

Here, and not only in the modules: importing them all would double the cost of every command.
"""


class _Commands(click.Group):
    """Imports the module of a command when that command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, as the help shows them."""
        return [name for told in THEMES.values() for name in told]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name; None where there is none."""
        theme = next((theme for theme, told in THEMES.items() if cmd_name in told), None)
        if theme is not None and cmd_name not in self.commands:
            import_module(f"aggregator.commands.{theme}").add_to(self)
        return super().get_command(ctx, cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes what the commands do, without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([row for told in THEMES.values() for row in told.items()])


@click.group(
    cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, prog_name="aggregator")
def cli() -> None:
    """News of the Lombardy Technology Clusters: crawl, archive, query, publish.

    Exit codes: 0 all well; 1 done, but some sources or items failed; 2 wrong usage; 3 wrong
    configuration or catalogue; 4 the database cannot be used; 130 interrupted.
    """


def main() -> None:
    """Runs the command line; faults of the expected kinds end in one line and their exit code."""
    try:
        code = cli.main(standalone_mode=False)
    except click.exceptions.Abort:
        code = _INTERRUPTED
    except KeyboardInterrupt:
        code = _INTERRUPTED
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except BrokenPipeError:
        sys.stderr.close()  # the reader of a pipe went away; nobody is left to tell
        code = 0
    except AggregatorError as error:
        click.echo(f"aggregator: {error}", err=True)
        code = next((code for kind, code in _CODES if isinstance(error, kind)), 1)
    sys.exit(code if isinstance(code, int) else 0)


if __name__ == "__main__":
    main()
