"""The shipped workbooks, rules and visits, each damaged in one place: how, and the one issue it brings."""
