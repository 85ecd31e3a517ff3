"""What the URL of a store may say, and what is said of one that is wrong."""

from __future__ import annotations

import pytest

from service.store_urls import parse


def test_one_server_by_host_or_by_socket() -> None:
    assert parse("redis://carpool:pa%40ss@store:7000/2").options == {
        "username": "carpool", "password": "pa@ss", "host": "store", "port": 7000, "db": 2,
    }  # fmt: skip
    assert parse("unix:///run/valkey.sock?db=1").options["path"] == "/run/valkey.sock"
    assert not parse("redis://store").tls
    assert parse("rediss://store").tls


def test_sentinels_have_rights_of_their_own_and_the_same_authority() -> None:
    found = parse("rediss+sentinel://u:p@one:1,two/main/3?ssl_ca_certs=/ca.pem&sentinel_password=q")
    assert (found.kind, found.tls, found.name) == ("sentinel", True, "main")
    assert found.hosts == (("one", 1), ("two", 26379))
    assert found.options == {"username": "u", "password": "p", "db": 3, "ssl_ca_certs": "/ca.pem"}
    assert found.to_sentinels == {"password": "q", "ssl_ca_certs": "/ca.pem"}


def test_a_cluster_is_found_through_any_of_its_servers() -> None:
    found = parse("redis+cluster://u:p@one,two:7001,[::1]:7002")
    assert found.kind == "cluster"
    assert found.hosts == (("one", 6379), ("two", 7001), ("::1", 7002))
    assert found.options == {"username": "u", "password": "p"}


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://store", "must start with redis://"),
        ("store:6379", "must start with redis://"),
        ("unix+cluster:///a", "must start with redis://"),
        ("redis+cluster://one/3", "no numbered databases"),
        ("redis+cluster://", "names no host"),
        ("redis+sentinel://one,two", "must name the primary"),
        ("redis://store?ssl_ca_certs=/ca.pem", "for rediss:// alone"),
        ("rediss://store?ssl_ca=/ca.pem", "unknown option ssl_ca"),
    ],
)
def test_a_wrong_url_is_refused_in_words_that_show_no_secret(url: str, words: str) -> None:
    with pytest.raises(ValueError, match=words) as refused:
        parse(url.replace("://", "://user:secret-word@", 1))
    assert "secret-word" not in str(refused.value)
