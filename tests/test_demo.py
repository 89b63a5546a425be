"""The demo takes nothing of the user's settings, and deletes only what an earlier demo made."""

from __future__ import annotations

import os

import pytest
from typer.testing import CliRunner

from mscwatch.cli import demo
from mscwatch.cli.app import app
from mscwatch.errors import ConfigError, WarehouseError
from mscwatch.settings import Settings


def texts(folder):
    return {path: path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_a_folder_that_no_demo_made_is_refused_and_stays_as_it_is(tmp_path, monkeypatch):
    monkeypatch.setenv("MSCWATCH_DATA_DIR", ".")
    for name in ("thesis.txt", "working/draft.txt", "mscwatch.duckdb"):
        path = tmp_path / "demo" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("three years of work")
    before = texts(tmp_path)
    with pytest.raises(ConfigError, match="demo was not made by this demo"):
        demo.demo(direct=True)
    assert texts(tmp_path) == before


def test_a_folder_that_an_earlier_demo_made_is_emptied_of_what_it_made_alone(tmp_path):
    folder, elsewhere = tmp_path / "demo", tmp_path / "elsewhere"
    demo._clear(folder)
    elsewhere.mkdir()
    (elsewhere / "mine.txt").write_text("mine")
    (folder / "landing").symlink_to(elsewhere)
    for name in ("working/mscwatch-working.duckdb", "previous/a", "digests/a", "prefect/a", "report.html"):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    for name in ("mscwatch.duckdb.sha256", "decisions.toml", "decisions.lock"):
        (folder / name).touch()
    for name in ("notes.txt", "export/trials.csv"):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("mine")
    demo._clear(folder)
    left = {str(path.relative_to(folder)) for path in texts(folder)}
    assert left == {"notes.txt", "export/trials.csv", demo.MARKER}
    assert texts(elsewhere) == {elsewhere / "mine.txt": "mine"}


def test_a_place_that_cannot_be_written_is_a_sentence(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(WarehouseError, match=r"The demo's folder .*demo cannot be written"):
        demo._clear(tmp_path / "file" / "demo")


@pytest.fixture
def ordered(monkeypatch):
    """The order of the demo's first night, which is not run; and Prefect's variables as it would find them."""
    seen = {}

    def run_order(order, *, direct):
        seen.update(settings=order.settings, prefect={n for n in os.environ if n.startswith("PREFECT_")})
        raise ConfigError("enough")

    monkeypatch.setattr(demo, "run_order", run_order)
    monkeypatch.setattr(os, "environ", os.environ.copy())
    for name, field in Settings.model_fields.items():
        if name != "data_dir" and field.annotation is not bool:
            os.environ[f"MSCWATCH_{name.upper()}"] = "smtp://nobody, whatever"
    os.environ |= {"PREFECT_API_URL": "http://127.0.0.1:9/api", "PREFECT_API_DATABASE_CONNECTION_URL": "x"}
    with pytest.raises(ConfigError, match="enough"):
        demo.demo(direct=False)
    return seen


def test_every_setting_but_the_demos_own_is_the_default_also_where_the_users_are_unusable(ordered):
    own = {"data_dir", "api_url", "europepmc_url", "pubmed_url", "watch", "min_interval"}
    plain = Settings.model_construct()
    for name in Settings.model_fields.keys() - own:
        assert getattr(ordered["settings"], name) == getattr(plain, name), name
    assert ordered["settings"].api_url.startswith("http://127.0.0.1:")
    assert ordered["settings"].data_dir.name == "demo"
    assert ordered["prefect"] == {"PREFECT_HOME", demo.STARTUP}


@pytest.mark.slow
def test_the_demo_can_be_shown_twice(tmp_path):
    for _ in range(2):
        done = CliRunner().invoke(app, ["demo", "--direct"])
        assert done.exit_code == 0, done.output
    folder = tmp_path / "warehouse" / "demo"
    assert (folder / "mscwatch.duckdb").exists()
    demo._clear(folder)
    assert [path.name for path in folder.iterdir()] == [demo.MARKER]  # it knows all that it makes
