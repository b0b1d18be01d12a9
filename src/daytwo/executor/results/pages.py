"""Reports on this origin: links to them, the page, and its downloads.

A link is made with the bearer token and opened without it (`links`); `door` leaves the paths below `/reports/` to
this module, and every route here asks the links first.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Cookie, FastAPI, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse

from daytwo.executor.results.exports import exported
from daytwo.executor.results.links import VIEW_SECONDS, Links
from daytwo.executor.results.report import Artefact, Page, page_of, receipt_page
from daytwo.executor.results.report.policy import served_policy
from daytwo.executor.results.services import Services
from daytwo.wire.errors import DaytwoError, Invalid, Missing
from daytwo.wire.identifiers import is_id
from daytwo.wire.result import Receipt, ReportLink, TableFormat, TableName
from daytwo.wire.run import RunView

COOKIE = "daytwo_report"


def add_pages(app: FastAPI, services: Services, links: Links) -> None:
    @app.post("/v1/runs/{run}/report")
    def file(run: str, view: RunView) -> Response:
        """The report as a file: the person's client brings what the control plane tells of the run."""
        _check(run, view)
        return HTMLResponse(_page(services, view, None).html)

    @app.post("/v1/runs/{run}/receipt/page")
    def receipt(run: str, view: RunView) -> Response:
        """The receipt as a page, a file of its own; its answer and the run's programs stand side by side."""
        _check(run, view)
        found = services.receipts.receipt(run)
        return HTMLResponse(receipt_page(view, services.store.read(run), found, _artefact(services, run)).html)

    @app.post("/v1/runs/{run}/report/link", status_code=201)
    def link(run: str, view: RunView) -> ReportLink:
        _check(run, view)
        return ReportLink(path=f"/reports/{run}?ticket={links.ticket(view)}")

    @app.get("/reports/{run}")
    def report(run: str, ticket: str | None = None, daytwo_report: Annotated[str, Cookie()] = "") -> Response:
        try:
            if ticket is not None:
                return _opened(run, links.redeem(run, ticket))
            page = _page(services, links.viewed(run, daytwo_report), f"/reports/{run}")
        except DaytwoError as error:
            return PlainTextResponse(f"{error.message}\n", error.http_status)
        return HTMLResponse(page.html, headers=_headers(page))

    @app.get("/reports/{run}/{step}/{table}.{form}")
    async def download(request: Request, run: str, step: int, table: TableName, form: TableFormat) -> Response:
        links.viewed(run, request.cookies.get(COOKIE, ""))
        return await exported(services.store, services.exporter, run, step, table, form)


def _check(run: str, view: RunView) -> None:
    if not is_id(run, "run") or view.run != run:
        raise Invalid("wrong_run", "The description is of another run than the address.")


def _page(services: Services, view: RunView, files_at: str | None) -> Page:
    run = view.run
    return page_of(
        view,
        services.store.read(run),
        _receipt(services, run),
        _artefact(services, run),
        files_at,
    )


def _artefact(services: Services, run: str) -> Artefact:
    return lambda step, name: services.store.artefact(run, step, name)


def _receipt(services: Services, run: str) -> Receipt | None:
    try:
        return services.receipts.receipt(run)
    except Missing:
        return None


def _opened(run: str, view: str) -> Response:
    """The ticket leaves the address: what stays in a history opens nothing."""
    answer = RedirectResponse(f"/reports/{run}", 303)
    answer.set_cookie(COOKIE, view, max_age=int(VIEW_SECONDS), path=f"/reports/{run}", httponly=True, samesite="lax")
    return answer


def _headers(page: Page) -> dict[str, str]:
    return {
        "Content-Security-Policy": served_policy(page.policy),
        # A sandboxed page opens nothing; browsers refuse one that also asks for its own group.
        "Cross-Origin-Opener-Policy": "unsafe-none",
    }
