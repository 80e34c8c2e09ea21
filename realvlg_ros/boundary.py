"""Where something from elsewhere comes in: whatever goes wrong there becomes a typed error."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from .errors import GroundingCanceled, MissingDependencyError, RealvlgError
from .limits import REASON_CHARACTERS
from .quoting import cut, reason_of

# Errors that say nothing about what came in.
_PASSING: tuple[type[Exception], ...] = (GroundingCanceled, MissingDependencyError)
# Raised, outside Exception, by libraries that are written in Rust.
_PANIC = 'PanicException'


@dataclass(frozen=True)
class Boundary:
    """One source, such as a file or a server, and the error that stands for all its faults.

    Libraries that read files raise what they like; lists of their exceptions are never whole. Only
    the end of the process (KeyboardInterrupt, SystemExit) passes.

    Attributes:
        what: the source, with which each message begins, such as 'gripper profile x.yaml'.
        error: type of the error.
        remedy: with which each message ends; empty for none.
    """

    what: str
    error: type[RealvlgError]
    remedy: str = ''

    def refusal(self, reason: str) -> RealvlgError:
        """The error for a reason."""
        return self.error(f'{self.what}: {_cut(reason)}' + self._end())

    def failure(self, doing: str, reason: str) -> RealvlgError:
        """The error for what could not be done, such as 'cannot be read', and its reason."""
        return self.error(f'{self.what} {doing}: {_cut(reason)}' + self._end())

    def _end(self) -> str:
        return f'; {self.remedy}' if self.remedy else ''

    @contextmanager
    def guard(
        self, doing: str = 'cannot be used', passing: tuple[type[Exception], ...] = ()
    ) -> Iterator[None]:
        """Turn every exception of the block into the error.

        One that is of its type already is kept, and begins with the source, too.

        Args:
            doing: what could not be done, for exceptions that are not the package's own.
            passing: exceptions that say nothing about the source; the caller handles them.

        Raises:
            RealvlgError: of the type `error`.
        """
        try:
            yield
        except (*_PASSING, *passing):
            raise
        except self.error as error:
            if str(error).startswith(self.what):
                raise
            raise self.error(f'{self.what}: {_cut(str(error))}') from error
        except RealvlgError as error:
            raise self.error(f'{self.what}: {_cut(str(error))}') from error
        except Exception as error:
            raise self.failure(doing, reason_of(error)) from error
        except BaseException as error:
            if type(error).__name__ != _PANIC:
                raise
            raise self.failure(doing, reason_of(error)) from error


def _cut(reason: str) -> str:
    """A reason that is not longer than a few lines, whatever it quotes."""
    most = 4 * REASON_CHARACTERS
    return reason if len(reason) <= most else cut(reason, most)
