"""What can go wrong, as one tree.

    AuditError
    ├── SettingsError       a setting or an argument that makes no sense
    ├── InputError          a text that cannot be read or audited
    ├── ModelError          an embedding model that is missing, damaged or unsafe
    ├── OutputError         results that cannot be written
    └── MissingExtraError   an optional package that a request needs

The library raises them, with a message of one to three lines that says what is wrong and how to mend it.
Only the command line turns them into exit codes.
"""

__all__ = ["AuditError", "InputError", "MissingExtraError", "ModelError", "OutputError", "SettingsError"]


class AuditError(Exception):
    """Base of every error that this package raises on purpose."""


class SettingsError(AuditError):
    """A setting or an argument that makes no sense."""


class InputError(AuditError):
    """A text that cannot be read or audited."""


class ModelError(AuditError):
    """An embedding model that is missing, damaged or unsafe."""


class OutputError(AuditError):
    """Results that cannot be written."""


class MissingExtraError(AuditError):
    """An optional package that a request needs; the message holds the exact install line."""
