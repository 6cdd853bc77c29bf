"""Probes of the broker: when orders fill, at what price, for how many units."""

from .support import (
    FLAT,
    WIDE,
    buying,
    case,
    clean,
    closing,
    equity,
    run,
    run_final,
    selling,
    trades,
)

RISING = [(10, 10, 10, 10), (10, 10, 10, 10), (11, 13, 11, 12), (20, 25, 19, 24)]


@case
def c01_finalize_uses_last_open():
    stats = run_final(RISING, {2: buying(size=1)})
    return trades(stats), equity(stats)


@case
def c02_finalize_with_trade_on_close():
    stats = run_final(RISING, {2: buying(size=1)}, trade_on_close=True)
    return trades(stats), equity(stats)


@case
def c03_order_from_last_next_fills_only_when_finalizing():
    final = run_final(RISING, {4: buying(size=1)})
    plain, _ = run(RISING, {4: buying(size=1)})
    return trades(final), equity(final), trades(plain), equity(plain)


@case
def c06_default_size_floors_to_one_less():
    orders = ({}, {"size": 10}, {"size": 1}, {"size": 0.5})
    return [trades(run_final([10] * 4, {2: buying(**o)}, cash=100), "Size") for o in orders]


@case
def c07_full_size_sell_while_all_in_is_cancelled():
    stats, texts = run([10, 10, 10, 12, 12, 12], {2: buying(), 4: selling()}, cash=100)
    phrases = ("insufficient margin", "finalize_trades")
    return trades(stats), equity(stats), [[p for p in phrases if p in text] for text in texts]


@case
def c08_netting_survives_margin_rejection():
    actions = {2: buying(size=5), 4: selling(size=50)}
    stats, texts = run([10, 10, 10, 12, 12, 12], actions, cash=100, finalize_trades=True)
    return trades(stats), equity(stats), ["insufficient margin" in text for text in texts]


@case
def c09_fifo_netting_splits():
    actions = {2: buying(size=5), 3: buying(size=4), 4: selling(size=7)}
    stats = run_final([10, 10, 10, 12, 12, 12], actions, cash=1000)
    return trades(stats), str(stats._trades.Size.dtype)


@case
def c10_sizing_uses_close_of_fill_bar():
    bars = [10, 10, 10, (10, 20, 10, 20), 20, 20]
    actions = {2: buying(size=5), 3: buying(size=0.999999)}
    return trades(run_final(bars, actions, cash=100, margin=0.5))


@case
def c11_fixed_fee_is_divided_by_the_fraction():
    options = {"cash": 1000, "commission": (100, 0.0)}
    orders = ({}, {"size": 0.5}, {"size": 90}, {"size": 91})
    return [
        trades(run_final([10] * 5, {2: buying(**order)}, **options), "Size PnL Commission")
        for order in orders
    ]


@case
def c12_commission_callable_arguments():
    calls = []

    def fee(size, price):
        calls.append([float(size), float(price)])
        return 1.0

    run_final([10] * 5, {2: buying(size=0.5)}, cash=1000, commission=fee, spread=0.1)
    return calls


@case
def c13_partial_close_double_counts_fixed_fee():
    actions = {2: buying(size=10), 4: lambda s: s.trades[0].close(0.5)}
    stats = run_final([10] * 7, actions, cash=1000, commission=(7, 0.0))
    return (
        trades(stats, "Size PnL Commission"),
        clean(stats["Commissions [$]"]),
        clean(stats["Equity Final [$]"]),
        str(stats._trades.Size.dtype),
    )


@case
def c14_spread_can_push_fill_through_limit():
    orders = (buying(size=1, limit=97), selling(size=1, limit=103))
    return [trades(run_final([WIDE] * 4, {2: order}, spread=0.02)) for order in orders]


@case
def c15_limit_touch_and_gap():
    bars = ((100, 105, 97, 100), (100, 105, 97.01, 100), (90, 92, 88, 91))
    order = {2: buying(size=1, limit=97)}
    return [trades(run_final([WIDE, WIDE, bar, WIDE], order)) for bar in bars]


@case
def c16_stop_limit():
    gap, touch, below = (112.5, 115, 111, 113), (100, 113, 99, 110), (111, 112, 108, 109)
    later = (105, 106, 104, 105)
    runs = (
        ([WIDE, WIDE, gap, WIDE], buying(size=1, stop=112, limit=113)),
        ([WIDE, WIDE, touch, below, WIDE], buying(size=1, stop=112, limit=112)),
        ([WIDE, WIDE, touch, below, later, WIDE], buying(size=1, stop=112, limit=107)),
    )
    return [trades(run_final(bars, {2: order})) for bars, order in runs]


@case
def c17_stop_entry_gap_depends_on_trade_on_close():
    bars = [WIDE, WIDE, (112, 115, 111, 113), WIDE]
    order = {2: buying(size=1, stop=108)}
    return [trades(run_final(bars, order, trade_on_close=on)) for on in (False, True)]


@case
def c18_bracket_inside_entry_bar():
    def enter(bar, **order):
        bars = [WIDE, WIDE, bar, (96, 99, 95, 97), (92, 93, 88, 90)]
        stats, texts = run(bars, {2: buying(size=1, **order)}, finalize_trades=True)
        return trades(stats), len([text for text in texts if "contingent" in text])

    return {
        "market both hit": enter((100, 121, 89, 95), sl=90, tp=120),
        "market tp": enter((100, 121, 99, 95), sl=90, tp=120),
        "stop+sl": enter((100, 111, 89, 95), stop=110, sl=90),
        "stop+tp only": enter((100, 125, 95, 110), stop=110, tp=120, sl=90),
        "stop+tp, low==sl": enter((100, 125, 90, 110), stop=110, tp=120, sl=90),
        "limit+sl": enter((100, 101, 85, 95), limit=95, sl=90),
        "limit+tp": enter((100, 121, 94, 110), limit=95, tp=120),
    }


@case
def c19_second_pass_side_effect():
    bars = [FLAT, FLAT, (100, 101, 85, 95), FLAT, FLAT]
    bracket = buying(size=1, limit=95, sl=90)
    unrelated = buying(size=1, sl=10)
    alone = run_final(bars, {2: bracket})
    both = run_final(bars, {2: lambda s: (bracket(s), unrelated(s))})
    return trades(alone), trades(both)


@case
def c20_sl_gap_and_columns():
    bars = [FLAT, FLAT, FLAT, (80, 82, 78, 80), FLAT]
    actions = {2: buying(size=4, sl=90, tp=120), 3: lambda s: s.trades[0].close(0.5)}
    return trades(run_final(bars, actions), "Size EntryBar ExitBar ExitPrice SL TP")


@case
def c21_portion_rounding():
    def size_of_close(size, portion):
        def close(s):
            s.trades[0].close(portion)
            s.log.append(s.orders[0].size)

        stats, _ = run([FLAT] * 5, {2: buying(size=size), 3: close})
        return stats._strategy.log[0]

    return {
        f"{size}*{portion}": size_of_close(size, portion)
        for size in (1, 2, 3, 5, 7, 9, 11)
        for portion in (0.1, 0.25, 0.5, 0.75)
    }


@case
def c22_close_order_of_several_trades():
    def two(s):
        s.buy(size=1)
        s.buy(size=2)

    closed, _ = run([FLAT] * 6, {2: two, 3: closing})
    final = run_final([FLAT] * 6, {2: two})
    return trades(closed, "Size ExitBar"), trades(final, "Size ExitBar")


@case
def c23_exclusive_orders_is_leaky():
    def turn(s):
        s.sell(size=2)
        s.sell(size=3)
        s.log.append([order.size for order in s.orders])

    stats = run_final([FLAT] * 6, {2: buying(size=5), 3: turn}, exclusive_orders=True)
    return clean(stats._strategy.log), trades(stats)


@case
def c24_bankruptcy_closes_every_other_trade():
    bars = [100, 100, 100, 100, 50, 60, 70]
    actions = {2: buying(size=50), 3: buying(size=50)}
    stats, _ = run(bars, actions, cash=1000, margin=0.1)
    return trades(stats), equity(stats)


@case
def c45_hedging_gross_margin():
    actions = {
        2: buying(size=6),
        3: selling(size=5),
        4: selling(size=4),
        5: lambda s: s.log.append([s.position.size, len(s.trades)]),
    }
    stats, texts = run([FLAT] * 6, actions, cash=1000, hedging=True)
    return clean(stats._strategy.log), len([t for t in texts if "insufficient margin" in t])
