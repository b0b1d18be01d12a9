"""Sessions that leave for another home, that arrive from one, and that are kept on a second disk."""

from daytwo.executor.packs.packing import Packer
from daytwo.executor.packs.recollection import Committed, recollected
from daytwo.executor.packs.replica import Replica
from daytwo.executor.packs.replicator import Replicator
from daytwo.executor.packs.unpacking import Unpacker

__all__ = ["Committed", "Packer", "Replica", "Replicator", "Unpacker", "recollected"]
