import re
import string

text = "2024-01-31: 12.50 EUR, 2024-02-01: 7.25 USD"
rows = re.findall(r"(?P<day>\d{4}-\d\d-\d\d): (\d+\.\d+) (\w+)", text)
assert rows == [("2024-01-31", "12.50", "EUR"), ("2024-02-01", "7.25", "USD")]
assert string.Template("$a").substitute(a=1) == "1"
