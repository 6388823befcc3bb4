"""Prepared statements that go to the server together: what goes there comes back, and what fails is told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callfloor.stores.postgres import pipeline as module
from callfloor.stores.postgres.connection import connect, open_database
from callfloor.stores.postgres.pipeline import Pipeline, numbered, parameter
from tests.contract.stores import postgres_url

MEGABYTE = "x" * 1_000_000


@pytest.fixture(scope="module")
def pipeline() -> Iterator[Pipeline]:
    url = postgres_url()
    open_database(url).close()
    connection = connect(url)
    yield Pipeline(connection)
    connection.close()


def prepared(pipeline: Pipeline) -> int:
    """How many statements the server has prepared for this session, the question itself not counted."""
    sql = "SELECT count(*) FROM pg_prepared_statements WHERE statement NOT LIKE '%pg_prepared%'"
    return int(pipeline.run([(sql, ())]).rows[0][0])


@given(
    text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    whole=st.integers(-(2**63), 2**63 - 1),
    real=st.floats(),
    true=st.booleans(),
    raw=st.binary(),
)
def test_values_come_back_as_they_went(
    pipeline: Pipeline, text: str, whole: int, real: float, true: bool, raw: bytes
) -> None:
    sql = "SELECT ?::text, ?::bigint, ?::double precision, ?::boolean, ?::bytea, ?::bytea[], ?::text"
    sent = (text, whole, real, true, raw, [raw, None], None)
    [found] = pipeline.run([(sql, sent)]).rows
    assert repr(found) == repr(sent)


def test_only_the_last_ones_rows_are_given(pipeline: Pipeline) -> None:
    found = pipeline.run([("SELECT 1", ()), ("SELECT x FROM generate_series(1, ?) AS x", (3,))])
    assert found == ([(1,), (2,), (3,)], 3)


def test_what_changes_rows_says_how_many(pipeline: Pipeline) -> None:
    make = ("CREATE TEMPORARY TABLE numbers_seen (number bigint)", ())
    add = ("INSERT INTO numbers_seen SELECT generate_series(1, ?)", (4,))
    assert pipeline.run([make, add]) == ([], 4)
    pipeline.run([("DROP TABLE numbers_seen", ())])


def test_a_statement_is_prepared_once_for_each_mixture_of_types(pipeline: Pipeline) -> None:
    before = prepared(pipeline)
    for _ in range(3):
        pipeline.run([("SELECT ?::text, 'once'", ("a",)), ("SELECT ?::text, 'once'", ("b",))])
        pipeline.run([("SELECT ?::text, 'once'", (1,))])
    assert prepared(pipeline) == before + 2


def test_statements_that_have_become_too_many_are_forgotten(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "STATEMENTS_KEPT", 10)
    for number in range(30):
        assert pipeline.run([(f"SELECT {number}", ())]).rows == [(number,)]
    assert prepared(pipeline) <= 10


class TestFailures:
    def test_the_first_one_is_told_and_nothing_behind_it_is_run(self, pipeline: Pipeline) -> None:
        make = ("CREATE TEMPORARY TABLE kept (number bigint)", ())
        pipeline.run([make])
        with pytest.raises(psycopg.errors.DivisionByZero):
            pipeline.run(
                [("SELECT 1 / ?", (0,)), ("INSERT INTO kept VALUES (1)", ()), ("SELECT no_such", ())]
            )
        assert pipeline.run([("SELECT count(*) FROM kept", ())]).rows == [(0,)]

    def test_one_that_cannot_be_prepared_is_told_each_time(self, pipeline: Pipeline) -> None:
        for _ in range(2):
            with pytest.raises(psycopg.errors.UndefinedTable):
                pipeline.run([("SELECT 1", ()), ("SELECT * FROM no_such_table WHERE a = ?", (1,))])
        assert pipeline.run([("SELECT 1", ())]).rows == [(1,)]

    @pytest.mark.parametrize("value", ["a\0b", "\0"])
    def test_a_text_with_a_nul_is_refused_and_the_connection_goes_on(
        self, pipeline: Pipeline, value: str
    ) -> None:
        with pytest.raises(psycopg.DataError, match="NUL"):
            pipeline.run([("SELECT 1", ()), ("SELECT ?::text", (value,))])
        assert pipeline.run([("SELECT 1", ())]).rows == [(1,)]

    def test_a_value_that_no_column_has_is_refused(self) -> None:
        with pytest.raises(TypeError, match="found set"):
            parameter({1})

    def test_a_connection_that_is_cut_in_between_is_told(self) -> None:
        connection: psycopg.Connection[Any] = connect(postgres_url(), wait_s=1.0)
        lost = Pipeline(connection)
        with pytest.raises(psycopg.OperationalError):
            lost.run([("SELECT pg_terminate_backend(pg_backend_pid())", ()), ("SELECT 1", ())])
        assert connection.closed


def test_both_sides_may_have_more_to_say_than_the_network_holds(pipeline: Pipeline) -> None:
    found = pipeline.run([("SELECT ?::text", (MEGABYTE,))] * 30)
    assert found.rows == [(MEGABYTE,)]


def test_parameters_are_numbered() -> None:
    assert numbered("SELECT ?, a FROM b WHERE c = ?") == "SELECT $1, a FROM b WHERE c = $2"
    assert numbered("SELECT 1") == "SELECT 1"
