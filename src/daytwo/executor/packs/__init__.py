"""Sessions that leave for another home, and that arrive from one."""

from daytwo.executor.packs.packing import Packer
from daytwo.executor.packs.unpacking import Unpacker

__all__ = ["Packer", "Unpacker"]
