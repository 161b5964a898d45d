"""Contracts as their facts left them: lists, and the state that the next fact changes."""
