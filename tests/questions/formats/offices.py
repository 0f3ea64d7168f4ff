"""Papers as offices write them; LibreOffice has saved each anew as the files in `files/` (see there)."""

import sys
from pathlib import Path

from questions.formats.docx_file import write
from tests.questions.formats.samples import PICTURES, item, png, truth
from tests.questions.formats.words import Para, word

FILES = Path(__file__).parent / "files"

BOLD = word(
    "**SỞ NỘI VỤ TỈNH**",
    "**BỘ CÂU HỎI TÌM HIỂU CẢI CÁCH HÀNH CHÍNH**",
    Para("Cải cách thể chế", "Heading 1"),
    "**Câu 1:** Nghị quyết số 76/NQ-CP của Chính phủ có mấy nội dung?",
    "A. Bốn\tB. Năm\t**C. Sáu**\tD. Bảy",
    "**Câu 2:** Hình sau đây là gì?",
    Para("", picture=png(40, 20, 90)),
    "A. Quốc kỳ",
    "**B. Biểu tượng**",
    "C. Bản đồ",
    Para("Chuyển đổi số", "Heading 1"),
    "**Câu 3:** Theo bảng sau, năm nào có //nhiều// hồ sơ nhất?",
    [["Năm", "Hồ sơ"], ["2023", "1.200"], ["2024", "1.450"]],
    "A. Năm 2023",
    "**B. Năm 2024**",
    "**Giải thích:** Hồ sơ m2 là m thứ hai.",
    "**Căn cứ:** Điều 5 Luật Cán bộ, công chức",
)
NUMBERED = word(
    "Phần thi trắc nghiệm",
    Para("Thủ tục hành chính là gì?", numbered=("decimal", 0)),
    Para("Trình tự, cách thức thực hiện", numbered=("decimal", 1)),
    Para("__Cả ba phương án__", numbered=("decimal", 1)),
    Para("Hồ sơ", numbered=("decimal", 1)),
    Para("Cơ quan nào kiểm soát thủ tục hành chính?", numbered=("decimal", 0)),
    Para("__Văn phòng Chính phủ__", numbered=("decimal", 1)),
    Para("Bộ Nội vụ", numbered=("decimal", 1)),
)
TABLED = word(
    *("Câu 1. Một năm có mấy quý?", "a) Hai", "b) Ba", "{{c) Bốn}}", "d) Năm"),
    *("Câu 2. Một ngày có mấy giờ?", "a) 12", "[[b) 24]]", "c) 36", "d) 48"),
    *("Câu 3. Một giờ có mấy phút?", "a) 30", "b) 45", "c) 60", "d) 90"),
    "---- HẾT ----",
    "BẢNG ĐÁP ÁN",
    [["Câu", "1", "2", "3"], ["Đáp án", "C", "B", "C"]],
)
OURS, _LOST = write(
    [
        item(
            1,
            number=1,
            topics=("Thể chế", "Luật"),
            text="<p>Cho bảng và hình:</p><ul><li>một<ol><li>nhỏ</li></ol></li><li>hai</li></ul>"
            '<table><tbody><tr><th>a</th><th>b</th></tr><tr><td rowspan="2">c</td><td>m<sup>2</sup></td></tr>'
            f'<tr><td><img src="{sorted(PICTURES)[0]}" alt="Sơ đồ"></td></tr></tbody></table>',
            explanation="<em>Vì thế</em>",
            source="Điều 1\nkhoản 2",
            tags=("luật",),
        ),
        item(0, 2, number=2, topics=("Thể chế",)),
        truth(False, text="Đất vuông."),
    ],
    PICTURES,
    title="Bộ câu hỏi",
)
PAPERS = {"chu-dam": BOLD, "danh-so": NUMBERED, "bang-dap-an": TABLED, "he-thong": OURS}

if __name__ == "__main__":
    for name, data in PAPERS.items():
        (Path(sys.argv[1]) / f"{name}.docx").write_bytes(data)
