from infra.bench.report import Result, Round, Spoken, growth, ratio, table


def made(contender: str, *rates: float, cases: int = 10, p50: float = 0.001) -> Result:
    rounds = tuple(Round(rate, p50, 0.002, 0.0001, 0.0002, 0.05, 100.0) for rate in rates)
    return Result(cases, "a", contender, rounds, Spoken(1.0, 0.001))


def test_a_ratio_holds_neighbours_in_time_against_each_other() -> None:
    """A slow spell of the machine burdens both sides of a fraction, and one odd round decides nothing."""
    serra, peer = made("serra", 200, 20, 900), made("peer", 100, 10, 100)

    assert ratio(serra, peer) == 2.0


def test_the_table_shows_medians_and_ratios() -> None:
    """A line per contender; its own column stays empty, and so do those of contenders that are not there."""
    lines = table([made("serra", 100, 300, 200), made("peer", 50, 150, 100)]).splitlines()

    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines]
    assert cells[2][:5] == ["a", "serra", "200", "2.00", ""]
    assert cells[3][:5] == ["a", "peer", "100", "", ""]
    assert len({len(line) for line in lines}) == 1


def test_growth_is_from_the_smaller_to_the_larger_size() -> None:
    """Latency and SQL time of the same contender on the same question, larger over smaller."""
    lines = list(growth([made("serra", 1.0), made("serra", 1.0, cases=100, p50=0.0012)]))

    assert lines == ["  (a) serra: latency × 1.20, SQL × 1.00"]
