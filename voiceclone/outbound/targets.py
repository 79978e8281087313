"""An address that somebody has named, read strictly: what is odd is refused in a sentence before anything is asked."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, urlsplit

from django.conf import settings

from voiceclone.outbound.addresses import is_public
from voiceclone.said import Said

PORTS = (80, 443, 8080, 8443)
DEFAULT_PORTS = {"http": 80, "https": 443}
MAX_LENGTH = 2048
ODD = re.compile(r"[\x00-\x20\x7f-\xa0\\\u2028\u2029\ufeff]")
HOST_NAME = re.compile(r"[a-z0-9_]([a-z0-9_.-]{0,251}[a-z0-9_])?")
PATH = "/%:@!$&'()*+,;=~"  # what may stay as it is; letters and digits do


class Unreachable(Exception):
    """An address is not asked, or did not answer as it should.

    `code` is for programs: url, scheme, port, private, dns, connect, tls, deadline, headers, redirect, status,
    encoding, too_large or network. `str(error)` is a sentence for whoever named the address: it tells nothing about
    our network.
    """

    def __init__(self, code: str, sentence: str, **values: object) -> None:
        super().__init__(Said(sentence, **values))
        self.code = code


@dataclass(frozen=True, slots=True)
class Target:
    """Where to connect to and what to ask for. `host`: lower-case ASCII, or an IP address without brackets."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def is_allowed_here(self) -> bool:
        """The operator has named this host in ALLOW_PRIVATE_HOSTS."""
        return self.host in settings.ALLOW_PRIVATE_HOSTS

    @property
    def host_header(self) -> str:
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == DEFAULT_PORTS[self.scheme] else f"{name}:{self.port}"


def read(url: str, *, https_only: bool = False) -> Target:
    """Take an address apart. Raises Unreachable where it cannot be one that we ask.

    No name is looked up. `https_only` holds for every host but those in ALLOW_PRIVATE_HOSTS.
    """
    if len(url) > MAX_LENGTH:
        raise Unreachable(
            "url", "The address has {found:,} characters; the limit is {limit:,}.", found=len(url), limit=MAX_LENGTH
        )
    if ODD.search(url):
        raise Unreachable("url", "The address has a space, a backslash or a control character in it; write it as %20.")
    try:
        parts = urlsplit(url)
        port, host = parts.port, _host(parts)
    except ValueError as error:  # no port, half an IPv6 address, or a name that no name can be
        raise Unreachable("url", "This is no web address, such as https://example.org/voice.wav.") from error
    if parts.scheme not in DEFAULT_PORTS or not host:
        raise Unreachable("url", "A web address begins with https:// or http:// and a host's name.")
    if "@" in parts.netloc:
        raise Unreachable("url", "The address has a user name or password in it; those are not sent.")
    path = quote(parts.path or "/", safe=PATH) + (f"?{quote(parts.query, safe=PATH + '?')}" if parts.query else "")
    target = Target(parts.scheme, host, DEFAULT_PORTS[parts.scheme] if port is None else port, path)
    _check(target, https_only)
    return target


def _host(parts: SplitResult) -> str:
    """The host's name as it is looked up: full-width digits, odd dots and capitals become what they mean."""
    name = parts.hostname or ""
    if "[" in parts.netloc:
        return socket.inet_ntop(socket.AF_INET6, _packed(name))
    name = name.encode("idna").decode().lower().removesuffix(".")
    if name and not HOST_NAME.fullmatch(name):
        raise ValueError(name)
    return name


def _packed(name: str) -> bytes:
    try:
        return socket.inet_pton(socket.AF_INET6, name)
    except OSError as error:  # with a zone, for one
        raise ValueError(name) from error


def _check(target: Target, https_only: bool) -> None:
    if target.is_allowed_here:
        return
    if https_only and target.scheme != "https":
        raise Unreachable("scheme", "The address begins with http://; it must begin with https://.")
    if target.port not in PORTS:
        ports = ", ".join(map(str, PORTS))
        raise Unreachable(
            "port",
            "The address names port {found}; the ports that are asked are {ports}.",
            found=target.port,
            ports=ports,
        )
    if target.host == "localhost" or target.host.endswith(".localhost"):
        raise private()
    try:
        # also takes 2130706433, 0x7f.1 and the like for what the system would take them for
        found = socket.getaddrinfo(target.host, None, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except OSError:
        return  # a name
    if not all(is_public(str(address[4][0])) for address in found):
        raise private()


def private() -> Unreachable:
    return Unreachable("private", "The address does not lie on the public internet, so this server does not ask it.")
