#!/usr/bin/env python3
"""Kiểm tra danh sách công khai của một cuộc thi · Checks the public list of a contest.

    python3 verify.py DANH-SACH.txt.gz [--digest MÃ] [--commitment MÃ] [--receipt MÃ] [--english]

--digest      mã băm bảng xếp hạng đã công bố · the standings' digest, as it was published elsewhere
--commitment  mã cam kết công bố trước khi mở vòng thi, mỗi vòng một mã · each round's, known beforehand
--receipt     mã biên nhận đang giữ, ghi nhiều lần được · a receipt that you hold; may be repeated

Chỉ cần Python 3.8 trở lên, không cài thêm gì, không gửi gì đi đâu. Mã kết thúc 0: mọi điều đều đúng; 1: có
điều sai. Mỗi phép kiểm chứng minh điều gì và không chứng minh được điều gì: xem verification.md.

Needs Python 3.8 and nothing else, sends nothing anywhere. Exit code 0: everything is right; 1: it is not.
What each check proves and what it cannot: verification.md.
"""

import argparse
import gzip
import hashlib
import hmac
import json
import sys
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from math import factorial

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
REFUSED = ("excluded", "unofficial", "disqualified")
SHOWN = 30  # faults printed; all are counted

# What may be wrong, in Vietnamese and in English.
FAULTS = {
    "line": ("không phải dòng của danh sách này", "is no line of such a list"),
    "unread": ("không đọc được: {}", "cannot be read: {}"),
    "damaged": ("tệp bị hỏng: {}", "the file is damaged: {}"),
    "cut": ("danh sách bị cắt cụt, thiếu dòng END", "the list is cut off: no line END"),
    "total": ("số bài trong danh sách không khớp dòng END", "END has another number of attempts"),
    "parts": ("danh sách thiếu bảng xếp hạng hoặc vòng thi", "standings or rounds are missing"),
    "label": ("bảng xếp hạng của cuộc thi hoặc vòng thi khác", "standings of another contest or round"),
    "round twice": ("vòng {} xuất hiện hai lần", "round {} occurs twice"),
    "asked": ("vòng {}: thiếu hoặc thừa đáp số câu dự đoán", "round {}: true answers missing or too many"),
    "digest": ("bảng xếp hạng không có mã băm đã ghi", "the standings do not have their digest"),
    "given digest": ("mã băm khác mã đã công bố, tính được {}", "not the digest given: it is {}"),
    "secret": ("số bí mật không khớp mã cam kết", "the secret is not the one committed to"),
    "commitment": ("mã cam kết khác mã đã công bố trước khi thi", "not the commitment given"),
    "no receipt": ("không có mã biên nhận {}", "receipt {} is not in the list"),
    "receipt": ("bài bị thay đổi: mã {} không khớp nội dung", "changed: receipt {} does not fit it"),
    "twice": ("mã biên nhận {} bị lặp lại", "receipt {} occurs twice"),
    "round": ("bài của vòng thi khác", "an attempt of another round"),
    "paper": (
        "đăng ký {}, lượt {}: đề không được chọn theo quy tắc",
        "entry {}, attempt {}: not drawn by the rule",
    ),
    "gap": (
        "đăng ký {}, lượt {}: có bài bị bỏ ra hoặc đổi chỗ",
        "entry {}, attempt {}: one was removed or moved",
    ),
    "overlap": ("bắt đầu khi lượt trước chưa nộp", "began before the one before it ended"),
    "duration": ("thời gian làm bài không khớp giờ bắt đầu và giờ nộp", "duration and times disagree"),
    "window": ("bắt đầu ngoài thời gian của vòng thi", "began outside the round"),
    "late": ("nộp sau khi hết giờ", "submitted after its time was over"),
    "limit": ("quá số lượt thi cho phép", "is one attempt too many"),
    "answers": ("câu trả lời không có trong đề", "an answer is not in the paper"),
    "mark": ("điểm không thể có với các câu trả lời này", "an impossible mark for these answers"),
    "shares": ("vòng {}: cách chia điểm khác bảng xếp hạng", "round {}: marks are divided otherwise"),
    "regrade": ("có điểm chấm lại khi không có lần chấm lại", "regraded without a regrade"),
    "status": ("trạng thái lạ hoặc bài của một người có hai trạng thái", "unknown or mixed status"),
    "counts": ("vòng {}: đếm được {}, đã công bố {}", "round {}: counted {}, published {}"),
    "truth": ("vòng {}: đáp số câu dự đoán không đúng với danh sách", "round {}: wrong true answer"),
    "unranked": ("đăng ký {} có bài hợp lệ mà không được xếp hạng", "entry {} counts but has no rank"),
    "ranked": ("đăng ký {} không được xếp hạng, hoặc xếp hai lần", "entry {} may not be ranked (again)"),
    "result": ("kết quả của đăng ký {} không đúng với bài đã nộp", "entry {}: not what was submitted"),
    "order": ("đăng ký {} đứng sai chỗ", "entry {} is out of order"),
    "rank": ("đăng ký {} phải có hạng {}, ghi {}", "entry {} should have rank {}, has {}"),
}


# --- The published rules, written again from their descriptions ---------------------------------------------
class Stream:
    """Numbers from a seed: block i is SHA-256(seed + i as 8 bytes), read as four 8-byte numbers."""

    def __init__(self, seed):
        self.seed, self.block, self.words = seed, 0, []

    def below(self, n):
        """A number in 0 … n-1; words of the incomplete last stretch of 2^64 are thrown away."""
        while True:
            if not self.words:
                data = hashlib.sha256(self.seed + self.block.to_bytes(8, "big")).digest()
                self.words = [int.from_bytes(data[at : at + 8], "big") for at in (0, 8, 16, 24)]
                self.block += 1
            word = self.words.pop(0)
            if word < 2**64 - 2**64 % n:
                return word % n

    def sample(self, items, k):
        """The first k steps of the Fisher-Yates shuffle."""
        items = list(items)
        for at in range(k):
            other = at + self.below(len(items) - at)
            items[at], items[other] = items[other], items[at]
        return items[:k]


def draw(facts, entry, number):
    """The paper of one attempt: indices of its questions, and the rank of each one's order of options."""
    message = f"{facts['id']}:{entry}:{number}".encode()
    stream = Stream(hmac.new(bytes.fromhex(facts["secret"]), message, hashlib.sha256).digest())
    if facts["strata"]:
        chosen = [i for indices, k in facts["strata"] for i in stream.sample(indices, k)]
        chosen = stream.sample(chosen, len(chosen))
    else:
        chosen = stream.sample(range(len(facts["widths"])), facts["questions"])
    return chosen, [stream.below(factorial(facts["widths"][index])) for index in chosen]


def receipt_of(line):
    """The first 80 bits of SHA-256, five at a time as letters of Crockford's base 32."""
    bits = int.from_bytes(hashlib.sha256(line.encode()).digest()[:10], "big")
    return in_fours("".join(CROCKFORD[bits >> at & 31] for at in range(75, -1, -5)))


def in_fours(text):
    """A receipt as it is printed, however it was typed."""
    code = "".join(char for char in text.upper() if char.isalnum())
    code = code.replace("I", "1").replace("L", "1").replace("O", "0")
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def true_answer(target, people, attempts, all_right):
    """What the prediction question asked for, at five places; None when there is nothing to divide by."""
    if target == "all_right_percent":
        value = Decimal(100 * all_right) / people if people else None
    else:
        value = Decimal({"participants": people, "attempts": attempts, "all_right": all_right}[target])
    return None if value is None else value.quantize(Decimal("0.00001"), ROUND_HALF_UP)


def rank_key(result, order):
    """Smaller is better; somebody without a prediction is infinitely far from the truth."""
    away = result["away"]
    keys = {
        "score": -result["mark"],
        "duration": result["ms"],
        "submitted": result["submitted"],
        "prediction": (away is None, away or 0),
    }
    return [keys[name] for name in order]


def best_first(result):
    return -result["mark"], result["ms"], result["submitted"], result["number"]


def moment(text):
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ")


def five_places(value):
    return "" if value is None else f"{value:.5f}"


@lru_cache(maxsize=None)
def shared_sums(answers, parts):
    """Every mark that so many answers with several options ticked can have: 1 to 6 keys share the parts."""
    if not answers:
        return frozenset([0])
    worths = (
        {parts * part // keys for keys in range(1, 7) for part in range(keys + 1)} if parts > 1 else {0, 1}
    )
    return frozenset(one + worth for one in shared_sums(answers - 1, parts) for worth in worths)


def possible(mark, whole, shared, parts):
    """Whether `shared` such answers and `whole` others, each worth all or nothing, can have this mark."""
    sums = shared_sums(shared, parts)
    return any(mark - right * parts in sums for right in range(whole + 1))


def shown(mark, parts):
    """A mark in questions, at most two places."""
    value = (Decimal(mark) / parts).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return f"{value.normalize():f}"


class Person:
    """What one entry did in one round: `best` is the result of the attempt that counts."""

    def __init__(self, block=""):
        self.attempts, self.all_right, self.best, self.guess, self.block = 0, False, None, None, block


# --- The check ----------------------------------------------------------------------------------------------
class Check:
    def __init__(self, digest="", commitments=(), receipts=(), english=False):
        self.digest, self.commitments = digest.lower(), {text.lower() for text in commitments}
        self.wanted, self.english = {in_fours(code) for code in receipts}, english
        self.faults, self.found, self.seen = [], [], set()
        self.run, self.configuration, self.rows, self.standings = {}, None, [], hashlib.sha256()
        self.rounds, self.people, self.refused = {}, {}, {}  # by the round's number
        self.facts, self.last, self.attempts, self.ended = None, None, 0, False

    def say(self, vietnamese, english):
        return english if self.english else vietnamese

    def fault(self, at, name, *details):
        where = self.say("dòng {}: ", "line {}: ").format(at) if at else ""
        self.faults.append(where + self.say(*FAULTS[name]).format(*details))

    def expect(self, true, at, name, *details):
        if not true:
            self.fault(at, name, *details)

    # --- Reading the list, a line at a time
    def read(self, lines):
        readers = {"RUN": self.read_run, "STANDINGS": self.read_standings, "ROUND": self.read_round}
        readers.update(ATTEMPT=self.read_attempt, END=self.read_end)
        for at, line in enumerate(lines, 1):
            tag, _, rest = line.rstrip("\n").partition(" ")
            try:
                if at == 1 or self.ended or tag not in readers:
                    self.expect((at, tag, rest) == (1, "LIST", "2"), at, "line")
                else:
                    readers[tag](at, rest)
            except (ValueError, LookupError, TypeError, AttributeError, StopIteration) as error:
                self.fault(at, "unread", repr(error))
        self.expect(self.ended, 0, "cut")

    def read_run(self, at, rest):
        self.run = json.loads(rest)

    def read_standings(self, at, rest):
        """The canonical text: its configuration first, then a line per person, then lines of units."""
        self.standings.update(rest.encode() + b"\n")
        if self.configuration is None:
            self.configuration = json.loads(rest)
        elif not rest.startswith("unit|"):
            self.rows.append((at, rest.split("|")))

    def read_round(self, at, rest):
        facts = json.loads(rest)
        number = facts["number"]
        self.expect(number not in self.rounds, at, "round twice", number)
        facts["rule"] = next(one for one in self.configuration["rounds"] if one["number"] == number)
        facts["opens_at"], facts["closes_at"] = moment(facts["opens_at"]), moment(facts["closes_at"])
        facts["multiple"] = set(facts["multiple"] or ())
        self.facts, self.last = facts, (0, 0, None)
        self.rounds[number], self.people[number], self.refused[number] = facts, {}, {}
        if facts["secret"] is not None:
            self.expect(facts["parts"] == self.configuration["parts"], at, "shares", number)
            secret = hashlib.sha256(bytes.fromhex(facts["secret"])).hexdigest()
            self.expect(secret == facts["commitment"], at, "secret")
            self.expect(not self.commitments or facts["commitment"] in self.commitments, at, "commitment")

    def read_attempt(self, at, rest):
        receipt, status, own, regraded, block, line = rest.split("|", 5)
        fields = line.split("|")
        uuid, round_id, entry, number = fields[0], int(fields[1]), int(fields[2]), int(fields[3])
        paper, orders, answers = ([int(item) for item in text.split(",")] for text in fields[7:10])
        self.attempts += 1
        self.expect(receipt == receipt_of(line), at, "receipt", receipt)
        self.expect(receipt not in self.seen, at, "twice", receipt)
        self.seen.add(receipt)
        self.expect(round_id == self.facts["id"], at, "round")
        self.expect((paper, orders) == draw(self.facts, entry, number), at, "paper", entry, number)
        self.check_times(at, entry, number, moment(fields[4]), moment(fields[5]), int(fields[6]))
        mark = self.check_marks(at, paper, answers, int(own), regraded)
        result = {"mark": mark, "ms": int(fields[6]), "submitted": fields[5], "number": number}
        result.update(
            attempt=uuid, all_right=mark == self.facts["parts"] * len(paper), round=self.facts["number"]
        )
        self.count(at, status, entry, block, result, fields[10])
        if receipt in self.wanted:
            self.found.append((receipt, at, status, fields, shown(mark, self.facts["parts"])))

    def check_times(self, at, entry, number, started, submitted, ms):
        facts, (last_entry, last_number, last_end) = self.facts, self.last
        follows = last_number + 1 if entry == last_entry else 1
        self.expect(entry >= last_entry and number == follows, at, "gap", entry, number)
        self.expect(entry != last_entry or started >= last_end, at, "overlap")
        self.last = entry, number, submitted
        self.expect((submitted - started) // timedelta(milliseconds=1) == ms, at, "duration")
        self.expect(facts["opens_at"] <= started <= facts["closes_at"], at, "window")
        end = min(started + timedelta(minutes=facts["time_limit_minutes"]), facts["closes_at"])
        self.expect(submitted <= max(started, end), at, "late")
        self.expect(number <= facts["attempts_allowed"], at, "limit")

    def check_marks(self, at, paper, answers, own, regraded):
        """The mark in force. Without the key a mark is believed as far as it is possible at all."""
        multiple, parts = self.facts["multiple"], self.facts["parts"]
        whole = len(answers) == len(paper)
        whole = whole and all(0 <= a <= self.highest(index) for a, index in zip(answers, paper))
        self.expect(whole, at, "answers")
        given = sum(a > 0 for a in answers)
        shared = sum(a > 0 and index in multiple for a, index in zip(answers, paper))
        self.expect(possible(own, given - shared, shared, parts), at, "mark")
        self.expect(not regraded or self.facts["rule"]["regrade"], at, "regrade")
        mark = int(regraded) if regraded else own
        self.expect(possible(mark, len(paper) - shared, shared, parts), at, "mark")
        return mark

    def highest(self, index):
        """The highest answer: 1 + the last place, or every place ticked at once (the sum of 2^place)."""
        width = self.facts["widths"][index]
        return 2**width - 1 if index in self.facts["multiple"] else width

    def count(self, at, status, entry, block, result, guess):
        people, refused = self.people[self.facts["number"]], self.refused[self.facts["number"]]
        if status != "counted":
            known = status in REFUSED and refused.setdefault(entry, status) == status
            self.expect(known and entry not in people, at, "status")
            return
        self.expect(entry not in refused, at, "status")
        person = people.setdefault(entry, Person(block))
        person.attempts += 1
        person.all_right = person.all_right or result["all_right"]
        if guess and person.guess is None:
            person.guess = Decimal(guess)  # the first one submitted binds
        rule = self.facts["rule"]["counting_attempt"]
        if (
            person.best is None
            or rule == "last"
            or (rule == "best" and best_first(result) < best_first(person.best))
        ):
            person.best = result

    def read_end(self, at, rest):
        self.ended = True
        self.expect(json.loads(rest)["attempts"] == self.attempts, at, "total")

    # --- What follows from it
    def finish(self):
        digest = self.standings.hexdigest()
        self.expect(digest == self.run.get("digest"), 0, "digest")
        self.expect(self.digest in ("", digest), 0, "given digest", digest)
        for code in sorted(self.wanted - {found[0] for found in self.found}):
            self.fault(0, "no receipt", code)
        rules = (self.configuration or {}).get("rounds", [])
        if not rules or "round" not in self.run or [rule["number"] for rule in rules] != list(self.rounds):
            self.fault(0, "parts")
            return
        label = [self.run.get("contest"), self.run["round"]]
        self.expect(label == [self.configuration["contest"], self.configuration["round"]], 0, "label")
        for rule in rules:
            self.check_counts(rule)
        self.check_ranks([self.results_of(rule) for rule in rules])

    def check_counts(self, rule):
        number, people = rule["number"], list(self.people[rule["number"]].values())
        refused = list(self.refused[number].values())
        counted = counts_of(people) + [refused.count(status) for status in REFUSED]
        published = [rule[key] for key in ("participants", "attempts", "all_right", *REFUSED)]
        self.expect(counted == published, 0, "counts", number, counted, published)
        self.expect(self.asked_as_planned(rule), 0, "asked", number)
        for target in rule["targets"]:
            base = [target[key] for key in ("participants", "attempts", "all_right")]
            value = None if target["value"] is None else Decimal(target["value"])
            right = value == true_answer(rule["prediction_target"], *base)
            whole = self.run["round"] is None
            if rule["prediction_scope"] == "block":
                right = right and base == counts_of([p for p in people if p.block == str(target["block"])])
            elif rule["prediction_scope"] == "round":
                right = right and base == counts_of(people)
            elif whole:  # over all rounds: can be counted only from the list that has them all
                right = right and base == counts_of(self.everybody())
            self.expect(right, 0, "truth", number)

    def asked_as_planned(self, rule):
        """One true answer where the round asks, for each block of its people where each has its own."""
        blocks = [target["block"] for target in rule["targets"]]
        if rule["prediction_target"] == "none":
            return blocks == []
        if rule["prediction_scope"] != "block":
            return blocks == [None]
        seen = {int(one.block) for one in self.people[rule["number"]].values() if one.block}
        return None not in blocks and len(set(blocks)) == len(blocks) and seen <= set(blocks)

    def everybody(self):
        """Each person once, over all rounds."""
        total = {}
        for people in self.people.values():
            for entry, one in people.items():
                person = total.setdefault(entry, Person())
                person.attempts += one.attempts
                person.all_right = person.all_right or one.all_right
        return list(total.values())

    def results_of(self, rule):
        """entry → the result that counts in the round, with prediction and distance."""
        values, found = {target["block"]: target["value"] for target in rule["targets"]}, {}
        for entry, one in self.people[rule["number"]].items():
            in_block = rule["prediction_scope"] == "block"
            value = values.get(int(one.block) if one.block else -1) if in_block else values.get(None)
            away = None if one.guess is None or value is None else abs(one.guess - Decimal(value))
            found[entry] = dict(one.best, guess=one.guess, away=away)
        return found

    def check_ranks(self, rounds):
        """Everybody who counts has the rank that follows, once, with the numbers that follow."""
        rules = self.configuration
        people = rounds[0] if self.run["round"] is not None else self.combined(rounds)
        if rules["only_all_right"]:
            people = {entry: one for entry, one in people.items() if one["all_right"]}
        before = rank = None
        for place, (at, row) in enumerate(self.rows, 1):
            entry = int(row[1])
            one = people.pop(entry, None)
            if one is None:
                self.fault(at, "ranked", entry)
                continue
            known = [one["attempt"], str(one["mark"]), str(one["ms"]), one["submitted"]]
            known += [five_places(one["guess"]), five_places(one["away"])]
            self.expect(row[2:] == known, at, "result", entry)
            key = rank_key(one, rules["rank_order"])
            rank = rank if before and before[0] == key else place
            self.expect(not before or before < (key, entry), at, "order", entry)
            self.expect(row[0] == str(rank), at, "rank", entry, rank, row[0])
            before = (key, entry)
        for entry in sorted(people):
            self.fault(0, "unranked", entry)

    def combined(self, rounds):
        """One result per person of the whole contest: the sum of the rounds taken, or the best of them."""
        how = self.configuration["combine"]
        asking = sum(one["prediction_target"] != "none" for one in self.configuration["rounds"])
        total = {}
        for entry in {entry for people in rounds for entry in people} if how != "none" else ():
            own = [people[entry] for people in rounds if entry in people]
            if how == "best":
                total[entry] = min(own, key=lambda one: (best_first(one)[:3], one["round"]))
                continue
            last = max(own, key=lambda one: (one["submitted"], -one["round"]))
            away = [one["away"] for one in own if one["away"] is not None]
            total[entry] = dict(last, guess=None, away=None, mark=sum(one["mark"] for one in own))
            total[entry]["ms"] = sum(one["ms"] for one in own)
            total[entry]["all_right"] = sum(one["all_right"] for one in own) == len(rounds)
            if asking and len(away) == asking:
                total[entry]["away"] = sum(away)
        return total

    # --- The answer
    def report(self):
        say, run = self.say, self.run
        scope = say("cả cuộc thi", "whole contest") if run.get("round") is None else run["round"]
        print(
            say("Cuộc thi: {} · vòng: {} · phiên bản {}", "Contest: {} · round: {} · version {}").format(
                run.get("contest"), scope, run.get("version")
            )
        )
        print(say("Mã băm bảng xếp hạng: ", "Standings' digest: ") + self.standings.hexdigest())
        for number, facts in self.rounds.items():
            print(
                say("Mã cam kết vòng {}: {}", "Commitment of round {}: {}").format(
                    number, facts["commitment"]
                )
            )
        print(
            say("Đã kiểm {} bài và {} người được xếp hạng.", "{} attempts and {} ranks were checked.").format(
                self.attempts, len(self.rows)
            )
        )
        for receipt, at, status, fields, mark in self.found:
            print(
                say(
                    "{}: dòng {}, lượt {}, bắt đầu {}, nộp {} (giờ UTC), {} câu đúng, {}",
                    "{}: line {}, attempt {}, begun {}, submitted {} (UTC), {} right, {}",
                ).format(
                    receipt,
                    at,
                    *fields[3:6],
                    mark,
                    say("được tính", status) if status == "counted" else status,
                )
            )
        if not (self.digest and self.commitments and self.wanted):
            print(
                say(
                    "Lưu ý: phải ghi cả --digest, --commitment và --receipt mới biết đây là danh sách thật.",
                    "Note: only --digest, --commitment and --receipt tell whether this is the real list.",
                )
            )
        for text in self.faults[:SHOWN]:
            print(say("SAI: ", "WRONG: ") + text)
        if self.faults:
            print(say("KẾT QUẢ: CÓ {} ĐIỀU SAI.", "RESULT: {} THINGS ARE WRONG.").format(len(self.faults)))
        else:
            print(say("KẾT QUẢ: MỌI ĐIỀU ĐÃ KIỂM ĐỀU ĐÚNG.", "RESULT: ALL THAT WAS CHECKED IS RIGHT."))


def counts_of(people):
    """People, their attempts, people with an attempt all right."""
    return [len(people), sum(one.attempts for one in people), sum(one.all_right for one in people)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("list")
    parser.add_argument("--digest", default="")
    parser.add_argument("--commitment", action="append", default=[])
    parser.add_argument("--receipt", action="append", default=[])
    parser.add_argument("--english", action="store_true")
    given = parser.parse_args()
    sys.stdout.reconfigure(encoding="utf-8")
    check = Check(given.digest, given.commitment, given.receipt, given.english)
    with open(given.list, "rb") as file:
        opener = gzip.open if file.read(2) == b"\x1f\x8b" else open
    try:
        with opener(given.list, "rt", encoding="utf-8", newline="\n") as lines:
            check.read(lines)
        check.finish()
    except (OSError, EOFError, ValueError, LookupError, TypeError) as error:
        check.fault(0, "damaged", repr(error))
    check.report()
    return 1 if check.faults else 0


if __name__ == "__main__":
    sys.exit(main())
