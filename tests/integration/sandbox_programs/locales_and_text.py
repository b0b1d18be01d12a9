import locale
import unicodedata

assert locale.getpreferredencoding() == "UTF-8"
assert locale.setlocale(locale.LC_ALL, "") == "C.UTF-8"
assert unicodedata.normalize("NFD", "é") != "é"
assert f"{1234567.891:,.2f}" == "1,234,567.89"
assert sorted(["Zebra", "apfel", "Äpfel"], key=str.casefold)[0] == "apfel"
