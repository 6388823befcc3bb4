"""What can go wrong with a lead list as a whole, said in one line that a person can act on."""


class LeadListError(Exception):
    """The import cannot go on; nothing of the list has been published."""


class ListUnusableError(LeadListError):
    """The file is no lead list that can be read: the message names it, the line, what was found."""


class RulesUnusableError(Exception):
    """A file of rules cannot be used: the message names it, the key, what was expected and what was found."""
