"""Income 20,000.00, expense 15,000.00, net 5,000.00: for the current and the last month, on every day of a leap year."""

import datetime

import pytest
from support.people import log_in, register

EIGHT = ("15000", "3000", "2000", "-8000", "-3000.00", "-2000", "-1500", "-500")


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Auckland"])
def test_eight_entries_a_month_are_right_on_every_day_of_a_leap_year(instance, zone):
    instance.clock.set("2028-01-01T12:00:00Z" if zone == "UTC" else "2027-12-31T23:30:00Z")
    person = register(instance, timezone=zone)
    account = person.main_account()["id"]
    months = [datetime.date(2027, 12, 1), *(datetime.date(2028, month, 1) for month in range(1, 13))]
    rows = [{"account_id": account, "amount": amount, "date": str(month + datetime.timedelta(days=days)), "description": f"entry {days}"}
            for month in months
            for days, amount in zip((0, 0, 13, 14, 15, 27, 27, (month.replace(day=28) + datetime.timedelta(4)).replace(day=1).toordinal() - month.toordinal() - 1),
                                    EIGHT)]
    answer = person.client.post("/v1/transactions", {"transactions": rows}, headers={"Prefer": "wait=30"})
    assert answer.status == 200, answer
    day = datetime.date(2028, 1, 1)
    while day.year == 2028:
        for period, begin in (("current_month", day.replace(day=1)), ("last_month", (day.replace(day=1) - datetime.timedelta(1)).replace(day=1))):
            found = person.client.get(f"/v1/analytics?period={period}").json()
            assert (found["from"], found["income"], found["expense"], found["net"]) == (str(begin), "20000.00", "15000.00", "5000.00"), (day, found)
        day += datetime.timedelta(1)
        instance.clock.advance(days=1)
        log_in(person.client, person.username)
