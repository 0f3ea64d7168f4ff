"""What people ask about a contest, answered by its organiser."""

from django.db import models

from contests.models.plan import Contest


class Faq(models.Model):
    """One question and its answer on the contest's page of questions and answers.

    Not fixed with the plan: questions come when the contest runs. Answers explain the rules and change none.
    """

    contest = models.ForeignKey(Contest, on_delete=models.CASCADE, related_name="faqs")
    position = models.PositiveSmallIntegerField("thứ tự", default=0)
    question = models.CharField("câu hỏi", max_length=300)
    answer = models.TextField("trả lời", max_length=3000)

    class Meta:
        verbose_name = "câu hỏi thường gặp"
        verbose_name_plural = "câu hỏi thường gặp"
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.question
