"""Settings: what is wrong or unknown is one clear line."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.errors import SettingError
from service.settings import Settings, as_environ, load_settings, reference


def test_an_unknown_variable_is_refused_with_a_hint() -> None:
    with pytest.raises(SettingError, match="CARPOOL_BATCH_INTERVALL_S is not a setting; did you mean CARPOOL_BATCH_I"):
        load_settings({"CARPOOL_BATCH_INTERVALL_S": "5"})


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("REDIS_URL", "http://secret@store"),
        ("PORT", "70000"),
        ("BATCH_INTERVAL_S", "soon"),
        ("WEBHOOK_RETRY_SCHEDULE", "5,-1"),
        ("CURRENCY", "euro"),
        ("EXECUTOR", "dask://nowhere"),
    ],
)
def test_a_wrong_value_is_named(variable: str, value: str) -> None:
    with pytest.raises(SettingError, match=f"^CARPOOL_{variable}[ :]"):
        load_settings({f"CARPOOL_{variable}": value})


def test_a_wrong_secret_is_not_repeated() -> None:
    with pytest.raises(SettingError) as caught:
        load_settings({"CARPOOL_SECRET_KEY": "hunter2", "CARPOOL_PORT": "x"}, {"secret_key": ["hunter2"]})
    assert "hunter2" not in str(caught.value)


def test_flags_win_over_variables_and_other_variables_are_ignored() -> None:
    settings = load_settings({"CARPOOL_PORT": "9000", "PATH": "/bin"}, {"port": 9001, "host": None})
    assert (settings.port, settings.host) == (9001, "127.0.0.1")


def test_settings_survive_the_way_to_a_child_process() -> None:
    settings = Settings(batch_interval_s=0.5, webhook_retry_schedule=(1, 2), allow_private_webhooks=True)
    assert load_settings(as_environ(settings)) == settings


def test_the_configuration_reference_is_that_of_the_code() -> None:
    page = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text()
    assert reference() in page
