"""Methods that compute once per bar."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar, cast

F = TypeVar("F", bound=Callable[..., Any])


def cached(method: F) -> F:
    """Remember a method's results until the strategy's present execution ends.

    Parameters
    ----------
    method : callable
        Method of a strategy; its arguments must be hashable.

    Returns
    -------
    callable
        The same method, which computes once per set of arguments, strategy and bar.

    Examples
    --------
    >>> from hindcaster.strategies import Strategy, cached
    >>> class Crossing(Strategy):
    ...     @cached
    ...     def middle(self):
    ...         return (self.candles[:, 3].max() + self.candles[:, 4].min()) / 2
    ...
    ...     def should_long(self):
    ...         return self.price > self.middle()
    ...
    ...     def go_long(self):
    ...         self.buy = 1, self.middle()
    """

    @functools.wraps(method)
    def remembered(self: Any, *args: Any, **kwargs: Any) -> Any:
        memo = self._cached_methods
        key = (method, args, tuple(sorted(kwargs.items()))) if kwargs else (method, args)
        try:
            return memo[key]
        except KeyError:
            result = memo[key] = method(self, *args, **kwargs)
            return result

    return cast("F", remembered)
