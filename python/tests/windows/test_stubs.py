"""The stubs say what is there on Windows, which stubtest sees on Linux alone."""

import ast
import os
import sys

import pytest

import psight
from psight import _enums, _ntuples, _services

FOLDER = os.path.dirname(psight.__file__)


def stub(name):
    """The statements of a stub that count on this system."""
    with open(os.path.join(FOLDER, f"{name}.pyi"), encoding="utf-8") as file:
        return list(counting(ast.parse(file.read()).body))


def counting(statements):
    for statement in statements:
        if isinstance(statement, ast.If):
            holds = eval(compile(ast.Expression(statement.test), "stub", "eval"), {"sys": sys})
            yield from counting(statement.body if holds else statement.orelse)
        else:
            yield statement


def classes(name):
    return {statement.name: list(counting(statement.body)) for statement in stub(name) if isinstance(statement, ast.ClassDef)}


def methods(body):
    return {part.name for part in body if isinstance(part, ast.FunctionDef) and not part.name.startswith("_")}


def public(cls):
    return {name for name in dir(cls) if not name.startswith("_")}


def test_the_names_of_the_package():
    told = set()
    for statement in stub("__init__"):
        if isinstance(statement, (ast.Assign, ast.AugAssign)) and isinstance(statement.value, ast.List):
            told.update(ast.literal_eval(statement.value))
    assert told == set(psight.__all__)


def test_each_of_them_is_declared():
    told = set()
    for statement in stub("__init__"):
        if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
            told.add(statement.name)
        elif isinstance(statement, ast.AnnAssign):
            told.add(statement.target.id)
        elif isinstance(statement, ast.ImportFrom):
            told.update(alias.asname or alias.name for alias in statement.names)
    assert set(psight.__all__) - told == set()


def test_methods_of_processes():
    assert methods(classes("__init__")["Process"]) == public(psight.Process) - {"attrs"}


def test_methods_of_services():
    assert methods(classes("_services")["WindowsService"]) == public(_services.WindowsService)


@pytest.mark.parametrize("name, body", classes("_ntuples").items())
def test_fields_of_tuples(name, body):
    fields = tuple(part.target.id for part in body if isinstance(part, ast.AnnAssign))
    assert fields == getattr(_ntuples, name)._fields


@pytest.mark.parametrize("name", ["AddressFamily", "BatteryTime", "IOPriority", "NicDuplex", "Priority"])
def test_members_of_enumerations(name):
    members = {
        part.targets[0].id: ast.literal_eval(part.value)
        for part in classes("_enums")[name]
        if isinstance(part, ast.Assign)
    }
    assert members == {member: int(value) for member, value in getattr(_enums, name).__members__.items()}
