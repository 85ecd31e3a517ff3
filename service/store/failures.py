"""What a store's client raises, as errors of the service."""

from __future__ import annotations

import asyncio
import ssl
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from redis import exceptions as redis_errors

from service.errors import StoreUnavailable, StoreUnsafe

# What means "not now": refused, timed out, still loading, replica, full. OSError covers DNS and sockets.
_AWAY = (
    redis_errors.ConnectionError, redis_errors.TimeoutError, redis_errors.BusyLoadingError,
    redis_errors.ReadOnlyError, redis_errors.MaxConnectionsError,
    redis_errors.ClusterError, redis_errors.RedisClusterException, redis_errors.TryAgainError, redis_errors.MovedError,
    OSError, asyncio.TimeoutError,
)  # fmt: skip


@contextmanager
def translated() -> Iterator[None]:
    """Turn every failure of the store that may pass into StoreUnavailable."""
    try:
        yield
    except _AWAY as error:
        raise StoreUnavailable(f"the store is out of reach ({_reason(error)})") from error
    except redis_errors.OutOfMemoryError as error:
        raise StoreUnavailable("the store is full and refuses writes (OOM)") from error
    except redis_errors.ResponseError as error:
        if str(error).startswith(("MISCONF", "OOM", "CLUSTERDOWN", "NOREPLICAS")):
            raise StoreUnavailable(f"the store refuses writes ({str(error).split()[0]})") from error
        raise
    except (AttributeError, RuntimeError) as error:
        if _arose_in_client(error):
            raise StoreUnavailable(f"the store is out of reach ({type(error).__name__} in its client)") from error
        raise


def _arose_in_client(error: BaseException) -> bool:
    """Tell whether the client's own code failed: a cluster's does when a failover takes nodes from under its calls."""
    names = [frame.f_globals.get("__name__", "") for frame, _ in traceback.walk_tb(error.__traceback__)]
    packages = [name.partition(".")[0] for name in names]
    return "redis" in packages and packages[-1] != "service"


def _reason(error: BaseException) -> str:
    """Return what kind of failure this is; of TLS, what did not fit, too."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate is refused: {cause.verify_message}"
        cause = cause.__cause__ or cause.__context__
    return type(error).__name__


def is_of_records(error: Exception) -> bool:
    """Tell whether an error speaks of the records that a command met, not of the server's state, which passes."""
    text = str(error)
    return "WRONGTYPE" in text or "user_function" in text or "script:" in text


@contextmanager
def usable() -> Iterator[None]:
    """Turn what a store refuses while it is made ready into StoreUnsafe."""
    try:
        yield
    except redis_errors.RedisError as error:
        first = str(error).splitlines()[0]
        raise StoreUnsafe(f"this store can not be used ({first}): Valkey 8 or Redis 7 and the rights to call "
                          "FUNCTION, FCALL and the data commands are needed") from None  # fmt: skip
