"""Whatever address somebody names, and whatever answers there: nothing of our own network is ever asked."""

from __future__ import annotations

import io
import os
import resource
import ssl
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.utils.timezone import now

from tests.outbound.hostile import PORT, PUBLIC, TLS_PORT, Hostile
from voiceclone.outbound import client
from voiceclone.outbound.addresses import is_public
from voiceclone.outbound.targets import Unreachable, read

P = f"http://pub.test:{PORT}"
LIMIT = 2 << 20
CONNECTS: list[Any] = []
WATCHING = [False]


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if WATCHING[0] and event == "socket.connect":
        CONNECTS.append(arguments[1])


sys.addaudithook(_watch)  # every connection that this process tries to make, however it is made


@pytest.fixture
def hostile() -> Iterator[Hostile]:
    server = Hostile()
    with server.running():
        CONNECTS.clear()
        WATCHING[0] = True
        yield server
        WATCHING[0] = False


def ask(hostile: Hostile, url: str, deadline: float = 20.0) -> bytes:
    found = io.BytesIO()
    client.fetch(url, found, max_bytes=LIMIT, deadline=deadline, network=hostile.network)
    return found.getvalue()


PRIVATE_OR_ODD = {
    # names that lead to us
    "http://priv.test:8080/ok": "private",
    "http://both.test:8080/ok": "private",
    "http://meta.test/latest/meta-data/": "private",
    "http://mapped.test:8080/ok": "private",
    "http://translated.test:8080/ok": "private",
    "http://localhost:8080/ok": "private",
    "http://LOCALHOST.:8080/ok": "private",
    "http://voices.localhost:8080/ok": "private",
    # this machine, in every spelling that the system understands
    "http://127.0.0.1:8080/ok": "private",
    "http://127.1:8080/ok": "private",
    "http://127.0.1:8080/ok": "private",
    "http://2130706433:8080/ok": "private",
    "http://0x7f000001:8080/ok": "private",
    "http://0x7f.1:8080/ok": "private",
    "http://0177.0.0.1:8080/ok": "private",
    "http://017700000001:8080/ok": "private",
    "http://0:8080/ok": "private",
    "http://0.0.0.0:8080/ok": "private",
    "http://127.0.0.1.:8080/ok": "private",
    "http://①②⑦.⓪.⓪.①:8080/ok": "private",
    "http://127。0。0。1:8080/ok": "private",
    "http://１２７.0.0.1:8080/ok": "private",
    "http://[::1]:8080/ok": "private",
    "http://[::]:8080/ok": "private",
    "http://[0:0:0:0:0:0:0:1]:8080/ok": "private",
    "http://[::ffff:127.0.0.1]:8080/ok": "private",
    "http://[::ffff:7f00:1]:8080/": "private",
    "http://[::127.0.0.1]:8080/": "private",
    "http://[64:ff9b::7f00:1]:8080/": "private",
    "http://[64:ff9b:1::7f00:1]:8080/": "private",
    "http://[2002:7f00:1::]:8080/": "private",
    "http://[2001:0:7f00:1::]:8080/": "private",
    "http://[2a00:1450::200:5efe:127.0.0.1]:8080/": "private",
    # networks that are not the internet
    "http://169.254.169.254/latest/": "private",
    "http://[fd00:ec2::254]/": "private",
    "http://[fe80::1]:8080/": "private",
    "http://[fec0::1]:8080/": "private",
    "http://[fd00::1]:8080/": "private",
    "http://[ff02::1]:8080/": "private",
    "http://[2001:db8::1]:8080/": "private",
    "http://[3fff::1]/": "private",
    "http://[100::1]/": "private",
    "http://100.100.100.200/": "private",
    "http://168.63.129.16/": "private",
    "http://192.0.0.192/": "private",
    "http://10.0.0.1/": "private",
    "http://172.17.0.1/": "private",
    "http://192.168.1.1/": "private",
    "http://198.18.0.1/": "private",
    "http://192.0.2.1/": "private",
    "http://198.51.100.1/": "private",
    "http://203.0.113.1/": "private",
    "http://192.88.99.1/": "private",
    "http://224.0.0.1/": "private",
    "http://240.0.0.1/": "private",
    "http://255.255.255.255/": "private",
    # no web address, or one that means two things
    "": "url",
    "voice.wav": "url",
    "/etc/passwd": "url",
    "//pub.test/x": "url",
    "http://": "url",
    "http:///x": "url",
    "http://./x": "url",
    "file:///etc/passwd": "url",
    "ftp://pub.test/x": "url",
    "gopher://127.0.0.1:6379/_x": "url",
    "dict://127.0.0.1:11211/stat": "url",
    "data:audio/wav;base64,AAAA": "url",
    "javascript:1": "url",
    "http://pub.test@127.0.0.1:8080/ok": "url",
    "http://127.0.0.1@pub.test:8080/ok": "url",
    "http://user:word@pub.test:8080/ok": "url",
    "http://pub.test:8080\\@127.0.0.1/": "url",
    "http://127.0.0.1:8080\\@pub.test/": "url",
    "http://127%2e0%2e0%2e1:8080/ok": "url",
    "http://pub.test%00.example/ok": "url",
    "http://[fe80::1%25lo]:8080/": "url",
    "http://[::1": "url",
    "http://[127.0.0.1]:8080/": "url",
    "http://[v1.x]:8080/": "url",
    "http://pub..test/": "url",
    "http://pub.test:99999/": "url",
    "http://pub.test:-1/": "url",
    "http://pub.test:8080/\r\nX: y": "url",
    "http://pub.test:8080/ok\x00": "url",
    "http://pub.test:8080/a b": "url",
    "http://pub\u2028.test:8080/": "url",
    " http://pub.test:8080/ok": "url",
    "http://" + "a" * 300 + ".test/": "url",
    P + "/" + "a" * 3000: "url",
    "http://pub.test:22/": "port",
    "http://pub.test:0/": "port",
    "http://pub.test:6379/": "port",
    "http://127.0.0.1:6379/": "port",
    "http://nobody.test:8080/": "dns",
}
ELSEWHERE = {
    "http://127.0.0.1:8080/ok": "private",
    "http://priv.test:8080/ok": "private",
    "//127.0.0.1:8080/ok": "private",
    "http://169.254.169.254/": "private",
    "http://[::1]:8080/": "private",
    "http://2130706433:8080/": "private",
    "http://pub.test:25/": "port",
    "http://x:y@pub.test:8080/ok": "url",
    "file:///etc/passwd": "url",
    "gopher://x": "url",
    "http://[": "network",
}
TOO_MUCH = {
    "/big": "too_large",
    "/endless": "too_large",
    "/endless-chunks": "too_large",
    "/endless-extensions": "headers",
    "/endless-trailer": "headers",
    "/huge-chunk": "network",
    "/gzip": "encoding",
    "/header-flood": "headers",
    "/small-header-flood": "network",
    "/endless-line": "headers",
    "/continue-flood": "headers",
    "/garbage": "network",
    "/no-http": "network",
    "/short": "network",
    "/loop": "redirect",
    "/nowhere": "redirect",
    "/status/204": "status",
    "/status/404": "status",
    "/status/500": "status",
}


@pytest.mark.parametrize(("url", "code"), PRIVATE_OR_ODD.items())
def test_an_address_that_is_not_public_is_never_connected_to(hostile: Hostile, url: str, code: str) -> None:
    with pytest.raises(Unreachable) as refused:
        ask(hostile, url)
    assert refused.value.code == code
    assert CONNECTS == []


@pytest.mark.parametrize(("there", "code"), ELSEWHERE.items())
def test_nor_does_a_redirect_lead_there(hostile: Hostile, there: str, code: str) -> None:
    with pytest.raises(Unreachable) as refused:
        ask(hostile, f"{P}/to?{there}")
    assert refused.value.code == code
    assert {address[0] for address in CONNECTS} == {PUBLIC}
    assert len(CONNECTS) == 1


@pytest.mark.parametrize(("path", "code"), TOO_MUCH.items())
def test_an_answer_that_is_too_much_or_none_ends(hostile: Hostile, path: str, code: str) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(Unreachable) as refused:
        ask(hostile, P + path)
    assert refused.value.code == code
    assert str(refused.value).endswith(".")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60_000  # kB


@pytest.mark.parametrize("path", ["/drip", "/slow-head", "/silent"])
def test_a_slow_answer_ends_at_the_deadline_however_often_it_says_something(hostile: Hostile, path: str) -> None:
    before = time.monotonic()
    with pytest.raises(Unreachable) as refused:
        ask(hostile, P + path, deadline=0.5)
    assert refused.value.code == "deadline"
    assert time.monotonic() - before >= 0.5


def test_a_look_up_that_hangs_ends_at_the_deadline(hostile: Hostile) -> None:
    hanging = client.Network(lambda host, port: [hostile.stopped.wait()], lambda address: True)  # type: ignore[list-item]
    with pytest.raises(Unreachable) as refused:
        client.fetch(f"{P}/ok", io.BytesIO(), max_bytes=LIMIT, deadline=0.2, network=hanging)
    assert refused.value.code == "deadline"


@pytest.mark.parametrize("path", ["/ok", "/chunks", "/to?/ok", f"/to?{P}/to?/ok"])
def test_an_honest_file_arrives(hostile: Hostile, path: str) -> None:
    assert ask(hostile, P + path) == b"good"


def test_a_name_is_looked_up_once_so_that_a_second_answer_leads_nowhere(hostile: Hostile) -> None:
    assert ask(hostile, f"http://rebind.test:{PORT}/ok") == b"good"
    assert hostile.look_ups["rebind.test"] == 1
    assert {address[0] for address in CONNECTS} == {PUBLIC}


def test_nothing_of_ours_is_sent_along(hostile: Hostile, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine pub.test login me password secret\n")
    netrc.chmod(0o600)
    for name, value in {
        "NETRC": str(netrc),
        "HOME": str(tmp_path),
        "HTTP_PROXY": "http://127.0.0.1:1",
        "http_proxy": "http://127.0.0.1:1",
    }.items():
        monkeypatch.setenv(name, value)
    assert ask(hostile, f"{P}/to?/ok") == b"good"
    assert len(hostile.asked) == 2
    for request in hostile.asked:
        lines = sorted(line.partition(":")[0].lower() for line in request.split("\r\n")[1:] if line)
        assert lines == ["accept-encoding", "connection", "host", "user-agent"]
        assert "identity" in request
        assert f"Host: pub.test:{PORT}" in request
    assert {address[0] for address in CONNECTS} == {PUBLIC}


def test_a_path_is_asked_for_as_a_browser_would(hostile: Hostile) -> None:
    with pytest.raises(Unreachable):
        ask(hostile, f"{P}/stimme/größe.wav?q=ü&x=%C3%BC#here")
    assert hostile.asked[0].startswith("GET /stimme/gr%C3%B6%C3%9Fe.wav?q=%C3%BC&x=%C3%BC HTTP/1.1\r\n")


def test_the_operator_may_name_hosts_of_the_home_network(hostile: Hostile, settings: Any) -> None:
    settings.ALLOW_PRIVATE_HOSTS = [PUBLIC]
    found = io.BytesIO()
    client.fetch(f"http://{PUBLIC}:{PORT}/ok", found, max_bytes=LIMIT)
    assert found.getvalue() == b"good"
    assert read(f"http://{PUBLIC}:3000/hook", https_only=True).port == 3000
    with pytest.raises(Unreachable):  # exactly that one
        client.fetch(f"http://127.0.0.1:{PORT}/ok", found, max_bytes=LIMIT)


# --- TLS --------------------------------------------------------------------------------------------------------------
def certificate(folder: Path, name: str) -> Path:
    """A key and a certificate for `name` that signs itself, in one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    built = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now() - timedelta(days=1))
        .not_valid_after(now() + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "certificate.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem.write_bytes(private + built.public_bytes(serialization.Encoding.PEM))
    return pem


@pytest.fixture
def tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hostile]:
    """A server whose certificate, for pub.test, this machine trusts."""
    pem = certificate(tmp_path, "pub.test")
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    client._certificates.cache_clear()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    server = Hostile()
    with server.running(TLS_PORT, context):
        yield server
    client._certificates.cache_clear()


def test_a_certificate_is_checked_against_the_name(tls: Hostile) -> None:
    assert ask(tls, f"https://pub.test:{TLS_PORT}/ok") == b"good"
    with pytest.raises(Unreachable) as refused:
        ask(tls, f"https://rebind.test:{TLS_PORT}/ok")  # the same server by another name
    assert refused.value.code == "tls"
    assert len(tls.asked) == 1


def test_a_certificate_that_nobody_vouches_for_is_refused(tls: Hostile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", os.devnull)
    client._certificates.cache_clear()
    with pytest.raises(Unreachable) as refused:
        ask(tls, f"https://pub.test:{TLS_PORT}/ok")
    assert refused.value.code == "tls"


def test_https_never_leads_back_to_http(tls: Hostile) -> None:
    with pytest.raises(Unreachable, match="from https to http") as refused:
        ask(tls, f"https://pub.test:{TLS_PORT}/to?{P}/ok")
    assert refused.value.code == "redirect"


def test_a_post_is_https_and_follows_nothing(tls: Hostile) -> None:
    def post(url: str) -> int:
        return client.post(url, b'{"a":1}', {"Content-Type": "application/json"}, network=tls.network)

    assert post(f"https://pub.test:{TLS_PORT}/to?http://127.0.0.1/") == 302
    assert "Content-Length: 7" in tls.asked[0]
    assert tls.asked[0].endswith('{"a":1}')
    with pytest.raises(Unreachable) as refused:
        post(f"{P}/ok")
    assert refused.value.code == "scheme"


def test_the_body_of_an_answer_to_a_post_is_not_read(tls: Hostile) -> None:
    assert client.post(f"https://pub.test:{TLS_PORT}/endless", b"", {}, network=tls.network) == 200


# --- addresses --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "100.63.255.255", "172.32.0.1", "2606:4700:4700::1111"])
def test_the_internet_is_public(address: str) -> None:
    assert is_public(address)
