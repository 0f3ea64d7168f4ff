"""What a question file may weigh. Hostile files end here, with a sentence, before they cost anything."""

MIB = 1024 * 1024

TEXT_FILE = 5 * MIB  # GIFT, Aiken
XML_FILE = 20 * MIB  # Moodle XML, with its pictures in base64
PACKED_FILE = 20 * MIB  # .docx and our own ZIP
UNPACKED = 60 * MIB
PARTS = 2_000  # files inside a packed one
XML_PART = 30 * MIB  # one part of a .docx
XML_DEPTH = 24
XML_ELEMENTS = 500_000

ITEMS = 5_000
PROBLEMS = 500  # told; after them a file is not read any further
CHOICES = 30  # read of one question; how many it may have is another matter
RICH = 20_000  # characters of one rich text as it is written
OPEN_TAGS = 60  # elements open at one place of a rich text
SPACES = 6  # one behind the other in a paragraph of Word
LIST_DEPTH = 4
TABLE_ROWS = 100
TABLE_COLUMNS = 20

PICTURE = 2 * MIB
PICTURES = 500
PICTURES_TOTAL = 20 * MIB
PICTURE_SIDE = 6_000  # pixels
PICTURE_PIXELS = 16_000_000
ALT = 300  # characters of an alternative text

TOPIC_DEPTH = 5
TAGS = 20
TAG = 50
LINK = 500
NUMBER = 100_000
