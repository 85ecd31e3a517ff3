"""Which addresses a webhook may reach: none of the tricky ones."""

from __future__ import annotations

import asyncio
from ipaddress import ip_address

import pytest

from service.addresses import NotFoundInDns, Resolver, is_public

TRICKY = [
    # this host, private networks, carriers' NAT, link-local with the clouds' metadata
    "0.0.0.0", "0.1.2.3", "127.0.0.1", "127.255.255.254", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "100.64.0.1", "100.100.100.200", "100.127.255.255", "169.254.169.254", "168.63.129.16",
    # protocol assignments, relays, documentation, benchmarks, multicast, reserved
    "192.0.0.1", "192.0.0.9", "192.0.0.170", "192.0.0.192", "192.0.2.1", "192.31.196.1", "192.52.193.1", "192.88.99.1",
    "192.175.48.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250",
    "240.0.0.1", "255.255.255.255",
    # the same in IPv6, and IPv4 inside IPv6: mapped, compatible, translated, NAT64, 6to4, Teredo, ISATAP
    "::", "::1", "::7f00:1", "::8.8.8.8", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254",
    "::ffff:0:127.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b::169.254.169.254", "64:ff9b:1::8.8.8.8",
    "2002:7f00:1::", "2002:a00:1::1", "2002:808:808::1", "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2606:4700::5efe:10.0.0.1", "2606:4700::200:5efe:127.0.0.1", "fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1",
    "fd00:ec2::254", "ff02::1", "2001:db8::1", "2001:2::1", "2001:10::1", "2001:20::1", "3fff::1", "100::1", "5f00::1",
    "4000::1", "2620:4f:8000::1",
]  # fmt: skip
PUBLIC = [
    "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.1", "100.63.255.255", "100.128.0.1", "172.15.255.255", "172.32.0.1",
    "169.253.1.1", "192.0.1.1", "198.17.255.255", "223.255.255.255", "2606:4700:4700::1111", "2a00:1450:4001::200e",
    "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2001:4860:4860::8888", "2606:4700::5efe:8.8.8.8",
]  # fmt: skip


@pytest.mark.parametrize("address", TRICKY)
def test_tricky_address_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_public_address_is(address: str) -> None:
    assert is_public(ip_address(address))


def test_list_of_tricky_addresses_is_long_enough() -> None:
    assert len(set(TRICKY)) >= 38


@pytest.mark.anyio
@pytest.mark.parametrize("name", ["127.1", "2130706433", "0x7f.1", "017700000001", "localhost", "0"])
async def test_other_spellings_of_loopback_resolve_to_what_they_are(name: str) -> None:
    addresses = await Resolver()(name, 443)
    assert addresses
    assert not any(map(is_public, addresses))


@pytest.mark.anyio
@pytest.mark.parametrize("name", ["no-such-name.invalid", "a" * 70 + ".example", "-.-"])
async def test_what_is_no_name_does_not_resolve(name: str) -> None:
    with pytest.raises(NotFoundInDns):
        await Resolver()(name, 443)


@pytest.mark.anyio
async def test_one_who_gives_up_does_not_take_the_answer_from_others() -> None:
    resolver = Resolver()
    first = asyncio.ensure_future(resolver("localhost", 443))
    second = asyncio.ensure_future(resolver("localhost", 443))
    await asyncio.sleep(0)
    first.cancel()
    assert await second
