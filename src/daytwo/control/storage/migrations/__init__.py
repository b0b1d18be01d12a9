"""Alembic's migrations of the control plane's tables; run by `daytwo.control.storage.database.migrate`."""
