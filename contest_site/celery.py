"""The Celery application, with the whole beat schedule.

Correctness never hangs on beat's punctuality: each scheduled task scans the database for work that is
due, so a late or doubled run does the same work once.
"""

import os
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import beat_init, before_task_publish, heartbeat_sent, setup_logging

from contest_site.watch import pulse

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contest_site.settings")

app = Celery("contest_site", task_cls="contest_site.audit.acting:ActingTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_schedule = {
    "finish-expired-attempts": {
        "task": "attempts.tasks.finish_expired",
        "schedule": 20.0,
    },
    "close-due-rounds": {"task": "prizes.tasks.close_due_rounds", "schedule": 15.0},
    "resume-work-on-questions": {"task": "questions.tasks.resume_work", "schedule": 30.0},
    "resume-work-on-lists": {"task": "contests.tasks.resume_work", "schedule": 30.0},
    "scan-closed-rounds": {"task": "attempts.tasks.scan_due", "schedule": 60.0},
    "count-signals-of-running-rounds": {"task": "attempts.tasks.count_signals", "schedule": 300.0},
    "count-closed-rounds": {"task": "attempts.tasks.count_due", "schedule": 60.0},
    "resume-certificates": {
        "task": "prizes.tasks.resume_certificates",
        "schedule": 60.0,
    },
    # Sign-ups that nobody finished, old counts and sessions; early in the morning nobody waits for it.
    "tidy-up-accounts": {
        "task": "contest_site.accounts.tasks.tidy_up",
        "schedule": crontab(hour="3", minute="40"),
    },
    "tend-reports": {"task": "contest_site.reports.tasks.tend_reports", "schedule": 30.0},
    "tidy-personal-data": {"task": "contest_site.tasks.tidy_personal_data", "schedule": 60.0},
    # What the plans' consents say about keeping (RETENTION_MONTHS), in the night.
    "erase-old-entries": {
        "task": "contest_site.tasks.erase_old_entries",
        "schedule": crontab(hour="3", minute="10"),
    },
    "resume-rehearsals": {"task": "contest_site.tasks.resume_rehearsals", "schedule": 30.0},
    # Of no use later than the next one.
    "watch": {"task": pulse.LOOK, "schedule": 15.0, "options": {"expires": 30}},
    "nightly-backup": {
        "task": "contest_site.watch.tasks.nightly_backup",
        "schedule": crontab(hour="2", minute="30"),
    },
    "seal-the-trail": {"task": "contest_site.audit.tasks.seal_trail", "schedule": 60.0},
    "resume-published-lists": {
        "task": "prizes.tasks.resume_published_lists",
        "schedule": 60.0,
    },
    "resume-press-figures": {
        "task": "prizes.tasks.resume_press_figures",
        "schedule": 60.0,
    },
}

# Who lives (contest_site.watch.pulse).
heartbeat_sent.connect(pulse.worker_lives, dispatch_uid="watch")
beat_init.connect(pulse.beat_starts, dispatch_uid="watch")
before_task_publish.connect(pulse.beat_sends, dispatch_uid="watch")


@setup_logging.connect
def _leave_logging_alone(**signal: Any) -> None:
    """A task's error is written by the settings' own formatter, which hides the rows in it."""
