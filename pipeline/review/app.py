"""The pages: the queue, a row, what is open; what is posted from them. No path of a request is a file's."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from pipeline.batch.rewrite import rewrite
from pipeline.decisions import store
from pipeline.decisions.far import far, noted
from pipeline.decisions.propose import cells_of, decision
from pipeline.decisions.record import MOST_LETTERS, Decision, DecisionError, What, line, signed
from pipeline.decisions.verdicts import standing
from pipeline.errors import HosoError, ReadError
from pipeline.review.access import Access, same
from pipeline.review.draw import Pages, problem
from pipeline.review.guard import Guard
from pipeline.review.queue import PAGE, Filter, Item, Queue
from pipeline.review.view import view_of
from pipeline.review.words import Language, Words, preferred
from pipeline.show import visible

_HERE = Path(__file__).parent
_STATIC = {"review.css": "text/css", "review.js": "text/javascript", "icon.svg": "image/svg+xml"}
_LANGUAGE = "hoso-language"
_MOST_NUMBER = 10**7
_STATES = ("todo", "done", "disputed", "all")
_TOTALS_OFFERED = 200


class Site:
    """The application over one output folder for one reviewer."""

    def __init__(
        self, queue: Queue, pages: Pages, access: Access, who: str, language: Language | None = None
    ) -> None:
        """Take what it shows, who may ask, and who decides."""
        self._queue, self._pages, self._access, self._who = queue, pages, access, who
        self._language = language
        self._templates = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            # control characters and turned writing directions of a document never reach a page
            finalize=lambda v: visible(v) if isinstance(v, str) and not isinstance(v, Markup) else v,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._static = {name: (_HERE / "static" / name).read_bytes() for name in _STATIC}

    def app(self) -> Guard:
        """The ASGI application."""
        routes = [
            Route("/", self._show_queue),
            Route("/row/{row_id}", self._show_row),
            Route("/row/{row_id}", self._decide, methods=["POST"]),
            Route("/undo", self._undo, methods=["POST"]),
            Route("/tables", self._write, methods=["POST"]),
            Route("/open", self._show_open),
            Route("/decisions.jsonl", self._export),
            Route("/image/{doc_id}/{number}", self._image),
            Route("/static/{name}", self._file),
        ]
        handlers: dict[Any, Callable[..., Any]] = {HTTPException: self._missing}
        return Guard(Starlette(routes=routes, exception_handlers=handlers), self._access)

    # pages

    def _show_queue(self, request: Request) -> Response:
        self._queue.refresh()
        chosen = Filter.of(dict(request.query_params))
        number = _number(request.query_params.get("page", "1"))
        items, total = self._queue.page(chosen, number)
        last = max(1, -(-total // PAGE))
        return self._page(
            request,
            "queue.html",
            chosen,
            items=items,
            total=total,
            number=number,
            last=last,
            choices=self._queue.choices,
            states=_STATES,
        )

    def _show_row(self, request: Request) -> Response:
        self._queue.refresh()
        return self._row(request, self._item(request), Filter.of(dict(request.query_params)))

    def _row(
        self,
        request: Request,
        item: Item,
        chosen: Filter,
        wrong: str = "",
        typed: dict[str, str] | None = None,
        asked: dict[str, str] | None = None,
        sure: str = "",
    ) -> Response:
        """The page of a row; ``asked``: questions by column, ``sure``: what the next Enter confirms."""
        view = view_of(self._queue, item)
        if view is None:
            raise HTTPException(404)
        follows = self._queue.next(item, chosen)
        document = self._queue.document(item.sha256)
        rows = document.rows[item.table] if document else []
        return self._page(
            request,
            "row.html",
            chosen,
            status=422 if wrong else 200,
            view=view,
            item=item,
            shown={**view.now, **(typed or {})},
            why=(typed or {}).get("why", ""),
            problem=wrong,
            sure=sure,
            asked=asked or {},
            next=follows,
            next_image=self._image_of(follows) if follows else "",
            previous=self._queue.previous(item, chosen),
            next_page=self._queue.next_page(item),
            totals=[r for r in rows if r["role"] != "part" and r["row_id"] != item.row_id][:_TOTALS_OFFERED],
        )

    def _show_open(self, request: Request) -> Response:
        self._queue.refresh()
        number = _number(request.query_params.get("page", "1"))
        lost = self._queue.lost
        shown, last = lost[PAGE * (number - 1) : PAGE * number], max(1, -(-len(lost) // PAGE))
        return self._page(request, "open.html", Filter(), lost=shown, number=number, last=last)

    # what is posted

    async def _decide(self, request: Request) -> Response:
        form = await self._form(request)
        item = self._item(request)
        return await run_in_threadpool(self._decided, request, item, form)

    def _decided(self, request: Request, item: Item, form: dict[str, str]) -> Response:
        with self._queue.lock:  # what was seen must still be so when it is written
            return self._settled(request, item, form)

    def _settled(self, request: Request, item: Item, form: dict[str, str]) -> Response:
        chosen = Filter.of(dict(request.query_params))
        view = view_of(self._queue, item)
        document = self._queue.document(item.sha256)
        if view is None or document is None:
            raise HTTPException(404)
        typed = {name[2:]: value for name, value in form.items() if name.startswith("c_")}
        why = form.get("why", "").strip()
        words = self._words(request)
        if form.get("stamp") != view.stamp:
            return self._row(request, item, chosen, words("changed"))
        if len(why) > MOST_LETTERS:
            return self._row(request, item, chosen, f"{words('why')}: > {MOST_LETTERS}", typed)
        action, cells = form.get("action"), dict[str, str]()
        try:
            if action == "keep":
                schema = self._queue.schemas[item.table]
                cells = cells_of(document, item.cells, typed, schema)
                new = {name: cell for name, cell in cells.items() if cell != view.now[name]}
                strange = far(document, item.cells, new, schema)
                sure = " ".join(f"{name}={cells[name]}" for name in strange)
                if strange and sure != form.get("sure", ""):
                    ask = self._words(request).asked
                    asked = {name: ask(cells[name], other) for name, other in strange.items()}
                    again = {**typed, "why": why}
                    return self._row(request, item, chosen, typed=again, asked=asked, sure=sure)
                why = " ".join(filter(None, (why, noted(strange, cells))))
            what = _what(action, cells, why)
            made = decision(
                document, item.table, item.cells, what, self._who, cells=cells, seen=view.seen, why=why
            )
        except DecisionError as error:
            return self._row(request, item, chosen, str(error), {**typed, "why": why})
        # found before the row leaves the queue
        follows = item if what == "comment" else self._queue.next(item, chosen)
        store.append(self._queue.out, [made])
        self._queue.add(item, made)
        place = f"/row/{follows.row_id}" if follows else "/"
        return _to(place, {**chosen.given, "done": "saved"})

    async def _undo(self, request: Request) -> Response:
        await self._form(request)
        return await run_in_threadpool(self._undone, request)

    def _undone(self, request: Request) -> Response:
        chosen = Filter.of(dict(request.query_params))
        mine = [d for d in standing(self._queue.book.all()) if d.who == self._who]
        if not mine:
            return _to("/", {**chosen.given, "done": "nothing_to_undo"})
        last = mine[-1]
        made = signed(Decision("undo", self._who, document=last.document, undoes=last.id))
        store.append(self._queue.out, [made])
        item = self._queue.item(last.row_id)
        if item is None:
            self._queue.book.add(made)
            return _to("/", {**chosen.given, "done": "undone"})
        self._queue.add(item, made)
        return _to(f"/row/{item.row_id}", {**chosen.given, "done": "undone"})

    async def _write(self, request: Request) -> Response:
        await self._form(request)
        return await run_in_threadpool(self._written, request)

    def _written(self, request: Request) -> Response:
        chosen = Filter.of(dict(request.query_params))
        try:
            rewrite(self._queue.out)
        except HosoError as error:
            return self._told(request, str(error), 503)
        return _to("/", {**chosen.given, "done": "written"})

    # files

    def _image(self, request: Request) -> Response:
        doc, number = request.path_params["doc_id"], request.path_params["number"]
        if not re.fullmatch("[0-9a-f]{64}", doc) or not re.fullmatch("[1-9][0-9]{0,6}", number):
            raise HTTPException(404)
        with self._queue.ledger() as ledger:
            file = self._queue.file(ledger, doc)
        if file is None or int(number) > file.pages:
            raise HTTPException(404)
        try:
            data = self._pages.image(file, int(number))
        except ReadError as error:
            return PlainTextResponse(visible(str(error)), 404)
        return Response(data, media_type="image/jpeg", headers={"cache-control": "private, max-age=3600"})

    def _export(self, request: Request) -> Response:
        del request
        self._queue.refresh()
        name = {"content-disposition": 'attachment; filename="decisions.jsonl"'}
        body = b"".join(line(d) for d in self._queue.book.all())
        return Response(body, media_type="application/jsonl", headers=name)

    def _file(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in _STATIC:
            raise HTTPException(404)
        kept = {"cache-control": "private, max-age=60"}
        return Response(self._static[name], media_type=_STATIC[name], headers=kept)

    # what they share

    def _image_of(self, item: Item) -> str:
        """Where a row's page image is, to be drawn while another row is looked at; empty without one."""
        with self._queue.ledger() as ledger:
            file = self._queue.file(ledger, item.sha256)
        return f"/image/{item.sha256}/{item.page}" if file and item.page and not problem(file) else ""

    def _item(self, request: Request) -> Item:
        row_id = request.path_params["row_id"]
        found = self._queue.item(row_id) if re.fullmatch("[a-z][0-9a-f]{12}", row_id) else None
        if found is None:
            raise HTTPException(404)
        return found

    async def _form(self, request: Request) -> dict[str, str]:
        """The fields of a form of ours.

        Raises:
            HTTPException: 403 where the form is not ours, 400 where it is none.
        """
        if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            raise HTTPException(400)
        try:
            body = (await request.body()).decode("utf-8")
            fields = dict(parse_qsl(body, keep_blank_values=True, max_num_fields=200, errors="strict"))
        except ValueError:
            raise HTTPException(400) from None
        if not same(fields.get("form", ""), self._access.form):
            raise HTTPException(403)
        return fields

    def _words(self, request: Request) -> Words:
        wanted = request.query_params.get("lang") or request.cookies.get(_LANGUAGE) or self._language
        if wanted == "vi":
            return Words("vi")
        return Words("en") if wanted == "en" else Words(preferred(request.headers.get("accept-language", "")))

    def _page(
        self, request: Request, template: str, chosen: Filter, *, status: int = 200, **names: object
    ) -> Response:
        words = self._words(request)
        done = request.query_params.get("done", "")
        told = done if done in {"saved", "undone", "written", "nothing_to_undo"} else ""
        query = {**chosen.given}
        text = self._templates.get_template(template).render(
            t=words,
            form=self._access.form,
            who=self._who,
            chosen=chosen,
            query=urlencode(query),
            link=lambda place, **more: _address(place, {**query, **more}),
            here=request.url.path,
            told=words(told) if told else "",
            progress=self._queue.progress(),
            lost_count=len(self._queue.lost),
            schemas=self._queue.schemas,
            **names,
        )
        answer = HTMLResponse(text, status)
        if request.query_params.get("lang") in {"en", "vi"}:
            answer.set_cookie(_LANGUAGE, words.language, max_age=10**7, httponly=True, samesite="strict")
        return answer

    def _told(self, request: Request, message: str, status: int) -> Response:
        return self._page(request, "told.html", Filter(), status=status, message=message)

    def _missing(self, request: Request, error: HTTPException) -> Response:
        known = {404: self._words(request)("missing")}
        return self._told(request, known.get(error.status_code, error.detail), error.status_code)


def _what(action: str | None, cells: dict[str, str], why: str) -> What:
    """What a button means.

    Raises:
        HTTPException: where the form has no button of ours.
        DecisionError: a comment without words.
    """
    if action == "keep":
        return "correct" if cells else "confirm"
    if action == "reject":
        return "reject"
    if action != "comment":
        raise HTTPException(400)
    if not why:
        message = "why: ?"
        raise DecisionError(message)
    return "comment"


def _to(place: str, query: dict[str, str]) -> Response:
    return RedirectResponse(_address(place, query), 303)


def _address(place: str, query: dict[str, Any]) -> str:
    given = {name: value for name, value in query.items() if value not in {"", None}}
    return f"{place}?{urlencode(given)}" if given else place


def _number(text: str) -> int:
    return max(1, min(int(text), _MOST_NUMBER)) if re.fullmatch("[0-9]{1,9}", text) else 1
