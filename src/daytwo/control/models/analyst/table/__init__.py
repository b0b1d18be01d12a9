"""A table as its sheet tells it: columns, what people call them, tables that belong together."""
