import calendar
import datetime
import email.utils

assert calendar.monthrange(2024, 2) == (3, 29)
assert datetime.date(2024, 12, 30).isocalendar() == (2025, 1, 1)
assert email.utils.parsedate_to_datetime("Mon, 01 Jan 2024 00:00:00 +0000").year == 2024
assert datetime.datetime.strptime("31.12.2023 23:59", "%d.%m.%Y %H:%M").month == 12
