"""The script that builds an image in a pod, unless its registry has it: bash and buildah."""

from __future__ import annotations

from flowdsl.packages.images import REQUIREMENTS, Recipe

FOLDER = "/flowdsl/build"
"""Where it keeps layers: a volume of the pod's own."""
CREDENTIALS = "/flowdsl/registry"
"""Where the Secret with the registry's credentials is."""
RESULT = "image"
"""The result that names the image by its digest."""

# `manifest create` asks the registry for the manifest alone, and signs in as a push does: nothing is pulled.
# The folder is 00700 without the volume's setgid bit, which would reach into the layers.
_SCRIPT = r"""#!/usr/bin/env bash
set -euo pipefail
image={name}

work=$(mktemp -d {folder}/XXXXXX)
chmod 00700 -- "${{work}}"
export TMPDIR="${{work}}"
for file in {credentials}/.dockerconfigjson {credentials}/config.json; do
  if [ -f "${{file}}" ]; then export REGISTRY_AUTH_FILE="${{file}}"; fi
done
storage=(--root "${{work}}/storage" --runroot "${{work}}/run" --storage-driver {driver})

if buildah "${{storage[@]}}" manifest create --tls-verify={tls} there "docker://${{image}}" \
  >/dev/null 2>"${{work}}/said"; then
  said=$(buildah "${{storage[@]}}" manifest inspect there)
  [[ "${{said}}" =~ sha256:[0-9a-f]{{64}} ]] || {{ echo "buildah names no digest of it: ${{said}}" >&2; exit 1; }}
  digest="${{BASH_REMATCH[0]}}"
  echo "${{image}} is there: nothing is built"
else
  echo "${{image}} is not there: $(tail -n 1 "${{work}}/said")"
  mkdir "${{work}}/context"
  cat >"${{work}}/context/Dockerfile" <<'END OF FILE'
{dockerfile}END OF FILE
  cat >"${{work}}/context/{requirements}" <<'END OF FILE'
{pins}END OF FILE
  buildah "${{storage[@]}}" build --isolation chroot --platform {platform} --tls-verify={tls} \
    --tag "${{image}}" --file "${{work}}/context/Dockerfile" "${{work}}/context"
  buildah "${{storage[@]}}" push --tls-verify={tls} --digestfile "${{work}}/digest" "${{image}}" "docker://${{image}}"
  digest=$(cat "${{work}}/digest")
fi
printf '%s' "${{image%:*}}@${{digest}}" >"${{RESULT_IMAGE}}"
echo "the tasks run in ${{image%:*}}@${{digest}}"
"""


def build_script(recipe: Recipe, *, storage_driver: str, tls_verify: bool) -> str:
    """The script. All that it is made of has been checked letter by letter: the repository, the base, the pins."""
    return _SCRIPT.format(
        name=recipe.name,
        folder=FOLDER,
        credentials=CREDENTIALS,
        driver=storage_driver,
        tls="true" if tls_verify else "false",
        dockerfile=recipe.dockerfile,
        requirements=REQUIREMENTS,
        pins=recipe.requirements,
        platform=recipe.platform,
    )
