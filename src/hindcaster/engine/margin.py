"""What an account is worth and how much of it is free; sums run in the order of the open trades."""

from hindcaster._jit import subkernel
from hindcaster._types import Record
from hindcaster.engine.grid import on_grid
from hindcaster.engine.ledger.state import Ledger


@subkernel
def refresh_totals(ledger: Ledger) -> None:
    """Recompute net size and cost basis after trades were opened, reduced or closed."""
    account = ledger.account[0]
    size = 0.0
    cost = 0.0
    for k in range(account.n_active):
        trade = ledger.trades[ledger.active[k]]
        size += trade.size
        cost += trade.size * trade.entry_price
    account.net_size = size if account.lots == 1.0 else on_grid(size, account.lots)
    account.cost = cost


@subkernel
def worth(cash: float, net_size: float, cost: float, price: float) -> float:
    """Cash plus open profit at `price`, of units that were bought at a cost."""
    return cash + (price * net_size - cost)


@subkernel
def equity_at(account: Record, price: float) -> float:
    """Cash plus open profit at `price`; needs fresh totals."""
    return worth(account.cash, account.net_size, account.cost, price)


@subkernel
def available_margin(ledger: Ledger, price: float) -> float:
    """Equity less the margin that open trades bind at `price`, gross, never negative."""
    account = ledger.account[0]
    refresh_totals(ledger)
    used = 0.0
    for k in range(account.n_active):
        used += abs(ledger.trades[ledger.active[k]].size) * price / account.leverage
    free = equity_at(account, price) - used
    return free if free > 0.0 else 0.0  # also if it is NaN
