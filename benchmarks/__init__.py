"""What the site costs, measured: `bin/bench` runs every measurement of this package and prints one table.

A measurement is a function in a module `benchmarks/measure_*.py`:

    @measurement("save", quick=True)         # quick: also part of `bin/bench --quick` (2 minutes for all)
    def save(bench: Bench) -> list[Row]:
        pairs = bench.interleaved(floor_round, product_round)     # CPU seconds of each, in turn A/B/A/B
        return [compared("one save", pairs, unit="ms CPU", at_most=1.5, scale=1000 / SAVES)]

`bench` (benchmarks/bench.py) gives the running stack (`bench.stack`: web, worker, beat, PostgreSQL, Redis as
on a server), with Django set up in this process on the same database as its owner, and clocks: `with
bench.cost() as cost` is the CPU of the server processes by group, `bench.used(function)` that of this process
and of PostgreSQL while a function runs here. benchmarks/cpu.py has `cpu_of(pid)` and `memory_of(pid)`. A
figure without a floor is a `Row(name, value, unit, target="≤ 300 MB", met=…)` (benchmarks/rows.py).

What a measurement stores it stores under contests of its own, set by set, and may leave there: the folder
goes with the run. Those with `order` above 50 run after the hot path's, so that millions of rows come late.
One that wants a database of its own may start it in a process of its own and hand its rows back.

Import what belongs to Django inside the functions: this package is imported before the settings can load.
"""
