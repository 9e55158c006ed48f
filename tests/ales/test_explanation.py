"""An explanation frozen in the database reads back the same."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ales.explanation import Explanation

leaves = st.builds(
    Explanation,
    title=st.text(),
    formula=st.text(),
    inputs=st.lists(st.tuples(st.text(), st.text()), max_size=3).map(tuple),
    result=st.text(),
    source=st.text(),
)
trees = st.recursive(
    leaves,
    lambda children: st.builds(
        Explanation,
        title=st.text(),
        formula=st.text(),
        inputs=st.just(()),
        result=st.text(),
        source=st.text(),
        steps=st.lists(children, max_size=3).map(tuple),
    ),
    max_leaves=6,
)


@given(trees)
def test_freezing_loses_nothing(explanation):
    assert Explanation.from_dict(json.loads(json.dumps(explanation.as_dict()))) == explanation


def test_a_missing_part_is_an_error():
    with pytest.raises(KeyError):
        Explanation.from_dict({"title": "Loyer résiduel"})
