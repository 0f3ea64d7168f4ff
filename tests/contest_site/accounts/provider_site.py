"""A real OpenID Connect provider on the loopback address: discovery, code with PKCE, signed tokens, userinfo.

Strict where a good provider is: a code is used once, by the client that asked, for the address that it named
and with the verifier of its challenge. What it says of the person, and how it lies, is set by the test.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "trang-thi", "khoa-bi-mat-cua-trang"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class ProviderSite:
    issuer: str = ""
    person: dict[str, Any] = field(default_factory=lambda: {"sub": "nguoi-1", "name": "Nguyễn Thị Hạnh"})
    # What the ID token says otherwise than it should; None leaves a claim out.
    token: dict[str, Any] = field(default_factory=dict)
    discovery: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    key: Any = KEY
    algorithm: str = "RS256"
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def agree(self, address: str) -> str:
        """The person agrees at the provider: the address to which it sends the browser back."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert query["client_id"] == CLIENT
        assert query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256"
        assert "openid" in query["scope"].split()
        code = secrets.token_urlsafe(16)
        self.codes[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def refuse(self, address: str) -> str:
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        return f"{query['redirect_uri']}?{urlencode({'error': 'access_denied', 'state': query['state']})}"

    def answer(self, path: str, form: dict[str, str], headers: Any) -> tuple[int, Any]:
        self.asked.append(path)
        if path == "/.well-known/openid-configuration":
            return 200, self._configuration()
        if path == "/jwks":
            key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
            return 200, {"keys": [{**key, "kid": "k1", "use": "sig", "alg": "RS256"}]}
        if path == "/token":
            return self._token(form)
        if path == "/userinfo" and headers["Authorization"] == "Bearer mo-cua":
            return 200, {**self.person, **self.userinfo}
        return 404, {}

    def _configuration(self) -> dict[str, Any]:
        paths = {"authorization": "authorize", "token": "token", "userinfo": "userinfo"}
        return {
            "issuer": self.issuer,
            **{f"{name}_endpoint": f"{self.issuer}/{path}" for name, path in paths.items()},
            "jwks_uri": f"{self.issuer}/jwks",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            **self.discovery,
        }

    def _token(self, form: dict[str, str]) -> tuple[int, Any]:
        asked = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if (
            asked is None
            or (form.get("client_id"), form.get("client_secret")) != (CLIENT, SECRET)
            or form.get("redirect_uri") != asked["redirect_uri"]
            or challenge != asked["code_challenge"]
        ):
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        times = {"iat": now, "exp": now + 300}
        claims = {**self.person, "iss": self.issuer, "aud": CLIENT, "nonce": asked["nonce"], **times}
        claims = {name: value for name, value in {**claims, **self.token}.items() if value is not None}
        headers = {"kid": "k1"}
        id_token = jwt.encode(claims, self.key, algorithm=self.algorithm, headers=headers)
        return 200, {"access_token": "mo-cua", "token_type": "Bearer", "id_token": id_token}


@contextmanager
def running() -> Iterator[ProviderSite]:
    site = ProviderSite()

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            form = {name: values[0] for name, values in parse_qs(self.rfile.read(length).decode()).items()}
            status, body = site.answer(urlsplit(self.path).path, form, self.headers)
            text = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = _serve  # noqa: N815  (the base class's names)

        def log_message(self, *args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
