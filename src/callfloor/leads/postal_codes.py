"""Which state or province a postal code is in, by its first digits or letter."""

from __future__ import annotations

_ZIP_RANGES = """
NY 005 005, PR 006 007, VI 008 008, PR 009 009, MA 010 027, RI 028 029, NH 030 038, ME 039 049, VT 050 054,
MA 055 055, VT 056 059, CT 060 069, NJ 070 089, AE 090 098, NY 100 149, PA 150 196, DE 197 199, DC 200 200,
VA 201 201, DC 202 205, MD 206 219, VA 220 246, WV 247 268, NC 270 289, SC 290 299, GA 300 319, FL 320 339,
AA 340 340, FL 341 349, AL 350 369, TN 370 385, MS 386 397, GA 398 399, KY 400 427, OH 430 459, IN 460 479,
MI 480 499, IA 500 528, WI 530 549, MN 550 567, DC 569 569, SD 570 577, ND 580 588, MT 590 599, IL 600 629,
MO 630 658, KS 660 679, NE 680 693, LA 700 714, AR 716 729, OK 730 732, TX 733 733, OK 734 749, TX 750 799,
CO 800 816, WY 820 831, ID 832 838, UT 840 847, AZ 850 865, NM 870 884, TX 885 885, NV 889 898, CA 900 961,
AP 962 966, HI 967 968, GU 969 969, OR 970 979, WA 980 994, AK 995 999
"""

_BY_LETTER = {
    "A": "NL", "B": "NS", "C": "PE", "E": "NB", "G": "QC", "H": "QC", "J": "QC", "K": "ON", "L": "ON",
    "M": "ON", "N": "ON", "P": "ON", "R": "MB", "S": "SK", "T": "AB", "V": "BC", "Y": "YT",
}  # fmt: skip
"""X is Nunavut's and the Northwest Territories'."""

_NEIGHBOURS = {"063": ("CT", "NY"), "038": ("NH", "ME"), "834": ("ID", "WY"), "969": ("GU", "MP")}
"""Prefixes that reach into another state."""


_ONE_ZONE = {
    "America/New_York": ((320, 322), (326, 339), (341, 342), (344, 344), (346, 347), (349, 349)),
    "America/Chicago": ((325, 325), (750, 797)),
    "America/Denver": ((799, 799), (885, 885)),
}
"""ZIP codes that lie in one zone of a state that has two: Florida and Texas, where that is sure."""


def _read_ranges() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for part in _ZIP_RANGES.replace("\n", " ").split(","):
        state, first, last = part.split()
        found.update({f"{prefix:03d}": (state,) for prefix in range(int(first), int(last) + 1)})
    return found | _NEIGHBOURS


_STATES = _read_ranges()


def states_of_postal_code(code: str) -> tuple[str, ...]:
    """Return the state or states of a US ZIP code or Canadian postal code; empty: none that is known.

    The first three characters are enough, but for `96799`, American Samoa among Hawaii.
    """
    if code[:5] == "96799":
        return ("AS",)
    if code[:3].isdigit():
        return _STATES.get(code[:3], ())
    if code[:1] == "X":
        return ("NU", "NT")
    return (_BY_LETTER[code[0]],) if code[:1] in _BY_LETTER else ()


def zone_of_postal_code(code: str) -> str:
    """Return the one time zone of a ZIP code in Florida or Texas; "": it may be in several, as its state."""
    if not code[:3].isdigit():
        return ""
    prefix = int(code[:3])
    for zone, ranges in _ONE_ZONE.items():
        if any(first <= prefix <= last for first, last in ranges):
            return zone
    return ""
