"""What a fill costs: the one owner of the commission rule, of tiers and of slippage."""

from typing import Final, NamedTuple

import numpy as np

from hindcaster._jit import call_fee_at, subkernel
from hindcaster._types import FloatArray, Record, RecordArray
from hindcaster.engine import codes
from hindcaster.engine.ledger.state import Ledger


class Fee(NamedTuple):
    """Numbers of the commission rule of `fee`; the defaults charge nothing."""

    fixed: float = 0.0
    rate: float = 0.0
    maker: float | None = None  # None: as `rate`
    per_unit: float = 0.0
    least: float = -np.inf
    most: float = np.inf


class Schedule(NamedTuple):
    """Commission by what was traded so far, and slippage.

    `tiers` are (what was traded, rule) in rising order, the first from 0 on.
    """

    tiers: tuple[tuple[float, Fee], ...]
    by_units: bool = False

    @property
    def table(self) -> FloatArray:
        """Numbers of the tiers as kernels read them, `TIER` of them each."""
        rows = []
        for start, (fixed, rate, maker, *rest) in self.tiers:
            rows.append((start, fixed, rate, rate if maker is None else maker, *rest))
        return np.array(rows, np.float64).ravel()


TIER: Final = 7


def use_tier(account: Record | RecordArray, row: FloatArray) -> None:
    """Charge by the numbers of one tier from now on."""
    _, account["fee_fixed"], account["fee_rate"], account["fee_maker"] = row[:4]
    account["fee_per_unit"], account["fee_least"], account["fee_most"] = row[4:TIER]


@subkernel
def fee(account: Record, size: float, price: float, whole: int) -> float:
    """Commission in cash for `size` signed units at `price`.

    `whole` tells a user's fee function whether the size is a count of units (1) or a float (0):
    a fraction of the free margin, or what a partial close left behind.
    """
    if account.fee_address != 0:
        cash = call_fee_at(account.fee_address, size, price, whole)
        if cash != cash:
            account.error = codes.FEE_FAILED
        return cash
    rate = account.fee_maker if account.maker else account.fee_rate
    cash = account.fee_fixed + abs(size) * price * rate + abs(size) * account.fee_per_unit
    if cash < account.fee_least:
        cash = account.fee_least
    if account.fee_most < np.inf:
        return min(cash, account.fee_most * (abs(size) * price))
    return cash


@subkernel
def count_traded(ledger: Ledger, size: float, price: float) -> None:
    """Add a fill to what was traded, and charge by the tier that it reaches from now on."""
    account = ledger.account[0]
    if account.n_tiers < 2:
        return
    account.traded += abs(size) * (1.0 if account.tiers_by_units else price)
    while account.tier + 1 < account.n_tiers:
        row = TIER * (account.tier + 1)
        if account.traded < ledger.tiers[row]:
            break
        account.tier += 1
        account.fee_fixed = ledger.tiers[row + 1]
        account.fee_rate = ledger.tiers[row + 2]
        account.fee_maker = ledger.tiers[row + 3]
        account.fee_per_unit = ledger.tiers[row + 4]
        account.fee_least = ledger.tiers[row + 5]
        account.fee_most = ledger.tiers[row + 6]


@subkernel
def slipped(account: Record, price: float, buying: bool) -> float:
    """Price of a market or stop fill after slippage."""
    if account.slip == 0.0 and account.slip_rate == 0.0:
        return price
    slip = account.slip + price * account.slip_rate
    worse = price + slip if buying else price - slip
    if not worse > 0.0:
        account.error = codes.SLIPPED_TOO_FAR
    return worse
