"""What counts as one single SELECT, and how it is given a row limit."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlglot
from sqlalchemy import text
from sqlalchemy.dialects import mssql, oracle

from adapters.manifest import load_manifest
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
        ("SELECT a FROM t ORDER BY a", "mssql", "SELECT TOP (5) a FROM t ORDER BY a"),
        ("select distinct a FROM t;", "mssql", "select distinct TOP (5) a FROM t"),
        ("SELECT TOP 2 a FROM t", "mssql", "SELECT TOP 2 a FROM t"),
        ("WITH x AS (SELECT 1 AS a) SELECT a FROM x", "mssql", "WITH x AS (SELECT 1 AS a) SELECT a FROM x"),
        ("SELECT a FROM t", "oracle", "SELECT a FROM t\nFETCH FIRST 5 ROWS ONLY"),
        ("SELECT a FROM t WHERE ROWNUM < 3", "oracle", "SELECT a FROM t WHERE ROWNUM < 3"),
        ("SELECT a FROM t", "hana", "SELECT a FROM t"),
    ],
)
def test_a_limit_is_written_where_there_is_none(sql: str, dialect: str, outcome: str) -> None:
    assert limited(sql, dialect, 5) == outcome


@pytest.mark.parametrize(("name", "dialect", "grammar"), [("oracle", oracle.dialect(), "oracle"), ("mssql", mssql.dialect(), "tsql")])
def test_a_manifest_compiles_for_databases_that_are_not_here(name: str, dialect: object, grammar: str, tmp_path: Path) -> None:
    """A department of portable SELECTs, as Oracle and SQL Server are sent it; another's parser of their SQL reads it."""
    (tmp_path / "tax.toml").write_text(PORTABLE, encoding="utf-8")
    manifest = load_manifest(tmp_path / "tax.toml", tmp_path)
    for request in (*manifest.find, *manifest.records, *manifest.lookup):
        assert problem(request.sql, name) == ""
        compiled = str(text(limited(request.sql, name, 51)).compile(dialect=dialect))  # type: ignore[arg-type]
        assert all(f":{parameter}" in compiled for parameter in request.params)
        read = sqlglot.parse_one(compiled, read=grammar)
        assert read.find(sqlglot.exp.Select) is not None
        assert read.find(sqlglot.exp.Limit, sqlglot.exp.Fetch) is not None


PORTABLE = """
kind = "sql"
title = "Tax"
colour = "#336699"
address = "oracle+oracledb://desk@tax.springvale.example/TAX"
capabilities = ["find", "records", "lookup", "check"]
roles = ["agent"]
references = ['\\d{2}-\\d{4}']

[[find]]
needs = ["family"]
sql = "SELECT TP_ID, TP_NM, DOB FROM TXPYR WHERE UPPER(TP_NM) LIKE :family ORDER BY TP_NM"
params = { family = "{family|upper}%" }

[[records]]
sql = "SELECT b.BIL_NO, b.STAT, b.AMT FROM TXBIL b JOIN TXPYR p ON p.TP_ID = b.TP_ID WHERE p.TP_ID = :subject"
params = { subject = "{subject}" }

[[lookup]]
sql = "SELECT BIL_NO, STAT, AMT FROM TXBIL WHERE BIL_NO = :reference"
params = { reference = "{reference}" }

[person]
id = "TP_ID"
full_name = "TP_NM"

[record.bill]
id = "BIL_NO"
title = "BIL_NO"
"""
