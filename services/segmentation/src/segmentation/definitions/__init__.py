"""Segment definitions: data that managers version, preview and archive."""
