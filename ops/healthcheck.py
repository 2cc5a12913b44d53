"""What the image asks whether it is well: the process beside it, past any proxy that the environment names."""

import os
import sys
from http.client import HTTPConnection, HTTPException


def is_well(port: int) -> bool:
    return any(answers(host, port) for host in ("127.0.0.1", "::1"))


def answers(host: str, port: int) -> bool:
    asking = HTTPConnection(host, port, timeout=2)  # unlike urllib it knows no proxy
    try:
        asking.request("GET", "/healthz")
        return asking.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        asking.close()


if __name__ == "__main__":
    sys.exit(not is_well(int(os.environ.get("PORT") or "8000")))
