"""Lists of backups and incidents, to look at; what is live is on the watch page."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from contest_site.lib.admin import ReadOnlyAdmin
from contest_site.lib.templatetags.vi import moment
from contest_site.watch.models import Backup, Incident
from contest_site.watch.signs import size


@admin.register(Backup)
class BackupAdmin(ReadOnlyAdmin):
    list_display = ("when", "kind", "outcome", "shown_size", "rows", "files", "seconds", "host", "kept")
    list_filter = ("kind",)

    @admin.display(description=_("sao lưu lúc"), ordering="at")
    def when(self, row: Backup) -> str:
        return moment(row.at)

    @admin.display(description=_("kết quả"))
    def outcome(self, row: Backup) -> str:
        return row.failure or row.name

    @admin.display(description=_("dung lượng"), ordering="size")
    def shown_size(self, row: Backup) -> str:
        return "–" if row.failure else size(row.size)

    @admin.display(description=_("còn giữ"), boolean=True)
    def kept(self, row: Backup) -> bool:
        return not row.failure and row.removed_at is None


@admin.register(Incident)
class IncidentAdmin(ReadOnlyAdmin):
    list_display = ("began", "kind", "text", "ended", "told")
    list_filter = ("kind",)

    @admin.display(description=_("bắt đầu lúc"), ordering="began_at")
    def began(self, row: Incident) -> str:
        return moment(row.began_at)

    @admin.display(description=_("kết thúc lúc"), ordering="ended_at")
    def ended(self, row: Incident) -> str:
        return moment(row.ended_at)
