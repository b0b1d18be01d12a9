import logging
import warnings

logging.basicConfig(filename="/workspace/log.txt", level=logging.INFO)
logging.getLogger("analysis").info("started")
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    warnings.warn("careful", stacklevel=1)
assert len(caught) == 1
logging.shutdown()
assert "INFO:analysis:started" in open("/workspace/log.txt").read()
