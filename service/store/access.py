"""The least rights that the service needs of a Valkey or Redis server, as lines of its access-control file.

https://valkey.io/topics/acl/: what a function does inside the server is judged by the rights of whoever calls it.
"""

from __future__ import annotations

import hashlib

from service.store import keys

_KEYS = ("{m:*", "{p:*", f"{keys.STORE_TAG}*", keys.PARTNERS, keys.MARKETS, keys.LISTENERS)
_CONNECTION = "auth hello select ping asking readonly client|setinfo client|setname client|no-evict command"
_SERVER = "info config|get function|load function|list function|delete wait waitaof scan cluster|slots cluster|shards"
_READING = (
    "type exists ttl pexpiretime get mget strlen hget hmget hgetall hkeys hexists hlen hstrlen hscan smembers "
    "sismember scard sscan zscore zcard zrange zrevrange zrangebyscore zrevrank zscan llen lrange lpos xread xrange "
    "xrevrange xlen xinfo|stream"
)
_WRITING = (
    "fcall set incr del unlink expire pexpireat hset hsetnx hdel hincrby sadd srem zadd zincrby zrem zpopmin "
    "zremrangebyrank zremrangebyscore rpush lrem lpop xadd xdel xtrim xsetid rename persist time"
)
_SAVING = "info sync psync replconf get exists smembers hgetall cluster|slots cluster|shards cluster|nodes"
_HOLDING = "+set +get +del +pexpire"


def service_rules(name: str, password: str) -> str:
    """Return the rule of the user as which every process of the service, and every command, connects."""
    allowed = " ".join(f"+{word}" for part in (_CONNECTION, _SERVER, _READING, _WRITING) for word in part.split())
    patterns = " ".join(f"~{pattern}" for pattern in _KEYS)
    return f"user {name} on #{_hash(password)} resetchannels -@all {patterns} {allowed}"


def backup_rules(name: str, password: str) -> str:
    """Return the rule of the user as which ``carpool backup`` connects: it reads everything, and holds markets.

    Of what it finds it changes nothing.
    """
    allowed = " ".join(f"+{word}" for word in f"{_CONNECTION} {_SAVING}".split())
    held = keys.HELD(keys.market_tag("*"))
    return f"user {name} on #{_hash(password)} resetchannels -@all ~* {allowed} (-@all ~{held} {_HOLDING})"


def _hash(password: str) -> str:
    return hashlib.sha256(password.encode()).hexdigest()
