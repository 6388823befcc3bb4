"""What agents say of conversations in a simulated world: the dispositions of a campaign."""

from __future__ import annotations

from dataclasses import field

from callfloor.floor.units import Code, Codes, Times, Word, new_codes, new_times, record
from callfloor.floor.vocabulary import NO_DISPOSITION
from callfloor.people.draws import Law, uniform_of

__all__ = ["Words"]


@record
class Words:
    """The dispositions by their codes: `upto` are the shares of conversations, added up."""

    upto: Times = field(default_factory=new_times)
    columns: Codes = field(default_factory=new_codes)  # in which they are counted
    back_after: list[Law] = field(default_factory=list)  # the conversation: when to call back

    def drawn(self, word: Word) -> Code:
        """Return what an agent says of a conversation; NO_DISPOSITION: nothing."""
        draw_at = uniform_of(word)
        for code in range(len(self.upto)):
            if draw_at < self.upto[code]:
                return code
        return NO_DISPOSITION
