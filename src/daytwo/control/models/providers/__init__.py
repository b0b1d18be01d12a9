"""The providers, one file each: a `ModelCall` in, a `ModelReply` out.

Those of the network (`openai`, `anthropic`) import their vendor's SDK, which takes seconds: they are imported at
their first call, never with this package.
"""
