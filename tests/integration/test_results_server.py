"""The results server over HTTP: one token, our own hosts, and headers that leave a browser nothing to do."""

import base64
import json

import pytest
from starlette.testclient import TestClient

from daytwo.executor.database import Database
from daytwo.executor.gate import Budget, Mint, Outbox, Receipts
from daytwo.executor.guard import Approvals
from daytwo.executor.packs import Packer, Unpacker
from daytwo.executor.results import ResultStore, Services, create_app
from daytwo.executor.results.door import OPEN_PATHS
from daytwo.executor.results.exports import Export
from daytwo.executor.results.png import redrawn
from daytwo.executor.state import Base, StateStore
from daytwo.ledger.sqlite import SqliteLedger
from daytwo.wire.canonical import canonical_bytes
from daytwo.wire.errors import Bug, Conflict, Missing
from daytwo.wire.figures import TableFigures
from daytwo.wire.identifiers import new_id
from daytwo.wire.identity import Identity, check_identity, identify
from daytwo.wire.message import now
from daytwo.wire.principal import LOCAL_OWNER
from daytwo.wire.question import CheckedQuestion, SentQuestion
from daytwo.wire.replay import StepReplay
from daytwo.wire.result import Build, DatasetView
from daytwo.wire.retention import Collected
from daytwo.wire.sheet import DatasetRef, Level, SchemaSheet, SignedSheet
from daytwo.wire.signing import SigningKey
from daytwo.wire.snapshot import ReplicaView
from daytwo.wire.task import TaskRequest
from daytwo.wire.verdict import Ruling, Verdict

TOKEN = "executor-token"
KEY = SigningKey.generate()
RUN, SESSION = "run_01m800000000000000000000aa", "session_01m800000000000000000000aa"
ARROW = b"ARROW1\x00\x00" + b"x" * 40
PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC")
"""One red pixel."""


def signed(name, version, level=Level.SHAPE):
    sheet = SchemaSheet(org_id="local", dataset=name, version=version, level=level, format="csv", tables=())
    return SignedSheet.sign(sheet, KEY, LOCAL_OWNER, now())


class ShelfCatalog:
    """A catalog that profiles nothing: the port's outer edge for this suite."""

    def __init__(self):
        self.views = {}

    async def register(self, request, by):
        name = request.name or "orders"
        if name == "taken":
            raise Conflict("dataset_name_taken", "Choose another name.")
        self.views[name] = DatasetView(name=name, paths=request.paths, signed=signed(name, 1), registered_at=now())
        return self.views[name]

    def list(self, org_id):
        return list(self.views.values())

    def get(self, name):
        if name == "broken":
            raise RuntimeError("a secret value")
        if name not in self.views:
            raise Missing("dataset_not_found", "There is no such dataset.")
        return self.views[name]

    def signed(self, name):
        return self.get(name).signed

    def figures(self, name):
        return (TableFigures(name=self.get(name).name, rows=3, columns=()),)

    async def sign(self, name, asked, by):
        view = self.get(name)
        made = signed(name, view.signed.sheet.version + 1, asked.level)
        self.views[name] = view.model_copy(update={"signed": made})
        return made


class CopyingExporter:
    """An exporter that converts nothing: the port's outer edge for this suite."""

    def __init__(self, folder):
        self.folder = folder

    async def export(self, table, form, title):
        made = self.folder / f"made.{form}"
        made.write_bytes(table.read_bytes())
        return Export(made, (f"{title}: “told”",))


class OpenDesk:
    """A desk that lets everything through: the port's outer edge for this suite."""

    def __init__(self):
        self.told = []

    async def check(self, question, by):
        return CheckedQuestion(check=new_id("check"))

    def sent(self, run_id, sent, by):
        self.told.append((run_id, sent, by))


class House:
    def __init__(self, folder):
        self.folder = folder
        self.database = Database(folder / "executor.sqlite")
        self.ledger = SqliteLedger("daytwo/test", KEY)
        with self.database.transaction() as connection:
            self.ledger.create(connection)
        self.budget = Budget(self.database, self.ledger, lambda _: ())
        self.mint = Mint(self.database, self.ledger)
        self.outbox = Outbox(self.database, "local")
        self.approvals = Approvals(self.database, self.ledger)
        self.state = StateStore(folder / "state")
        self.store = ResultStore(folder / "results", self.database, "local")
        self.told = []
        self.build = None
        self.desk = OpenDesk()
        services = Services(
            catalog=ShelfCatalog(),
            store=self.store,
            exporter=CopyingExporter(folder),
            receipts=Receipts(self.database, self.ledger, self.budget, self.store.read),
            desk=self.desk,
            approvals=self.approvals,
            state=self.state,
            ledger=self.ledger,
            database=self.database,
            on_sheet=self.tell,
            on_decision=self.tell,
            building=lambda: self.build,
            identify=lambda challenge: identify(KEY, "http://results.example", challenge),
            replay=self.run_again,
            collect=self.collect,
            replica=lambda _: ReplicaView(folder="/second", is_current=False, copied_at=None, problem="it is full"),
            packer=Packer({"real": self.state}, KEY, "local", lambda session: session, self.budget.spent),
            unpacker=Unpacker(
                {"real": self.state},
                KEY.public,
                "local",
                ShelfCatalog().get,
                lambda _: None,
                self.budget.carry,
                folder / "arriving",
            ),
            hosts=frozenset({"results.example"}),
        )
        self.app = create_app(services, TOKEN)

    async def tell(self, what):
        self.told.append(what)

    async def collect(self, dry_run):
        return Collected(dry_run=dry_run, snapshots=0, named=0, waiting=0, removed=0, freed_bytes=0)

    async def run_again(self, run, step):
        return StepReplay(run=run, step=step, was="sha256:" + "0" * 64, digest="sha256:" + "0" * 64)

    def client(self, token=TOKEN, host="127.0.0.1:8602"):
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        return TestClient(self.app, base_url=f"http://{host}", headers=headers)


@pytest.fixture
def house(tmp_path):
    made = House(tmp_path / "home")
    yield made
    made.database.close()


REQUEST = TaskRequest(
    org_id="local",
    run_id=RUN,
    session_id=SESSION,
    segment=1,
    step=1,
    program="sql(text)",
    datasets=(DatasetRef(name="orders", sheet_digest="sha256:" + "0" * 64),),
    base_session=SESSION,
    base_snapshot=0,
    next_snapshot=1,
    on_behalf_of=LOCAL_OWNER,
)
PROTECTED = [
    ("GET", "/v1/datasets"),
    ("GET", "/v1/readings"),
    ("POST", "/v1/datasets"),
    ("GET", "/v1/datasets/orders"),
    ("GET", "/v1/datasets/orders/sheet"),
    ("GET", "/v1/datasets/orders/figures"),
    ("POST", "/v1/datasets/orders/sign"),
    ("POST", "/v1/questions/check"),
    ("POST", f"/v1/runs/{RUN}/question"),
    ("GET", f"/v1/runs/{RUN}/results"),
    ("POST", "/v1/sessions/x/pack"),
    ("POST", "/v1/sessions/unpack"),
    ("POST", "/v1/sessions/collect"),
    ("POST", f"/v1/runs/{RUN}/steps/1/replay"),
    ("GET", f"/v1/runs/{RUN}/artefacts/1/t1.arrow"),
    ("GET", f"/v1/runs/{RUN}/exports/1/t1.csv"),
    ("GET", f"/v1/runs/{RUN}/building"),
    ("GET", f"/v1/runs/{RUN}/receipt"),
    ("POST", f"/v1/runs/{RUN}/receipt/page"),
    ("POST", f"/v1/runs/{RUN}/report"),
    ("POST", f"/v1/runs/{RUN}/report/link"),
    ("GET", "/v1/sessions/x/snapshots/1"),
    ("GET", "/v1/sessions/x/replica"),
    ("GET", "/v1/approvals"),
    ("GET", "/v1/approvals/x"),
    ("POST", "/v1/approvals/x"),
    ("GET", "/v1/ledger/export"),
    ("GET", "/v1/ledger/checkpoint"),
    ("GET", "/nothing-here"),
    ("GET", "/openapi.json"),
]


@pytest.mark.parametrize(("method", "path"), PROTECTED)
@pytest.mark.parametrize("token", [None, "", "wrong", TOKEN + "x", "ü"])
def test_nothing_is_answered_without_the_token(house, method, path, token):
    headers = {} if token is None else {"Authorization": b"Bearer " + token.encode()}
    answer = house.client(None).request(method, path, headers=headers)
    assert answer.status_code == 401
    assert answer.json()["code"] == "bad_token"


def test_a_run_is_told_what_is_built_for_it_and_no_other(house):
    other = RUN[:-1] + ("0" if RUN[-1] != "0" else "1")
    house.build = Build(run=RUN, packages=("lifelines",), said="Prepared 2 packages")
    answers = [house.client().get(f"/v1/runs/{run}/building").json() for run in (RUN, other)]
    assert answers == [[{"run": RUN, "packages": ["lifelines"], "said": "Prepared 2 packages"}], []]
    house.build = None
    assert house.client().get(f"/v1/runs/{RUN}/building").json() == []


def test_every_route_is_among_the_protected_ones(house):
    known = {path.replace(RUN, "{run}") for _, path in PROTECTED}
    for route in house.app.routes:
        if route.path in OPEN_PATHS or route.path.startswith("/reports/"):
            continue  # reports are opened by links: below
        filled = (
            route.path.replace("{name}", "orders")
            .replace("{approval}", "x")
            .replace("{session}", "x")
            .replace("{ordinal}", "1")
            .replace("{step}", "1")
            .replace("{file}", "t1.arrow")
            .replace("{table}.{form}", "t1.csv")
        )
        assert filled in known


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8602", "127.0.0.1.evil.example", "localhost@evil.example"]
)
def test_a_host_that_is_not_ours_is_turned_away(house, host):
    for path in ("/healthz", "/v1/datasets"):
        answer = house.client().get(path, headers={"Host": host})
        assert (answer.status_code, answer.json()["code"]) == (403, "bad_host")


@pytest.mark.parametrize("host", ["localhost:1", "127.0.0.1", "[::1]:8602", "results.example", "RESULTS.example:443"])
def test_our_own_hosts_come_in(house, host):
    assert house.client(None).get("/healthz", headers={"Host": host}).json() == {"status": "ok"}


@pytest.mark.parametrize(
    ("path", "status"), [("/healthz", 200), ("/v1/datasets", 200), ("/gone", 404), ("/v1/datasets/broken", 500)]
)
def test_every_answer_carries_the_headers(house, path, status):
    answer = house.client().get(path, headers={"Origin": "https://evil.example"})
    assert answer.status_code == status
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert not [name for name in answer.headers if name.startswith("access-control-")]
    refused = house.client("wrong").get("/v1/datasets")
    assert refused.headers["cache-control"] == "no-store"


def test_a_question_is_checked_and_its_run_noted(house):
    client = house.client()
    checked = client.post("/v1/questions/check", json={"run": {"question": "What?"}}).json()
    sent = {"check": checked["check"], "session": SESSION}
    assert client.post(f"/v1/runs/{RUN}/question", json=sent).status_code == 204
    assert house.desk.told == [(RUN, SentQuestion(**sent), LOCAL_OWNER)]
    assert client.post("/v1/runs/nothing/question", json=sent).json()["code"] == "run_not_found"
    refused = client.post("/v1/questions/check", json={"run": {"question": ""}}).json()
    assert refused["code"] == "invalid_request"


def test_what_nobody_foresaw_is_a_bug_without_details(house):
    answer = house.client().get("/v1/datasets/broken")
    assert (answer.status_code, answer.json()["code"]) == (500, "bug")
    assert "secret" not in answer.text


def test_datasets_are_registered_listed_and_signed(house):
    client = house.client()
    answer = client.post("/v1/datasets", json={"paths": ["/data/orders.csv"]})
    assert answer.status_code == 201
    assert answer.json()["name"] == "orders"
    assert [view["name"] for view in client.get("/v1/datasets").json()] == ["orders"]
    assert client.get("/v1/datasets/orders").json()["paths"] == ["/data/orders.csv"]
    sheet = client.post("/v1/datasets/orders/sign", json={"level": "schema"}).json()
    assert sheet["sheet"]["level"] == "schema"
    assert client.get("/v1/datasets/orders/figures").json()[0]["rows"] == 3
    exact = client.get("/v1/datasets/orders/sheet")
    assert exact.content == canonical_bytes(SignedSheet.model_validate(sheet))
    assert [told.sheet.version for told in house.told] == [1, 2]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("POST", "/v1/datasets", {"paths": []}, 400, "invalid_request"),
        ("POST", "/v1/datasets", {"paths": ["a"], "more": 1}, 400, "invalid_request"),
        ("POST", "/v1/datasets", {"paths": ["a"], "name": "taken"}, 409, "dataset_name_taken"),
        ("GET", "/v1/datasets/none", None, 404, "dataset_not_found"),
        ("GET", "/v1/datasets/No-Name", None, 400, "invalid_request"),
        ("POST", "/v1/datasets/none/sign", {"level": "everything"}, 400, "invalid_request"),
        ("GET", "/v1/runs/nonsense/results", None, 404, "run_not_found"),
        ("GET", f"/v1/runs/{RUN}/receipt", None, 404, "run_not_found"),
        ("GET", f"/v1/runs/{RUN}/artefacts/1/step.json", None, 404, "artefact_not_found"),
        ("GET", f"/v1/runs/{RUN}/artefacts/x/t1.arrow", None, 400, "invalid_request"),
        ("GET", f"/v1/runs/{RUN}/exports/1/t1.csv", None, 404, "artefact_not_found"),
        ("GET", f"/v1/runs/{RUN}/exports/1/t1.exe", None, 400, "invalid_request"),
        ("GET", f"/v1/runs/{RUN}/exports/1/c1.csv", None, 400, "invalid_request"),
        ("GET", f"/v1/runs/{RUN}/artefacts/1/..%2fstep.json", None, 404, "not_found"),
        ("GET", "/v1/approvals/none", None, 404, "approval_not_found"),
        ("DELETE", "/v1/approvals", None, 405, "invalid_request"),
        ("GET", "/gone", None, 404, "not_found"),
    ],
)
def test_what_is_wrong_has_a_code_and_a_status(house, method, path, body, status, code):
    answer = house.client().request(method, path, json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["message"]


def test_results_and_files_are_served(house):
    writer = house.store.begin(RUN, SESSION, 1, 1)
    table = {"kind": "table", "columns": [{"name": "n", "type": "integer"}], "row_count": 1, "rows": [[1]]}
    for header, payload in (
        ({"kind": "say", "text": "hello"}, b""),
        (table, ARROW),
        ({"kind": "chart", "media_type": "image/png"}, PNG),
    ):
        writer.begin(header, len(payload))
        writer.chunk(payload)
        writer.end()
    client = house.client()
    assert client.get(f"/v1/runs/{RUN}/results").json()["steps"][0]["outcome"] == "running"
    writer.finish("ok")
    (step,) = client.get(f"/v1/runs/{RUN}/results").json()["steps"]
    assert (step["outcome"], step["says"]) == ("ok", ["hello"])
    arrow = client.get(f"/v1/runs/{RUN}/artefacts/1/t1.arrow")
    assert arrow.content == ARROW
    assert arrow.headers["content-disposition"] == f'attachment; filename="{RUN}-1-t1.arrow"'
    picture = client.get(f"/v1/runs/{RUN}/artefacts/1/c1.png")
    assert picture.content == redrawn(PNG, 1)
    assert picture.headers["content-type"] == "image/png"
    assert picture.headers["content-disposition"].startswith("inline")
    assert picture.headers["cache-control"] == "no-store"
    sheet = client.get(f"/v1/runs/{RUN}/exports/1/t1.xlsx")
    assert sheet.content == ARROW
    assert sheet.headers["content-disposition"] == f'attachment; filename="{RUN}-1-t1.xlsx"'
    assert json.loads(sheet.headers["daytwo-notes"]) == ["t1: “told”"]
    assert not (house.folder / "made.xlsx").exists()


VIEW = {
    "run": RUN,
    "session": SESSION,
    "status": "succeeded",
    "question": "How much?",
    "model": "builtin:analyst",
    "profile": "small",
    "created_at": now(),
    "updated_at": now(),
}


def _with_a_table(house):
    writer = house.store.begin(RUN, SESSION, 1, 1)
    writer.begin({"kind": "table", "columns": [{"name": "n", "type": "int64"}], "row_count": 1, "rows": [[1]]}, 48)
    writer.chunk(ARROW)
    writer.end()
    writer.finish("ok")


def test_a_report_is_opened_by_a_link_once_and_then_by_its_cookie(house):
    _with_a_table(house)
    made = house.client().post(f"/v1/runs/{RUN}/report/link", json=VIEW)
    path = made.json()["path"]
    assert TOKEN not in path
    browser = house.client(None)
    opened = browser.get(path, follow_redirects=False)
    assert (opened.status_code, opened.headers["location"]) == (303, f"/reports/{RUN}")
    cookie = opened.headers["set-cookie"]
    assert all(word in cookie for word in ("HttpOnly", "SameSite=lax", f"Path=/reports/{RUN}", "Max-Age=900"))
    page = browser.get(opened.headers["location"])
    assert "How much?" in page.text
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "sandbox allow-scripts allow-downloads" in policy
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["x-frame-options"] == "DENY"
    sheet = browser.get(f"/reports/{RUN}/1/t1.csv")
    assert sheet.headers["content-disposition"].startswith("attachment")
    again = house.client(None).get(path)
    assert again.status_code == 401
    assert again.headers["content-type"].startswith("text/plain")
    assert "--open" in again.text


@pytest.mark.parametrize(
    "path", [f"/reports/{RUN}", f"/reports/{RUN}?ticket=x", f"/reports/{RUN}/1/t1.csv", "/reports/"]
)
@pytest.mark.parametrize("cookie", ["", "daytwo_report=x", "daytwo_report=" + TOKEN])
def test_no_report_without_its_link(house, path, cookie):
    _with_a_table(house)
    answer = house.client(TOKEN).get(path, headers={"Cookie": cookie})
    assert answer.status_code == (404 if path == "/reports/" else 401)
    assert "script-src" not in answer.headers["content-security-policy"]


def test_a_link_opens_no_other_route_and_no_other_run(house):
    _with_a_table(house)
    browser = house.client(None)
    browser.get(house.client().post(f"/v1/runs/{RUN}/report/link", json=VIEW).json()["path"])
    assert browser.get(f"/reports/{RUN}").status_code == 200
    for path in (f"/reports/{new_id('run')}", f"/v1/runs/{RUN}/results", "/reports/../v1/datasets", "/v1/datasets"):
        assert browser.get(path).status_code == 401


def test_a_report_as_a_file_and_of_another_run(house):
    _with_a_table(house)
    page = house.client().post(f"/v1/runs/{RUN}/report", json=VIEW)
    assert "How much?" in page.text
    assert "/reports/" not in page.text
    for path in ("report", "report/link"):
        wrong = house.client().post(f"/v1/runs/{new_id('run')}/{path}", json=VIEW)
        assert (wrong.status_code, wrong.json()["code"]) == (400, "wrong_run")


def test_a_receipt_and_the_ledger_are_served(house):
    debit = house.budget.debit(REQUEST, SESSION, 1)
    house.mint.observe(debit, "timeout", None, 60)
    client = house.client()
    receipt = client.get(f"/v1/runs/{RUN}/receipt").json()
    assert receipt["bits"] == pytest.approx(4.0)
    lines = client.get("/v1/ledger/export").text.splitlines()
    assert len(lines) == 3
    assert json.loads(lines[0])["format"] == "daytwo-ledger-v1"
    assert client.get("/v1/ledger/checkpoint").text.startswith("daytwo/test\n2\n")


def test_an_approval_is_decided_and_the_link_is_told(house):
    approval = house.approvals.request(REQUEST, Verdict(verdict=Ruling.REVIEW, rules_version="1"), ["orders"])
    client = house.client()
    assert [view["approval"] for view in client.get("/v1/approvals").json()] == [approval]
    answer = client.post(f"/v1/approvals/{approval}", json={"approve": False})
    assert (answer.status_code, answer.json()["code"]) == (400, "reason_required")
    assert house.told == []
    answer = client.post(f"/v1/approvals/{approval}", json={"approve": True})
    assert answer.json()["status"] == "approved"
    assert house.told[0].approval == approval
    answer = client.post(f"/v1/approvals/{approval}", json={"approve": True})
    assert (answer.status_code, answer.json()["code"]) == (409, "already_decided")
    assert client.get(f"/v1/approvals/{approval}").json()["decided_by"] == "owner"


def test_a_version_of_a_session_is_shown_by_names_and_sizes(house):
    session = new_id("session")
    writer = house.state.begin(session, 1, Base(), "e" * 64)
    said = {"groups": [[["a", "b"], [0, 0, 3], []], [["c"], [0, 0, 3], []]], "modules": {"np": "numpy"}} | {
        "files": [{"path": "x.csv", "span": [0, 3, 1]}],
        "unsaved": [{"name": "gen", "reason": "it is a generator", "made_by": "line 1: gen = f()"}],
    }
    for header, payload in (
        ({"kind": "blob", "number": 0}, b"four"),
        ({"kind": "manifest"}, json.dumps(said).encode()),
    ):
        writer.begin(header, len(payload))
        writer.chunk(payload)
        writer.end()
    writer.commit()
    shown = house.client().get(f"/v1/sessions/{session}/snapshots/1").json()
    a, b, c = shown["variables"]
    assert (a["name"], a["bytes"], a["shares_with"]) == ("a", 3, ["b"])
    assert a["mark"] == b["mark"] == c["mark"]
    assert [(file["path"], file["bytes"]) for file in shown["files"]] == [("x.csv", 1)]
    assert shown["imports"] == {"np": "numpy"}
    assert shown["lost"][0]["made_by"] == "line 1: gen = f()"
    assert house.client().get(f"/v1/sessions/{session}/snapshots/2").status_code == 404
    assert house.client(token=None).get(f"/v1/sessions/{session}/snapshots/1").status_code == 401
    copy = house.client().get(f"/v1/sessions/{session}/replica").json()
    assert copy == {"folder": "/second", "is_current": False, "copied_at": None, "problem": "it is full"}


def test_the_executor_proves_its_key_to_whoever_asks_and_signs_nothing_else(house):
    challenge = "0" * 32
    answer = house.client(token=None).get("/v1/identity", params={"challenge": challenge})
    identity = Identity.model_validate_json(answer.content)
    check_identity(identity, KEY.public, "http://results.example", challenge)
    for other in ("", "0" * 31, "x" * 32, "0" * 33):
        assert house.client(token=None).get("/v1/identity", params={"challenge": other}).status_code == 400


def test_a_server_without_a_token_does_not_start(house):
    services = Services(**dict.fromkeys(Services.__dataclass_fields__, None) | {"hosts": frozenset()})
    with pytest.raises(Bug):
        create_app(services, "")
