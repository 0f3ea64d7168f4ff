from django import template

from contest_site.accounts.contact import display

register = template.Library()
register.filter("contact", display)
