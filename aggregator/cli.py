"""The command `aggregator`: its group of commands, and errors turned into exit codes.

Imports nothing heavy: each command loads what it needs when it runs. Start reading at `main`.
"""

import sys

import click

from aggregator import __version__
from aggregator.commands import (
    archive,
    articles,
    export,
    feeds,
    operations,
    road,
    search,
    serve,
    sources,
    statistics,
    texts,
    withdraw,
)
from aggregator.errors import AggregatorError, ConfigError, QueryError, StoreError

# Exit codes are promises: scheduled jobs tell by them what to do.
_CODES: tuple[tuple[type[AggregatorError], int], ...] = ((QueryError, 2), (ConfigError, 3), (StoreError, 4))
_INTERRUPTED = 130


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="aggregator")
def cli() -> None:
    """News of the Lombardy Technology Clusters: crawl, archive, query, publish.

    Exit codes: 0 all well; 1 done, but some sources or items failed; 2 wrong usage; 3 wrong
    configuration or catalogue; 4 the database cannot be used; 130 interrupted.
    """


for _theme in (
    road,
    sources,
    texts,
    articles,
    search,
    statistics,
    archive,
    export,
    withdraw,
    feeds,
    serve,
    operations,
):
    _theme.add_to(cli)


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
