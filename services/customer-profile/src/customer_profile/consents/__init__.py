"""The history of consents: statements of customers about a purpose and a channel."""
