async def test_purchase(client):
    answer = await client.post("/v1/purchases", json={"customer": "web-shop:17850", "source": {"system": "web-shop", "fact_id": "536365"}, "occurred_at": "2011-03-01T08:00:00Z", "lines": [{"sku": "A", "quantity": 2, "unit_price": "1.25"}]})
    print(answer.status_code, answer.text)
    r = await client.get("/v1/customers/web-shop:17850")
    print(r.status_code, r.text, r.headers)
    assert answer.status_code == 201
    assert r.status_code == 200
