"""Joins ``lua/`` into one library a version, loads it, and calls its functions.

The library's and functions' names carry a hash of the source, so that during an upgrade processes of
the old and the new version each call their own.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache
from importlib.resources import files

from service.store import keys
from service.store.rules import lua_rules


@cache
def library() -> tuple[str, str]:
    """Return (version, source) of the function library."""
    folder = files("service.store").joinpath("lua")
    parts = sorted((p.name, p.read_text(encoding="utf-8")) for p in folder.iterdir() if p.name.endswith(".lua"))
    shared = [text for name, text in parts if name.startswith("prelude")]
    bodies = [_function(name.removesuffix(".lua"), text) for name, text in parts if not name.startswith("prelude")]
    source = "\n".join([keys.lua_table(), lua_rules(), *shared, *bodies])
    version = hashlib.sha256(source.encode()).hexdigest()[:10]
    return version, f"#!lua name={library_name(version)}\n" + source.replace("@VERSION@", version)


def library_name(version: str) -> str:
    """Return the name of a version's library, ``*`` for all of them."""
    return f"carpool_{version}"


def function_name(name: str) -> str:
    """Return the name under which this version's function is registered."""
    return f"cp_{library()[0]}_{name}"


def names() -> list[str]:
    """Return the functions of the library, for the access-control file and the tests."""
    return re.findall(r"register_function\('cp_\w{10}_(\w+)'", library()[1])


def _function(name: str, text: str) -> str:
    # Each file is the body of one function of (tag, a): the hash tag it works under and its decoded argument. Bytes
    # that are kept as they are come as args[2]: they are spared the way through JSON, which blocks the server.
    return (
        f"redis.register_function('cp_@VERSION@_{name}', function(keys, args)\n"
        f"local tag, a = keys[1], cjson.decode(args[1])\n{text}\nend)"
    )
