import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "contest_site.settings")
django.setup(set_prefix=False)

from contest_site.public.keeping import Site  # noqa: E402  it needs the settings

application = Site()
