"""`daytwo`, the command line, and the supervisor behind `up`.  Here, and in the two `serve`s, the rooms are wired."""
