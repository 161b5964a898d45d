"""The named list of attributes that may travel in events. An addition needs an ADR: events outlive every deletion.

Not shareable, ever: names, addresses, e-mails, phones, documents, birth dates, what people wrote.
"""

SHAREABLE: dict[str, str] = {
    # envelope of shared parts
    "Causes": "ids count",
    "FactSource": "system fact_id",
    "Money": "amount currency",
    # customer-profile
    "CustomerState": "status provisional merged_into erased_at external_ids birth_year country region stratum language "
    "time_zone do_not_contact consents profiling_allowed preferred_channels contact_hours registered_at changed",
    "ExternalId": "source external_id",
    "ConsentState": "purpose channel granted given_at expires_at",
    "ContactHours": "start end",
    "Fact": "customer_id source occurred_at recorded_at channel named_as",
    "PurchaseLine": "sku product_line quantity unit_price",
    "PurchaseRecorded": "lines total",
    "PurchaseReturned": "purchase_id named_purchase unmatched lines total total_fixed reason",
    "PurchaseReturnUpdated": "customer_id return_id purchase_id unmatched occurred_at lines total previous_total",
    "PaymentRecorded": "amount purchase_id method",
    "PaymentFailed": "amount purchase_id reason",
    "TouchpointRecorded": "kind phase sentiment aspect",
    "StatedTerms": "product_line monthly_amount ends_at open_ended",
    "NoEffectReason": "code text",
    "ContractFact": "contract_id product_line monthly_amount starts_at ends_at version changed_at cancelled_at "
    "in_effect no_effect_reason stated",
    "ContractCancelled": "reason",
    "ContractCancellationRevoked": "reason",
    # complaints
    "CaseState": "case_id version customer_id source kind severity status mutes channel cause product_line opened_at "
    "due_at paused_at resolved_at occurred_at",
    # segmentation
    "SegmentRef": "segment_id key version",
    "Rfm": "recency frequency monetary",
    "MembershipsChanged": "customer_id entered left segments behavioural tier previous_tier service_tier rfm reason "
    "as_of causes",
    "DefinitionChanged": "segment archived changed_at",
    "ValuePolicyChanged": "version tiers service_tiers changed_at",
    # churn-scoring
    "ModelRef": "name version",
    "ScoreReason": "code text effect",
    "ChurnScored": "customer_id probability no_score_reason band previous_band kind horizon_days expected_value "
    "value_at_risk model policy_version reasons as_of causes",
    "ModelPromoted": "model previous metrics promoted_at",
    "ScoringPolicyChanged": "version bands changed_at",
    # campaigns
    "OfferRef": "offer_id key version kind",
    "NextBestActionChanged": "customer_id decision_id offer channel contact_at case_id reason muted priority "
    "decided_at causes",
    "OfferResponse": "customer_id decision_id response_id offer channel case_id occurred_at",
    "OfferAccepted": "cost",
    "OfferPresented": "reported rule",
    "OfferRejected": "reason",
    "ContactEvent": "customer_id contact_id decision_id offer channel occurred_at",
    "ContactReserved": "expires_at contact_at",
    "ContactConfirmed": "rule",
    "ContactReleased": "reason rule",
    "OfferDefinitionChanged": "offer withdrawn changed_at",
    "ContactPolicyChanged": "version promotions_stopped changed_at",
}
"""Attributes by the class that declares them."""

OPEN_TEXTS = {
    "ExternalId.external_id": "intake refuses e-mails, phones and document numbers (lealtad.keys)",
    "PurchaseLine.sku": "the shop's article number, guarded as an external id",
    "CustomerState.region": "an administrative region",
    "CustomerState.time_zone": "a name of the IANA database",
    "CustomerState.changed": "names of the parts of the state",
    "ScoreReason.text": "composed by the model from numbers, never from what people wrote",
    "NoEffectReason.text": "one of five fixed texts",
}
"""Strings that no pattern, format or choice confines, each with the reason why it holds no personal data."""
