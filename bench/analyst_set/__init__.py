"""The analyst's questions: real tables, what newcomers ask of them, answers by pandas, and how both are compared.

Answers here never use the analyst's code: each is computed from the table by an expression of its own.
"""
