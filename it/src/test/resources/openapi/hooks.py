"""What a property-based run must never see: a defect of the server. 503 and 507 are answers of the contract."""

import json

import schemathesis


@schemathesis.check
def no_defect(ctx, response, case):
    if response.status_code >= 500 and response.status_code not in (503, 507):
        raise AssertionError(f"status {response.status_code}: {response.text[:500]}")


@schemathesis.serializer("application/x-ndjson", "application/vnd.hayloft.records")
def lines(ctx, value):
    return value if isinstance(value, bytes) else (json.dumps(value) + "\n").encode()
