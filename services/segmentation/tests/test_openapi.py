"""The API describes itself: every route with a summary and a description, rules with all their kinds."""

import httpx


async def test_every_route_has_a_summary_and_a_description(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()

    routes = {
        f"{method} {path}": route
        for path, methods in document["paths"].items()
        if path.startswith("/v1/")
        for method, route in methods.items()
    }
    assert len(routes) >= 12
    assert [name for name, route in routes.items() if not (route.get("summary") and route.get("description"))] == []


async def test_a_rule_is_described_as_one_of_its_kinds(client: httpx.AsyncClient) -> None:
    schemas = (await client.get("/openapi.json")).json()["components"]["schemas"]

    rule = schemas["NewSegment"]["properties"]["rule"]
    assert sorted(rule["discriminator"]["mapping"]) == ["activity", "and", "attribute", "not", "or", "since"]
    assert rule["examples"]
