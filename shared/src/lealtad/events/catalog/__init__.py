"""All event types of Lealtad, one module per producer; importing this package registers them."""

from lealtad.events.catalog import campaigns, churn_scoring, complaints, customer_profile, segmentation

__all__ = ["campaigns", "churn_scoring", "complaints", "customer_profile", "segmentation"]
