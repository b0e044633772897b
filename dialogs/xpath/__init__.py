"""XForms' expression language: XPath 1.0 with ODK's functions, compiled to closures that run within a budget."""

from dialogs.xpath.closures import Budget, BudgetExceeded, Scope
from dialogs.xpath.compiling import Expression, compile_expression
from dialogs.xpath.parsing import ExpressionError
from dialogs.xpath.tree import Node
from dialogs.xpath.values import Value, as_answer, as_boolean, as_number, as_string

__all__ = [
    "Budget",
    "BudgetExceeded",
    "Expression",
    "ExpressionError",
    "Node",
    "Scope",
    "Value",
    "as_answer",
    "as_boolean",
    "as_number",
    "as_string",
    "compile_expression",
]
