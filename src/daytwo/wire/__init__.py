"""What crosses the planes: messages, canonical encoding, digests, signatures.  No I/O.

Import from the modules: `daytwo.wire.task`, `daytwo.wire.sheet`, `daytwo.wire.observation`, …
"""
