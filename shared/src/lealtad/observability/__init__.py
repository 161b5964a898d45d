"""Observability of a process: logs, metrics, traces, health."""
