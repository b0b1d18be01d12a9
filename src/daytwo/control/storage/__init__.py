"""PostgreSQL: the tables, their migrations, the embedded server, the ledger, notifications.

Import from the modules: `embedded` (`EmbeddedServer`), `database` (`open_database`, `check`, `migrate`), `ledger`
(`append`, `sequence`, `export`), `notify`, `tables`.  The embedded server does not load what the others need.
"""
