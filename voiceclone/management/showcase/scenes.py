"""What there is to see: a name, an address, who looks. What stands in `{…}` was made by `filling.py`."""

from __future__ import annotations

from dataclasses import dataclass

NOBODY, MAKER, NEWCOMER, GUARDED, ADMIN = "", "maker", "newcomer", "guarded", "admin"
ASKER = "asker"
"""Has asked for voices that wait for an admin, and has a key for the hosted engine."""


@dataclass(frozen=True, slots=True)
class Scene:
    name: str
    path: str
    who: str = NOBODY
    prepare: str = ""
    """A step in the browser before the picture is taken: the name of a function in `camera.py`."""


PAGES = (
    # signed out
    Scene("landing", "/"),
    Scene("log-in", "/account/login/"),
    Scene("log-in-wrong", "/account/login/", prepare="sign_in_wrongly"),
    Scene("log-in-second-factor", "/account/login/", prepare="sign_in_half"),
    Scene("sign-up", "/account/signup/"),
    Scene("password-reset", "/account/password/reset/"),
    Scene("password-reset-sent", "/account/password/reset/done/"),
    Scene("password-reset-link", "{reset_link}"),
    Scene("password-reset-link-old", "/account/password/reset/key/1-old/"),
    Scene("password-reset-done", "/account/password/reset/key/done/"),
    Scene("email-confirm", "{confirm_link}"),
    Scene("email-confirm-old", "/account/confirm-email/old/"),
    Scene("email-sent", "/account/confirm-email/"),
    Scene("inactive", "/account/inactive/"),
    Scene("api-docs", "/api/docs"),
    Scene("receipt", "{receipt}"),
    # clone
    Scene("clone-empty", "/clone/", NEWCOMER),
    Scene("clone-recording", "/clone/", NEWCOMER, "record"),
    Scene("clone-recorded", "/clone/", NEWCOMER, "record_and_stop"),
    Scene("clone-microphone-blocked", "/clone/", NEWCOMER, "record_without_leave"),
    Scene("clone-upload-refused", "/clone/", NEWCOMER, "upload_a_text"),
    Scene("clone-sample", "/clone/?sample={sample}", NEWCOMER),
    Scene("clone-advanced", "/clone/?sample={sample}", NEWCOMER, "open_all"),
    Scene("clone-refused", "/clone/?sample={sample}", NEWCOMER, "clone_without_consent"),
    Scene("clone-sample-warned", "/clone/?sample={sample_warned}", NEWCOMER),
    Scene("clone-sample-fixed", "/clone/?sample={sample_fixed}", NEWCOMER),
    Scene("clone-sample-refused", "/clone/?sample={sample_refused}", NEWCOMER),
    Scene("clone-permission", "/clone/", NEWCOMER, "choose_permission"),
    Scene("clone-hosted", "/clone/", ASKER, "choose_hosted"),
    Scene("clone-waiting", "/clone/", ASKER),
    Scene("clone-queued", "/clone/?task={clone_queued}", MAKER),
    Scene("clone-running", "/clone/?task={clone_running}", MAKER),
    Scene("clone-done", "/clone/?task={clone_done}", MAKER),
    Scene("clone-takes", "/clone/?task={clone_takes}", MAKER),
    Scene("clone-failed", "/clone/?task={clone_failed}", MAKER),
    # voices
    Scene("library", "/voices/", MAKER),
    Scene("library-menu", "/voices/", MAKER, "open_menu"),
    Scene("library-nothing-found", "/voices/?q=zzzz", MAKER),
    Scene("library-empty", "/voices/", NEWCOMER),
    Scene("voice", "/voices/Narrator-2026/", MAKER),
    Scene("voice-temporary", "/voices/HotelAssistant-2/", MAKER),
    Scene("voice-lost", "/voices/PodcastIntro-1/", MAKER),
    Scene("voice-expired", "/voices/OldTrailer-2025/", MAKER),
    Scene("voice-rename", "/voices/Narrator-2026/rename/", MAKER),
    Scene("voice-delete", "/voices/Narrator-2026/delete/", MAKER),
    Scene("passport-import", "/voices/import/", MAKER),
    # speak, history, tasks
    Scene("speak", "/speak/?voice=Narrator-2026", MAKER),
    Scene("speak-settings", "/speak/?voice=Narrator-2026", MAKER, "open_all"),
    Scene("speak-without-voice", "/speak/", NEWCOMER),
    Scene("speak-lost", "/speak/?voice=PodcastIntro-1", MAKER),
    Scene("speak-expired", "/speak/?voice=OldTrailer-2025", MAKER),
    Scene("speak-running", "/speak/?task={speech_running}", MAKER),
    Scene("speak-done", "/speak/?task={speech_done}", MAKER),
    Scene("history", "/history/", MAKER),
    Scene("history-menu", "/history/", MAKER, "open_menu"),
    Scene("history-nothing-found", "/history/?q=zzzz", MAKER),
    Scene("history-empty", "/history/", NEWCOMER),
    Scene("task-speech", "/tasks/{speech_done}/", MAKER),
    Scene("task-clone", "/tasks/{clone_done}/", MAKER),
    Scene("task-failed", "/tasks/{clone_failed}/", MAKER),
    Scene("task-cancelled", "/tasks/{speech_cancelled}/", MAKER),
    # account
    Scene("account", "/account/", MAKER),
    Scene("account-menu", "/account/", MAKER, "open_account_menu"),
    Scene("account-email", "/account/email/", MAKER),
    Scene("account-password", "/account/password/change/", MAKER),
    Scene("account-sessions", "/account/sessions/", MAKER),
    Scene("account-reauthenticate", "/account/reauthenticate/", MAKER),
    Scene("account-mfa", "/account/2fa/", MAKER),
    Scene("account-mfa-on", "/account/2fa/", GUARDED),
    Scene("account-totp-on", "/account/2fa/totp/activate/", MAKER),
    Scene("account-totp-off", "/account/2fa/totp/deactivate/", GUARDED),
    Scene("account-recovery", "/account/2fa/recovery-codes/", GUARDED),
    Scene("account-recovery-new", "/account/2fa/recovery-codes/generate/", GUARDED),
    Scene("account-passkeys", "/account/2fa/webauthn/", MAKER),
    Scene("account-passkey-add", "/account/2fa/webauthn/add/", MAKER),
    Scene("account-keys", "/account/keys/", MAKER),
    Scene("account-keys-none", "/account/keys/", NEWCOMER),
    Scene("account-key-made", "/account/keys/", MAKER, "make_key"),
    Scene("account-engines", "/account/engines/", ASKER),
    Scene("account-engines-no-key", "/account/engines/", NEWCOMER),
    Scene("account-webhooks", "/account/webhooks/", MAKER),
    Scene("account-webhooks-none", "/account/webhooks/", NEWCOMER),
    Scene("account-data", "/account/data/", MAKER),
    Scene("account-data-none", "/account/data/", NEWCOMER),
    Scene("account-delete", "/account/delete/", MAKER),
    Scene("log-out", "/account/logout/", MAKER),
    # admin
    Scene("admin-entrance", "/admin/"),
    Scene("admin", "/admin/", ADMIN),
    Scene("admin-list", "/admin/predictions/prediction/", ADMIN),
    Scene("admin-people", "/admin/accounts/user/", ADMIN),
    Scene("admin-voices", "/admin/voices/voice/", ADMIN),
    Scene("admin-approvals", "/admin/voices/approval/", ADMIN),
    Scene("admin-approval", "/admin/voices/approval/{approval}/change/", ADMIN),
)
