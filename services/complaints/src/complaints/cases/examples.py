"""Examples of requests in the API documents."""

from typing import Any

COMPLAINT: dict[str, Any] = {
    "summary": "A damaged delivery, from the web shop",
    "value": {
        "kind": "complaint",
        "severity": "high",
        "channel": "web",
        "source": {"system": "web-shop", "fact_id": "ticket-4711"},
        "customer": "web-shop:17850",
        "about": {"system": "web-shop", "fact_id": "536365"},
        "cause": "damaged",
        "product_line": "lanterns",
        "description": "Two of the six lanterns arrived broken.",
    },
}

ANONYMOUS_SUGGESTION: dict[str, Any] = {
    "summary": "A suggestion in the shop, of an unknown customer",
    "value": {
        "kind": "suggestion",
        "channel": "front-office",
        "description": "Please open on Saturdays too.",
    },
}
