from __future__ import annotations

from typing import Any

from django import forms

from contest_site.public.reading import CHOICES, WORDS


class ReadingForm(forms.Form):
    """Every choice of how pages are shown, one group of buttons each."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label, choices in WORDS:
            self.fields[name] = forms.ChoiceField(
                label=label, choices=choices, widget=forms.RadioSelect, initial=CHOICES[name][0]
            )
