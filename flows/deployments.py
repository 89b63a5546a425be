"""The `prefect.yaml` that `mscwatch schedule --prefect-yaml` prints: each watch deployed, as the settings say."""

from __future__ import annotations

import json
from pathlib import Path
from string import Template

from mscwatch.settings import Settings
from mscwatch.watches import load_watch, packaged

HEAD = Template("""\
# One deployment per watch, for workers of a Prefect work pool. In the folder where the warehouses are to lie:
#
#   mscwatch schedule --prefect-yaml > prefect.yaml
#   prefect work-pool create --type process mscwatch
#   prefect --no-prompt deploy --all
#   prefect worker start --pool mscwatch --work-queue msc-liver        (on the machine that keeps that warehouse)
#
# A data directory belongs to one watch and lies on one machine, so each watch has a directory and a queue of its own.
# Directories count from the folder that this was deployed from; all else is set as ever, by MSCWATCH_ variables of the
# worker or in the mscwatch.toml of that folder. Secrets may lie in Secret blocks of Prefect, which are read when a
# night begins; a deployment then holds only their names. Add to its parameters:
#
#     secret_blocks: {smtp_url: mscwatch-smtp-url, slack_webhook_url: mscwatch-slack-webhook-url}
#
# After a change of MSCWATCH_CRON or MSCWATCH_TIMEZONE, print and deploy again.
name: mscwatch

definitions:
  schedule: &every_night
    cron: $cron
    timezone: $timezone
  limit: &one_at_a_time
    limit: 1
    collision_strategy: CANCEL_NEW

deployments:
""")
DEPLOYMENT = Template("""\
- name: $name
  description: $description
  entrypoint: mscwatch.flows.nightly.nightly
  parameters:
    watch: $watch
  tags: [mscwatch, $name]
  schedules:
  - *every_night
  concurrency_limit: *one_at_a_time
  work_pool:
    name: mscwatch
    work_queue_name: $name
    job_variables:
      env:
        MSCWATCH_DATA_DIR: $data_dir
""")


def prefect_yaml(settings: Settings) -> str:
    """The text of a `prefect.yaml` with every packaged watch and the configured one. Raises `ConfigError`.

    A watch file of the name of a packaged watch takes its place.
    """
    watches = {load_watch(chosen).name: chosen for chosen in [*packaged(), settings.watch]}
    head = HEAD.substitute(_quoted(cron=settings.cron, timezone=settings.timezone))
    return head + "\n".join(_deployment(chosen) for chosen in watches.values())


def _deployment(chosen: str) -> str:
    """The part of a watch, which is given as the setting `watch` is."""
    watch = load_watch(chosen)
    return DEPLOYMENT.substitute(
        _quoted(
            name=watch.name,
            description=f"{watch.title}, every night",
            watch=chosen if chosen in packaged() else str(Path(chosen).absolute()),
            data_dir=f"data/{watch.name}",
        )
    )


def _quoted(**values: str) -> dict[str, str]:
    """Values as JSON, which is YAML too."""
    return {name: json.dumps(value, ensure_ascii=False) for name, value in values.items()}
