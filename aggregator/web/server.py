"""The server: a socket, an application, and no line in any log about who asked.

Knows nothing of what is served. Start reading at `serve`.
"""

import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import uvicorn

from aggregator.errors import ConfigError

# What a proxy in front may keep waiting; beyond it answers 503 rather than ever slower.
_AT_ONCE = 200
# A client that sends nothing keeps a connection so long.
_IDLE_SECONDS = 15
# A stop lets running answers end; statements have a limit of their own far below.
_GRACE_SECONDS = 5


def serve(app: Any, host: str, port: int, say: Callable[[str], None]) -> None:  # noqa: ANN401 - any ASGI application
    """Serves until it is interrupted or told to end; port 0 takes a free one.

    Client addresses are taken from X-Forwarded-For only when a proxy on this machine says them.

    Raises: ConfigError when nothing can listen there.
    """
    with _listen(host, port) as listener:
        config = uvicorn.Config(
            app,
            access_log=False,
            log_config=None,
            server_header=False,
            proxy_headers=True,
            forwarded_allow_ips="127.0.0.1,::1",
            limit_concurrency=_AT_ONCE,
            timeout_keep_alive=_IDLE_SECONDS,
            timeout_graceful_shutdown=_GRACE_SECONDS,
            lifespan="off",
        )
        shown = f"[{host}]" if ":" in host else host
        say(f"serving at http://{shown}:{listener.getsockname()[1]}/ until Ctrl-C")
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listener])


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family, backlog=512)
    except (OSError, OverflowError) as error:
        reason = error.strerror if isinstance(error, OSError) else "there is no such port"
        raise ConfigError(f"nothing can listen at {host}, port {port}: {reason}") from error
