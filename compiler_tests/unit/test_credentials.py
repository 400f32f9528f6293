"""Which texts and names are credentials, which are not, and that hostile texts take no longer than their length.

The tokens are put together here, from an alphabet, so that no scanner takes this file for a leak.
"""

from __future__ import annotations

import pytest

from flowdsl.kube import find_credential, looks_secret, tells_credential
from flowdsl.kube.secret_shapes import SHAPES

MIXED = "q7Rk2Zt9Wm4Xc8Vb3Np6Ls1Yd5Hg0Jf" * 8
UPPER = "Q7RK2ZT6WM4XC3VB" * 4
HEX = "c3f81e0b9a" * 8
DIGITS = "7305918264" * 4


def mixed(length: int, start: int = 0) -> str:
    return MIXED[start : start + length]


TOKENS = {
    "AWS key": "AKIA" + UPPER[:16],
    "AWS session": "ASIA" + UPPER[:16],
    "GitHub": "ghp_" + mixed(36),
    "GitHub fine-grained": "github_pat_" + mixed(22) + "_" + mixed(59, 3),
    "GitLab": "glpat-" + mixed(20),
    "GitLab runner": "glrt-" + mixed(20),
    "GitLab deploy": "gldt-" + mixed(20),
    "Slack bot": f"xoxb-{DIGITS[:12]}-{DIGITS[:12]}-{mixed(24)}",
    "Slack app": f"xapp-1-A{UPPER[:10]}-{DIGITS[:13]}-{HEX[:64]}",
    "Slack webhook": f"https://hooks.slack.com/services/T{UPPER[:8]}/B{UPPER[:10]}/{mixed(24)}",
    "Hugging Face": "hf_" + mixed(34),
    "OpenAI": "sk-" + mixed(48),
    "Stripe": "sk_live_" + mixed(24),
    "Google key": "AIza" + mixed(35),
    "Google access": "ya29." + mixed(60),
    "npm": "npm_" + mixed(36),
    "PyPI": "pypi-AgE" + mixed(120),
    "Docker Hub": "dckr_pat_" + mixed(27),
    "SendGrid": f"SG.{mixed(22)}.{mixed(43, 5)}",
    "Azure storage": f"DefaultEndpointsProtocol=https;AccountName=a;AccountKey={mixed(86)}==;EndpointSuffix=x",
    "Azure signature": f"https://a.blob.core.windows.net/c?sv=2022-11-02&sp=r&sig={mixed(43)}%3D",
    "Vault": "hvs." + mixed(90),
    "DigitalOcean": "dop_v1_" + HEX[:64],
    "Shopify": "shpat_" + HEX[:32],
    "JWT": f"eyJ{mixed(20)}.eyJ{mixed(40)}.{mixed(43)}",
    "OpenSSH": "-----BEGIN OPENSSH PRIVATE" + f" KEY-----\n{mixed(64)}\n",
    "PGP": "-----BEGIN PGP PRIVATE" + f" KEY BLOCK-----\n\n{mixed(64)}\n",
    "password in an address": f"postgres://app:{mixed(12)}@db:5432/x",
    "token in an address": f"https://{HEX[:40]}@git.example.com/a.git",
    "bearer": f'curl -H "Authorization: Bearer {mixed(30)}" https://a.example',
    "basic": f"authorization: Basic {mixed(22)}==",
    "Telegram": f"{DIGITS[:10]}:AA{mixed(33)}",
    "only letters": "npm_" + "abcdefghijkl" * 3,
    "password without a user": f"redis://:{mixed(12)}@cache:6379/0",
    "short bot": f"{DIGITS[:6]}:AA{mixed(33)}",
    "basic, short": "Authorization: Basic " + "dXNlcjpwYXNz",
    "signature alone": f"sig={mixed(43)}%3D",
    "Discord": f"MTA{mixed(21)}.{mixed(6)}.{mixed(38)}",
    "Docker configuration": f'{{"auths": {{"r.example": {{"auth": "{mixed(30)}"}}}}}}',
    "escaped Docker configuration": f'{{\\"auths\\":{{\\"r.example\\":{{\\"auth\\":\\"{mixed(30)}\\"}}}}}}',
}


@pytest.mark.parametrize("what", TOKENS)
def test_a_token_is_found_by_its_shape_wherever_it_stands(what: str) -> None:
    token = TOKENS[what]
    for text in (token, f"#!/bin/sh\nexport X='{token}'\n", f"say {token} now", f"[{token}, 1]"):
        start = find_credential(text)
        assert start, text
        assert len(start) <= 4
        assert looks_secret("note", text)


NAMES = [
    "DB_PASS",
    "PGPASSWORD",
    "MYSQL_PWD",
    "dbPassword",
    "clientSecret",
    "githubToken",
    "password1",
    "SECRET_KEY_BASE",
    "JWT_SIGNING_KEY",
    "ENCRYPTION_KEY",
    "MLFLOW_TRACKING_PASSWORD",
    "WANDB_API_KEY",
    "token",
    "api-token",
    "registry.password",
    "awsSecretAccessKey",
    "APIKEY",
    "ADMIN_PASSWORD_PROD",
    "hmac_secret",
    "session-secret",
    "SSH_PRIVATE_KEY",
    "PASSWORD_2",
    "smtpPass",
    "GPG_PASSPHRASE",
    "oauthToken",
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("value", ["hunter22", "Tr0ub4dor&3", "b7d3e1aa90c1", "correcthorse"])
def test_a_name_that_says_secret_makes_one_of_its_value(name: str, value: str) -> None:
    assert looks_secret(name, value)
    assert tells_credential(f"export {name}={value}")


@pytest.mark.parametrize("name", ["SIGNING_KEY", "api_token", "MY_KEY", "key_of_the_service"])
def test_hexadecimal_digits_under_a_name_that_says_key(name: str) -> None:
    assert looks_secret(name, HEX[:40])


NO_SECRETS = [
    ("token", "bpe"),
    ("pad_token", "<pad>"),
    ("eos_token", "</s>"),
    ("eos_token", "<|endoftext|>"),
    ("mask_token", "[MASK]"),
    ("stop_token", "Observation"),
    ("max_tokens", "4096"),
    ("token_type", "refreshable9"),
    *(("auth", value) for value in ("basic", "disabled", "oauth2")),
    *(
        ("token", value)
        for value in ("${TOKEN}", "$TOKEN", "{{ token }}", "$(cat /run/token)", "Bearer $(params.token)")
    ),
    ("password", "$(params.p)"),
    ("password", "{{ .Values.password }}"),
    ("password", "<your password>"),
    ("password", "xxxxxxxx"),
    ("password", "********"),
    ("TOKEN_URL", "https://login.example/oauth/token1"),
    ("token", "https://login.example/oauth/token1"),
    ("PASSWORD_FILE", "secrets1"),
    ("password", "/run/secrets/db"),
    ("PWD", "workdir22"),
    ("OLD_PWD", "workdir22"),
    ("first_pass", "training22"),
    ("GITHUB_TOKEN_SECRET_KEY", "token"),
    ("GITHUB_TOKEN_SECRET_KEY", "GITHUB_TOKEN"),
    ("GITHUB_TOKEN_SECRET", "github"),
    ("ENTITLEMENT_SECRET", "etc-pki-entitlement"),
    ("SHARED_SECRET", "infra-deployments-pr-creator"),
    ("password", "db-password"),
    ("github-token", "githubtoken"),
    ("api_token", "buildersecrets"),
    ("api_token", "mysecret"),
    ("password", "your password here"),
    ("API_KEY", "replace-me-with-yours"),
    ("note", "ghp_" + "the_name_of_a_param_that_is_as_long"),
    ("note", "glrt-the-runner-of-this-group-is-tagged"),
    ("note", "sk_live_xxxxxxxxxxxxxxxx"),
    ("note", "Authorization: Bearer your-token-goes-here"),
    ("secretName", "registry1"),
    ("GPG_KEY", HEX[:40]),
    ("cache-key", HEX[:40]),
    ("token-revision", HEX[:40]),
    ("commit", HEX[:40]),
    ("digest", "sha256:" + HEX[:64]),
    ("token", "sha256:" + HEX[:64]),
    ("image", "registry.example/a/b@sha256:" + HEX[:64]),
    ("note", "write it as user:password@host"),
    ("note", "such as https://user:password@host/path"),
    ("note", "clone https://<user>:<token>@host/path"),
    ("url", "https://$(params.user):$(params.password)@host/x"),
    ("url", "https://x-access-token:${TOKEN}@github.com/a/b"),
    ("url", "ssh://git@git.example.com/a/b"),
    ("note", "uses Basic authentication-over-plaintext"),
    ("script", "grep -q -- '-----BEGIN RSA PRIVATE" + " KEY-----' file"),
    ("package", "pypi-package-index-of-the-company"),
    ("script", "export npm_config_registry=https://r.example"),
    ("module", "acme.models.transformer_for_speech_and_portraits"),
]


@pytest.mark.parametrize(("name", "value"), NO_SECRETS)
def test_what_is_no_secret(name: str, value: str) -> None:
    assert not looks_secret(name, value)


@pytest.mark.parametrize("piece", [mark for shape in SHAPES for mark in shape.marks] + ["a", "-", "a:", " ", "=", "'"])
def test_every_expression_takes_linear_time(piece: str) -> None:
    # A quadratic one would need hours for this; the limit of the tests' time is the assertion.
    text = piece * (200_000 // len(piece))
    find_credential(text)
    tells_credential(text)
    looks_secret(text[:100_000], text)
