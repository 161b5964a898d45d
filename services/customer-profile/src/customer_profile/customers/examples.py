"""Request examples of the API of customers."""

from pydantic import JsonValue

PROFILE: dict[str, JsonValue] = {
    "external_ids": [{"source": "web-shop", "external_id": "17850"}],
    "given_name": "Lucía",
    "family_name": "Ibáñez",
    "emails": ["lucia@example.com"],
    "country": "CO",
    "phones": ["300 123 4567"],
    "birth_date": "1984-05-06",
    "region": "Antioquia",
    "stratum": 3,
    "language": "es",
    "time_zone": "America/Bogota",
    "preferences": {"channels": ["whatsapp", "email"], "hours": {"start": "09:00", "end": "18:30"}},
}
CONSENT: dict[str, JsonValue] = {"purpose": "marketing", "channel": "email", "granted": True, "source": "web-form"}
NEW_CUSTOMER: dict[str, JsonValue] = PROFILE | {"consents": [CONSENT]}
