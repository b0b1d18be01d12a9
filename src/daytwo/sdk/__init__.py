"""The Python client of daytwo: ask questions, follow runs, read results from the executor's own origin.

    with Client(OriginSettings(control_url, token), OriginSettings(executor_url, other_token)) as client:
        run = client.start(client.create_session(("orders",)).session, NewRun(question="What is the total revenue?"))
        client.wait(run.run)
        print(client.results(run.run))

It speaks to two origins with two tokens.  The control plane's answers never hold data; results, receipts and
approvals come from the executor and go to the caller alone.  `start` has the executor compare the question with the
data before it is posted, and posts none that holds data unless the caller consents.  `Client.pinned` learns the
executor's address and key from the control plane once, and holds it to them.
"""

from daytwo.sdk.asynchronous import AsyncClient
from daytwo.sdk.client import Client
from daytwo.sdk.origin import Origin, OriginSettings
from daytwo.sdk.pins import Pins
from daytwo.sdk.question import held_in_words, may_stand_in
from daytwo.sdk.views import Health, ModelTest, ModelUsage, ModelView

__all__ = [
    "AsyncClient",
    "Client",
    "Health",
    "ModelTest",
    "ModelUsage",
    "ModelView",
    "Origin",
    "OriginSettings",
    "Pins",
    "held_in_words",
    "may_stand_in",
]
