"""Screens of the organisers' admin that need more than one app."""

from django.contrib import admin

from contest_site.headcounts import HeadcountList
from contest_site.privacy.admin import ErasureAdmin
from contests.models import Headcount

__all__ = ["ErasureAdmin"]

admin.site.register(Headcount, HeadcountList)
