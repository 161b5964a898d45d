"""Keys that callers choose: each key has one normal form, and a key that travels holds no personal data.

External ids, fact ids, article numbers and slugs reach topics, and with them the databases of all services. Pure.
"""

from lealtad.keys.characters import KeyCharacterError, as_stored, normalise
from lealtad.keys.personal_data import personal_data_in

__all__ = ["KeyCharacterError", "as_stored", "normalise", "personal_data_in"]
