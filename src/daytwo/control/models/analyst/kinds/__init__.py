"""The kinds of question, each read from parts."""
