"""Planes whose Observations leave at once: when they leave is tested in tests/unit/test_gate_release.py."""

import os

os.environ["DAYTWO_RELEASE"] = "at_once"
