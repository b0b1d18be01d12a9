import openpyxl
from openpyxl.chart import BarChart, Reference
from openpyxl.styles import Font

book = openpyxl.Workbook()
sheet = book.active
for row in ([1, 2], [3, 4]):
    sheet.append(row)
sheet["A3"] = "=SUM(A1:A2)"
sheet["A1"].font = Font(bold=True)
chart = BarChart()
chart.add_data(Reference(sheet, min_col=1, max_col=2, min_row=1, max_row=2))
sheet.add_chart(chart, "D1")
book.save("/workspace/b.xlsx")
assert openpyxl.load_workbook("/workspace/b.xlsx").active["A3"].value == "=SUM(A1:A2)"
