"""An oracle for recurrence rules with SKIP (RFC 5545 §3.3.10, RFC 7529): a period's dates are put together part by part, as the
RFC's table has it, where the program asks of each day whether the rule names it. For FREQ=MONTHLY and YEARLY with BYMONTH,
BYMONTHDAY, BYDAY, BYSETPOS, INTERVAL, COUNT, UNTIL and SKIP; dateutil is the oracle for the rest (it has no SKIP)."""

import calendar
import datetime

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
DAY = datetime.timedelta(1)


def _numbers(text):
    return [int(number) for number in text.split(",")] if text else None


class Rule:
    def __init__(self, text, start):
        parts = dict(part.split("=") for part in text.split(";"))
        self.start, self.yearly, self.interval = start, parts["FREQ"] == "YEARLY", int(parts.get("INTERVAL", 1))
        self.count, self.until = int(parts.get("COUNT", 0)), parts.get("UNTIL")
        self.skip = parts.get("SKIP", "BACKWARD")
        self.months, self.monthdays, self.positions = (_numbers(parts.get(name)) for name in ("BYMONTH", "BYMONTHDAY", "BYSETPOS"))
        self.weekdays = [(int(day[:-2] or 0), DAYS.index(day[-2:])) for day in parts["BYDAY"].split(",")] if "BYDAY" in parts else None

    def _date(self, year, month, number):
        """A month's day, from the end when negative; of one that the month lacks what SKIP makes of it, or None."""
        length = calendar.monthrange(year, month)[1]
        day = number if number > 0 else length + 1 + number
        if 1 <= day <= length:
            return datetime.date(year, month, day)
        if self.skip == "OMIT":
            return None
        before, after = (length, length + 1) if day > length else (0, 1)
        return datetime.date(year, month, 1) + DAY * ((before if self.skip == "BACKWARD" else after) - 1)

    def _is_weekday(self, date):
        """BYDAY, counted within the month, or within the year of a YEARLY rule without BYMONTH."""
        first, last = (date.replace(month=1, day=1), date.replace(month=12, day=31)) if self.yearly and not self.months else (
            date.replace(day=1), date.replace(day=calendar.monthrange(date.year, date.month)[1]))
        return self.weekdays is None or any(
            weekday == date.weekday() and (nth == 0 or nth == ((date - first).days // 7 + 1 if nth > 0 else -((last - date).days // 7 + 1)))
            for nth, weekday in self.weekdays)

    def _month(self, year, month):
        if self.monthdays or not self.weekdays:
            dates = {self._date(year, month, number) for number in self.monthdays or [self.start.day]}
        else:
            dates = {datetime.date(year, month, day + 1) for day in range(calendar.monthrange(year, month)[1])}
        return {date for date in dates if date and self._is_weekday(date)}

    def _period(self, number):
        if self.yearly:
            year = self.start.year + number * self.interval
            every = range(1, 13) if self.monthdays or self.weekdays else [self.start.month]
            months = [(year, month) for month in self.months or every]
        else:
            year, month = divmod(self.start.year * 12 + self.start.month - 1 + number * self.interval, 12)
            months = [(year, month + 1)] if not self.months or month + 1 in self.months else []
        dates = sorted(set().union(*(self._month(*month) for month in months)))
        return [date for at, date in enumerate(dates)
                if not self.positions or at + 1 in self.positions or at - len(dates) in self.positions]

    def dates(self, most, last):
        """At most `most` dates up to `last`, each once, ascending."""
        found, number = [], 0
        until = min(last, datetime.datetime.strptime(self.until[:8], "%Y%m%d").date()) if self.until else last
        while len(found) < (self.count or most) and self.start.year + number * self.interval // (1 if self.yearly else 12) <= last.year + 1:
            found += [date for date in self._period(number) if date >= self.start and date <= until and (not found or date > found[-1])]
            number += 1
        return found[:min(self.count or most, most)]
