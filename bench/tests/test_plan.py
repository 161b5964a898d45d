from lealtad_bench.plan import FULL, QUICK


def test_the_full_run_watches_3000_purchases_a_point_and_holds_200_a_second_for_a_minute():
    assert [point.measured.watched for point in FULL.points] == [3000, 3000, 3000]
    assert (FULL.points[-1].measured.rate, FULL.points[-1].measured.seconds) == (200, 60)
    assert all(load.seconds >= 30 for load in FULL.loads.values())


def test_every_purchase_that_is_to_change_everything_has_a_customer_of_its_own():
    (point,) = QUICK.points
    beside = QUICK.purchases_meanwhile.count + QUICK.beside_history.count
    assert QUICK.customers == point.warm_up.count + point.measured.count + beside


def test_a_part_of_the_plan_measures_nothing_else():
    part = FULL.only(["at_50", "single"])
    assert part.names == ["at_50", "single"]
    assert part.customers == FULL.points[1].warm_up.count + FULL.points[1].measured.count
    assert FULL.only(FULL.names) == FULL
