"""The errors of the proof."""


class ProofError(Exception):
    """A promise that did not hold, or a part of the machine that is missing; the message says which."""
