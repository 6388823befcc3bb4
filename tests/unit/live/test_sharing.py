"""Which floors a process takes and which it hands over."""

from __future__ import annotations

from callfloor.live.sharing import Shares
from callfloor.stores.port import FloorPlan, Lease, Worker


def shares(me: str, owners: list[str], workers: str) -> Shares:
    """`owners` of floors 0, 1, ...; `workers` by letter, in capitals where they take no floors."""
    plans = [FloorPlan(i, f"floor {i}", 1) for i in range(len(owners))]
    leases = [Lease(i, f"floor {i}", owner, 1.0 if owner else 0.0) for i, owner in enumerate(owners)]
    return Shares.of(me, plans, leases, [Worker(each.lower(), each.islower()) for each in workers])


class TestTaking:
    def test_one_process_takes_everything(self) -> None:
        assert shares("a", ["", "", ""], "a").to_take() == [0, 1, 2]

    def test_of_several_each_takes_its_share_rounded_up(self) -> None:
        assert shares("a", [""] * 5, "ab").to_take() == [0, 1, 2]
        assert shares("b", ["a", "a", "a", "", ""], "ab").to_take() == [3, 4]

    def test_floors_of_one_that_has_died_go_to_the_others(self) -> None:
        owners = ["a", "a", "", "", "c", "c"]
        assert shares("a", owners, "ac").to_take() == [2]
        assert shares("c", owners, "ac").to_take() == [2]

    def test_nothing_is_taken_beyond_the_share(self) -> None:
        assert shares("a", ["a", "a", ""], "ab").to_take() == []

    def test_one_that_takes_no_floors_takes_none_and_has_no_share(self) -> None:
        assert shares("a", ["", ""], "Ab").to_take() == []
        assert shares("b", ["", ""], "Ab").to_take() == [0, 1]

    def test_a_floor_that_failed_here_is_left_to_others(self) -> None:
        assert shares("a", ["", ""], "ab").to_take(left_alone=[0]) == [1]

    def test_a_stranded_floor_is_taken_by_whoever_sees_it(self) -> None:
        owners = ["a", "a", "", ""]
        assert shares("a", owners, "ab").to_take(stranded=[3]) == [3]

    def test_floors_that_nobody_is_to_look_after_are_nobodys(self) -> None:
        leases = [Lease(0, "of dial", "", 0.0), Lease(1, "north", "", 0.0)]
        found = Shares.of("a", [FloorPlan(1, "north", 1)], leases, [Worker("a", True)])
        assert found.to_take() == [1]


class TestHandingOver:
    def test_whoever_has_two_more_than_another_hands_one_over(self) -> None:
        assert shares("a", ["a"] * 3 + ["b"], "ab").hands_over()
        assert not shares("b", ["a"] * 3 + ["b"], "ab").hands_over()

    def test_a_difference_of_one_stays(self) -> None:
        assert not shares("a", ["a", "a", "b"], "ab").hands_over()

    def test_of_two_who_have_the_most_one_hands_over(self) -> None:
        owners = ["a", "a", "b", "b"]
        assert [name for name in "abc" if shares(name, owners, "abc").hands_over()] == ["a"]

    def test_nothing_moves_while_there_are_free_floors(self) -> None:
        assert not shares("a", ["a", "a", "a", ""], "ab").hands_over()

    def test_nothing_is_handed_to_one_that_takes_no_floors(self) -> None:
        assert not shares("a", ["a", "a"], "aB").hands_over()

    def test_many_floors_end_up_evenly_spread(self) -> None:
        owners = ["a"] * 10
        for _ in range(20):
            for name in "abc":
                now = shares(name, owners, "abc")
                for floor in now.to_take():
                    owners[floor] = name
                if shares(name, owners, "abc").hands_over():
                    owners[owners.index(name)] = ""
        assert sorted(owners.count(name) for name in "abc") == [3, 3, 4]
