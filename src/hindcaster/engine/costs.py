"""What a fill costs: the one owner of the commission rule."""

from hindcaster._jit import call_fee_at, subkernel
from hindcaster._types import Record
from hindcaster.engine import codes


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
    return account.fee_fixed + abs(size) * price * account.fee_rate
