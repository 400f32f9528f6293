"""What a confined step sees of the machine in the places that are its own: the plan of `view.py`."""

from __future__ import annotations

import glob
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from flowdsl.runner.taskrun.messages import SightMessage

# Where a user's credentials are, below the home; hidden even where the home itself is what is run.
CREDENTIALS = [
    ".ssh",
    ".aws",
    ".azure",
    ".kube",
    ".docker",
    ".gnupg",
    ".netrc",
    "_netrc",
    ".git-credentials",
    ".npmrc",
    ".yarnrc",
    ".yarnrc.yml",
    ".pypirc",
    ".pgpass",
    ".my.cnf",
    ".mylogin.cnf",
    ".boto",
    ".s3cfg",
    ".oci",
    ".terraformrc",
    ".terraform.d",
    ".vault-token",
    ".password-store",
    ".gem/credentials",
    ".cargo/credentials",
    ".cargo/credentials.toml",
    ".m2/settings.xml",
    ".m2/settings-security.xml",
    ".gradle/gradle.properties",
    ".config/gcloud",
    ".config/gh",
    ".config/glab-cli",
    ".config/hub",
    ".config/helm",
    ".config/containers",
    ".config/git/credentials",
    ".config/rclone",
    ".config/pypoetry",
    ".config/pip",
    ".config/doctl",
    ".config/op",
    ".config/sops",
    ".config/google-chrome",
    ".config/chromium",
    ".config/BraveSoftware",
    ".config/microsoft-edge",
    ".config/vivaldi",
    ".config/opera",
    ".config/Code/User/globalStorage",
    ".config/github-copilot",
    ".config/Bitwarden",
    ".config/Signal",
    ".config/Slack",
    ".config/evolution",
    ".config/filezilla",
    ".config/NuGet",
    ".nuget/NuGet",
    ".config/composer/auth.json",
    ".composer/auth.json",
    ".config/hcloud",
    ".config/scw",
    ".config/stripe",
    ".config/heroku",
    ".config/ngrok",
    ".config/flyctl",
    ".config/yarn",
    ".config/uv",
    ".local/share/uv/credentials",
    ".local/share/containers",
    ".thunderbird",
    ".bundle/config",
    ".pulumi/credentials.json",
    ".config/1Password",
    ".age",
    ".config/age",
    ".sops",
    ".bzr/authentication.conf",
    ".subversion/auth",
    ".hgrc",
    ".Xauthority",
    ".ICEauthority",
    ".lesshst",
    ".mysql_history",
    ".node_repl_history",
    ".local/share/fish",
    "snap/firefox",
    "snap/chromium",
    ".pip",
    ".mozilla",
    ".local/share/keyrings",
    ".local/share/kwalletd",
    ".kaggle",
    ".databrickscfg",
    ".snowflake",
    ".snowsql",
    ".huggingface",
    ".cache/huggingface/token",
    ".wgetrc",
    ".curlrc",
    ".bash_history",
    ".zsh_history",
    ".python_history",
    ".psql_history",
    ".claude",
    ".claude.json",
    ".config/claude",
    ".dockercfg",
    ".fly",
    ".netlify",
    ".heroku",
]
# Variables that name files of credentials elsewhere.
NAMING = [
    "KUBECONFIG",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_CONFIG_FILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "CLOUDSDK_CONFIG",
    "AZURE_CONFIG_DIR",
    "DOCKER_CONFIG",
    "REGISTRY_AUTH_FILE",
    "GNUPGHOME",
    "NETRC",
    "PGPASSFILE",
    "SSH_AUTH_SOCK",
    "GIT_ASKPASS",
    "SSH_ASKPASS",
    "NPM_CONFIG_USERCONFIG",
    "PIP_CONFIG_FILE",
    "VAULT_CONFIG_PATH",
    "GH_CONFIG_DIR",
    "GLAB_CONFIG_DIR",
    "BOTO_CONFIG",
    "HELM_REGISTRY_CONFIG",
    "HF_TOKEN_PATH",
    "KAGGLE_CONFIG_DIR",
    "KRB5CCNAME",
    "KRB5_KTNAME",
    "OCI_CLI_CONFIG_FILE",
    "PASSWORD_STORE_DIR",
    "DOCKER_CERT_PATH",
    "SOPS_AGE_KEY_FILE",
    "TF_CLI_CONFIG_FILE",
    "ANSIBLE_VAULT_PASSWORD_FILE",
    "POETRY_CONFIG_DIR",
    "CLAUDE_CONFIG_DIR",
    "npm_config_userconfig",
]
# Variables that name folders in which credentials lie, and where they are by default, below a home.
MOVED = {
    "XDG_CONFIG_HOME": ".config",
    "XDG_DATA_HOME": ".local/share",
    "XDG_CACHE_HOME": ".cache",
    "HF_HOME": ".cache/huggingface",
    "CARGO_HOME": ".cargo",
    "GRADLE_USER_HOME": ".gradle",
}
# Credentials of the machine itself.
OF_MACHINE = (
    "/etc/kubernetes",
    "/etc/rancher",
    "/var/lib/kubelet",
    "/var/lib/docker",
    "/var/lib/containers",
    "/var/lib/containerd",
    "/var/lib/rancher",
    "/var/lib/cloud",
    "/etc/ssl/private",
    "/etc/pki/tls/private",
    "/etc/pki/entitlement",
    "/etc/letsencrypt",
    "/etc/NetworkManager/system-connections",
    "/etc/netplan",
    "/etc/wpa_supplicant",
    "/etc/wireguard",
    "/etc/openvpn",
    "/etc/ipsec.secrets",
    "/etc/ppp",
    "/etc/krb5.keytab",
    "/etc/security/opasswd",
    "/etc/cryptsetup-keys.d",
    "/etc/luks",
    "/etc/credstore",
    "/etc/credstore.encrypted",
    "/etc/docker",
    "/etc/containers/auth.json",
    "/etc/boto.cfg",
    "/var/lib/systemd/credential.secret",
    "/var/lib/NetworkManager",
    "/var/lib/iwd",
    "/var/lib/bluetooth",
    "/var/lib/sss/db",
    "/var/lib/sss/secrets",
    "/var/lib/samba/private",
    "/var/lib/incus",
    "/var/lib/lxd",
    "/var/snap/lxd",
    "/var/spool/cron",
    "/var/mail",
    "/var/spool/mail",
)
HOST_KEYS = "/etc/ssh/ssh_host_*key"
# A user's home that is one of these or below one is no home to be hidden.
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/etc", "/dev", "/proc", "/sys", "/nonexistent")
NO_HOME = {"/", "/var", "/opt", "/srv", "/tmp", "/mnt", "/run"}


@attrs.frozen
class Sight:
    """What stays to be seen, besides the system's own folders.

    `keep` is readable wherever it lies; folders in `hide` are not to be seen, also those that are made later. `environ`
    is the user's: it says where homes and credentials are. Programs in the folders of `path` work.
    """

    keep: Sequence[Path] = ()
    hide: Sequence[Path] = ()
    environ: Mapping[str, str] = attrs.field(factory=dict)
    path: str = ""

    def plan(self, scratch: Path) -> SightMessage:
        """As JSON for the supervisor, every path absolute."""
        mine = [os.path.realpath(one) for one in _homes(self.environ)]
        own = sorted({*mine, os.path.realpath("/home"), os.path.realpath("/root")})
        # What is found for itself shows no whole home; what was asked for may.
        found = [one for one in (*_python(), *_programs(self.path, mine)) if not _holds(one, own)]
        asked = [str(one) for one in self.keep]
        asked += [home for home in own for one in asked if _holds(one, [home])]
        keep = {os.path.normpath(os.path.abspath(one)) for one in (*found, *asked)}
        cover = [os.path.realpath(one) for one in self.hide]
        hide = [*OF_MACHINE, *glob.glob(HOST_KEYS), *_named(self.environ)]
        hide += [f"{home}/{name}" for home in sorted({*mine, *_others()}) for name in CREDENTIALS]
        return {
            "own": own,
            "keep": sorted(keep - {"/"}),
            "hide": hide,
            "cover": cover,
            "scratch": os.path.realpath(scratch),
        }


def _holds(folder: str, homes: Sequence[str]) -> bool:
    """Whether a folder is one of the homes, or has one in it."""
    real = os.path.realpath(folder).rstrip("/")
    return any(home == real or home.startswith(f"{real}/") for home in homes)


def _homes(environ: Mapping[str, str]) -> Iterator[str]:
    found = {environ.get("HOME", ""), os.path.expanduser(f"~{_user()}")}
    for home in sorted(found):
        if os.path.isabs(home) and home not in NO_HOME and not home.startswith(SYSTEM) and os.path.isdir(home):
            yield home


def _user() -> str:
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a user of a container that has no name
        return ""


def _others() -> list[str]:
    """The homes of all users, which matter to who may read them."""
    try:
        return ["/root", *(entry.path for entry in os.scandir("/home"))]
    except OSError:
        return ["/root"]


def _python() -> Iterator[str]:
    """This interpreter and all that it imports from."""
    yield sys.executable
    real = os.path.dirname(os.path.dirname(os.path.realpath(sys.executable)))
    for prefix in (sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix, real):
        yield from (prefix, f"{prefix}/bin", f"{prefix}/lib", f"{prefix}/lib64")
    yield from (one for one in sys.path if one and os.path.exists(one))
    yield str(Path(__file__).resolve().parents[2])
    for name, module in list(sys.modules.items()):
        if name.startswith("__editable__"):  # how setuptools shows packages that lie where they are worked on
            yield from (os.path.dirname(one) for one in getattr(module, "MAPPING", {}).values())


def _programs(path: str, homes: Sequence[str]) -> Iterator[str]:
    """The folders of the PATH, with what programs there are known to need beside them."""
    for folder in path.split(":"):
        if not os.path.isabs(folder):
            continue
        yield folder
        parent = os.path.dirname(folder.rstrip("/"))
        name = os.path.basename(parent)
        if name == ".local":
            yield from (f"{parent}/{one}" for one in ("lib", "share/uv", "share/pipx", "pipx"))
        elif name == ".cargo":
            yield os.path.join(os.path.dirname(parent), ".rustup")
        elif parent not in {"/", *homes} and os.path.basename(folder.rstrip("/")) in {"bin", "sbin", "shims"}:
            yield parent


def _named(environ: Mapping[str, str]) -> Iterator[str]:
    for name in NAMING:
        found = (os.path.normpath(one) for one in environ.get(name, "").split(":") if os.path.isabs(one))
        yield from (one for one in found if one not in NO_HOME and one not in SYSTEM)
    for name, usual in MOVED.items():
        folder = environ.get(name, "")
        if os.path.isabs(folder):
            below = (one.removeprefix(f"{usual}/") for one in CREDENTIALS if one.startswith(f"{usual}/"))
            yield from (os.path.normpath(f"{folder}/{one}") for one in below)
