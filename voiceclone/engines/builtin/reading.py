"""What is read for a text: the person's own pronunciations, and the numbers, dates and units of English in words.

espeak-ng reads plain numbers, ordinals and per cent well. What it misreads is written out before it sees it.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_CURRENCIES = {
    "$": ("dollar", "dollars", "cent", "cents"),
    "€": ("euro", "euros", "cent", "cents"),
    "£": ("pound", "pounds", "penny", "pence"),
    "¥": ("yen", "yen", "", ""),
    "₹": ("rupee", "rupees", "paisa", "paise"),
}
_UNITS = {
    "km/h": ("kilometer per hour", "kilometers per hour"),
    "km": ("kilometer", "kilometers"),
    "cm": ("centimeter", "centimeters"),
    "mm": ("millimeter", "millimeters"),
    "m": ("meter", "meters"),
    "kg": ("kilogram", "kilograms"),
    "mg": ("milligram", "milligrams"),
    "g": ("gram", "grams"),
    "lbs": ("pound", "pounds"),
    "lb": ("pound", "pounds"),
    "oz": ("ounce", "ounces"),
    "ft": ("foot", "feet"),
    "mi": ("mile", "miles"),
    "mph": ("mile per hour", "miles per hour"),
    "l": ("liter", "liters"),
    "L": ("liter", "liters"),
    "ml": ("milliliter", "milliliters"),
    "ms": ("millisecond", "milliseconds"),
    "s": ("second", "seconds"),
    "min": ("minute", "minutes"),
    "h": ("hour", "hours"),
    "kHz": ("kilohertz", "kilohertz"),
    "MHz": ("megahertz", "megahertz"),
    "GHz": ("gigahertz", "gigahertz"),
    "Hz": ("hertz", "hertz"),
    "kB": ("kilobyte", "kilobytes"),
    "MB": ("megabyte", "megabytes"),
    "GB": ("gigabyte", "gigabytes"),
    "TB": ("terabyte", "terabytes"),
    "kWh": ("kilowatt hour", "kilowatt hours"),
    "kW": ("kilowatt", "kilowatts"),
    "W": ("watt", "watts"),
    "V": ("volt", "volts"),
    "°C": ("degree Celsius", "degrees Celsius"),
    "°F": ("degree Fahrenheit", "degrees Fahrenheit"),
    "°": ("degree", "degrees"),
}
_FRACTIONS = {2: ("half", "halves"), 3: ("third", "thirds"), 4: ("quarter", "quarters"), 5: ("fifth", "fifths")}
_VULGAR = {"½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4"}
_SIGNS = {"&": "and", "+": "plus", "=": "equals", "×": "times", "÷": "divided by", "≈": "about", "±": "plus or minus"}
_WORDS = {"vs": "versus", "approx": "approximately", "e.g": "for example", "i.e": "that is", "etc": "et cetera"}
_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"

_Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]


def pronounced(text: str, pairs: tuple[tuple[str, str], ...]) -> str:
    """The text with every whole word of `pairs`, in any case, replaced by what is to be said for it.

    Longer ones win, and what was put in is not replaced again.
    """
    said = {word.casefold(): sound for word, sound in pairs if word}
    if not said:
        return text
    words = "|".join(re.escape(word) for word in sorted((word for word, _ in pairs if word), key=len, reverse=True))
    found = re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE)
    return found.sub(lambda match: said.get(match.group().casefold(), match.group()), text)


def in_english(text: str) -> str:
    """Money, dates, times of day, fractions, ranges, units, addresses and signs as they are said."""
    for pattern, say in _RULES:
        text = pattern.sub(say, text)
    return text


def _ordinal(number: int) -> str:
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def _year(year: str) -> str:
    """1984 as "19 84", which is said nineteen eighty-four; 2005 and 1900 as they are read already."""
    if len(year) != 4 or (year[:2] == "20" and year[2] == "0") or year[2:] == "00":
        return year
    return f"{year[:2]} {year[2:]}" if year[2] != "0" else f"{year[:2]} oh {year[3]}"


def _date(year: str, month: str, day: str, match: re.Match[str]) -> str:
    if not (1 <= int(month) <= 12 and 1 <= int(day) <= 31):
        return match.group()
    return f"{_MONTHS[int(month) - 1]} {_ordinal(int(day))}, {_year(year)}"


def _slashed(match: re.Match[str]) -> str:
    """Month first, as in the United States, unless that cannot be."""
    first, second, year = match.groups()
    return _date(year, *((second, first) if int(first) > 12 else (first, second)), match)


def _money(match: re.Match[str]) -> str:
    sign, whole, hundredths, scale = match.groups()
    one, many, small, smalls = _CURRENCIES[sign]
    if scale or (hundredths and (len(hundredths) != 2 or not small)):
        number = f"{whole}.{hundredths}" if hundredths else whole
        return f"{number} {scale} {many}" if scale else f"{number} {many}"
    parts = [f"{whole} {one if whole == '1' else many}"] if int(whole.replace(",", "")) or not hundredths else []
    if hundredths and int(hundredths):
        parts.append(f"{int(hundredths)} {small if int(hundredths) == 1 else smalls}")
    return " and ".join(parts) or f"0 {many}"


def _time(match: re.Match[str]) -> str:
    hour, minute, half = int(match[1]), match[2], (match[3] or "").replace(".", "").lower()
    if minute == "00":
        spoken = f"{hour}" if half else f"{hour} o'clock" if hour <= 12 else f"{hour} hundred"
    else:
        spoken = f"{hour} oh {minute[1]}" if minute[0] == "0" else f"{hour} {minute}"
    return f"{spoken} {' '.join(half.upper())}" if half else spoken


def _fraction(match: re.Match[str]) -> str:
    whole, top, bottom = match[1], int(match[2]), int(match[3])
    if bottom not in _FRACTIONS or not 0 < top < bottom:
        return match.group() if not whole else f"{whole}{top} over {bottom}"
    one, many = _FRACTIONS[bottom]
    name = f"{'one' if top == 1 else top} {one if top == 1 else many}"
    return f"{whole.strip()} and {'a ' + one if top == 1 else name}" if whole else name


def _unit(match: re.Match[str]) -> str:
    number, unit = match.groups()
    one, many = _UNITS[unit]
    return f"{number} {one if number == '1' else many}"


def _address(match: re.Match[str]) -> str:
    return match.group().replace("@", " at ").replace(".", " dot ").replace("_", " underscore ").replace("-", " dash ")


_units = "|".join(re.escape(unit) for unit in sorted(_UNITS, key=len, reverse=True))
_month_names = "|".join(f"{name[:3]}|{name}" for name in _MONTHS)
_RULES: tuple[_Rule, ...] = (
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), _address),
    (
        re.compile(r"(?:https?://)?(?:www\.)?\w[\w-]*(?:\.[\w-]+)*\.(?:com|org|net|edu|gov|io|co|uk|de)\b"),
        lambda m: _address(m).replace("https://", "").replace("http://", ""),
    ),
    (re.compile("|".join(_VULGAR)), lambda m: f" {_VULGAR[m.group()]}"),
    (re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b"), lambda m: _date(m[1], m[2], m[3], m)),
    (re.compile(r"\b(\d{1,2})/(\d{1,2})/(\d{4})\b"), _slashed),
    (
        re.compile(rf"\b({_month_names})\.? (\d{{1,2}}),? (\d{{4}})\b"),
        lambda m: f"{_full_month(m[1])} {_ordinal(int(m[2]))}, {_year(m[3])}",
    ),
    (
        re.compile(rf"\b({_month_names})\.? (\d{{1,2}})\b(?![:.,]?\d)"),
        lambda m: f"{_full_month(m[1])} {_ordinal(int(m[2]))}",
    ),
    (
        re.compile(r"\b([Ii]n|[Ss]ince|[Uu]ntil|[Bb]y|[Ff]rom|of|year) (1[1-9]\d\d|20\d\d)\b(?![,.]?\d)"),
        lambda m: f"{m[1]} {_year(m[2])}",
    ),
    (re.compile(r"(?<![:\d])\b([01]?\d|2[0-3]):([0-5]\d)\b(?!:)(?:\s?([ap]\.?m\b\.?))?", re.IGNORECASE), _time),
    (
        re.compile(
            rf"([{''.join(_CURRENCIES)}])\s?(\d{{1,3}}(?:,\d{{3}})+|\d+)(?:\.(\d+))?(?:\s?(million|billion|trillion)\b)?"
        ),
        _money,
    ),
    (
        re.compile(r"\b(\d{3})-(\d{3})-(\d{4})\b|\b(\d{3})-(\d{4})\b"),
        lambda m: ", ".join(" ".join(part) for part in m.groups() if part),
    ),
    (re.compile(r"(?<![\d/])(\d+ +)?(\d{1,2})/(\d{1,2})(?![\d/])"), _fraction),
    (re.compile(r"(?<![\d.,-])(\d+)\s?[-–](\d+)(?![\d-])"), lambda m: f"{m[1]} to {m[2]}"),
    (re.compile(rf"(?<![\w.])({_NUMBER})\s?({_units})(?![\w/])"), _unit),
    (re.compile(r"\b[Nn]o\. ?(?=\d)"), lambda _: "number "),
    (re.compile(r"#(?=\d)"), lambda _: "number "),
    (re.compile(rf"\b({'|'.join(map(re.escape, _WORDS))})\.(?=\W|$)"), lambda m: _WORDS[m[1]]),
    (re.compile(rf"(?<=[\w\s])\s*([{''.join(_SIGNS)}])\s*(?=[\w\s])"), lambda m: f" {_SIGNS[m[1]]} "),
)


def _full_month(name: str) -> str:
    return next(month for month in _MONTHS if month.startswith(name))
