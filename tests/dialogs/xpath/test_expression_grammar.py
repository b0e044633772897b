"""The grammar as a whole: what is written down reads back as the same tree, and what is broken is refused by name."""

import contextlib

from hypothesis import example, given, settings
from hypothesis import strategies as st

from dialogs.xpath import ExpressionError
from dialogs.xpath.parsing import Chain, Here, Literal, Path, Step, Term, parse
from tests.dialogs.xpath.printing import printed, trees


@settings(max_examples=250, deadline=None)
@given(trees)
def test_a_tree_that_is_written_down_reads_back_as_the_same(tree: Term) -> None:
    assert parse(printed(tree)) == tree


@settings(max_examples=250, deadline=None)
@given(
    trees,
    st.integers(0, 200),
    st.sampled_from(["", "(", ")", "[", "'", "/", "::", "@", "-", "$", "1", "a", ","]),
)
@example(Literal("a"), 0, "")
def test_an_expression_with_a_slip_is_read_or_refused_at_a_place(tree: Term, at: int, slip: str) -> None:
    text = printed(tree)
    at = min(at, len(text))
    broken = text[:at] + slip + text[at + 1 :]
    read = read_or_refused(broken)
    if isinstance(read, ExpressionError):
        assert read.text == broken
        assert 0 <= read.position <= len(broken)
        assert read.reason
    else:
        assert parse(printed(read)) == read


def read_or_refused(text: str) -> Term | ExpressionError:
    try:
        return parse(text)
    except ExpressionError as error:
        return error


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(ExpressionError):
        parse(text)


def test_an_instruction_is_asked_for_by_its_name() -> None:
    assert parse("processing-instruction('x')") == parse("processing-instruction()[name() = 'x']")
    assert parse("a | b") == Chain(
        Path(Here(), (), (Step("child", "a"),)), (("|", Path(Here(), (), (Step("child", "b"),))),)
    )
