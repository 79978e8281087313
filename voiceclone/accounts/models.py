"""A person: known by their e-mail address. An invitation: a link that lets one person in. A key: lets a program in."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any, ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import F
from django.db.models.functions import Lower
from django.utils.timezone import now


class UserManager(BaseUserManager["User"]):
    use_in_migrations = True

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email: str | None) -> User:
        return self.get(email=(email or "").lower())


class User(AbstractBaseUser, PermissionsMixin):
    email = models.EmailField("e-mail", unique=True)
    is_staff = models.BooleanField("may enter the admin panel", default=False)
    is_active = models.BooleanField("may log in", default=True)
    language = models.CharField(max_length=10, blank=True, help_text="Of pages and mails; empty: as the browser asks.")
    date_joined = models.DateTimeField(default=now, editable=False)
    changes = models.PositiveBigIntegerField(default=0, editable=False)
    """Counts every change of anything this person may be watching: pages poll it to ask "anything new?" cheaply."""

    objects: ClassVar[UserManager] = UserManager()
    EMAIL_FIELD = USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="one_account_for_an_address")]

    def __str__(self) -> str:
        return self.email

    def __repr__(self) -> str:
        return f"<User {self.pk}>"  # it ends up in errors and so in logs

    @staticmethod
    def bump(pk: int) -> int:
        """Count one more change. Call it in the transaction that makes the change. Returns the new count."""
        User.objects.filter(pk=pk).update(changes=F("changes") + 1)
        return User.objects.values_list("changes", flat=True).get(pk=pk)


class Invitation(models.Model):
    """Lets one person sign up where REGISTRATION=invite. Only a digest of its token is kept."""

    LASTS = timedelta(days=14)

    digest = models.CharField(max_length=64, unique=True, editable=False)
    note = models.CharField(max_length=200, blank=True, help_text="For whom it is.")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, editable=False)
    used_at = models.DateTimeField(null=True, blank=True, editable=False)

    def __str__(self) -> str:
        return self.note or f"{self._meta.verbose_name} {self.pk}"

    @staticmethod
    def digest_of(token: str) -> str:
        return hashlib.sha256(token.encode()).hexdigest()

    @classmethod
    def make(cls, note: str = "") -> str:
        """Make an invitation. Returns its token, which cannot be had again."""
        token = secrets.token_urlsafe(24)
        cls.objects.create(digest=cls.digest_of(token), note=note, expires_at=now() + cls.LASTS)
        return token

    @classmethod
    def is_open(cls, token: str) -> bool:
        return cls.objects.filter(digest=cls.digest_of(token), used_at=None, expires_at__gt=now()).exists()

    @classmethod
    def use(cls, token: str, user: User) -> bool:
        """Spend it. False where somebody else was faster, or it is too old."""
        open_ones = cls.objects.filter(digest=cls.digest_of(token), used_at=None, expires_at__gt=now())
        return open_ones.update(used_by=user, used_at=now()) == 1


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def for_user(self, user: User) -> Self:
        return self.filter(owner=user)

    def living(self) -> Self:
        return self.filter(revoked_at=None, owner__is_active=True)


class ApiKey(models.Model):
    """Lets a program act for its owner. Only a digest is kept; `voiceclone.accounts.keys` makes and finds them."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, unique=True, editable=False, help_text="SHA-256 of the whole key.")
    last_four = models.CharField(max_length=4, editable=False)
    created_at = models.DateTimeField(default=now)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[ApiKeyQuerySet] = ApiKeyQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("-created_at",)
        verbose_name = "API key"

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"  # the panel shows it: its name is its owner's affair

    @property
    def shown(self) -> str:
        """As much of it as tells it from the others."""
        return f"vc_…{self.last_four}"


class VendorKey(models.Model):
    """A person's own key at a vendor, sealed; `voiceclone.accounts.vendor_keys` seals and opens it."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="vendor_keys")
    engine = models.CharField(max_length=20)
    sealed = models.TextField(editable=False)
    set_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "engine"], name="one_key_for_an_engine")]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
