"""The rules of the house: what may know what, and how long a file or a function may grow."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("config", "complaints", "slas", "accounts", "audit")

# What each package may know besides itself: those below it. slas and accounts never meet.
BELOW = {
    "config": {"complaints", "slas", "accounts", "audit"},
    "complaints": {"slas", "accounts", "audit"},
    "slas": {"audit"},
    "accounts": {"audit"},
    "audit": set(),
}
# Inside a package, from the top down; modules on one line never meet.
INSIDE_SLAS = [{"management"}, {"service"}, {"packs", "models"}, {"core"}]
INSIDE_COMPLAINTS = [
    {"urls"},
    {"views", "management"},
    {"jobs"},
    {"importing", "forms", "templatetags"},
    {"reports", "actions"},
    {"queries"},
    {"permissions"},
    {"moves"},
    {"models"},
    {"workflow", "papers", "references"},
]
LINES_IN_A_FILE = {"tests": 600}
LINES_IN_A_FUNCTION = {"tests": 60}
PURE = set(sys.stdlib_module_names) - {
    "os",
    "io",
    "socket",
    "subprocess",
    "pathlib",
    "time",
    "random",
    "secrets",
}


def sources(folder: str) -> Iterator[Path]:
    """Every Python file below `folder` but its migrations, which are written by a machine and never again."""
    for path in sorted((ROOT / folder).rglob("*.py")):
        if "migrations" not in path.parts:
            yield path


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """Each module that a file imports, wherever in it, with the line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, name.name) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}, line {node.lineno}: name the package instead of dots"
            module = node.module or ""
            yield node.lineno, module
            yield from ((node.lineno, f"{module}.{name.name}") for name in node.names)


# --- imports ----------------------------------------------------------------------------------------


def test_the_import_contracts_hold():
    checked = subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command as main; main()",
            "--no-cache",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "0 broken" in checked.stdout


@pytest.mark.parametrize("package", PACKAGES)
def test_packages_import_only_what_is_below_them(package):
    found = [
        f"{path.relative_to(ROOT)}, line {line}: {module}"
        for path in sources(package)
        for line, module in imported(path)
        if module.partition(".")[0] in set(PACKAGES) - BELOW[package] - {package}
    ]
    assert found == []


def upward(package: str, layers: list[set[str]]) -> list[str]:
    """Every import inside `package` that points up or sideways."""
    rank = {name: height for height, names in enumerate(layers) for name in names}
    found = []
    for path in sources(package):
        own = path.relative_to(ROOT / package).parts[0].removesuffix(".py")
        for line, module in imported(path):
            other = (*module.split("."), "")[1] if module.startswith(f"{package}.") else ""
            if own in rank and other in rank and other != own and rank[other] <= rank[own]:
                found.append(f"{path.relative_to(ROOT)}, line {line}: {module}")
    return sorted(set(found))


@pytest.mark.parametrize(
    ("package", "layers"),
    [("slas", INSIDE_SLAS), ("complaints", INSIDE_COMPLAINTS)],
    ids=["slas", "complaints"],
)
def test_modules_import_only_what_is_below_them(package, layers):
    assert upward(package, layers) == []


def test_the_deadline_core_imports_nothing_but_itself_and_pure_python():
    found = [
        f"{path.relative_to(ROOT)}, line {line}: {module}"
        for path in sources("slas/core")
        for line, module in imported(path)
        if not module.startswith("slas.core") and module.partition(".")[0] not in PURE
    ]
    assert found == []


def test_the_deadline_core_has_no_clock_no_files_and_no_screen():
    """What it knows of the world comes in as arguments."""
    forbidden = {"now", "today", "utcnow", "open", "print", "input", "read_text", "write_text", "getenv"}
    found = []
    for path in sources("slas/core"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                if name in forbidden:
                    found.append(f"{path.relative_to(ROOT)}, line {node.lineno}: {name}()")
    assert found == []


def test_the_deadline_core_runs_where_there_is_no_django():
    modules = ", ".join(f"slas.core.{path.stem}" for path in sources("slas/core") if path.stem != "__init__")
    foreign = "[m for m in sys.modules if m.partition('.')[0] in ('django', 'yaml', 'holidays')]"
    question = f"import sys, {modules}; print({foreign})"
    asked = subprocess.run(
        [sys.executable, "-c", question],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        env={"PATH": ""},
    )
    assert (asked.stdout.strip(), asked.stderr) == ("[]", "")


# --- relations --------------------------------------------------------------------------------------


def models_of(package):
    return list(apps.get_app_config(package).get_models(include_auto_created=True))


def package_of(model) -> str:
    return model.__module__.partition(".")[0]


def points_up(model) -> list[str]:
    """The relations of `model` to a package it must not know, however they are named."""
    own = package_of(model)
    allowed = BELOW[own] | {own}
    found = []
    for field in model._meta.get_fields():
        if field.is_relation and not field.auto_created and field.related_model is None:
            found.append(f"{model.__name__}.{field.name} may point anywhere")
        elif field.is_relation and not field.auto_created:
            other = package_of(field.related_model)
            if other in PACKAGES and other not in allowed:
                found.append(
                    f"{model.__name__}.{field.name} points to {other}.{field.related_model.__name__}"
                )
    return found


@pytest.mark.parametrize("package", [package for package in PACKAGES if package != "config"])
def test_models_point_only_to_their_own_package_or_below(package):
    """import-linter does not see a foreign key that is named by a string."""
    assert [problem for model in models_of(package) for problem in points_up(model)] == []


def test_audit_points_nowhere():
    fields = [field for model in models_of("audit") for field in model._meta.get_fields()]
    outside = [f for f in fields if f.is_relation and f.concrete and package_of(f.related_model) != "audit"]
    assert outside == []


def test_a_relation_that_points_up_would_be_found():
    from django.db import models
    from django.test.utils import isolate_apps

    with isolate_apps("audit", "accounts"):

        class Note(models.Model):  # noqa: DJ008
            user = models.ForeignKey("accounts.User", on_delete=models.CASCADE)

            class Meta:
                app_label = "audit"

        class User(models.Model):  # noqa: DJ008
            class Meta:
                app_label = "accounts"

        Note.__module__, User.__module__ = "audit.models", "accounts.models"
        assert points_up(Note) == ["Note.user points to accounts.User"]
        assert points_up(User) == []


def accessors_from_above(package) -> set[str]:
    """Names by which a model of `package` could reach back up to a model that points to it."""
    return {
        relation.get_accessor_name()
        for model in models_of(package)
        for relation in model._meta.related_objects
        if package_of(relation.related_model) in PACKAGES
        and package_of(relation.related_model) not in BELOW[package] | {package}
        and relation.get_accessor_name()
    }


@pytest.mark.parametrize("package", ["audit", "accounts", "slas"])
def test_nothing_walks_a_relation_back_up(package):
    """Neither in Python nor in a template of the package."""
    names = accessors_from_above(package)
    files = [*sources(package), *sorted((ROOT / "templates" / package).rglob("*.html"))]
    found = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in files
        for name in names
        if re.search(rf"\b{name}\b", path.read_text(encoding="utf-8"))
    ]
    assert found == []


# --- how long ---------------------------------------------------------------------------------------


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


@pytest.mark.parametrize("folder", [*PACKAGES, "tests"])
def test_no_file_is_too_long(folder):
    limit = LINES_IN_A_FILE.get(folder, 400)
    lines = {
        path.relative_to(ROOT): len(path.read_text(encoding="utf-8").splitlines()) for path in sources(folder)
    }
    assert lines
    assert [f"{path} has {n} lines, {limit} at most" for path, n in lines.items() if n > limit] == []


@pytest.mark.parametrize("folder", [*PACKAGES, "tests"])
def test_no_function_is_too_long(folder):
    limit = LINES_IN_A_FUNCTION.get(folder, 50)
    too_long = [
        f"{path.relative_to(ROOT)}: {name} has {n} lines, {limit} at most"
        for path in sources(folder)
        for name, n in functions(path)
        if n > limit
    ]
    assert too_long == []
