"""Entities: mentions of the hypothesis, what the references hold, and which entity is meant."""
