"""The prior that churn-scoring ships with is what the script finds, and as good later on as documented."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from churn_scoring.domain.bgnbd import BgNbd
from churn_scoring.domain.models import InactivityModel
from churn_scoring.domain.policy import ScoringPolicy
from churn_scoring.training.examples import Examples
from churn_scoring.training.metrics import measure
from churn_scoring.training.prior import fit_prior
from lealtad_demo.churn_prior import cdnow, examples, online_retail, split

POLICY = ScoringPolicy()
SHIPPED = BgNbd(**POLICY.prior.model_dump())
Shops = dict[str, tuple[Examples, Examples]]


@pytest.fixture(scope="module")
def shops() -> Shops:
    package = find_spec("lifetimes")
    assert package is not None
    assert package.origin is not None
    master = Path(package.origin).parent / "datasets" / "CDNOW_master.txt"
    purchases = {"online-retail": online_retail(), "cdnow": cdnow(master)}
    return {name: split(*examples(some, POLICY)) for name, some in purchases.items()}


@pytest.mark.proof
def test_the_shipped_prior_is_what_the_first_part_of_both_shops_gives(shops: Shops) -> None:
    fitted = fit_prior([learn for learn, _ in shops.values()], POLICY.horizon_days)

    assert (fitted.r, fitted.alpha) == pytest.approx((SHIPPED.r, SHIPPED.alpha), rel=0.01)
    assert (fitted.a, fitted.b) == pytest.approx((SHIPPED.a, SHIPPED.b), rel=0.01)


@pytest.mark.parametrize(
    ("shop", "customers", "brier", "calibration"),
    [("online-retail", 2640, 0.2088, 0.040), ("cdnow", 6064, 0.2079, 0.085)],
)
@pytest.mark.proof
def test_the_prior_is_as_good_on_the_time_after_it_as_documented(
    shops: Shops, shop: str, customers: int, brier: float, calibration: float
) -> None:
    later = shops[shop][1]

    figures = measure(later.silent, InactivityModel(SHIPPED, POLICY.horizon_days).probabilities(later.rows))

    assert len(later) == customers
    assert figures["brier"]["value"] == pytest.approx(brier, abs=0.0005)
    assert figures["ece"]["value"] == pytest.approx(calibration, abs=0.002)
