"""What counts as one single SELECT, and how it is given a row limit."""

from __future__ import annotations

import pytest

from adapters.sql_statement import limited, problem


@pytest.mark.parametrize(
    ("sql", "dialect"),
    [
        ("SELECT 1", "sqlite"),
        ("select(1)", "sqlite"),
        ("WITH a AS (SELECT 1 AS n) SELECT n FROM a", "postgresql"),
        ("SELECT 1; -- a;b", "sqlite"),
        ("/* DROP TABLE x; */ SELECT 1 -- DELETE", "sqlite"),
        ("SELECT ';', \"a;b\" FROM t WHERE x = 'INTO '' UPDATE'", "sqlite"),
        ("SELECT $a$ ; DELETE $a$, $$;$$", "postgresql"),
        ("SELECT 'it\\'s; DELETE', `odd;name` FROM t # ; UPDATE", "mysql"),
        ("SELECT deleted, updated_at FROM t", "sqlite"),
        ("SELECT REPLACE(a, ';', '') FROM t", "sqlite"),
    ],
)
def test_one_select_is_taken(sql: str, dialect: str) -> None:
    assert problem(sql, dialect) == ""


@pytest.mark.parametrize(
    ("sql", "dialect", "words"),
    [
        ("", "sqlite", "missing"),
        ("-- SELECT 1", "sqlite", "missing"),
        ("DROP TABLE t", "sqlite", "begins with DROP"),
        ("PRAGMA writable_schema = 1", "sqlite", "begins with PRAGMA"),
        ("SELECT 1; SELECT 2", "sqlite", "several"),
        ("SELECT 'a\\'; DELETE FROM t; --'", "postgresql", "several"),
        ("WITH a AS (DELETE FROM t RETURNING *) SELECT * FROM a", "postgresql", "DELETE"),
        ("SELECT * INTO copy FROM t", "postgresql", "INTO"),
        ("SELECT * FROM t FOR UPDATE", "postgresql", "UPDATE"),
        ("SELECT 1 /*! INTO OUTFILE '/tmp/x' */", "mysql", "INTO"),
        ("SELECT 1 /*M! INTO OUTFILE '/tmp/x' */", "mariadb", "INTO"),
    ],
)
def test_anything_else_is_refused_in_words(sql: str, dialect: str, words: str) -> None:
    assert words in problem(sql, dialect)


@pytest.mark.parametrize(
    ("sql", "dialect", "outcome"),
    [
        ("SELECT a FROM t", "sqlite", "SELECT a FROM t\nLIMIT 5"),
        ("SELECT a FROM t; -- b;", "postgresql", "SELECT a FROM t\nLIMIT 5"),
        ("SELECT a FROM t -- b", "mysql", "SELECT a FROM t -- b\nLIMIT 5"),
        ("SELECT a FROM (SELECT a FROM t LIMIT 9) AS s", "sqlite", "SELECT a FROM (SELECT a FROM t LIMIT 9) AS s\nLIMIT 5"),
        ("SELECT substring(a FROM 1 FOR 3) FROM t", "postgresql", "SELECT substring(a FROM 1 FOR 3) FROM t\nLIMIT 5"),
        ("SELECT ' LIMIT ' FROM t", "sqlite", "SELECT ' LIMIT ' FROM t\nLIMIT 5"),
        ("SELECT a FROM t LIMIT 2", "sqlite", "SELECT a FROM t LIMIT 2"),
        ("SELECT a FROM t FETCH FIRST 2 ROWS ONLY;", "postgresql", "SELECT a FROM t FETCH FIRST 2 ROWS ONLY"),
        ("SELECT a FROM t LOCK IN SHARE MODE", "mysql", "SELECT a FROM t LOCK IN SHARE MODE"),
        ("SELECT a FROM t", "mssql", "SELECT a FROM t"),
    ],
)
def test_a_limit_is_written_where_there_is_none(sql: str, dialect: str, outcome: str) -> None:
    assert limited(sql, dialect, 5) == outcome
