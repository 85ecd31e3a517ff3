"""What a webhook's URL may be."""

from __future__ import annotations

import pytest

from service.model.webhook_urls import UrlRefused, webhook_url

REFUSED = {
    "": "https://", "hooks.example/in": "https://", "ftp://h.example/": "https://", "http://h.example/in": "https://",
    "http+unix://%2Fvar%2Frun%2Fdocker.sock/x": "https://", "file:///etc/passwd": "https://",
    "javascript:alert(1)": "https://", "https://": "no host", "https:///in": "no host",
    "https://user:pw@h.example/": "credentials", "https://user@h.example/": "credentials",
    "https://@h.example/": "credentials", "https://h.example\\@evil.example/": "backslashes",
    "https://h.example/#top": "fragment", "https://h.example/#": "fragment", "https://h.example:22/": "port",
    "https://h.example:80/": "port", "https://h.example:6379/": "port", "https://h.example:0/": "port",
    "https://h.example:99999/": "port", "https://h.example:x/": "not a URL", "https://h .example/": "spaces",
    "https://h.example/a b": "spaces", "https://h.example/\r\nx: y": "spaces", "https://h.example/\x00": "spaces",
    "https://[::1/": "not a URL", "https://xn--\u00df.example/": "not a URL", "https://" + "a" * 2048: "longer",
    "https://h\u2024example\u200b/": "spaces",
}  # fmt: skip


@pytest.mark.parametrize("url", REFUSED)
def test_refused_with_what_is_wrong(url: str) -> None:
    with pytest.raises(UrlRefused, match=REFUSED[url]):
        webhook_url(url, allow_private=False)


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("https://Hooks.Example/in?x=1", "https://hooks.example/in?x=1"),
        ("HTTPS://h.example:443/in", "https://h.example/in"),
        ("https://h.example:8443/in", "https://h.example:8443/in"),
        ("https://bücher.example/ü", "https://xn--bcher-kva.example/%C3%BC"),
        ("https://[2606:4700::1]/x", "https://[2606:4700::1]/x"),
    ],
)
def test_good_url_in_its_one_form(url: str, normal: str) -> None:
    assert webhook_url(url, allow_private=False) == normal
    assert webhook_url(normal, allow_private=False) == normal


def test_development_allows_plain_http_and_any_port() -> None:
    assert webhook_url("http://127.0.0.1:9000/in", allow_private=True) == "http://127.0.0.1:9000/in"
    for url in ("http+unix://x/y", "http://u@h/", "ftp://h/"):
        with pytest.raises(UrlRefused):
            webhook_url(url, allow_private=True)
