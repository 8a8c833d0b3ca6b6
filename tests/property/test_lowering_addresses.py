"""What is asked of an address is asked of its parts: nothing is missed, what is found besides is noted."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from tests.property.test_lowering_globs import fits
from translator.dialect.profile import load_profile
from translator.engine.compile import compile_filter
from translator.lowering.addresses import UrlHolder
from translator.lowering.context import Emission
from translator.lowering.glob import AnyOf, Glob, Part, Wild
from translator.lowering.holders import TextHolder
from translator.notes import Effect

DIALECT = load_profile()
EMISSION = Emission(DIALECT)
HOLDER = UrlHolder(*(TextHolder(name, EMISSION) for name in ("host", "path", "query")))

words = st.text(alphabet="aB.-", min_size=1, max_size=3)
addresses = st.tuples(
    st.sampled_from(["http", "https"]),
    words,
    st.sampled_from(["", ":8080"]),
    st.lists(words, max_size=3),
    st.none() | st.text(alphabet="aB/=", min_size=1, max_size=4),
)
Address = tuple[str, str, str, list[str], str | None]
parts: st.SearchStrategy[Part] = st.one_of(
    st.text(alphabet="aB./?:", min_size=1, max_size=4),
    st.sampled_from([*Wild, "/", "http", "http://", "://", AnyOf("-/")]),
)
globs = st.lists(parts, min_size=1, max_size=5).map(Glob.of)


def text(address: Address) -> str:
    scheme, host, port, path, query = address
    return f"{scheme}://{host}{port}/{'/'.join(path)}{'' if query is None else f'?{query}'}"


def found(glob: Glob, address: Address) -> bool:
    _, host, _, path, query = address
    event = {"host": host, "path": f"/{'/'.join(path)}"} | ({} if query is None else {"query": query})
    return bool(compile_filter(HOLDER.text(glob), DIALECT)(event))


@st.composite
def pieces(draw: st.DrawFn) -> tuple[Glob, Address]:
    """A glob made of pieces of an address, so that it matches."""
    address = draw(addresses)
    whole = text(address)
    ends = sorted(draw(st.lists(st.integers(0, len(whole)), min_size=2, max_size=4)))
    made: list[Part] = [Wild.ANY] if ends[0] else []
    for start, end in pairwise(ends):
        made.append(whole[start:end] if draw(st.booleans()) else Wild.ANY)
    return Glob.of([*made, *([Wild.ANY] if ends[-1] < len(whole) else [])]), address


@given(pieces())
@example((Glob.of([Wild.ANY, "aB.a/B", Wild.ANY]), ("http", "aB.a", "", ["Ba"], None)))
@example((Glob.of(["http://a/"]), ("http", "a", "", [], None)))
def test_what_a_glob_matches_is_found(pair: tuple[Glob, Address]) -> None:
    glob, address = pair
    assert fits(glob, text(address))
    narrower = any(caveat.effect is Effect.NARROWER for caveat in HOLDER.caveats(glob))
    assert found(glob, address) or narrower, HOLDER.text(glob)


@given(globs, addresses)
@example(Glob.of([Wild.ANY, "/a"]), ("http", "a", "", ["a"], None))
def test_what_is_found_besides_is_noted(glob: Glob, address: Address) -> None:
    if found(glob, address) and not fits(glob, text(address)) and not HOLDER.asks_for_nothing(glob):
        assert list(HOLDER.caveats(glob))
