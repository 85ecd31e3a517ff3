"""Receive Carpool's webhooks: verify, de-duplicate, answer 2xx, then work. Standard library only.

usage: python receiver.py whsec_… [PORT]      (Standard Webhooks, https://www.standardwebhooks.com)
"""

import base64
import hashlib
import hmac
import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOLERANCE_S = 300


def verify(secret: str, headers, body: bytes) -> dict:
    """Return the event, or raise ValueError when the signature, its age or the body is not right."""
    message_id, timestamp = headers["webhook-id"], headers["webhook-timestamp"]
    if not message_id or not (timestamp or "").isdecimal() or abs(time.time() - int(timestamp)) > TOLERANCE_S:
        raise ValueError("no id, or a timestamp that is too far off")
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{message_id}.{timestamp}.".encode() + body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    given = [part.removeprefix("v1,") for part in (headers["webhook-signature"] or "").split() if part[:3] == "v1,"]
    if not any(hmac.compare_digest(expected, signature) for signature in given):
        raise ValueError("no signature of ours")
    return json.loads(body)


class Receiver(BaseHTTPRequestHandler):
    """One POST a delivery. A retry has the same `webhook-id`: keep the ids you have seen in your database."""

    secret = ""
    seen: set[str] = set()

    def do_POST(self) -> None:
        """Verify, answer, then work."""
        body = self.rfile.read(min(int(self.headers["content-length"] or 0), 1 << 20))
        try:
            event = verify(self.secret, self.headers, body)
        except ValueError as error:
            self.send_error(400, str(error))
            return
        self.send_response(204)
        self.end_headers()
        if event["id"] not in self.seen:
            self.seen.add(event["id"])
            print(f"verified {event['type']} {event['data'].get('id', '')} seq {event['seq']}", flush=True)

    def log_message(self, *_: object) -> None:
        """Say nothing of every request."""


if __name__ == "__main__":
    if len(sys.argv) < 2 or not sys.argv[1].startswith("whsec_"):
        sys.exit(__doc__)
    Receiver.secret = sys.argv[1]
    port = int(sys.argv[2]) if len(sys.argv) > 2 else 9000
    server = ThreadingHTTPServer(("127.0.0.1", port), Receiver)
    print(f"receiving at http://127.0.0.1:{server.server_port}/hook", flush=True)
    server.serve_forever()
