"""Screens of the organisers' admin that need more than one app."""

from django.contrib import admin

from contest_site.headcounts import HeadcountList
from contests.models import Headcount

admin.site.register(Headcount, HeadcountList)
