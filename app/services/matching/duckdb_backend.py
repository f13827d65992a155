"""Candidates and weights by splink on DuckDB, in this machine's memory. The only module that imports them; loaded when it is asked for."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

import duckdb
import msgspec
import pyarrow as pa
import splink

from app.services.identity.evidence import Shared
from app.services.identity.normalise import Traits, formal
from app.services.identity.weights import LEVELS, Weights
from app.services.matching.backend import Learnt, Progress
from app.services.matching.columns import BadUse
from app.services.matching.sql_levels import FIELDS, comparison

LARGEST_BLOCK = 120
"""Records that share a key; a key that more share says too little."""
MEMORY = "1500MB"
PAIRS_A_RECORD, FEWEST_PAIRS = 10, 1_500_000
"""Budget of candidates: what strict keys leave of it is spent on loose ones, so that small files are searched thoroughly."""
SAMPLE_PAIRS = 5e6
LEARNING_PAIRS = 1e6
MIN_SHARE = 1e-6
_KNOWN_SHARE = 0.02
"""Least share of the records that must have a field for it to be learnt by."""

_STRICT = (
    "email",
    "phone",
    "birth || formal[1]",
    "birth || family[1:2]",
    "house || street || formal[1]",
    "house || street || family[1:3]",
    "family || formal || coalesce(birth[1:4], '')",
    "family || formal || post",
    "least(given, family) || greatest(given, family) || coalesce(birth, post)",
)
_LOOSE = (
    "birth || coalesce(post, '')",
    "unit || coalesce(street, '')",
    "post || street",
    "post || house || family[1]",
    "post || house || formal[1]",
    "birth",
    "birth[6:10] || family[1:2]",
    "birth[1:7] || formal[1]",
    "family || formal",
    "house || post",
    "family || city",
    "formal || city",
    "formal || post",
    "family[1:4] || post[1:2]",
    "family[1:4]",
    "given[1:4]",
    "city || family[1]",
    "city || given[1]",
    "post || given[1]",
)


class _Shares(msgspec.Struct):
    m: dict[str, dict[str, float]] = {}
    u: dict[str, dict[str, float]] = {}


class DuckDbBackend:
    """One connection a task; nothing is written to the disk but what does not fit into memory."""

    def candidates(
        self, records: Sequence[Traits], left: int, weights: Weights, shared: Shared, least_bits: float, progress: Progress
    ) -> Iterator[tuple[int, int]]:
        connection = _connection()
        _fill(connection, records, left, shared)
        progress("Looking for candidates", 0.1)
        keys = _keys(connection, len(records))
        comparisons: list[Any] = []
        for field in FIELDS:
            u = {level: 1 / len(LEVELS[field]) for level in LEVELS[field]}
            m = {level: u[level] * 2.0**bits for level, bits in zip(LEVELS[field], weights.bits[field], strict=True)}
            scale = max(1.0, *m.values())
            comparisons.append(comparison(field, {k: v / scale for k, v in m.items()}, {k: v / scale for k, v in u.items()}))
        linker = _linker(connection, comparisons, keys, across=left < len(records))
        progress("Weighing candidates", 0.3)
        found = linker.inference.predict(threshold_match_weight=least_bits, warning_mode="never").as_duckdbpyrelation()
        reader = found.select("unique_id_l, unique_id_r").to_arrow_reader(100_000)
        for batch in reader:
            yield from zip(batch.column(0).to_pylist(), batch.column(1).to_pylist(), strict=True)
        connection.close()

    def learn(self, records: Sequence[Traits], left: int, shared: Shared, progress: Progress) -> Learnt:
        connection = _connection()
        _fill(connection, records, left, shared)
        known = [field for field in FIELDS if _known(connection, field) >= _KNOWN_SHARE]
        if not {"given", "family"} <= set(known) or len(known) < 4:
            raise BadUse("these files have too little in common to learn from: names and at least two more fields are needed")
        linker = _linker(connection, [comparison(field) for field in known], [], across=left < len(records))
        progress("Comparing people at random", 0.2)
        linker.training.estimate_u_using_random_sampling(max_pairs=SAMPLE_PAIRS, seed=1, min_count_per_level=None)
        second = splink.block_on("birth") if "birth" in known else splink.block_on("street", "house")
        rules = [splink.block_on("given", "family"), second]
        for number, rule in enumerate(rules):
            progress("Learning from likely pairs", 0.5 + 0.2 * number)
            linker.training.estimate_parameters_using_expectation_maximisation(rule, max_pairs=LEARNING_PAIRS)
        shares = _Shares()
        for each in linker.misc.save_model_to_json()["comparisons"]:
            field = each["output_column_name"]
            levels = [level for level in each["comparison_levels"] if not level.get("is_null_level")]
            shares.m[field] = _whole({level["label_for_charts"]: level.get("m_probability") for level in levels})
            shares.u[field] = _whole({level["label_for_charts"]: level.get("u_probability") for level in levels})
        connection.close()
        return shares


def _connection() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(f"SET memory_limit = '{MEMORY}'")
    connection.execute("SET enable_progress_bar = false")
    connection.execute("SET preserve_insertion_order = false")
    return connection


def _linker(connection: duckdb.DuckDBPyConnection, comparisons: list[Any], keys: list[str], *, across: bool) -> Any:
    logging.getLogger("splink").setLevel(logging.CRITICAL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        api = splink.DuckDBAPI(connection)
    rules: list[Any] = [{"blocking_rule": f"l.{key} = r.{key}" + (" AND l.side <> r.side" if across else "")} for key in keys]
    settings = splink.SettingsCreator(
        link_type="dedupe_only",
        comparisons=comparisons,
        blocking_rules_to_generate_predictions=rules,
        probability_two_random_records_match=0.5,
        retain_matching_columns=False,
    )
    return splink.Linker(api.register(connection.table("people")), settings, log_level=logging.CRITICAL)


def _fill(connection: duckdb.DuckDBPyConnection, records: Sequence[Traits], left: int, shared: Shared) -> None:
    """The table ``people``: one row a record, unknown values NULL, values that a crowd shares left out."""
    crowd = shared.crowd

    def told(values: frozenset[str]) -> list[str]:
        return sorted(values - crowd) if crowd else sorted(values)

    places = [each.places[0] if each.places else None for each in records]
    phones, emails = [told(each.phones) for each in records], [told(each.emails) for each in records]
    table = pa.table(
        {
            "unique_id": pa.array(range(len(records)), pa.int64()),
            "side": pa.array((number >= left for number in range(len(records))), pa.bool_(), size=len(records)),
            "given": pa.array([each.given[0] if each.given else None for each in records], pa.string()),
            "formal": pa.array([formal(each.given[0]) if each.given else None for each in records], pa.string()),
            "family": pa.array(["".join(each.family) or None for each in records], pa.string()),
            "last": pa.array([each.family[-1] if each.family else None for each in records], pa.string()),
            "birth": pa.array([each.birth or None for each in records], pa.string()),
            "phones": pa.array(phones, pa.list_(pa.string())),
            "phone": pa.array([each[0] if each else None for each in phones], pa.string()),
            "emails": pa.array(emails, pa.list_(pa.string())),
            "email": pa.array([each[0] if each else None for each in emails], pa.string()),
            "house": pa.array([each.number or None if each else None for each in places], pa.string()),
            "street": pa.array([each.line or None if each else None for each in places], pa.string()),
            "unit": pa.array([each.unit or None if each else None for each in places], pa.string()),
            "post": pa.array([each.post_code or None if each else None for each in places], pa.string()),
            "city": pa.array([each.city or None if each else None for each in places], pa.string()),
        }
    )
    connection.register("arrived", table)
    connection.execute("CREATE TABLE people AS SELECT * FROM arrived")
    connection.unregister("arrived")


def _keys(connection: duckdb.DuckDBPyConnection, count: int) -> list[str]:
    """Add key columns: the strict ones, then loose ones as far as the budget of pairs goes."""
    budget = max(FEWEST_PAIRS, PAIRS_A_RECORD * count)
    taken: list[str] = []
    for number, expression in enumerate((*_STRICT, *_LOOSE)):
        sizes = f"SELECT {expression} AS value, count(*) AS size FROM people WHERE ({expression}) IS NOT NULL GROUP BY 1"
        pairs = _number(connection, f"SELECT coalesce(sum(size * (size - 1) // 2), 0) FROM ({sizes}) WHERE size <= {LARGEST_BLOCK}")
        if not pairs or (number >= len(_STRICT) and pairs > budget):
            continue
        budget -= int(pairs)
        key = f"key{number}"
        connection.execute(f"ALTER TABLE people ADD COLUMN {key} VARCHAR")
        connection.execute(
            f"UPDATE people SET {key} = {expression} WHERE ({expression}) NOT IN (SELECT value FROM ({sizes}) WHERE size > {LARGEST_BLOCK})"
        )
        taken.append(key)
    return taken


def _known(connection: duckdb.DuckDBPyConnection, field: str) -> float:
    """The share of the records that have a field."""
    column = {"house": "street", "area": "post"}.get(field, field)
    return _number(connection, f"SELECT count({column}) / greatest(count(*), 1) FROM people")


def _number(connection: duckdb.DuckDBPyConnection, query: str) -> float:
    """The one number that a query answers."""
    ((number,),) = connection.execute(query).fetchall()
    return float(number)


def _whole(shares: dict[str, float | None]) -> dict[str, float]:
    """Shares that add up to one, none of them nought: what was not seen is rare, not impossible."""
    found = {level: max(share or 0.0, MIN_SHARE) for level, share in shares.items()}
    total = sum(found.values())
    return {level: share / total for level, share in found.items()}
