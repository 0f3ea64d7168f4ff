"""All settings, in one file. What an operator may set is read from the environment by typed readers."""

import gc
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.core.exceptions import ImproperlyConfigured

from contest_site import embedded
from contest_site.env import (
    env_bool,
    env_int,
    env_list,
    env_pair,
    env_path,
    env_str,
    parse_database_url,
)
from contest_site.unfold import UNFOLD as UNFOLD

# Two hundred thousand objects are made while the site is loaded, and nearly all of them stay: to look through
# them again and again would be a fifth of each start. On again in contest_site.apps.
gc.disable()

BASE_DIR = Path(__file__).resolve().parent.parent

# --- What an operator sets ------------------------------------------------------------------------
DEBUG = env_bool("DEBUG", False)
# The demo has a page that shows one-time codes and logins, so it must never be on where real people sign in.
DEMO = env_bool("DEMO", False)
# Plain http on loopback (laptop, tests). A server leaves this off: cookies and redirects then insist on TLS.
INSECURE_HTTP = env_bool("INSECURE_HTTP", DEMO or DEBUG)
VAR_DIR = env_path("VAR_DIR", BASE_DIR / "var")
# The application's role, which reads and writes rows; and the owner of the tables, for migrations alone.
DATABASE_URL = env_str("DATABASE_URL", "")
MIGRATION_DATABASE_URL = env_str("MIGRATION_DATABASE_URL", "")
if not DATABASE_URL:
    DATABASE_URL = embedded.database_url(VAR_DIR, role=embedded.APPLICATION)
    MIGRATION_DATABASE_URL = MIGRATION_DATABASE_URL or embedded.database_url(VAR_DIR)
# manage.py says so for the commands that make and alter tables.
DATABASE_AS_OWNER = env_bool("DATABASE_AS_OWNER", False)
REDIS_URL = env_str("REDIS_URL", "") or embedded.redis_url(VAR_DIR)
CACHE_URL = env_str("CACHE_URL", "") or REDIS_URL
# Whose site it is: leads the pages that belong to no contest.
SITE_ORGANISER = env_str("SITE_ORGANISER", "")
SITE_URL = env_str("SITE_URL", "http://127.0.0.1:8000").rstrip("/")
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", ["127.0.0.1", "localhost"] if INSECURE_HTTP else [])
TRUSTED_PROXY_COUNT = env_int("TRUSTED_PROXY_COUNT", 0)
# Dotted paths of classes as in contest_site.accounts.senders; a one-time code goes through all that serve it.
CODE_SENDERS = env_list(
    "CODE_SENDERS",
    [f"contest_site.accounts.senders.{name}" for name in (("Console", "Demo") if DEMO else ("Email",))],
)
CODE_FILE = env_path("CODE_FILE", VAR_DIR / "codes.jsonl")
# Codes go to numbers of these countries alone: others cost most and are what abusers of a site aim at.
PHONE_COUNTRY_CODES = env_list("PHONE_COUNTRY_CODES", ["84"])
CODES_PER_CONTACT_PER_DAY = env_int("CODES_PER_CONTACT_PER_DAY", 10)
# The gateway for text messages (contest_site.accounts.gateway); docs/operations.md explains each.
SMS_URL = env_str("SMS_URL", "")
SMS_METHOD = env_str("SMS_METHOD", "POST").upper()
SMS_HEADERS = env_str("SMS_HEADERS", "")
SMS_BODY = env_str("SMS_BODY", "")
SMS_SECRET = env_str("SMS_SECRET", "")
SMS_PHONE_FORM = env_str("SMS_PHONE_FORM", "0")
SMS_TEXT = env_str("SMS_TEXT", "")
SMS_ACCENTS = env_bool("SMS_ACCENTS", False)
SMS_SUCCESS = env_str("SMS_SUCCESS", "")
SMS_TIMEOUT = env_int("SMS_TIMEOUT", 10)
SMS_PER_DAY = env_int("SMS_PER_DAY", 5_000)
SMS_PER_NUMBER_PER_DAY = env_int("SMS_PER_NUMBER_PER_DAY", CODES_PER_CONTACT_PER_DAY)
# One OpenID Connect provider (contest_site.accounts.oidc); without an issuer there is none.
OIDC_ISSUER = env_str("OIDC_ISSUER", "").rstrip("/")
OIDC_NAME = env_str("OIDC_NAME", "")
OIDC_CLIENT_ID = env_str("OIDC_CLIENT_ID", "")
OIDC_CLIENT_SECRET = env_str("OIDC_CLIENT_SECRET", "")
OIDC_SCOPE = env_str("OIDC_SCOPE", "openid profile")
OIDC_PHONE_CLAIM = env_str("OIDC_PHONE_CLAIM", "")
OIDC_EMAIL_CLAIM = env_str("OIDC_EMAIL_CLAIM", "")
OIDC_CONTACTS_PROVED = env_bool("OIDC_CONTACTS_PROVED", False)
OIDC_OTHER_HOSTS = env_list("OIDC_OTHER_HOSTS", [])
RATE_LIMITS_ENABLED = env_bool("RATE_LIMITS_ENABLED", True)
# For so long a web process gives again what it has read of a plan, and a public page to those not signed in.
PAGE_CACHE_SECONDS = env_int("PAGE_CACHE_SECONDS", 2)

# --- Watching (contest_site.watch) ---
# Where the nightly backup goes; "" leaves it out.
BACKUP_DIR = Path(env_str("BACKUP_DIR", "")).resolve() if env_str("BACKUP_DIR", "") else None
BACKUP_KEEP = env_int("BACKUP_KEEP", 14)
# Who is told when something cannot wait, and where its answer is expected.
ALERT_EMAILS = env_list("ALERT_EMAILS", [])
ALERT_WEBHOOK_URL = env_str("ALERT_WEBHOOK_URL", "")
WATCH_WEB_URL = env_str("WATCH_WEB_URL", SITE_URL)
WATCH_SLOW_MS = env_int("WATCH_SLOW_MS", 2_000)
# From the first number on one should look, from the second on it cannot wait.
WATCH_ERRORS = env_pair("WATCH_ERRORS", (1, 20))  # answers 5xx in five minutes
WATCH_REFUSED = env_pair("WATCH_REFUSED", (100, 1_000))  # refusals in five minutes
WATCH_SLOW = env_pair("WATCH_SLOW", (10, 100))  # slow answers in five minutes
WATCH_QUEUE = env_pair("WATCH_QUEUE", (50, 500))  # tasks that wait
WATCH_SILENCE = env_pair("WATCH_SILENCE", (60, 120))  # seconds without a sign of worker, beat or counts
WATCH_CLOSE = env_pair("WATCH_CLOSE", (45, 120))  # seconds from a round's end to its closing
WATCH_BACKUP_HOURS = env_pair("WATCH_BACKUP_HOURS", (26, 50))  # age of the last backup
WATCH_DISK = env_pair("WATCH_DISK", (70, 80))  # per cent used
WATCH_ANOMALIES = env_pair("WATCH_ANOMALIES", (1, 200))  # anomalies that wait for a verdict

SECRET_KEY = env_str("SECRET_KEY", "")
if not SECRET_KEY:
    if not INSECURE_HTTP:
        raise ImproperlyConfigured("SECRET_KEY is not set. Set it to a long random string.")
    SECRET_KEY = embedded.local_secret(VAR_DIR)
# Keys the hashes of phone numbers and national IDs, and seals the national IDs that people enter: with
# another key the lists match nobody and the numbers cannot be read.
IDENTITY_KEY = env_str("IDENTITY_KEY", "") or SECRET_KEY
# So many months after a contest's end its people's data is erased; 0: never by itself.
RETENTION_MONTHS = env_int("RETENTION_MONTHS", 24)

# --- Applications ---------------------------------------------------------------------------------
INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "contest_site.adminsite.ContestAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "csp",
    "tree_queries",
    "contest_site.lib",
    "contest_site.audit",
    "contest_site.accounts",
    "questions",
    "contests",
    "attempts",
    "prizes",
    "contest_site.agency",
    "contest_site.watch",
    "contest_site.reports",
    "contest_site",
]
MIDDLEWARE = [
    "contest_site.lib.middleware.CountingMiddleware",
    "contest_site.express.ExpressMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "contest_site.lib.policy.PolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "contest_site.lib.language.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "contest_site.audit.middleware.ActingMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "contest_site.lib.middleware.DomainErrorMiddleware",
]
ROOT_URLCONF = "contest_site.urls"
WSGI_APPLICATION = "contest_site.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "contest_site.context.site",
            ],
            "builtins": ["contest_site.lib.templatetags.vi"],
        },
    }
]

# --- Storage --------------------------------------------------------------------------------------
APPLICATION = parse_database_url(DATABASE_URL)
OWNER = parse_database_url(MIGRATION_DATABASE_URL or DATABASE_URL)
DATABASES = {
    "default": {
        **(OWNER if DATABASE_AS_OWNER else APPLICATION),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
        # An application role may get DISABLE_SERVER_SIDE_CURSORS behind a transaction-mode pooler.
        "DISABLE_SERVER_SIDE_CURSORS": env_bool("DISABLE_SERVER_SIDE_CURSORS", False),
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": CACHE_URL,
        # A counter that hangs must not hold up a save: after this it counts as away.
        "OPTIONS": {"socket_timeout": 0.5},
    }
}
# Sessions live in the database: a lost Redis logs nobody out and stops no paper.
SESSION_ENGINE = "contest_site.accounts.session_engine"
MEDIA_ROOT = env_path("MEDIA_ROOT", VAR_DIR / "media")
MEDIA_URL = "media/"
STATIC_URL = "static/"
STATIC_ROOT = env_path("STATIC_ROOT", VAR_DIR / "static")
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if INSECURE_HTTP
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
# On a laptop files are served straight from static/; a server collects, names by content and compresses them.
if INSECURE_HTTP:
    STATIC_ROOT.mkdir(parents=True, exist_ok=True)
WHITENOISE_USE_FINDERS = INSECURE_HTTP
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
# A paper of 200 questions with 7 options to tick each, sent without script.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_500_000

# --- Language and time ----------------------------------------------------------------------------
# Source strings are Vietnamese (docs/decisions/0002); English is the translation.
LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
# Holds what a visitor chose (contest_site.lib.language), for a year.
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SECURE = not INSECURE_HTTP
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["contest_site.formats"]
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_TZ = True

# --- People ---------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
# It is Django's own backend (permissions included) that also knows phone numbers and e-mail addresses;
# a second backend would double the hashing of every log-in.
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "contest_site.accounts.hashers.Argon2",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 8},
    },
    {"NAME": "contest_site.accounts.validators.CommonPassword"},
    {"NAME": "contest_site.accounts.validators.OwnContact"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
SESSION_COOKIE_AGE = 14 * 24 * 3600

EMAIL_HOST = env_str("EMAIL_HOST", "")
EMAIL_PORT = env_int("EMAIL_PORT", 587)
EMAIL_HOST_USER = env_str("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env_str("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env_bool("EMAIL_USE_TLS", EMAIL_PORT == 587)
EMAIL_USE_SSL = env_bool("EMAIL_USE_SSL", EMAIL_PORT == 465)
EMAIL_TIMEOUT = 10
EMAIL_BACKEND = (
    f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'console' if DEMO else 'dummy'}.EmailBackend"
)
DEFAULT_FROM_EMAIL = env_str("DEFAULT_FROM_EMAIL", "webmaster@localhost")

# An organiser signs in with a second factor (an authenticator app) wherever the site is on a real address.
STAFF_SECOND_FACTOR = env_bool("STAFF_SECOND_FACTOR", not INSECURE_HTTP)
CODE_LIFETIME = 600  # seconds, as much as a one-time code may live

ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "length": 6, "dashed": False}
ACCOUNT_ADAPTER = "contest_site.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "contest_site.accounts.forms.LoginForm",
    "signup": "contest_site.accounts.forms.SignupForm",
    "request_login_code": "contest_site.accounts.forms.RequestCodeForm",
    "confirm_login_code": "contest_site.accounts.forms.ConfirmCodeForm",
    "reset_password": "contest_site.accounts.forms.ResetPasswordForm",
    "confirm_password_reset_code": "contest_site.accounts.forms.ConfirmCodeForm",
    "reset_password_from_key": "contest_site.accounts.forms.NewPasswordForm",
    "change_password": "contest_site.accounts.forms.ChangePasswordForm",
    "set_password": "contest_site.accounts.forms.SetPasswordForm",
    "reauthenticate": "contest_site.accounts.forms.ReauthenticateForm",
    "add_email": "contest_site.accounts.forms.ChangeEmailForm",
    "confirm_email_verification_code": "contest_site.accounts.forms.ConfirmEmailForm",
    "change_phone": "contest_site.accounts.forms.ChangePhoneForm",
    "verify_phone": "contest_site.accounts.forms.ConfirmPhoneForm",
}
ACCOUNT_LOGIN_METHODS = {"phone", "email", "username"}
# The sign-up form has one field for either; allauth's checks and switches want both named here.
ACCOUNT_SIGNUP_FIELDS = ["email*", "phone", "password1*"]
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = CODE_LIFETIME
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_PHONE_VERIFICATION_TIMEOUT = CODE_LIFETIME
ACCOUNT_PHONE_VERIFICATION_MAX_ATTEMPTS = 5
ACCOUNT_PHONE_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = CODE_LIFETIME
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = CODE_LIFETIME
ACCOUNT_PASSWORD_RESET_BY_CODE_MAX_ATTEMPTS = 5
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_LOGIN_TIMEOUT = 3 * CODE_LIFETIME  # a first code and two more
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# Low for one account (key, user), very high for one address (ip): a whole school sits behind one.
ACCOUNT_RATE_LIMITS: Any = RATE_LIMITS_ENABLED and {
    "signup": "1200/m/ip",
    # Counted by contest_site.accounts.guessing.
    "login": None,
    "login_failed": None,
    "request_login_code": "1200/m/ip,5/15m/key,20/d/key",
    "reset_password": "1200/m/ip,5/15m/key,20/d/key",
    "reset_password_from_key": "1200/m/ip",
    "confirm_code": "15/10m/key",
    "confirm_email": "5/15m/key,20/d/key",
    "verify_phone": "5/15m/key,20/d/key",
    "verify_phone_asked": "5/15m/key",
    "confirm_email_asked": "5/15m/key",
    "change_phone": "10/h/user",
    "manage_email": "20/h/user",
    # All codes to one contact together, whatever they are for.
    "codes_a_day": f"{CODES_PER_CONTACT_PER_DAY}/d/key",
    "name_guardian": "10/d/user",
    "change_password": "10/5m/user",
    "reauthenticate": "10/5m/user",
}
MFA_ADAPTER = "contest_site.accounts.adapter.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "contest_site.accounts.forms.SecondFactorForm",
    "authenticate_webauthn": "contest_site.accounts.passkeys.SecondPasskeyForm",
    "reauthenticate": "contest_site.accounts.forms.SecondFactorAgainForm",
    "activate_totp": "contest_site.accounts.forms.ActivateSecondFactorForm",
    "add_webauthn": "contest_site.accounts.passkeys.AddPasskeyForm",
    "edit_webauthn": "contest_site.accounts.passkeys.RenamePasskeyForm",
    "login_webauthn": "contest_site.accounts.passkeys.PasskeyLoginForm",
    "reauthenticate_webauthn": "contest_site.accounts.passkeys.PasskeyAgainForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
# A passkey is the phone's own lock: finger, face or PIN, never the mere touch of a key.
MFA_WEBAUTHN_USER_VERIFICATION = "required"
# As high for one address as for every log-in: a whole school sits behind one.
MFA_RATE_LIMITS: Any = RATE_LIMITS_ENABLED and {"webauthn_login": "1200/m/ip"}
MFA_TOTP_TOLERANCE = 1  # one step of 30 seconds: phones' clocks are not exact
# Nobody signs in before the contact is proved, so the attack that this guards against cannot begin.
MFA_ALLOW_UNVERIFIED_EMAIL = True
SOCIALACCOUNT_ADAPTER = "contest_site.accounts.oidc.OidcAdapter"
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_REQUESTS_TIMEOUT = 5

# --- Celery ---------------------------------------------------------------------------------------
CELERY_BROKER_URL = embedded.broker_url(REDIS_URL)
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 600
CELERY_TASK_SOFT_TIME_LIMIT = 570
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 900,
    "socket_timeout": 3,
    "socket_connect_timeout": 3,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 30
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
CELERY_TASK_ROUTES = {
    "prizes.tasks.render_certificates": {"queue": "pdf"},
    "prizes.tasks.render_participation": {"queue": "pdf"},
    "questions.tasks.print_study": {"queue": "pdf"},
}
CELERY_TIMEZONE = TIME_ZONE
# A web request must never wait long for a broker that is down; the sweeper finds what was not sent.
CELERY_TASK_PUBLISH_RETRY = False

# --- Security -------------------------------------------------------------------------------------
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
CSRF_FAILURE_VIEW = "contest_site.views.csrf_failure"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
if not INSECURE_HTTP:
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_SECURE = True
    CSRF_COOKIE_NAME = "__Host-csrf"
    if TRUSTED_PROXY_COUNT:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS if host != "*"]

PUBLIC_CSP = {
    "default-src": [NONE],
    "script-src": [SELF],
    "style-src": [SELF],
    "img-src": [SELF, "data:"],
    "connect-src": [SELF],
    "form-action": [SELF],
    "frame-ancestors": [NONE],
    "base-uri": [NONE],
    "manifest-src": [SELF],
}
# Unfold's scripts (Alpine) evaluate expressions; that looser policy stays on the admin's own paths.
ADMIN_CSP = {
    **PUBLIC_CSP,
    "script-src": [SELF, UNSAFE_EVAL, UNSAFE_INLINE],
    "style-src": [SELF, UNSAFE_INLINE],
    "font-src": [SELF],
}
CONTENT_SECURITY_POLICY = {"DIRECTIVES": PUBLIC_CSP}

# --- Log ------------------------------------------------------------------------------------------
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "contest_site.lib.logs.OneLineFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env_str("LOG_LEVEL", "INFO")},
}
