"""The taxonomy a new deployment starts with; seeded by the first migration, changed over HTTP afterwards."""

DEFAULT_CAUSES: dict[str, dict[str, str]] = {
    "damaged": {"es": "Llegó dañado", "en": "Arrived damaged"},
    "defective": {"es": "Producto defectuoso", "en": "Defective product"},
    "wrong-item": {"es": "Artículo equivocado", "en": "Wrong item"},
    "late-delivery": {"es": "Entrega tardía", "en": "Late delivery"},
    "not-delivered": {"es": "No entregado", "en": "Not delivered"},
    "billing-error": {"es": "Error de facturación", "en": "Billing error"},
    "treatment": {"es": "Trato recibido", "en": "Treatment by staff"},
    "information": {"es": "Información insuficiente", "en": "Insufficient information"},
    "not-as-expected": {"es": "No era lo esperado", "en": "Not as expected"},
    "other": {"es": "Otra causa", "en": "Other cause"},
}
