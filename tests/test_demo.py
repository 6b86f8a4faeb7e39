"""The demonstration works from a clone and from the installed package, and its report in the repository is its own."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import audit
from audit.demo import demonstration
from audit.reporting.tables import TABLES

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", str(ROOT)]
    subprocess.run([*command, "--wheel-dir", str(folder)], check=True)
    return next(folder.glob("mt_audit-*.whl"))


def test_the_wheel_holds_the_package_and_the_demonstration_case_and_no_more(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {"audit/demo/demo.txt", "audit/demo/demo-wire.txt", "audit/demo/demo-weekly.txt", "audit/py.typed"} <= names
    assert {name.split("/")[0] for name in names} == {"audit", f"mt_audit-{audit.__version__}.dist-info"}
    code = {str(p.relative_to(ROOT)) for p in (ROOT / "audit").rglob("*.*") if "__pycache__" not in p.parts}
    assert code <= names


def test_the_installed_package_audits_its_case(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(site), str(wheel)]
    subprocess.run(install, check=True)
    # An own path alone would still find the clone, which the environment has installed for editing.
    code = f"import sys; sys.path.insert(0, {str(site)!r}); import audit; assert {str(site)!r} in audit.__file__; "
    done = subprocess.run(
        [sys.executable, "-c", code + "sys.argv[1:] = ['demo']; from audit.__main__ import main; main()"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "report: reports/demo/report.html"
    names = {path.name for path in (tmp_path / "reports" / "demo").iterdir()}
    assert names >= {*(f"{name}.csv" for name in TABLES), "audit.json", "report.html"}


def test_from_a_clone_the_case_is_where_people_edit_it() -> None:
    hypothesis, references = demonstration()
    assert hypothesis == ROOT / "seeds" / "demo.txt"
    assert [path.parent for path in references] == [ROOT / "reference"] * 2


def test_the_example_report_is_the_one_that_the_demonstration_makes(auditor: audit.Auditor) -> None:
    """Figures may differ in the last digits between machines; what was found may not."""
    example = ROOT / "reports" / "example"
    result = auditor.audit_files(*demonstration())
    kept = audit.read_table(example / "entities.csv")
    identity = ["start", "end", "surface", "suggestion", "kind", "severity"]
    assert kept[identity].to_dict("records") == result.entities[identity].to_dict("records"), (
        "make it again with: audit demo -o reports/example"
    )
    assert (example / "report.html").is_file()
