"""The compiled floor does what the plain one does."""

from __future__ import annotations

import sys
import timeit
import traceback
from types import ModuleType

import pytest

from callfloor import floor
from callfloor.runtimes import available, is_plain, load, stale_files
from join.recipe import Recipe


def story(tiny: ModuleType) -> list[object]:
    """Everything the sample can do, as a list of results."""
    floor = tiny.Floor(rule=tiny.ByLoad(2.0, penalty=0.25))
    tiny.hire(floor, 5)
    seen: list[object] = []
    for i in range(12):
        if i == 6:
            floor.rule = tiny.ByAge()
        seen.append(tiny.give(floor, tiny.Job(i, urgent=i % 2 == 0), float(i)))
    floor.shelves.append([tiny.Job(3)])
    floor.waits.extend([1.5, 4.0, 2.0])
    seen += [tiny.waiting(floor), tiny.longest_wait(floor), floor.moved, len(floor.made)]
    seen += [(w.id, w.state, w.load(), w.job.due_at if w.job else None) for w in floor.workers]
    seen += [tiny.rate_of(w) for w in floor.workers]
    seen += [tiny.clear_up(floor, 9.0), tiny.last_big(floor), tiny.worker_at(floor, -1).id]
    seen += [tiny.name_of(i) for i in range(9)]
    seen += [tiny.share(7.0, 3), tiny.whole_share(17, 5), tiny.whole_share(-17, 5)]
    return seen


def test_results_are_the_same(floors: dict[str, ModuleType]) -> None:
    plain = story(floors["plain"])
    assert story(floors["safe"]) == plain
    assert story(floors["fast"]) == plain


def test_numbers_that_no_32_bits_hold(tiny: ModuleType) -> None:
    assert tiny.last_big(tiny.Floor()) == 2**42 + 5_000_000_000


def test_public_constants(tiny: ModuleType) -> None:
    assert tiny.BUSY == 1
    assert float("inf") == tiny.NEVER
    assert tiny.NEXT == ((1, -1, -1), (-1, 0, -1), (2, 2, -1))


def test_defaults_and_arguments(tiny: ModuleType) -> None:
    job = tiny.Job(4, due_at=2.5)
    assert (job.size, job.worker, job.due_at, job.urgent) == (4, None, 2.5, False)
    assert tiny.Job(size=1).due_at == float("inf")
    assert tiny.Worker(7).id == 7
    assert tiny.ByLoad(3.0).weight == 3.0, "inherited fields come first"
    with pytest.raises(TypeError):
        tiny.Job()


def test_lists_and_records_of_defaults_are_not_shared(tiny: ModuleType) -> None:
    one, other = tiny.Worker(), tiny.Worker()
    one.jobs.append(tiny.Job(1))
    assert other.jobs == []
    assert one.tally is not other.tally


def test_fields_are_written_from_python(tiny: ModuleType) -> None:
    worker, job = tiny.Worker(), tiny.Job(1)
    worker.job, job.worker, worker.state = job, worker, tiny.BUSY
    assert worker.job is job
    assert not worker.is_free()
    with pytest.raises(AttributeError):
        worker.nickname = "no such field"


def test_equality_is_identity(tiny: ModuleType) -> None:
    assert tiny.Job(1) != tiny.Job(1)
    assert len({tiny.Job(1), tiny.Job(1)}) == 2


def test_virtual_calls(tiny: ModuleType) -> None:
    worker = tiny.Worker(id=1, jobs=[tiny.Job(4)])
    assert tiny.load_of_rule(tiny.ByLoad(), worker) == -2.0
    assert tiny.ByAge(3.0).weighted(worker, 8.0) == 12.0
    with pytest.raises(NotImplementedError):
        tiny.load_of_rule(tiny.Rule(), worker)
    with pytest.raises(NotImplementedError):
        tiny.Rule().weighted(worker, 0.0)


def test_division_by_zero(tiny: ModuleType) -> None:
    with pytest.raises(ZeroDivisionError):
        tiny.share(1.0, 0)
    with pytest.raises(ZeroDivisionError):
        tiny.whole_share(1, 0)


def test_a_number_too_large_for_int(tiny: ModuleType) -> None:
    floor = tiny.Floor()
    tiny.hire(floor, 1)
    with pytest.raises(OverflowError):
        tiny.whole(float("inf"))


def test_what_is_passed_on_lives_as_long_as_the_call(tiny: ModuleType) -> None:
    floor = tiny.Floor(workers=[tiny.Worker(id=2**40)])
    assert tiny.dismiss(floor) == 2**40 + 1


def test_references_are_counted_as_in_python(checked: ModuleType) -> None:
    worker, job = checked.Worker(id=1), checked.Job(1)
    held, nothing = sys.getrefcount(job), sys.getrefcount(None)
    for _ in range(2000):
        worker.job = job
        assert checked.forgotten(worker)
    assert sys.getrefcount(job) == held
    assert abs(sys.getrefcount(None) - nothing) < 1000


def test_the_fast_build_counts_nothing_and_releases_all_at_once(floors: dict[str, ModuleType]) -> None:
    tiny = floors["fast"]

    def live_and_go() -> None:
        floor = tiny.Floor()
        tiny.hire(floor, 5)
        for i in range(20):
            tiny.give(floor, tiny.Job(i), float(i))
        tiny.release(floor)

    live_and_go()
    blocks, nothing = sys.getallocatedblocks(), sys.getrefcount(None)
    for _ in range(500):
        live_and_go()
    # Each life has 36 records; the lists that `hire` makes are all that is left of them.
    assert sys.getallocatedblocks() - blocks < 500 * 12
    assert sys.getrefcount(None) >= nothing - 100


def test_an_array_is_freed_when_nobody_needs_it(tiny: ModuleType) -> None:
    floor = tiny.Floor()
    assert tiny.largest_sum(floor, 1000) == 499_500.0
    blocks, nothing = sys.getallocatedblocks(), sys.getrefcount(None)
    for _ in range(500):
        tiny.largest_sum(floor, 1000)
    assert sys.getallocatedblocks() - blocks < 100
    assert sys.getrefcount(None) >= nothing - 100


def test_a_released_record_is_empty(floors: dict[str, ModuleType]) -> None:
    tiny = floors["fast"]
    worker = tiny.Worker(id=1, job=tiny.Job(2))
    tiny.release(worker)
    assert worker.job is None
    assert sys.getrefcount(worker) == 2


def test_a_name_keeps_what_a_call_changes(tiny: ModuleType) -> None:
    assert tiny.in_order(tiny.Floor(moved=5)) == 6


def test_none_has_no_fields(checked: ModuleType) -> None:
    worker = checked.Worker()
    with pytest.raises(AttributeError, match="'NoneType' object has no attribute 'size'"):
        checked.job_of(worker)
    with pytest.raises(AttributeError, match="'NoneType' object has no attribute 'score'"):
        checked.load_of_rule(None, worker)


def test_no_index_out_of_range(checked: ModuleType) -> None:
    floor = checked.Floor(workers=[checked.Worker()])
    with pytest.raises(IndexError):
        checked.worker_at(floor, 1)
    with pytest.raises(IndexError):
        checked.move(floor, floor.workers[0], 3)
    floor.workers[0].state = 9
    with pytest.raises(IndexError):
        checked.rate_of(floor.workers[0])


def test_the_safe_build_reads_no_table_from_its_end(floors: dict[str, ModuleType]) -> None:
    safe = floors["safe"]
    with pytest.raises(IndexError):
        safe.rate_of(safe.Worker(state=-1))


def test_the_safe_build_checks_what_is_in_lists(floors: dict[str, ModuleType]) -> None:
    safe = floors["safe"]
    with pytest.raises(TypeError):
        safe.worker_at(safe.Floor(workers=[safe.Job(1)]), 0)


def test_exceptions_reach_the_caller_with_the_plain_lines(tiny: ModuleType) -> None:
    floor = tiny.Floor()
    tiny.hire(floor, 1)
    with pytest.raises(ValueError, match="100 is too many for 1") as caught:
        tiny.outer(floor, 100)
    frames = traceback.extract_tb(caught.value.__traceback__)
    assert all(f.filename.endswith("tiny/floor/choose.py") for f in frames[1:])
    assert frames[-2].line == "return careful(floor, index) + worker.state"
    assert frames[-1].line == 'raise ValueError(f"{index} is too many for {len(floor.workers)}")'
    assert frames[-1].name.endswith("careful")


def test_calls_inside_the_floor_cannot_be_replaced(floors: dict[str, ModuleType]) -> None:
    assert not hasattr(floors["safe"], "careful"), "only what __all__ lists is there for Python"


def test_a_call_from_python_is_cheap(floors: dict[str, ModuleType]) -> None:
    fast = floors["fast"]
    floor = fast.Floor()
    fast.hire(floor, 1)
    worker = floor.workers[0]
    taken = min(timeit.repeat(lambda: fast.move(floor, worker, 1), number=10_000, repeat=5)) / 10_000
    assert taken < 2e-6, "seconds a call"


def test_the_text_it_was_made_of_is_known(recipe: Recipe, floors: dict[str, ModuleType]) -> None:
    assert recipe.digests() == floors["fast"].SOURCES
    assert floors["fast"].BUILD == "floor_fast"
    present = {n: d for n, d in recipe.digests().items() if n.endswith("choose.py")}
    changed = ModuleType("changed")
    changed.SOURCES = {**present, "tiny/floor/choose.py": "another text"}  # type: ignore[attr-defined]
    assert stale_files(changed, recipe.root) == ["tiny/floor/choose.py"]


def test_the_plain_runtime_has_the_names_of_every_joined_module() -> None:
    plain = load("plain")
    assert is_plain(plain)
    assert is_plain(floor)
    assert {*floor.__all__} <= {*vars(plain)}
    assert plain.Floor is floor.Floor
    for name in {*available()} - {"plain"}:
        compiled = load("fast" if name == "fast" else "compiled")
        assert not is_plain(compiled)
        assert {n for n in vars(plain) if n[:2] != "__"} <= {*vars(compiled)}
