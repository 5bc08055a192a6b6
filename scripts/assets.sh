#!/usr/bin/env bash
# Fetches the pinned browser files and copies the few that pages use into the web crate, which embeds them; and the fonts of documents.
# Usage: scripts/assets.sh            (needs node and npm; run once, and again after package-lock.json changed)
set -euo pipefail
cd "$(dirname "$0")/.."
target=crates/web/assets/vendor

stamp=$(cat package-lock.json scripts/assets.sh | sha256sum | cut -d' ' -f1)
if [ -f "$target/tabler.css" ] && [ -f crates/documents/assets/fonts/NotoSerifSC_400Regular.ttf ] && [ "$(cat node_modules/.assets-stamp 2>/dev/null)" = "$stamp" ]; then
  exit 0
fi

npm ci --no-audit --no-fund --ignore-scripts --loglevel=error
mkdir -p "$target"
rm -rf "${target:?}"/*
cp node_modules/@tabler/core/dist/css/tabler.min.css "$target/tabler.css"
cp node_modules/htmx.org/dist/htmx.min.js "$target/htmx.js"
cp node_modules/echarts/dist/echarts.min.js "$target/echarts.js"
cp node_modules/swagger-ui-dist/swagger-ui-bundle.js "$target/swagger-ui.js"
cp node_modules/swagger-ui-dist/swagger-ui.css "$target/swagger-ui.css"
# Source maps are not shipped; without this line browsers would ask for them.
sed -i 's|/\*# sourceMappingURL=[^*]*\*/||' "$target/tabler.css" "$target/swagger-ui.css"
sed -i 's|^//# sourceMappingURL=.*||' "$target/swagger-ui.js"
# Fonts of documents (SIL Open Font License 1.1): the documents crate embeds them.
fonts=crates/documents/assets/fonts
mkdir -p "$fonts"
for face in 400Regular 700Bold; do
  cp "node_modules/@expo-google-fonts/noto-serif-sc/$face/NotoSerifSC_$face.ttf" "$fonts/"
done
cp node_modules/@expo-google-fonts/noto-serif-sc/LICENSE_FONT "$fonts/OFL.txt"
echo "$stamp" > node_modules/.assets-stamp
