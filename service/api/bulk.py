"""Many offers or requests in one call: each is judged and answered by itself."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from service.api.answers import encode
from service.api.auth import Needs, context_of
from service.api.bodies import body_of, json_schema
from service.api.documented import answers
from service.api.idempotency import OnceFor, once_for
from service.api.problems import document_of_error
from service.api.queries import no_query
from service.api.schemas.bulk import BULKS, MOST_ITEMS, BulkAnswer
from service.errors import CarpoolError, Invalid, StoreUnavailable
from service.model.partners import Caller
from service.model.trips import Kind
from service.store.once import Once
from service.usecases import bulk


def bulk_router(kind: Kind) -> APIRouter:
    """Return the route that posts many offers or requests."""
    plural, model = f"{kind}s", BULKS[kind]
    router = APIRouter(prefix=f"/v1/{plural}", tags=[plural.capitalize()])

    @router.post(
        ":batch", operation_id=f"post_{plural}", summary=f"Post up to {MOST_ITEMS} {plural}",
        responses=answers(BulkAnswer, 200, 409, 413, 415), openapi_extra=json_schema(model),
        dependencies=[Depends(no_query)],
    )  # fmt: skip
    async def post_bulk(
        request: Request,
        caller: Annotated[Caller, Depends(Needs("trips:write"))],
        body: Annotated[Any, Depends(body_of(model))],
        once: Annotated[OnceFor, Depends(once_for)],
    ) -> Response:
        """Post trips of which each is judged by itself; they are answered in the order in which they came.

        Where an item is answered 409 or 503, send the same again with the same key: what was posted stays as it is.
        """
        context = context_of(request)
        first = await bulk.first_answer(context, caller, once(b""))
        if first is not None:
            return _answer(first, replayed=True)
        made = await bulk.post_each(context, caller, kind, body.drafts, lambda n, id_: _of_item(once(id_.encode()), n))
        _refuse_where_all_failed(made)
        document = encode({"items": [_item(request, n, outcome) for n, outcome in enumerate(made)]})
        if all(isinstance(outcome, str | Invalid) for outcome in made):  # else there is more to come
            first = await bulk.keep_answer(context, caller, once(document))
        return _answer(first or document, replayed=first is not None)

    return router


def _of_item(once: Once | None, n: int) -> Once | None:
    return once and once.of_part(str(n))


def _refuse_where_all_failed(made: Sequence[str | CarpoolError]) -> None:
    for outcome in made:
        if not isinstance(outcome, StoreUnavailable):
            return
    raise next(outcome for outcome in made if isinstance(outcome, StoreUnavailable))


def _item(request: Request, n: int, outcome: str | CarpoolError) -> dict[str, Any]:
    if isinstance(outcome, str):
        return {"status": 201, "id": outcome}
    problem = document_of_error(request, outcome, f"/items/{n}")
    return {"status": problem["status"], "problem": problem}


def _answer(document: str | bytes, *, replayed: bool) -> Response:
    headers = {"Idempotent-Replayed": "true"} if replayed else {}
    return Response(document, 200, headers, "application/json")
