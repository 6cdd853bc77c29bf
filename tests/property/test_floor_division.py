"""`engine.ledger.entries.floor_division`, against Python's own."""

from hypothesis import example, given
from hypothesis import strategies as st

from hindcaster.engine.ledger.entries import floor_division

positive = st.floats(1e-12, 1e12)


@given(value=st.floats(0.0, 1e12), by=positive)
@example(value=1.0, by=0.1)  # the quotient rounds to 10, but 0.1 is a little more than a tenth
@example(value=6.0, by=0.1)
@example(value=1e12, by=1e-12)
def test_it_is_that_of_python(value: float, by: float) -> None:
    assert floor_division.py_func(value, by) == value // by


@given(by=positive, count=st.integers(1, 10**6), ulps=st.integers(-3, 3))
def test_multiples_and_their_neighbours(by: float, count: int, ulps: int) -> None:
    value = by * count * (1.0 + ulps * 2.0**-52)
    assert floor_division.py_func(value, by) == value // by


@given(value=st.floats(0.0, 1e12), by=st.floats(-1e12, -1e-12))
def test_negative_costs(value: float, by: float) -> None:
    assert floor_division.py_func(value, by) == value // by
