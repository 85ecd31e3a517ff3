"""``carpool serve`` and its single roles."""

from __future__ import annotations

import socket
from typing import Annotated

import typer
import uvloop

from service import processes, telemetry, tracing
from service.cli.options import DataDir, RedisUrl, settings_of
from service.cli.output import say
from service.errors import SettingError
from service.settings import Settings

Host = Annotated[str | None, typer.Option(help="Address to listen on (127.0.0.1).")]
Port = Annotated[int | None, typer.Option(help="Port to listen on (8000); 0 picks one.")]
AcceptDataLoss = Annotated[
    bool | None, typer.Option("--accept-data-loss", help="Start on a store that may lose acknowledged writes.")
]
Supervised = Annotated[str | None, typer.Option("--supervised", hidden=True)]


def serve(
    host: Host = None,
    port: Port = None,
    data_dir: DataDir = None,
    redis_url: RedisUrl = None,
    batch_interval_s: Annotated[float | None, typer.Option(help="Seconds between batches (10).")] = None,
    api_workers: Annotated[int | None, typer.Option(help="API processes (1).")] = None,
    allow_private_webhooks: Annotated[
        bool | None, typer.Option("--allow-private-webhooks", help="Development: http and private webhook addresses.")
    ] = None,
    accept_data_loss: AcceptDataLoss = None,
) -> None:
    """Run the API, the matcher and the deliverer, with an embedded store unless one is given."""
    from service.supervisor import Supervisor

    settings = settings_of(
        host=host, port=port, data_dir=data_dir, redis_url=redis_url, batch_interval_s=batch_interval_s,
        api_workers=api_workers, allow_private_webhooks=allow_private_webhooks, accept_data_loss=accept_data_loss,
    )  # fmt: skip
    telemetry.configure_logging(settings.log_level, "supervisor")
    Supervisor(settings, say).run()


def api(
    host: Host = None,
    port: Port = None,
    redis_url: RedisUrl = None,
    accept_data_loss: AcceptDataLoss = None,
    fd: Annotated[int | None, typer.Option("--fd", hidden=True)] = None,
    supervised: Supervised = None,
) -> None:
    """Run the API alone, on a store that is given."""
    settings = _prepare("api", supervised, host=host, port=port, redis_url=redis_url, accept_data_loss=accept_data_loss)
    from service.roles.api import serve_api
    from service.supervisor import listen

    listener = socket.socket(fileno=fd) if fd is not None else listen(settings.host, settings.port)
    uvloop.run(serve_api(settings, listener))


def matcher(redis_url: RedisUrl = None, accept_data_loss: AcceptDataLoss = None, supervised: Supervised = None) -> None:
    """Run a matcher alone, on a store that is given; several share the markets."""
    settings = _prepare("matcher", supervised, redis_url=redis_url, accept_data_loss=accept_data_loss)
    from service.roles.matcher import serve_matcher

    uvloop.run(serve_matcher(settings))


def deliverer(
    redis_url: RedisUrl = None, accept_data_loss: AcceptDataLoss = None, supervised: Supervised = None
) -> None:
    """Run a deliverer alone, on a store that is given; several share the work."""
    settings = _prepare("deliverer", supervised, redis_url=redis_url, accept_data_loss=accept_data_loss)
    from service.roles.deliverer import serve_deliverer

    uvloop.run(serve_deliverer(settings))


def _prepare(role: str, supervised: str | None, **flags: object) -> Settings:
    settings = settings_of(**flags)
    if settings.redis_url is None:
        raise SettingError(f"carpool {role} needs a store: set CARPOOL_REDIS_URL, or use carpool serve for all in one")
    if supervised is not None:
        processes.stop_when_input_closes()
    if settings.metrics_dir is not None:
        telemetry.share_metrics(settings.metrics_dir, supervised)  # before anything imports the metrics library
    telemetry.configure_logging(settings.log_level, role)
    if settings.traces:
        tracing.start(role)
    return settings
