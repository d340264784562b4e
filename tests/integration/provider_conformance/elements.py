"""What the double shows in a browser: a script in place of Stripe.js, the card's frame and the
bank's. Their markup is the smallest that does it; how Stripe's own look, only Stripe shows.
"""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from tests.integration.provider_conformance.stripe_double import StripeDouble

SCRIPT = Path(__file__).with_name("elements.js").read_text()
NUMBERS = {
    "4242424242424242": "pm_card_visa",
    "4000000000000002": "pm_card_chargeDeclined",
    "4000000000009995": "pm_card_chargeDeclinedInsufficientFunds",
    "4000002500003155": "pm_card_authenticationRequired",
}
"""/testing on docs.stripe.com."""
CARD = """<!doctype html><html lang="{lang}" dir="{dir}"><meta charset="utf-8"><title>Card</title>
<style>body {{ margin: 0; font: 16px system-ui }} label {{ color: {colour}; font-weight: 600 }}
input {{ font: inherit; inline-size: 100%; padding: 12px; box-sizing: border-box;
border: 1px solid; border-radius: 8px }}</style>
<label>{label}<input id="number" inputmode="numeric" autocomplete="cc-number"></label>
<script>addEventListener("message", async ({{ source, origin }}) => {{
  const number = document.getElementById("number").value;
  const made = await fetch("/elements/token", {{ method: "POST", body: number }});
  source.postMessage(await made.json(), origin);
}});</script></html>"""
BANK = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Bank</title>
<style>body {{ display: grid; place-content: center; block-size: 100vh; margin: 0;
font: 16px system-ui }} main {{ background: #fff; padding: 24px; border-radius: 12px }}</style>
<main><p>Your bank: is it you?</p><button id="agree">Yes, pay</button>
<button id="refuse">No</button></main>
<script>for (const word of ["agree", "refuse"])
  document.getElementById(word).onclick = async () => {{
    await fetch("/elements/bank", {{ method: "POST", body: word + " {secret}" }});
    parent.postMessage(word === "agree" ? "agreed" : "refused", "*");
  }};</script></html>"""


def routes(books: StripeDouble) -> list[Route]:
    async def script(request: Request) -> Response:
        return Response(SCRIPT, media_type="text/javascript")

    async def card(request: Request) -> Response:
        lang, colour = request.query_params["lang"], request.query_params["colour"]
        label = "رقم البطاقة" if lang == "ar" else "Card number"
        text_dir = "rtl" if lang == "ar" else "ltr"
        return HTMLResponse(CARD.format(lang=lang, dir=text_dir, colour=colour, label=label))

    async def token(request: Request) -> Response:
        number = (await request.body()).decode().replace(" ", "")
        if number not in NUMBERS:
            return JSONResponse({"error": "incomplete_number"})
        return JSONResponse({"id": books.create_token({"payment_method": NUMBERS[number]})["id"]})

    async def bank(request: Request) -> Response:
        return HTMLResponse(BANK.format(secret=request.query_params["secret"]))

    async def answer(request: Request) -> Response:
        word, secret = (await request.body()).decode().split()
        found = next(key for key, each in books.intents.items() if each["client_secret"] == secret)
        books.answer_bank(found, agrees=word == "agree")
        return JSONResponse({})

    return [
        Route("/elements/script.js", script),
        Route("/elements/card", card),
        Route("/elements/token", token, methods=["POST"]),
        Route("/elements/bank", bank),
        Route("/elements/bank", answer, methods=["POST"]),
    ]
